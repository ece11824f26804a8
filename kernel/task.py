"""Who a message comes from, and in what state a service is: a name with a generation, and one table.

A service that dies and is started again is a *different* task with the same name: its generation is one higher.
Whoever remembers ``asr#3`` can never mistake ``asr#4`` for it, so that a late reply of a dead process is dropped, and
a caller learns that its peer restarted instead of waiting for it (the idea is Hubris' task id).

The life of a task is the table :data:`TRANSITIONS` and nothing else. What is not in the table cannot happen: an
event that does not fit raises, because it means the loop has lost track, which must be loud.

              start            hello            stop            exit
    ABSENT ----------> STARTING -------> RUNNING -----> STOPPING ----> ABSENT
                           |  exit          |  exit
                           v                v
    start <----------------+--- WAITING ----+          (back-off; then start, or stop -> ABSENT)
                                   | quarantine
                                   v
                              QUARANTINED -- recover --> WAITING, or stop --> ABSENT
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from .errors import CallerError


class TaskId(NamedTuple):
    """One life of a service. Generation 0 means "never started"."""

    name: str
    generation: int

    def __str__(self) -> str:
        return f"{self.name}#{self.generation}"

    @classmethod
    def parse(cls, text: str) -> TaskId:
        """The inverse of ``str``. Raises CallerError if it is not ``name#generation``."""
        name, mark, generation = text.rpartition("#")
        if not mark or not name or not generation.isascii() or not generation.isdigit():
            raise CallerError(f"expected a task id like 'asr#3', got {text[:80]!r}")
        return cls(name, int(generation))


class State(Enum):
    ABSENT = "absent"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    WAITING = "waiting"
    QUARANTINED = "quarantined"


class Event(Enum):
    START = "start"
    HELLO = "hello"
    STOP = "stop"
    EXIT = "exit"
    QUARANTINE = "quarantine"
    RECOVER = "recover"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.ABSENT, Event.START): State.STARTING,
    (State.STARTING, Event.HELLO): State.RUNNING,
    (State.STARTING, Event.STOP): State.STOPPING,
    (State.STARTING, Event.EXIT): State.WAITING,
    (State.RUNNING, Event.STOP): State.STOPPING,
    (State.RUNNING, Event.EXIT): State.WAITING,
    (State.STOPPING, Event.EXIT): State.ABSENT,
    (State.WAITING, Event.START): State.STARTING,
    (State.WAITING, Event.STOP): State.ABSENT,
    (State.WAITING, Event.QUARANTINE): State.QUARANTINED,
    (State.QUARANTINED, Event.RECOVER): State.WAITING,
    (State.QUARANTINED, Event.STOP): State.ABSENT,
}

ALIVE = frozenset({State.STARTING, State.RUNNING, State.STOPPING})
"""States in which the task has a process (or a running object) and holds its reservation."""


class TaskLife:
    """Where one service is in the table. ``id`` changes with every start."""

    __slots__ = ("id", "state")

    def __init__(self, name: str) -> None:
        self.id = TaskId(name, 0)
        self.state = State.ABSENT

    @property
    def alive(self) -> bool:
        return self.state in ALIVE

    def step(self, event: Event) -> State:
        """Apply one event; START bumps the generation. Raises CallerError if the table has no such step."""
        after = TRANSITIONS.get((self.state, event))
        if after is None:
            fits = ", ".join(e.value for s, e in TRANSITIONS if s is self.state)
            raise CallerError(f"task {self.id} is {self.state.value}: it cannot {event.value}, only {fits}")
        if event is Event.START:
            self.id = TaskId(self.id.name, self.id.generation + 1)
        self.state = after
        return after
