"""The designer service: words in, a face that passed every check out, in the folder of the owner's faces.

On demand, in a process of its own: laying out and judging a face takes a second of a core and a few dozen MiB, and the
watch goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from ....kernel.errors import CallerError, ServiceFault
from ....kernel.service import Call, Service, handles
from ....skills.faces_folder import MAX_FACES, face_files
from ....skills.messages import DesignFace, FaceDesigned, FaceNotDesigned
from ..wff.problem import FaceError
from .brief import Brief
from .making import make, unpack
from .settle import changed, settled
from .telling import told
from .wishes import MAX_TEXT, Wishes, read_wishes

MOST_UNREAD: Final = 10


class DesignerService(Service):
    """Makes faces. ``faces`` is the folder they are kept in."""

    concurrency: ClassVar[int] = 4

    def __init__(self, faces: str = "") -> None:
        self._folder = Path(faces) if faces else None
        self._turn = asyncio.Lock()

    @handles(DesignFace)
    async def design(self, request: DesignFace, call: Call) -> FaceDesigned | FaceNotDesigned:
        async with self._turn:
            try:
                return await asyncio.to_thread(self._designed, request)
            except (CallerError, FaceError, ServiceFault) as error:
                return FaceNotDesigned(str(error))
            except OSError as error:
                return FaceNotDesigned(f"The face cannot be kept: {error.strerror or error}.")

    def _designed(self, request: DesignFace) -> FaceDesigned | FaceNotDesigned:
        folder, words = self._folder, request.words[:MAX_TEXT]
        if folder is None:
            raise CallerError("This watch keeps no faces of its owner.")
        held = face_files(folder)
        if len(held) >= MAX_FACES:
            raise CallerError(f"There are {MAX_FACES} faces already; remove one first.")
        brief: Brief
        wishes: Wishes
        square = None
        if request.change:
            path = held.get(request.change)
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
        name = _free(made.brief.name, held.keys())
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{name.replace(' ', '-')}.zip"
        part = folder / f".{file.name}.part"
        try:
            part.write_bytes(made.packed)
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)
        return FaceDesigned(name, told(made.brief), wishes.unread[:MOST_UNREAD])


def _free(name: str, taken: Iterable[str]) -> str:
    """A name that no face has: the first that is free of "blue", "blue 2", "blue 3"."""
    from ..faces.wardrobe import bundled

    used = {*taken, *(face.name for face in bundled())}
    return next(each for each in (name, *(f"{name} {count}" for count in range(2, MAX_FACES + 3))) if each not in used)
