"""Rolling percentiles: the last N values, kept in order, so that a percentile costs an index."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque


class Rolling:
    """A window of the last ``size`` values. Adding is O(size) moves of one small list: under a microsecond."""

    __slots__ = ("_order", "_sorted", "size")

    def __init__(self, size: int = 64) -> None:
        self.size = size
        self._order: deque[float] = deque()
        self._sorted: list[float] = []

    def __len__(self) -> int:
        return len(self._order)

    def add(self, value: float) -> None:
        if len(self._order) >= self.size:
            del self._sorted[bisect_left(self._sorted, self._order.popleft())]
        self._order.append(value)
        insort(self._sorted, value)

    def at(self, share: float, default: float) -> float:
        """The value below which ``share`` (0..1) of the window lies, by nearest rank; ``default`` for an empty one."""
        if not self._sorted:
            return default
        return self._sorted[min(len(self._sorted) - 1, int(share * len(self._sorted)))]
