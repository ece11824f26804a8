"""What is to be looked at later: a heap of moments. The policy has no clock; it says when it wants to be woken."""

from __future__ import annotations

import heapq
from enum import Enum
from itertools import count
from typing import Any

from .job import Job, Phase


class Due(Enum):
    EXPIRE = "a job's deadline passes"
    AGE = "a job has had no service for long"
    LIFT = "the next starving job may be lifted"
    LOOK = "something that stood in the way of a load may be gone"
    WATCH = "are loads and quanta still alive?"


class Timers:
    """Entries are not taken back; whoever handles one looks whether it still means something. Those of ended jobs are
    swept out whenever the heap has doubled."""

    __slots__ = ("_heap", "_order", "_sweep")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Due, Any]] = []
        self._order = count()
        self._sweep = 256

    def __len__(self) -> int:
        return len(self._heap)

    def at(self, when: float, due: Due, what: Any = None) -> None:
        heapq.heappush(self._heap, (when, next(self._order), due, what))
        if len(self._heap) > self._sweep:
            self._heap = [e for e in self._heap if not (isinstance(e[3], Job) and e[3].phase is Phase.ENDED)]
            heapq.heapify(self._heap)
            self._sweep = max(256, 2 * len(self._heap))

    def next(self) -> float:
        """When the earliest is due; infinity for none."""
        return self._heap[0][0] if self._heap else float("inf")

    def pop(self, now: float) -> tuple[Due, Any] | None:
        """The earliest entry that is due."""
        if not self._heap or self._heap[0][0] > now:
            return None
        entry = heapq.heappop(self._heap)
        return entry[2], entry[3]
