"""Making a face: laid out, judged by every check of docs/faces.md, mended where one fails, and judged again.

What cannot be mended in a few rounds is given up with the check that failed: no face leaves here that would not pass.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from PIL import Image

from ....kernel.errors import CallerError, ServiceFault
from ..wff.check import Measure, Report, check
from ..wff.face import Face
from ..wff.measure_ambient import ambient_lit, ambient_still, burn_in
from ..wff.measure_cost import deterministic, frame_time
from ..wff.measure_reading import clipping, contrast, legible_time
from ..wff.problem import FaceError
from .brief import Brief, read_brief
from .compose import compose, face_of
from .packing import pack
from .photo import darkened
from .sheet import BRIEF, PICTURES
from .typefaces import TYPEFACES

JUDGED: Final[tuple[Measure, ...]] = (
    ambient_lit,
    ambient_still,
    contrast,
    clipping,
    legible_time,
    frame_time,
    deterministic,
)
"""Every measure with a limit. What is only told (burn-in) is told by ``face check``."""
TOLD: Final[tuple[Measure, ...]] = (burn_in,)
MOST_ROUNDS: Final = 6
SQUARE: Final = f"{PICTURES}/photo.webp"
MAX_PACKED: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """A face that passed. ``rounds`` says how often it was mended; ``brief`` is what it was made from in the end."""

    brief: Brief
    files: Mapping[str, bytes]
    face: Face
    report: Report
    mended: tuple[str, ...]

    @property
    def face_font(self) -> str:
        """The family its figures are set in; '' for the device's own."""
        typeface = TYPEFACES[self.brief.font]
        return typeface.family if typeface.own else ""

    @property
    def packed(self) -> bytes:
        """The face as a zip, the same bytes every time."""
        return pack(self.files)


def make(brief: Brief, square: Image.Image | None = None) -> Made:
    """The face of a brief. ``square`` is the picture behind it, cut to the face.

    Raises ServiceFault if it cannot be made to pass.
    """
    if (brief.ground == "photo") != (square is not None):
        raise CallerError("expected a picture with a brief whose ground is a photo, and with no other")
    mended: list[str] = []
    while True:
        files = compose(brief, darkened(square, brief.lift) if square is not None else None)
        if square is not None:
            files[SQUARE] = _kept(square)
        face = face_of(files)
        report = check(face, JUDGED)
        wrong = _wrong(report)
        if not wrong:
            return Made(brief, files, face, report, tuple(mended))
        if len(mended) >= MOST_ROUNDS:
            raise ServiceFault(
                f"the face cannot be made to pass: {wrong[0]} after {len(mended)} mends; say it with fewer things on it"
            )
        brief, what = _mended(brief, report, wrong[0])
        mended.append(what)


def unpack(path: Path) -> tuple[Brief, Image.Image | None]:
    """The brief that lies in a face made here, and its picture. Raises CallerError for a face made elsewhere."""
    try:
        if path.stat().st_size > MAX_PACKED:
            raise CallerError(f"{path.name}: expected at most {MAX_PACKED >> 20} MiB")
        with zipfile.ZipFile(path) as archive:
            held = {info.filename: info.file_size for info in archive.infolist()}
            if BRIEF not in held or held[BRIEF] > 16_384 or held.get(SQUARE, 0) > MAX_PACKED:
                raise CallerError(
                    f"{path.name}: expected a face with its brief beside it ({BRIEF}); only faces made here can be"
                    " changed by words"
                )
            brief = read_brief(archive.read(BRIEF))
            square = None
            if brief.ground == "photo":
                with Image.open(io.BytesIO(archive.read(SQUARE)), formats=("WEBP",)) as picture:
                    if max(picture.size) > 1024:
                        raise CallerError(f"{path.name}: expected a picture of at most 1024 pixels a side")
                    square = picture.convert("RGB")
            return brief, square
    except (OSError, KeyError, zipfile.BadZipFile, ValueError) as error:
        raise CallerError(f"{path.name}: expected a face made here, found: {str(error)[:120]}") from None


def _wrong(report: Report) -> list[str]:
    """What fails, worst first: mistakes of the document, then figures over their limits."""
    found = [str(problem) for problem in report.problems if problem.is_error and 4 in problem.versions]
    return found + [metric.name for metric in report.metrics if metric.passed is False]


def _mended(brief: Brief, report: Report, wrong: str) -> tuple[Brief, str]:
    """The brief with one thing changed that should help. Raises ServiceFault where nothing would."""
    now: dict[str, Any] = {}
    if wrong == "legible_time" and brief.style != "digital":
        # an hour hand that cannot be told from the minute hand above it: broader, then of a plainer shape
        if brief.thick < 1.25 and brief.hands not in ("sword", "line"):
            now["thick"] = round(brief.thick * 1.14, 3)
        elif brief.hands != "sword":
            now |= {"hands": "sword", "thick": 1.0}
        elif brief.lift < 4:
            now["lift"] = brief.lift + 1
    elif wrong in ("contrast_text", "contrast_large", "legible_time") and brief.lift < 4:
        now["lift"] = brief.lift + 1
        if brief.lift >= 1 and brief.ground != "photo":
            now["ground"] = "glow" if brief.ground not in ("glow", "plain") else "plain"
    elif wrong == "ambient_lit":
        if brief.ambient != "bare":
            now["ambient"] = "bare" if brief.ambient == "outline" else "outline"
        elif brief.night > 0.55:
            now["night"] = round(brief.night * 0.86, 3)
    elif wrong in ("clipping", "overlap"):
        if brief.date_long:
            now["date_long"] = False
        elif brief.size > 0.86:
            now["size"] = round(max(brief.size * 0.9, 0.7), 3)
        elif brief.facts:
            now["facts"] = brief.facts[:-1]
        elif brief.date != "none":
            now["date"] = "none"
    elif wrong.startswith("frame_time") and brief.second == "sweep":
        now["second"] = "tick"
    if not now:
        raise ServiceFault(f"the face cannot be made to pass: {wrong}; say it with fewer things on it")
    del report
    return msgspec.structs.replace(
        brief, **now
    ), f"{wrong}: {', '.join(f'{name} {_told(value)}' for name, value in now.items())}"


def _told(value: object) -> str:
    return str(len(value)) if isinstance(value, tuple) else str(value)


def _kept(square: Image.Image) -> bytes:
    sink = io.BytesIO()
    square.save(sink, "WEBP", quality=92, method=4)
    return sink.getvalue()


__all__ = ["JUDGED", "TOLD", "FaceError", "Made", "make", "pack", "unpack"]
