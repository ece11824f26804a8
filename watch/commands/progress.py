"""A progress bar for long transfers: on a terminal one line that is drawn over, elsewhere only what happened."""

from __future__ import annotations

import shutil
import sys

from ...kernel.manifest import format_size
from ...models.transfer import Progress

__all__ = ["Bar"]

_FULL, _EMPTY = "━", "─"


class Bar:
    """Call it with each :class:`Progress`; :meth:`close` ends the line. Everything goes to stderr."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self._drawn = False

    def __call__(self, at: Progress) -> None:
        if at.note:
            self.close()
            print(f"{at.name}: {at.note}", file=sys.stderr)
        elif self.live:
            width = shutil.get_terminal_size().columns
            print(f"\r\x1b[K{line(at, width)}", end="", file=sys.stderr, flush=True)
            self._drawn = True

    def close(self) -> None:
        if self._drawn:
            print(file=sys.stderr)
            self._drawn = False


def line(at: Progress, width: int) -> str:
    """``tiny.en.pt ━━━━━━────── 48 % 35.2M of 72.1M  4.1M/s  0:09``, at most ``width`` columns."""
    share = at.done / at.total if at.total else 0.0
    size = f"{format_size(at.done)} of {format_size(at.total)}" if at.total else format_size(at.done)
    percent = f"{share * 100:3.0f} % " if at.total else ""
    tail = f" {percent}{size}  {format_size(int(at.speed))}/s  {clock(at.left_s)}".rstrip()
    room = width - len(at.name) - len(tail) - 2
    if not at.total or room < 8:
        return f"{at.name}{tail}"[: width - 1]
    bar = min(room, 40)
    full = round(bar * min(1.0, share))
    return f"{at.name} {_FULL * full}{_EMPTY * (bar - full)}{tail}"


def clock(seconds: float) -> str:
    """Time left as 0:09 or 1:02:30; nothing if it is not known."""
    if seconds < 0 or seconds > 100 * 3600:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
