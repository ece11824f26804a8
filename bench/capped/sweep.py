"""Which cell comes next: pure, no clock and no process.

For each workload the largest cap comes first, which tells what it takes; then the others, those nearest to that before
those far from it, so that a run whose time is up knows of the interesting ones. Between the smallest cap it survived
and the largest it did not, the *floor* is narrowed down by halving; then the caps around the floor are repeated,
because there survival is a matter of chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import log2
from typing import Literal, NamedTuple

from ...kernel.limits import MIB

Phase = Literal[0, 1, 2]
NEAR = 0.15
"""Caps within this of the floor are near it."""
HALVINGS = 4
STEP = MIB
"""The floor is not looked for more finely than this."""
NOTHING = 7 * MIB
"""No Python lives in so little: where every cap was survived, the floor is looked for down to here."""


class Step(NamedTuple):
    """One repetition to make."""

    cap: int | None
    near: bool = False


class Survey:
    """The cells of one workload. ``told`` after each step, until :meth:`next` is None."""

    def __init__(self, caps: Iterable[int | None], repeat: int, near: int, halvings: int = HALVINGS) -> None:
        self._first = [Step(cap) for cap in caps for _ in range(repeat)]
        self._peak = 0
        self._near, self._halvings = near, halvings
        self._alive: dict[int | None, list[bool]] = {}
        self._certain: set[int | None] = set()

    def told(self, cap: int | None, survived: bool, certain: bool = False, peak: int = 0) -> None:
        """How a step went; ``certain`` if it would go so every time (a refusal counts before it allocates); ``peak`` is
        the most memory it took."""
        self._alive.setdefault(cap, []).append(survived)
        if not self._peak and survived and peak:
            self._peak = peak
            self._first.sort(key=self._far)
        if certain:
            self._certain.add(cap)

    def next(self, upto: Phase = 2) -> Step | None:
        """The next step of a phase or of those before it: 0 the caps asked for, 1 the floor, 2 repetitions near it."""
        if self._first:
            return self._first.pop(0)
        between = self._between() if upto >= 1 else None
        if between is not None:
            self._halvings -= 1
            return Step(between, near=True)
        return next(self._again(), None) if upto >= 2 else None

    def unsure(self) -> bool:
        """Whether the floor was not looked for as finely, or looked at as often, as was asked for."""
        return self._between() is not None or next(self._again(), None) is not None

    def waiting(self) -> list[int | None]:
        """Caps asked for that were not tried yet."""
        return [step.cap for step in self._first]

    def _far(self, step: Step) -> float:
        """How far a cap is from the peak, in powers of two."""
        return 99.0 if step.cap is None else abs(log2(step.cap / self._peak))

    def floor(self) -> int | None:
        """The smallest cap that was survived, if a smaller one was not."""
        lived, died = self._edges()
        return lived if died is not None else None

    def survival(self, cap: int | None) -> tuple[int, int]:
        """Repetitions that survived, and all."""
        found = self._alive.get(cap, [])
        return sum(found), len(found)

    def caps(self) -> list[int | None]:
        """Every cap that was tried."""
        return list(self._alive)

    def _edges(self) -> tuple[int | None, int | None]:
        """The smallest cap that was ever survived, and the largest below it that was not."""
        lived = [cap for cap, alive in self._alive.items() if cap is not None and any(alive)]
        least = min(lived, default=None)
        died = [
            cap
            for cap, alive in self._alive.items()
            if cap is not None and not any(alive) and (least is None or cap < least)
        ]
        return least, max(died, default=NOTHING if least is not None else None)

    def _between(self) -> int | None:
        lived, died = self._edges()
        if self._halvings <= 0 or lived is None or died is None or lived - died <= STEP:
            return None
        return (lived + died) // 2 // STEP * STEP or None

    def _again(self) -> Iterator[Step]:
        lived, _ = self._edges()
        if lived is None or self._near <= 0 or self.floor() is None:
            return
        around = {cap: abs(cap - lived) for cap in self._alive if cap is not None and cap not in self._certain}
        for cap in sorted(around, key=around.__getitem__):  # the floor itself first
            if around[cap] <= max(STEP, NEAR * lived) and len(self._alive[cap]) < self._near:
                yield Step(cap, near=True)
