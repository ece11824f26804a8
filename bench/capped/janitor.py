"""What a benchmark that is killed cannot do itself: remove its control groups and its temporary folder.

A process forked at the start waits for the end of a pipe that only the benchmark holds
open, and then removes what is still there: nothing after a good end, everything after SIGKILL. The benchmark's children
need no help: each dies with it (see kernel/host/cage.py).
"""

from __future__ import annotations

import os
import shutil
import signal
import warnings
from pathlib import Path

from . import group


class Janitor:
    """Watches over a folder and a directory of control groups until :meth:`dismiss`."""

    def __init__(self, folder: Path, groups: Path | None) -> None:
        read, self._write = os.pipe()
        with warnings.catch_warnings():  # what is forked calls the system and nothing else, so threads do not matter
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            _wait(read, self._write, folder, groups)
        os.close(read)

    def dismiss(self) -> None:
        """Let it clean up now, and wait for it."""
        if self._write >= 0:
            os.close(self._write)
            self._write = -1
            os.waitpid(self._pid, 0)


def _wait(read: int, write: int, folder: Path, groups: Path | None) -> None:
    """In the forked process; never returns."""
    try:
        os.setsid()  # a Ctrl-C at the terminal is not meant for it
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.close(write)
        for fd in (0, 1, 2):  # whoever reads the benchmark's output must not wait for this process
            os.dup2(os.open(os.devnull, os.O_RDWR), fd)
        os.read(read, 1)
        if groups is not None:
            group.clear(groups)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os._exit(0)
