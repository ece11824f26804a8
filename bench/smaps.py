"""How much memory of each kind a process has (``/proc/PID/smaps_rollup``, proc(5)); Linux only."""

from __future__ import annotations

from pathlib import Path

__all__ = ["rollup"]


def rollup(pid: int) -> dict[str, int]:
    """Bytes by kind: Rss, Pss, Private_Clean, Private_Dirty, Anonymous and others. Raises FileNotFoundError or
    ProcessLookupError if the process is gone."""
    lines = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return {kind.rstrip(":"): int(kilobytes) * 1024 for kind, kilobytes, *_ in lines}
