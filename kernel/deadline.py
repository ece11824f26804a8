"""Deadlines of unanswered asks, in coarse ticks: one timer per tick instead of one per ask.

An ask that is answered costs nothing more than its removal from a dict; an ask that is not is failed with
DeadlineExceeded at most one tick late, and whoever works on it is told to stop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .errors import DeadlineExceeded
from .port import LocalAsk

TICK_S = 0.01
_COMPACT = 512


class Deadlines:
    """The unanswered asks of one process, by id."""

    def __init__(self, loop: asyncio.AbstractEventLoop, expired: Callable[[LocalAsk], None]) -> None:
        self.pending: dict[int, LocalAsk] = {}
        self._loop = loop
        self._expired = expired
        self._ticks: dict[int, list[int]] = {}

    def add(self, ask: LocalAsk) -> None:
        """Watch an ask that has a deadline."""
        self.pending[ask.id] = ask
        tick = int(ask.deadline / TICK_S) + 1
        ids = self._ticks.get(tick)
        if ids is None:
            ids = self._ticks[tick] = []
            self._loop.call_at(tick * TICK_S, self._expire, tick)
        elif len(ids) % _COMPACT == _COMPACT - 1:
            ids[:] = [number for number in ids if number in self.pending]
        ids.append(ask.id)

    def remove(self, ask: LocalAsk) -> None:
        """The ask was answered (or its asker gave up)."""
        self.pending.pop(ask.id, None)

    def _expire(self, tick: int) -> None:
        for number in self._ticks.pop(tick):
            ask = self.pending.pop(number, None)
            if ask is None or ask.future.done():
                continue
            wire = ask.body.wire
            ask.fail(DeadlineExceeded(f"service {ask.to!r} did not answer {wire!r} of {ask.sender!r} in time"))
            if ask.cancel is not None:
                ask.cancel()
            self._expired(ask)
