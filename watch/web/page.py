"""One open page: what waits to be sent to it, and what it may still send.

Messages are never dropped: they wait in a bounded queue, and a page that lets it fill up is closed (it reconnects and
starts afresh). Pictures are dropped freely: at most two wait, and after a drop the page is *stale*: it gets no
patches, which would not fit, until a whole picture brings it up to date.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from ...kernel.service import Task
from .guard import Bucket

MAX_QUEUE: Final = 256
MAX_PICTURES: Final = 2
MAX_ASKS: Final = 4
"""Requests of one page that may be under way at once."""


class Page:
    """A connected browser. ``number`` counts up."""

    def __init__(self, number: int, connection: ServerConnection, now: float) -> None:
        self.number = number
        self.connection = connection
        self.stream: int | None = None
        self.mode: str = ""
        self.ears_generation = 0
        self.monitoring = False
        self.stale = True
        self.catching_up = False
        self.seq = -1
        self.asks = 0
        self.dropped = 0
        self.refused = 0
        self.speaking = False
        self.looking: Task | None = None
        self._sight = asyncio.Event()
        # Touch moves come at most once a display frame; audio is 31 frames a second, with room for a hiccup.
        self.control = Bucket(90, 180, now)
        self.audio = Bucket(48, 160, now)
        self._messages: deque[tuple[bytes, bool]] = deque()
        self._pictures: deque[tuple[int, bytes]] = deque()
        self._ready = asyncio.Event()
        self._closed = False

    async def sight(self) -> None:
        """Until the picture this page brought, if any, has been looked at."""
        while self.looking is not None and not self.looking.done():
            await self._sight.wait()

    def looked(self) -> None:
        """The picture has been looked at, or is none."""
        self.looking = None
        self._sight.set()
        self._sight.clear()

    def send(self, message: bytes, *, text: bool = True) -> None:
        """Queue a message: JSON as bytes, or (not ``text``) a binary one."""
        if self._closed:
            return
        if len(self._messages) >= MAX_QUEUE:
            self._closed = True
        else:
            self._messages.append((message, text))
        self._ready.set()

    def show(self, seq: int, full: bool, picture: bytes) -> bool:
        """Queue a picture. False if the page is or became stale and needs a whole one."""
        if self._closed:
            return True
        if full:
            self._pictures.clear()
            self.stale = False
        elif self.stale:
            return False
        elif seq != self.seq + 1 or len(self._pictures) >= MAX_PICTURES:
            self.dropped += 1 + len(self._pictures)
            self._pictures.clear()
            self.stale = True
            return False
        self.seq = seq
        self._pictures.append((seq, picture))
        self._ready.set()
        return True

    async def drain(self) -> None:
        """Send what waits, messages first, until the connection ends; returns when it should be closed."""
        try:
            while not self._closed:
                await self._ready.wait()
                self._ready.clear()
                while not self._closed and (self._messages or self._pictures):
                    if self._messages:
                        message, text = self._messages.popleft()
                        await self.connection.send(message, text=text)
                    else:
                        await self.connection.send(self._pictures.popleft()[1])
            await self.connection.close(1013, "page too slow")
        except ConnectionClosed:
            return

    @property
    def idle(self) -> bool:
        """Nothing waits to be sent."""
        return not self._messages and not self._pictures

    def end(self) -> None:
        """The connection is gone."""
        self._closed = True
        self._messages.clear()
        self._pictures.clear()
        self._ready.set()
