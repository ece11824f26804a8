"""Which job is done next, and what may be done to one: pure, without a clock or a store.

One job runs at a time, in the order they came; one that is paused is passed over. Bounded: jobs that are still to be
done, and jobs that ended and are remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from ...kernel.errors import CallerError
from .kinds import KINDS
from .messages import JobLine, JobView, State

MAX_WAITING = 32
"""Jobs that are not finished."""
MAX_ENDED = 40
"""Jobs that ended and are still shown."""
MAX_EVENTS = 20
LIVE = ("waiting", "running", "paused")

Verb = Literal["cancel", "pause", "resume", "forget"]


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is kept of a job, but its answers. Times are Unix seconds."""

    id: int
    kind: str
    title: str
    given: dict[str, Any] = {}
    state: State = "waiting"
    skill: str = ""
    """The skill that wanted it: then the owner is told how it ended."""
    done: float = 0.0
    total: float = 0.0
    steps: int = 0
    added: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    problem: str = ""
    said: str = ""
    lines: list[str] = []
    value: dict[str, Any] = {}
    events: list[JobLine] = []

    def noted(self, at: float, text: str) -> Record:
        """With one more line of its log."""
        return msgspec.structs.replace(self, events=[*self.events, JobLine(at, text[:300])][-MAX_EVENTS:])

    def view(self) -> JobView:
        """As others see it."""
        unit = KINDS[self.kind].unit if self.kind in KINDS else ""
        return JobView(
            self.id, self.kind, self.title, self.state, self.done, self.total, unit, self.steps, self.added,
            self.began, self.ended, self.problem, self.said,
        )  # fmt: skip


class Queue:
    """The records by id, in the order the jobs came."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._records = {record.id: record for record in sorted(records, key=lambda each: each.id)}
        self._last = max(self._records, default=0)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def get(self, number: int) -> Record:
        """One job. Raises CallerError if there is none."""
        try:
            return self._records[number]
        except KeyError:
            raise CallerError(f"there is no job {number}") from None

    def put(self, record: Record) -> None:
        """Keep a record as it is now."""
        self._records[record.id] = record

    def drop(self, number: int) -> None:
        """It was never there."""
        self._records.pop(number, None)

    def full(self) -> str:
        """Why no job is taken, or ''."""
        live = sum(record.state in LIVE for record in self._records.values())
        return f"{live} jobs are waiting already; cancel one or wait" if live >= MAX_WAITING else ""

    def add(self, record: Record) -> tuple[Record, int]:
        """Number a job and keep it last; also how many are to be done before it."""
        before = sum(each.state in ("waiting", "running") for each in self._records.values())
        self._last += 1
        numbered = msgspec.structs.replace(record, id=self._last)
        self._records[numbered.id] = numbered
        return numbered, before

    def next(self) -> Record | None:
        """The job to be done now."""
        return next((record for record in self._records.values() if record.state == "waiting"), None)

    def steer(self, number: int, to: Verb) -> Record:
        """The record after someone cancelled, paused or resumed it; a forgotten one is gone from the queue.

        Raises CallerError where that makes no sense.
        """
        record = self.get(number)
        if to == "forget":
            if record.state in LIVE:
                raise CallerError(f"job {number} is {record.state}; cancel it before it is forgotten")
            del self._records[number]
            return record
        allowed: dict[Verb, tuple[tuple[str, ...], State]] = {
            "cancel": (LIVE, "cancelled"),
            "pause": (("waiting", "running"), "paused"),
            "resume": (("paused", "failed"), "waiting"),
        }
        before, state = allowed[to]
        if record.state not in before:
            raise CallerError(f"job {number} is {record.state}; only one that is {' or '.join(before)} can {to}")
        changed = msgspec.structs.replace(record, state=state, problem="")
        self._records[number] = changed
        return changed

    def forget_oldest(self) -> list[Record]:
        """Ended jobs beyond what is remembered; they are gone from the queue."""
        ended = [record for record in self._records.values() if record.state not in LIVE]
        gone = ended[: max(0, len(ended) - MAX_ENDED)]
        for record in gone:
            del self._records[record.id]
        return gone
