"""Jobs in the order of their ranks: a binary heap whose removed entries are skipped when they come up."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import count

from .job import Job

_tickets = count(1)


class RankQueue:
    """Jobs without a seat. All operations are O(log n) amortised; a job is in at most one queue."""

    __slots__ = ("_count", "_heap")

    def __init__(self) -> None:
        self._heap: list[tuple[int, float, int, int, Job]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def push(self, job: Job) -> None:
        """Enter a job under its rank; one that is here already moves."""
        if not job.ticket:
            self._count += 1
        job.ticket = next(_tickets)
        heapq.heappush(self._heap, (*job.rank, job.ticket, job))

    def remove(self, job: Job) -> None:
        """Take a job out; no error if it is not here."""
        if job.ticket:
            job.ticket = 0
            self._count -= 1
            if len(self._heap) > 64 and len(self._heap) > 4 * self._count:
                self._heap = [entry for entry in self._heap if entry[3] == entry[4].ticket]
                heapq.heapify(self._heap)

    def head(self) -> Job | None:
        """The job whose turn is next."""
        heap = self._heap
        while heap:
            entry = heap[0]
            if entry[3] == entry[4].ticket:
                return entry[4]
            heapq.heappop(heap)
        return None

    def __iter__(self) -> Iterator[Job]:
        """All jobs, in no order."""
        return (entry[4] for entry in self._heap if entry[3] == entry[4].ticket)
