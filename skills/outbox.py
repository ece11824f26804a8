"""What a host has to tell others: kept in order, sent without being waited for, bounded.

A receiver may just be asking us something, so that waiting for its place in the middle of an answer would be a
deadlock; and what rings must not be dropped because a mailbox is full for a moment.
"""

from __future__ import annotations

from collections import deque

from ..kernel.errors import BluerillError, CapabilityError
from ..kernel.message import Body, Taint
from ..kernel.service import Port

MAX_WAITING = 200


class Outbox:
    """Tells in order, by spawned work that ends when nothing waits."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._waiting: deque[tuple[str, Body, Taint | None]] = deque()
        self._absent: set[str] = set()

    def post(self, to: str, body: Body, taint: Taint | None = None) -> None:
        """Tell when it is this message's turn; dropped, with one line, when too many wait. ``taint`` are its labels, if
        not those of the message that is being handled."""
        if to in self._absent:
            return
        if len(self._waiting) >= MAX_WAITING:
            self._port.log.warning("%s was not told %s: %d things wait to be told", to, body.wire, MAX_WAITING)
            return
        self._waiting.append((to, body, taint))
        if len(self._waiting) == 1:
            self._port.spawn(self._send(), "tell")

    async def _send(self) -> None:
        while self._waiting:
            to, body, taint = self._waiting[0]
            try:
                await self._port.tell(to, body, taint=taint)
            except CapabilityError as error:  # a device without a screen (or session) is a device
                self._absent.add(to)
                self._port.log.info("nothing is told to %s: %s", to, error)
            except BluerillError as error:
                self._port.log.warning("%s was not told %s: %s", to, body.wire, error)
            self._waiting.popleft()
