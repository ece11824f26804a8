"""What the kernel says of a control group and all groups inside it: limits, charges, kills; and removing them.

A device that is measured as a whole makes groups of its own inside its cage. Their charge counts in the outer one, but
a kill is counted where it happened, and a group can only be removed once those inside it are gone.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ...kernel.host.cgroup import Files

_FILES = Files()
_UNLIMITED = 1 << 62
"""Version 1 says a number of this order where there is no limit."""


class Charge(NamedTuple):
    """Bytes of a group and all inside it, and the kills; None where the kernel does not tell."""

    peak: int | None
    charge: int | None
    anon: int | None
    file: int | None
    refaults: int | None
    oom_kills: int


def charge(group: Path) -> Charge:
    """What the group is charged now, by either version of the interface."""
    stat = _FILES.table(group / "memory.stat")
    if (group / "memory.usage_in_bytes").exists():
        return Charge(
            _number(group / "memory.max_usage_in_bytes"),
            _number(group / "memory.usage_in_bytes"),
            stat.get("total_rss"),
            stat.get("total_cache"),
            stat.get("total_workingset_refault_file"),
            sum(_FILES.table(each / "memory.oom_control").get("oom_kill", 0) for each in _all(group)),
        )
    return Charge(
        _number(group / "memory.peak"),
        _number(group / "memory.current"),
        stat.get("anon"),
        stat.get("file"),
        stat.get("workingset_refault_file"),
        _FILES.table(group / "memory.events").get("oom_kill", 0),
    )


def limit(group: Path) -> int | None:
    """The limit as the kernel gives it back; None for none."""
    for control in ("memory.max", "memory.limit_in_bytes"):
        found = _FILES.number(group / control)
        if 0 <= found < _UNLIMITED:
            return found
    return None


def swap_limit(group: Path) -> int | None:
    """How much of it may be swapped; None where the kernel does not say."""
    found = _FILES.number(group / "memory.swap.max")
    if found >= 0:
        return found
    both, memory = _FILES.number(group / "memory.memsw.limit_in_bytes"), _FILES.number(group / "memory.limit_in_bytes")
    return both - memory if both >= 0 and memory >= 0 else None


def clear(group: Path, within: float = 5.0) -> bool:
    """Kill what is inside and remove every group below, then the group itself; whether it is gone."""
    until = time.monotonic() + within
    while group.exists():
        for each in reversed(list(_all(group))):
            _kill(each)
            try:
                each.rmdir()
            except OSError:
                continue  # what is in it is still dying
        if not group.exists() or time.monotonic() > until:
            break
        time.sleep(0.005)
    return not group.exists()


def _all(group: Path) -> Iterator[Path]:
    """The group and those inside it, outer ones first."""
    yield group
    try:
        inner = sorted(path for path in group.iterdir() if path.is_dir())
    except OSError:
        return
    for path in inner:
        yield from _all(path)


def pids(group: Path) -> list[int]:
    """The processes of a group and of those inside it."""
    return [pid for each in _all(group) for pid in _own(each)]


def _own(group: Path) -> list[int]:
    try:
        return [int(word) for word in _FILES.read(group / "cgroup.procs").split()]
    except (OSError, ValueError):
        return []


def _kill(group: Path) -> None:
    for pid in _own(group):
        if pid > 1 and pid != os.getpid():
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue


def _number(path: Path) -> int | None:
    found = _FILES.number(path)
    return found if found >= 0 else None
