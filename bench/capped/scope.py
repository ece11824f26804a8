"""A control group from systemd, where we may make none ourselves: the benchmark starts again inside a scope of its own.

A desktop session of an ordinary user owns no group it may divide, but its systemd gives one away: ``systemd-run --user
--scope -p Delegate=yes``. Inside of it version 2 works as everywhere. Whether it does is found out by doing it with
``true`` first, because after the exec nobody is left to try something else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from ...kernel.host.linux import LinuxHost
from ...kernel.host.posix import PosixHost

INSIDE = "BLUERILL_BENCH_SCOPE"
_SCOPE = ("--user", "--scope", "--quiet", "-p", "Delegate=yes")


def inside() -> bool:
    """Whether this process was started in such a scope."""
    return os.environ.get(INSIDE) == "1"


def enter_scope(host: PosixHost, words: Sequence[str]) -> bool:
    """Start ``bluerill WORDS`` again in a scope if that gives a harder cap than the host has; does not return then.

    False if there is nothing to gain, or no systemd that would do it.
    """
    if inside() or not isinstance(host, LinuxHost) or host.tree is not None:
        return False
    program = shutil.which("systemd-run")
    if program is None or not _works(program):
        return False
    os.environ[INSIDE] = "1"
    sys.stdout.flush()
    os.execv(program, [program, *_SCOPE, "--", sys.executable, "-m", "bluerill", *words])


def _works(program: str) -> bool:
    try:
        done = subprocess.run([program, *_SCOPE, "--", "true"], capture_output=True, timeout=5.0, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
