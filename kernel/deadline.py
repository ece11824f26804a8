"""Deadlines of unanswered asks: one timer for all of a process, set to the first that is due.

An ask that is answered costs nothing more than its removal from a dict: later asks mostly have later deadlines, so
that the timer is seldom touched. An ask that is not answered is failed with DeadlineExceeded at most one tick late,
and whoever works on it is told to stop. Nothing is kept of an ask that ended.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from .errors import DeadlineExceeded
from .local_ask import LocalAsk
from .trace import ASK, TraceEvent

TICK_S = 0.01


class Deadlines:
    """The unanswered asks of one process, by id."""

    def __init__(self, loop: asyncio.AbstractEventLoop, expired: Callable[[LocalAsk], None]) -> None:
        self.pending: dict[int, LocalAsk] = {}
        self._loop = loop
        self._expired = expired
        self._due = math.inf  # when the timer looks next
        self._timer: asyncio.TimerHandle | None = None

    def add(self, ask: LocalAsk) -> None:
        """Watch an ask that has a deadline."""
        self.pending[ask.id] = ask
        if ask.deadline + TICK_S < self._due:
            self._look_at(ask.deadline + TICK_S)

    def open_events(self) -> list[TraceEvent]:
        """The asks under way, as the trace shows them: its ring has an ask only once it ended."""
        return [
            (int(ask.began * 1e9), ASK, ask.body.wire, ask.sender, ask.trace, (ask.id, ask.lane, ask.to))
            for ask in self.pending.values()
        ]

    def _look_at(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        self._timer = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        self._timer, self._due = None, math.inf
        now = self._loop.time()
        for ask in [ask for ask in self.pending.values() if ask.deadline <= now]:
            self.pending.pop(ask.id, None)
            if ask.answered:
                continue
            wire = ask.body.wire
            ask.fail(DeadlineExceeded(f"service {ask.to!r} did not answer {wire!r} of {ask.sender!r} in time"))
            if ask.withdraw is not None:
                ask.withdraw(ask)
            self._expired(ask)
        first = min((ask.deadline for ask in self.pending.values()), default=math.inf)
        if first + TICK_S < self._due:
            self._look_at(first + TICK_S)
