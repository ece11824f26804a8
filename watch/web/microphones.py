"""The pages' microphones: one stream of the ears for each page that listens."""

from __future__ import annotations

from typing import Literal

from ...kernel.errors import BluerillError
from ...kernel.message import Taint
from ...kernel.service import Port
from ...modalities.voice.messages import AudioChunk, CloseStream, OpenStream, StreamClosed, StreamOpened
from . import protocol
from .page import Page

__all__ = ["Microphones"]

STREAM_S = 15.0
"""Within this the ears have opened or closed a stream: a recogniser may have to be started for it."""


class Microphones:
    """Opens, feeds and closes the streams of pages."""

    def __init__(self, port: Port) -> None:
        self._port = port

    async def open(self, page: Page, mode: Literal["wake", "push", "always"]) -> None:
        """A stream instead of the one there may be. Raises what the ears raise."""
        await self.close(page)
        opened = await self._port.ask("ears", OpenStream(f"page-{page.number}", mode), StreamOpened, within=STREAM_S)
        page.stream, page.mode = opened.stream, mode
        page.send(protocol.own("listening", stream=opened.stream, mode=mode))

    async def audio(self, page: Page, seq: int, pcm: bytes) -> None:
        """Samples of a page; those in flight when its stream ended go nowhere."""
        if page.stream is None:
            return
        try:
            await self._port.tell("ears", AudioChunk(page.stream, seq, pcm), taint=Taint.USER)
        except BluerillError as error:
            self.lose(page, str(error))

    async def close(self, page: Page) -> None:
        """End the stream of a page, if it has one."""
        stream, page.stream = page.stream, None
        if stream is None:
            return
        try:
            await self._port.ask("ears", CloseStream(stream), StreamClosed, within=STREAM_S)
        except BluerillError as error:
            self._port.log.info("stream %d not closed: %s", stream, error)

    def lose(self, page: Page, why: str) -> None:
        """The stream is gone at the other side; the page opens a new one."""
        page.stream = None
        page.send(protocol.own("stream-lost", text=why))
