"""The wardrobe: all faces there are, and taking in a new one.

Faces described by code come first, then the bundled ones in the Watch Face Format, then those of the owner's folder. A
face is taken in only after it was read, compiled and drawn once, active and ambient; what is refused leaves nothing.
"""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ....kernel.errors import CallerError
from ....skills.faces_folder import MAX_FACES, face_files, face_name
from ..wff.device import Device
from ..wff.effort import MAX_DRAW_S
from ..wff.face import load
from ..wff.renderer import FaceRenderer
from .analog import Analog
from .described import Described
from .digital import Digital
from .face import Face
from .minimal import Minimal

MAX_BYTES: Final = 4 << 20
"""A face that is dropped on the watch, packed."""
BUNDLED: Final = Path(__file__).parent / "bundled"
TRIED_AT: Final = datetime(2026, 11, 20, 10, 8, 32, tzinfo=UTC)


def bundled() -> list[Face]:
    """New instances of the faces that come with the watch, in the order in which the crown turns through them."""
    found: list[Face] = [Analog(), Digital(), Minimal()]
    found += [Described(name, path) for name, path in face_files(BUNDLED).items()]
    return found


class Wardrobe:
    """The faces of one watch. ``folder`` holds the owner's own; None for none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def faces(self) -> list[Face]:
        """Every face, none of them read yet."""
        found = bundled()
        names = {face.name for face in found}
        if self._folder is not None:
            own = face_files(self._folder)
            found += [Described(name, path) for name, path in own.items() if name not in names]
        return found

    def take(self, name: str, data: bytes, size: int) -> tuple[Described, list[str]]:
        """Check a packed face, keep it under a name, and give it with what of it cannot be drawn.

        Raises CallerError: too large, no face, no room, or a name that another face has. ``size`` is the screen's.
        """
        called = face_name(name)
        if self._folder is None:
            raise CallerError("this watch keeps no faces of its owner")
        if not called:
            raise CallerError(f"expected a file name with letters or digits, got {name[:60]!r}")
        if len(data) > MAX_BYTES:
            raise CallerError(f"{called}: expected at most {MAX_BYTES >> 20} MiB, got {len(data) / (1 << 20):.1f} MiB")
        own = face_files(self._folder)
        if called in {face.name for face in bundled()}:
            raise CallerError(f"{called}: a bundled face has this name; rename the file")
        if called not in own and len(own) >= MAX_FACES:
            raise CallerError(f"expected at most {MAX_FACES} faces, and there are as many; remove one first")
        suffix = ".zip" if data[:2] == b"PK" else ".xml"
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".new-", suffix=suffix, dir=self._folder)
        path = Path(temporary)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            notes = tried(path, size)
            kept = self._folder / f"{called.replace(' ', '-')}{suffix}"
            old = own.get(called)
            os.replace(path, kept)
            if old is not None and old != kept and old.is_file():
                old.unlink()
        except OSError as error:
            raise CallerError(f"{called}: cannot be kept: {error.strerror or error}") from None
        finally:
            path.unlink(missing_ok=True)
        return Described(called, kept), notes


def tried(path: Path, size: int) -> list[str]:
    """Draw a face once, active and ambient, and say what of it cannot be drawn. Raises CallerError if it fails."""
    renderer = FaceRenderer(load(path), (size, size))
    renderer.limit_s = MAX_DRAW_S
    device = Device(TRIED_AT, battery=80, steps=6000, heart_rate=70, zone="UTC")
    try:
        renderer.draw(device, still=True)
        renderer.draw(device._replace(ambient=True), still=True)
    except (ArithmeticError, LookupError, TypeError, ValueError, MemoryError) as error:
        raise CallerError(f"it cannot be drawn: {str(error)[:120] or type(error).__name__}") from error
    return [str(note) for note in renderer.notes]
