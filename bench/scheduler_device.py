"""A simulated device for schedulers: virtual time, one processor, one storage; the same physics for every policy.

Computing is shared equally between the models that compute; a model that decodes n sequences as one batch advances each
at 1 / (1 + c (n - 1)) of its speed. Loads and saved states share the bandwidth of the storage. Loading takes no
processor. Nothing here is random: a run depends on its trace alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from ..kernel.scheduler.events import Klass
from .scheduler_trace import Request


class Outcome(NamedTuple):
    """How one request ended: ``end`` is done, refused, failed or lost; times are from its arrival."""

    klass: Klass
    end: str
    first_s: float
    total_s: float
    in_time: bool


class Clock:
    """Virtual time: what is due next happens next, in the order in which it was asked for."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, when: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (max(when, self.now), next(self._order), do))

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        self.at(self.now + seconds, do)

    def run(self, until: float = float("inf")) -> None:
        heap = self._heap
        while heap and heap[0][0] <= until:
            self.now, _, do = heapq.heappop(heap)
            do()


class Task:
    """Something that takes ``left`` seconds alone."""

    __slots__ = ("do", "left", "rate")

    def __init__(self, seconds: float, do: Callable[[], None]) -> None:
        self.left = seconds
        self.do = do
        self.rate = 1.0


class Shared:
    """A resource that everyone who uses it shares. Subclasses say how fast each goes; by default equally."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.tasks: list[Task] = []
        self.busy_s = 0.0
        self._since = 0.0
        self._version = 0

    def add(self, seconds: float, do: Callable[[], None]) -> Task:
        task = Task(max(seconds, 0.0), do)
        self._advance()
        self.tasks.append(task)
        self._plan()
        return task

    def remove(self, task: Task) -> None:
        self._advance()
        if task in self.tasks:
            self.tasks.remove(task)
        self._plan()

    def rates(self) -> None:
        for task in self.tasks:
            task.rate = 1.0 / len(self.tasks)

    def _advance(self) -> None:
        passed = self.clock.now - self._since
        if self.tasks:
            self.busy_s += passed
            for task in self.tasks:
                task.left -= passed * task.rate
        self._since = self.clock.now

    def _plan(self) -> None:
        self.rates()
        self._version += 1
        if self.tasks:
            version = self._version
            wait = min(max(task.left, 0.0) / task.rate for task in self.tasks)
            self.clock.after(wait, lambda: self._finish(version))

    def _finish(self, version: int) -> None:
        if version != self._version:
            return
        self._advance()
        ready = [task for task in self.tasks if task.left <= 1e-9]
        self.tasks = [task for task in self.tasks if task.left > 1e-9]
        self._plan()
        for task in ready:
            task.do()


class Processor(Shared):
    """Runners compute beside each other; within a runner the sequences are one batch."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.runner: dict[int, tuple[str, float]] = {}  # by id(task): runner, cost of a further sequence

    def compute(self, runner: str, batch_cost: float, seconds: float, do: Callable[[], None]) -> Task:
        task = Task(max(seconds, 0.0), do)
        self.runner[id(task)] = runner, batch_cost
        self._advance()
        self.tasks.append(task)
        self._plan()
        return task

    def rates(self) -> None:
        members: dict[str, int] = {}
        for task in self.tasks:
            name = self.runner[id(task)][0]
            members[name] = members.get(name, 0) + 1
        for task in self.tasks:
            name, cost = self.runner[id(task)]
            task.rate = 1.0 / len(members) / (1.0 + cost * (members[name] - 1))


def judge(request: Request, end: str, first: float, now: float) -> Outcome:
    """The outcome of a request that ended now; ``first`` is when its first token came."""
    total = now - request.at
    return Outcome(
        request.klass, end, max(first - request.at, 0.0), total, end == "done" and now <= request.deadline + 1e-9
    )
