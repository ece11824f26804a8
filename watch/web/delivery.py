"""A watch face or a picture on its way from a page: announced, sent in pieces, and handed to who knows such things.

One of them is on its way at a time, over all pages, and its size is known and bounded before the first byte is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ...agent.messages import Saw
from ...kernel.errors import BluerillError, CallerError
from ...kernel.message import Body, Taint
from ...kernel.service import Port
from ...modalities.image.messages import NotSeen, See, Seen
from ...modalities.screen.messages import FaceInstalled, InstallFace
from ...skills.messages import Invoke, Invoked
from . import protocol
from .page import Page

MAX_FACE_BYTES: Final = 4 << 20
"""The largest face a page may bring, packed."""
MAX_PICTURE_BYTES: Final = 8 << 20
"""The largest picture a page may bring; it makes a large photograph smaller before."""
STALE_S: Final = 30.0
"""After so long without a piece another page may begin."""
TAKE_S: Final = 20.0
"""How long the screen may check and draw a face."""
LOOK_S: Final = 60.0
"""How long a picture may be looked at; its process is started for it."""


Brought = protocol.BringFace | protocol.BringPicture


class Arrived(NamedTuple):
    """All of what a page brought."""

    said: Brought
    data: bytes


class Delivery:
    """Takes the pieces of what pages bring."""

    def __init__(self, port: Port, pages: Mapping[int, Page]) -> None:
        self._port = port
        self._pages = pages
        self._page: Page | None = None
        self._said: Brought | None = None
        self._data = bytearray()
        self._heard_at = 0.0

    def begin(self, page: Page, said: Brought) -> None:
        """A page announces something. Raises CallerError: too large, or another page is bringing something."""
        now = self._port.now()
        busy = self._page is not None and self._page is not page and self._page.number in self._pages
        if busy and now - self._heard_at < STALE_S:
            raise CallerError("another page is bringing something; try again in a moment")
        what, most = (
            ("face", MAX_FACE_BYTES) if isinstance(said, protocol.BringFace) else ("picture", MAX_PICTURE_BYTES)
        )
        if said.size > most:
            self._forget()
            raise CallerError(f"expected a {what} of at most {most >> 20} MiB, got {said.size / (1 << 20):.1f} MiB")
        self._page, self._said = page, said
        self._data, self._heard_at = bytearray(), now
        page.send(protocol.own("piece", offset=0))

    def piece(self, page: Page, data: bytes) -> Arrived | None:
        """The next piece; the whole with the last one. Raises CallerError for a piece nobody expected."""
        offset, part = protocol.decode_piece(data)
        said = self._said if self._page is page else None
        if said is None or offset != len(self._data) or offset + len(part) > said.size:
            if self._page is page:
                self._forget()
            raise CallerError(
                f"page piece: expected the bytes after {len(self._data)} of what was announced,"
                f" got those after {offset}"
            )
        self._data += part
        self._heard_at = self._port.now()
        if len(self._data) < said.size:
            page.send(protocol.own("piece", offset=len(self._data)))
            return None
        whole = bytes(self._data)
        self._forget()
        return Arrived(said, whole)

    async def install(self, name: str, data: bytes) -> FaceInstalled:
        """Put a face on. Raises what the screen refuses."""
        lease = self._port.offer(data)
        installed = await self._port.ask(
            "screen", InstallFace(name), FaceInstalled, within=TAKE_S, taint=Taint.USER, lease=lease
        )
        try:
            # the skill remembers which face is shown, so that it is shown after a restart too
            await self._port.ask("skills", Invoke("wear_face", {"name": installed.name}), Invoked, taint=Taint.USER)
        except BluerillError as error:
            self._port.log.info("face %s is shown, but not remembered: %s", installed.name, error)
        return installed

    async def look(self, data: bytes) -> Seen:
        """What is in a picture; from now on the session knows it too. Raises CallerError for what is no picture."""
        seen = await self._port.ask("image", See(), Body, within=LOOK_S, lease=self._port.offer(data))
        if not isinstance(seen, Seen):
            raise CallerError(seen.reason if isinstance(seen, NotSeen) else f"image answered {seen.wire}")
        await self._port.tell("session", Saw(seen), taint=Taint.UNTRUSTED)
        return seen

    def _forget(self) -> None:
        self._page, self._said, self._data = None, None, bytearray()
