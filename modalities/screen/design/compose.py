"""A brief as a face: its palette, its layout, its files."""

from __future__ import annotations

from ..wff.face import Face, read
from ..wff.resources import Resources
from .analog import lay_analog
from .brief import Brief
from .digital import lay_digital
from .palette import palette_of
from .sheet import DOCUMENT, Sheet
from .typefaces import Bundle


def compose(brief: Brief, photo: bytes | None = None) -> dict[str, bytes]:
    """The files of the face by their names. ``photo`` is the encoded picture of the ground ``photo``."""
    sheet = Sheet(brief, palette_of(brief), photo)
    if brief.style == "digital":
        lay_digital(sheet)
    else:
        lay_analog(sheet)
    return sheet.packed()


def face_of(files: dict[str, bytes]) -> Face:
    """The face that such files are."""
    return read(files[DOCUMENT], Resources(Bundle(files)))
