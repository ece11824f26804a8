"""The studio's part of the web service: passes what a page wants of a face to ``designer`` and ``skills``.

One request of a page is under way at a time for each kind; a newer look at a face replaces one that waits, so that a
dragged slider never queues.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Final

from ...kernel.errors import BluerillError
from ...kernel.message import Body, Taint
from ...kernel.service import Port
from ...modalities.screen.messages import (
    ExportFace,
    FaceExported,
    FaceKept,
    FaceLook,
    FaceNotSeen,
    FaceRead,
    KeepFace,
    LookAtFace,
    ReadFace,
)
from ...skills.messages import Invoke, Invoked
from . import protocol
from .page import Page

WITHIN_S: Final = 20.0
DESIGNER: Final = "designer"
THUMB: Final = 120
"""The side of a gallery's picture; the preview of the studio is larger."""


class Atelier:
    """Answers the studio of every page."""

    def __init__(self, port: Port, faces: Callable[[str], None]) -> None:
        self._port = port
        self._faces = faces
        self._looking: set[tuple[int, bool]] = set()
        self._next: dict[tuple[int, bool], protocol.StudioLook] = {}
        self._measuring: set[int] = set()
        self._measure: dict[int, protocol.StudioRead] = {}

    async def look(self, page: Page, said: protocol.StudioLook) -> None:
        """A picture; while one is drawn for the page, only the latest wish waits (small ones of the gallery apart)."""
        key = (page.number, said.size <= THUMB)
        if key in self._looking:
            self._next[key] = said
            return
        self._looking.add(key)
        try:
            wish: protocol.StudioLook | None = said
            while wish is not None:
                await self._look(page, wish)
                wish = self._next.pop(key, None)
        finally:
            self._looking.discard(key)
            self._next.pop(key, None)

    async def _look(self, page: Page, said: protocol.StudioLook) -> None:
        values = {name: getattr(said, name) for name in LookAtFace.__struct_fields__}
        await self._borrowed(page, said.id, "studio-look", LookAtFace(**values), FaceLook)

    async def read(self, page: Page, said: protocol.StudioRead) -> None:
        """A face's document and what is known of it; while one is measured for the page, only the latest waits."""
        if not said.measured:
            await self._read(page, said)
            return
        self._measure[page.number] = said
        if page.number in self._measuring:
            return
        self._measuring.add(page.number)
        try:
            while (wish := self._measure.pop(page.number, None)) is not None:
                await self._read(page, wish)
        finally:
            self._measuring.discard(page.number)

    async def _read(self, page: Page, said: protocol.StudioRead) -> None:
        wish = ReadFace(said.face, said.document, said.measured)
        await self._borrowed(page, said.id, "studio-read", wish, FaceRead)

    async def export(self, page: Page, said: protocol.StudioExport) -> None:
        """A face as a project to be saved."""
        await self._borrowed(page, said.id, "studio-export", ExportFace(said.face, said.document), FaceExported)

    async def make(self, page: Page, said: protocol.StudioMake) -> None:
        """A face of words: by the skill, as if it had been said, so that it is shown and can be taken back."""
        call = Invoke("create_face", {"description": said.words})
        if said.change:
            call = Invoke("alter_face", {"name": said.change, "words": said.words})
        try:
            done = await self._port.ask("skills", call, Invoked, within=WITHIN_S, taint=Taint.USER)
        except BluerillError as error:
            page.send(protocol.own("studio-refused", id=said.id, reason=str(error), line=0))
            return
        face = str(done.result.get("face", ""))
        self._faces(face)
        page.send(protocol.own("studio-made", id=said.id, name=face, text=done.speech))

    async def wear(self, page: Page, face: str) -> None:
        """A face that was chosen on the page: the skill remembers it, so that it is worn after a restart too."""
        try:
            await self._port.ask("skills", Invoke("wear_face", {"name": face}), Invoked, taint=Taint.USER)
        except BluerillError as error:
            self._port.log.info("face %s is shown, but not remembered: %s", face, error)

    async def keep(self, page: Page, said: protocol.StudioKeep) -> None:
        """An edited face: kept, and worn."""
        try:
            kept = await self._port.ask(
                DESIGNER, KeepFace(said.face, said.document), Body, within=WITHIN_S, taint=Taint.USER
            )
        except BluerillError as error:
            page.send(protocol.own("studio-refused", id=said.id, reason=str(error), line=0))
            return
        if not isinstance(kept, FaceKept):
            reason, line = _why(kept)
            page.send(protocol.own("studio-refused", id=said.id, reason=reason, line=line))
            return
        text = f"Kept as {kept.name}."
        try:
            await self._port.ask("skills", Invoke("wear_face", {"name": kept.name}), Invoked, taint=Taint.USER)
        except BluerillError as error:
            text = f"Kept as {kept.name}, but it cannot be worn: {error}"
        self._faces(kept.name)
        page.send(protocol.own("studio-made", id=said.id, name=kept.name, text=text))

    async def _borrowed(
        self, page: Page, number: int, kind: str, wish: Any, expect: type[FaceLook | FaceRead | FaceExported]
    ) -> None:
        """An answer with a lease, as one message; or why there is none."""
        try:
            answer, lease = await self._port.borrow(DESIGNER, wish, Body, within=WITHIN_S, taint=Taint.USER)
        except BluerillError as error:
            page.send(protocol.own("studio-refused", id=number, reason=str(error), line=0))
            return
        try:
            if not isinstance(answer, expect):
                reason, line = _why(answer)
                page.send(protocol.own("studio-refused", id=number, reason=reason, line=line))
                return
            data = lease.bytes()
            text = data.decode("utf-8", "replace") if expect is FaceRead else base64.b64encode(data).decode()
            page.send(protocol.own(kind, id=number, face=wish.face, found=answer, data=text))
        finally:
            lease.release()


def _why(answer: Body) -> tuple[str, int]:
    return (answer.reason, answer.line) if isinstance(answer, FaceNotSeen) else (f"the answer was {answer.wire}", 0)
