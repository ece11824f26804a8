"""The designer service: words in, a face that passed every check out, in the folder of the owner's faces; and the
bench of the studio, where faces are looked at, read, edited and kept.

On demand, in a process of its own: laying out and judging a face takes a second of a core and a few dozen MiB, and the
watch goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar, Final, TypeVar

from ....kernel.errors import CallerError, ServiceFault
from ....kernel.service import Call, Leased, Service, handles
from ....skills.faces_folder import MAX_FACES, face_files
from ....skills.messages import DesignFace, FaceDesigned, FaceNotDesigned
from ..faces.wardrobe import BUNDLED
from ..messages import ExportFace, FaceKept, FaceNotSeen, KeepFace, LookAtFace, ReadFace
from ..wff.problem import FaceError
from .brief import Brief
from .making import make, unpack
from .packing import pack
from .settle import changed, settled
from .studio import Studio, refusal
from .telling import told
from .wishes import MAX_TEXT, Wishes, read_wishes

MOST_UNREAD: Final = 10
T = TypeVar("T")


class DesignerService(Service):
    """Makes faces. ``faces`` is the folder they are kept in."""

    concurrency: ClassVar[int] = 4

    def __init__(self, faces: str = "") -> None:
        # neither a picture nor a document waits for figures that are being measured or a face that is being made
        self._turns = {kind: asyncio.Lock() for kind in ("make", "look", "read", "measure")}
        self.use(Path(faces) if faces else None)

    def use(self, folder: Path | None) -> None:
        """Keep faces in a folder from now on (None: keep none)."""
        self._folder = folder
        self._studio = Studio(folder)

    @handles(DesignFace)
    async def design(self, request: DesignFace, call: Call) -> FaceDesigned | FaceNotDesigned:
        async with self._turns["make"]:
            try:
                return await asyncio.to_thread(self._designed, request)
            except (CallerError, FaceError, ServiceFault) as error:
                return FaceNotDesigned(str(error))
            except OSError as error:
                return FaceNotDesigned(f"The face cannot be kept: {error.strerror or error}.")

    @handles(LookAtFace)
    async def look(self, wish: LookAtFace, call: Call) -> Leased:
        found = await self._apart("look", lambda: self._studio.look(wish))
        # who borrows gets a lease whatever the answer is
        answer, data = (found, b"-") if isinstance(found, FaceNotSeen) else found
        return Leased(answer, self.port.offer(data))

    @handles(ReadFace)
    async def read(self, wish: ReadFace, call: Call) -> Leased:
        kind = "measure" if wish.measured else "read"
        found = await self._apart(kind, lambda: self._studio.read(wish.face, wish.document, measured=wish.measured))
        # who borrows gets a lease whatever the answer is
        answer, data = (found, b"-") if isinstance(found, FaceNotSeen) else found
        return Leased(answer, self.port.offer(data))

    @handles(ExportFace)
    async def export(self, wish: ExportFace, call: Call) -> Leased:
        found = await self._apart("read", lambda: self._studio.project(wish.face, wish.document))
        answer, data = (found, b"-") if isinstance(found, FaceNotSeen) else found
        return Leased(answer, self.port.offer(data))

    @handles(KeepFace)
    async def keep(self, wish: KeepFace, call: Call) -> FaceKept | FaceNotSeen:
        found = await self._apart("read", lambda: self._edited(wish))
        return found if isinstance(found, FaceNotSeen) else FaceKept(found)

    async def _apart(self, kind: str, work: Callable[[], T]) -> T | FaceNotSeen:
        """Work in a thread, of each kind one at a time; what is wrong with a face as an answer."""
        async with self._turns[kind]:
            try:
                return await asyncio.to_thread(work)
            except (CallerError, FaceError) as error:
                return refusal(error)
            except OSError as error:
                return FaceNotSeen(error.strerror or str(error))

    def _room(self) -> dict[str, Path]:
        """The faces there are. Raises CallerError where no more can be kept."""
        if self._folder is None:
            raise CallerError("This watch keeps no faces of its owner.")
        held = face_files(self._folder)
        if len(held) >= MAX_FACES:
            raise CallerError(f"There are {MAX_FACES} faces already; remove one first.")
        return held

    def _edited(self, wish: KeepFace) -> str:
        """Keep an edited face; its name."""
        return self._keep(wish.face, pack(self._studio.files(wish.face, wish.document)))

    def _keep(self, wished: str, packed: bytes) -> str:
        """Write a face into the folder under the next free name. Raises CallerError as ``_room``."""
        name = _free(wished, self._room())
        folder = self._folder
        assert folder is not None, "there is room in it"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{name.replace(' ', '-')}.zip"
        part = folder / f".{file.name}.part"
        try:
            part.write_bytes(packed)
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)
        return name

    def _designed(self, request: DesignFace) -> FaceDesigned | FaceNotDesigned:
        words = request.words[:MAX_TEXT]
        held = self._room()
        brief: Brief
        wishes: Wishes
        square = None
        if request.change:
            path = held.get(request.change) or face_files(BUNDLED).get(request.change)
            if path is None or path.suffix != ".zip":
                raise CallerError(f"Only faces made from words can be changed; {request.change} is not one.")
            before, square = unpack(path)
            brief, wishes = changed(before, words)
            if brief.ground != "photo":
                square = None
        else:
            wishes = read_wishes(words)
            brief = settled(wishes, words)
        if wishes.empty:
            raise CallerError(f"I don't know what {words[:60]!r} looks like on a watch face.")
        made = make(brief, square)
        name = self._keep(made.brief.name, made.packed)
        return FaceDesigned(name, told(made.brief), wishes.unread[:MOST_UNREAD])


def _free(name: str, taken: Iterable[str]) -> str:
    """A name that no face has: the first that is free of "blue", "blue 2", "blue 3"."""
    from ..faces.wardrobe import bundled

    used = {*taken, *(face.name for face in bundled())}
    return next(each for each in (name, *(f"{name} {count}" for count in range(2, MAX_FACES + 3))) if each not in used)
