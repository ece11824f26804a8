"""How much work is queued ahead of somebody: seconds of computing per class, in buckets of latest start."""

from __future__ import annotations

from .job import Job

WIDTH_S = 1.0
NEVER = 1 << 30


class Backlog:
    """Sums that follow each job from Submit to its end. Adding is O(1); asking is O(buckets in use), a few dozen."""

    __slots__ = ("_classes",)

    def __init__(self) -> None:
        self._classes: tuple[dict[int, list[float]], ...] = ({}, {}, {})  # bucket: [seconds, jobs]

    def add(self, job: Job, seconds: float) -> None:
        job.bucket = _bucket(job.rank[1])
        job.work = seconds
        sums = self._classes[job.klass].setdefault(job.bucket, [0.0, 0])
        sums[0] += seconds
        sums[1] += 1

    def update(self, job: Job, seconds: float) -> None:
        """The job has that much left."""
        self._classes[job.klass][job.bucket][0] += seconds - job.work
        job.work = seconds

    def remove(self, job: Job) -> None:
        sums = self._classes[job.klass][job.bucket]
        sums[0] -= job.work
        sums[1] -= 1
        if not sums[1]:
            del self._classes[job.klass][job.bucket]

    def ahead(self, klass: int, key: float) -> float:
        """Seconds of work that goes before a job of this class and latest start."""
        bucket = _bucket(key)
        same = sum(sums[0] for at, sums in self._classes[klass].items() if at <= bucket)
        return same + sum(self.total(stronger) for stronger in range(klass))

    def total(self, klass: int) -> float:
        """Seconds of work of one class."""
        return sum(sums[0] for sums in self._classes[klass].values())


def _bucket(key: float) -> int:
    return int(key // WIDTH_S) if key < NEVER else NEVER
