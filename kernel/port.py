"""Ports: the envelope in memory, and the bounded three-lane mailbox it waits in.

A mailbox serves its lanes strictly in order (control before interactive before background) and, within a lane,
first come first served. Every lane has a fixed number of places; a full lane refuses (asks, notifications) or
makes the sender wait (tells), so that nothing in the device queues without a bound.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from .errors import BluerillError, BudgetExceeded
from .limits import LANE_CAPACITY
from .message import Body, Kind, Lane, Packed, Taint

if TYPE_CHECKING:
    from .lease import Lease


class Envelope(msgspec.Struct, eq=False):
    """A message on its way: the body and all that travels with it. Subclasses know how an ask is answered.

    A struct, because one is made for every message, in a quarter of the time of a plain class.
    """

    kind: Kind
    sender: str
    generation: int
    to: str
    body: Body | Packed
    lane: Lane
    deadline: float
    trace: int
    taint: Taint
    lease: Lease | None
    id: int = 0
    withdraw: Callable[[Any], object] | None = None
    """Set by whoever works on it: called with the envelope when no answer is wanted any more."""
    answered: bool = False
    """True once a reply would come too late (answered, expired or cancelled)."""

    def reply(self, body: Body | Packed, lease: Lease | None = None) -> None:
        """Answer an ask. Answering twice, or a tell, does nothing."""

    def resume(self, body: Body | Packed, lease: Lease | None) -> None:
        """``reply`` from where no task is running (see :class:`~.local_ask.LocalAsk`)."""
        self.reply(body, lease)

    def fail(self, error: BluerillError) -> None:
        """Answer an ask with a typed error."""

    def accepted(self) -> None:
        """Called when a tell has a place in its receiver's mailbox, or was refused: its credit returns."""


class Mailbox:
    """Bounded lanes of envelopes waiting for one service."""

    __slots__ = ("_capacity", "_granted", "_lanes", "_waiters", "owner", "waiting")

    def __init__(self, owner: str, capacity: tuple[int, int, int] = LANE_CAPACITY) -> None:
        self.owner = owner
        self.waiting = 0  # messages in all lanes
        self._capacity = capacity
        self._lanes: tuple[deque[Envelope], deque[Envelope], deque[Envelope]] = (deque(), deque(), deque())
        self._waiters: tuple[deque[asyncio.Future[None]], ...] = (deque(), deque(), deque())
        self._granted = [0, 0, 0]  # places promised to woken waiters that have not pushed yet

    def __len__(self) -> int:
        return self.waiting

    def push(self, envelope: Envelope) -> None:
        """Add at the end of its lane. Raises BudgetExceeded when the lane is full."""
        lane = self._lanes[envelope.lane]
        if len(lane) + self._granted[envelope.lane] >= self._capacity[envelope.lane]:
            raise BudgetExceeded(
                f"mailbox of {self.owner!r} is full: {len(lane)} messages wait in lane {envelope.lane.name.lower()}"
            )
        lane.append(envelope)
        self.waiting += 1

    def has_place(self, lane: Lane) -> bool:
        """Whether a push to the lane would be taken, with nobody waiting before it."""
        return len(self._lanes[lane]) + self._granted[lane] < self._capacity[lane] and not self._waiters[lane]

    async def place(self, lane: Lane) -> None:
        """Wait until the lane has a place (in turn). The caller must push without awaiting in between."""
        if self.has_place(lane):
            return
        future = asyncio.get_running_loop().create_future()
        waiters = self._waiters[lane]
        waiters.append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self._granted[lane] -= 1
                self._wake(lane)  # our turn came and we cannot use it: hand it on
            else:
                waiters.remove(future)
            raise
        self._granted[lane] -= 1

    def pop(self) -> Envelope | None:
        """The next envelope, or None."""
        for number, lane in enumerate(self._lanes):
            if lane:
                envelope = lane.popleft()
                self.waiting -= 1
                if self._waiters[number]:
                    self._wake(number)
                return envelope
        return None

    def _wake(self, lane: int) -> None:
        waiters = self._waiters[lane]
        while waiters:
            future = waiters.popleft()
            if not future.done():
                self._granted[lane] += 1
                future.set_result(None)
                return

    def drain(self) -> list[Envelope]:
        """Remove and return everything (the owner is gone)."""
        taken = [envelope for lane in self._lanes for envelope in lane]
        self.waiting = 0
        for number, lane in enumerate(self._lanes):
            lane.clear()
            for _ in range(min(len(self._waiters[number]), self._capacity[number])):
                self._wake(number)
        return taken
