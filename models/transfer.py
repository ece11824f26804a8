"""How far a long transfer is, for whoever shows it: a terminal's bar, the page, or a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..kernel.errors import BluerillError

__all__ = ["Cancelled", "Meter", "Progress"]

EVERY_S = 0.1
"""Between two reports."""
SMOOTH_S = 3.0
"""The speed shown is a mean over about this long."""


class Cancelled(BluerillError):
    """Somebody stopped a transfer; what has come is kept."""

    code = "cancelled"


class Progress(NamedTuple):
    """``done`` of ``total`` bytes of a file (0 = not known), ``speed`` in bytes a second, ``left_s`` seconds to go
    (-1 = not known). ``note`` says what happened, '' if it just goes on."""

    name: str
    done: int
    total: int
    speed: float
    left_s: float
    note: str = ""


class Meter:
    """Turns bytes into reports, at most every :data:`EVERY_S`."""

    def __init__(self, name: str, report: Callable[[Progress], None] | None, clock: Callable[[], float]) -> None:
        self.name, self.report, self.clock = name, report, clock
        self.speed = 0.0
        self._total = 0
        self._last: tuple[float, int] | None = None

    def moved(self, done: int, total: int) -> None:
        if self.report is None:
            return
        now, self._total = self.clock(), total
        if self._last is None:
            self._last = (now, done)
        then, before = self._last
        passed = now - then
        if passed < EVERY_S and done != total:
            return
        if passed > 0:
            weight = min(1.0, passed / SMOOTH_S) if self.speed else 1.0
            self.speed += weight * (max(0, done - before) / passed - self.speed)
            self._last = (now, done)
        left = (total - done) / self.speed if total and self.speed > 0 else -1.0
        self.report(Progress(self.name, done, total, self.speed, left))

    def say(self, note: str, done: int) -> None:
        self._last = None
        if self.report is not None:
            self.report(Progress(self.name, done, self._total, self.speed, -1.0, note))
