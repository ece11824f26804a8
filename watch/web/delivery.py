"""A watch face on its way from a page to the screen: announced, sent in pieces, checked and put on there.

One face is on its way at a time, over all pages, and its size is known and bounded before the first byte is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...kernel.errors import BluerillError, CallerError
from ...kernel.message import Taint
from ...kernel.service import Port
from ...modalities.screen.messages import FaceInstalled, InstallFace
from ...skills.messages import Invoke, Invoked
from . import protocol
from .page import Page

MAX_FACE_BYTES: Final = 4 << 20
"""The largest face a page may bring, packed."""
STALE_S: Final = 30.0
"""After so long without a piece another page may begin."""
TAKE_S: Final = 20.0
"""How long the screen may check and draw it."""


class Delivery:
    """Takes the pieces of faces that pages bring."""

    def __init__(self, port: Port, pages: Mapping[int, Page]) -> None:
        self._port = port
        self._pages = pages
        self._page: Page | None = None
        self._name = ""
        self._size = 0
        self._data = bytearray()
        self._heard_at = 0.0

    def begin(self, page: Page, said: protocol.BringFace) -> None:
        """A page announces a face. Raises CallerError: too large, or another one is on its way."""
        now = self._port.now()
        busy = self._page is not None and self._page is not page and self._page.number in self._pages
        if busy and now - self._heard_at < STALE_S:
            raise CallerError("another page is bringing a face; try again in a moment")
        if said.size > MAX_FACE_BYTES:
            self._forget()
            raise CallerError(
                f"expected a face of at most {MAX_FACE_BYTES >> 20} MiB, got {said.size / (1 << 20):.1f} MiB"
            )
        self._page, self._name, self._size = page, said.name, said.size
        self._data, self._heard_at = bytearray(), now
        page.send(protocol.own("piece", offset=0))

    async def piece(self, page: Page, data: bytes) -> FaceInstalled | None:
        """The next piece; the face is put on with the last one, and what the screen said of it is given.

        Raises CallerError for a piece nobody expected, and what the screen refuses.
        """
        offset, part = protocol.decode_piece(data)
        if self._page is not page or offset != len(self._data) or offset + len(part) > self._size:
            if self._page is page:
                self._forget()
            raise CallerError(
                f"page piece: expected the bytes after {len(self._data)} of an announced face, got those after {offset}"
            )
        self._data += part
        self._heard_at = self._port.now()
        if len(self._data) < self._size:
            page.send(protocol.own("piece", offset=len(self._data)))
            return None
        whole, name = bytes(self._data), self._name
        self._forget()
        lease = self._port.offer(whole)
        installed = await self._port.ask(
            "screen", InstallFace(name), FaceInstalled, within=TAKE_S, taint=Taint.USER, lease=lease
        )
        try:
            # the skill remembers which face is shown, so that it is shown after a restart too
            await self._port.ask("skills", Invoke("wear_face", {"name": installed.name}), Invoked, taint=Taint.USER)
        except BluerillError as error:
            self._port.log.info("face %s is shown, but not remembered: %s", installed.name, error)
        return installed

    def _forget(self) -> None:
        self._page, self._data = None, bytearray()
