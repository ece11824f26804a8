"""The studio's bench: the watch's faces of the format, or edited ones, looked at, read with line numbers, and kept.

An edited document keeps the pictures and fonts of the face that it was begun from.
"""

from __future__ import annotations

import io
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from PIL import Image

from ....kernel.errors import CallerError
from ....skills.faces_folder import face_files
from ..faces.analog import Analog
from ..faces.digital import Digital
from ..faces.minimal import Minimal
from ..faces.wardrobe import BUNDLED
from ..messages import Branch, FaceExported, FaceLook, FaceNotSeen, FaceRead, Finding, LookAtFace, Score
from ..paint import Canvas
from ..view import View
from ..wff.check import Metric, Report, check
from ..wff.device import Device
from ..wff.effort import MAX_DRAW_S
from ..wff.energy import energy_label
from ..wff.face import Face, load, read
from ..wff.measures import MEASURES
from ..wff.node import Node
from ..wff.problem import VERSIONS, FaceError, Kind, Problem
from ..wff.project import project, slug_of
from ..wff.renderer import FaceRenderer
from ..wff.weather import sky_of_words
from .brief import read_brief
from .packing import pack
from .sheet import BRIEF, DOCUMENT

MAX_DOCUMENT: Final = 60_000
"""Characters of a document that is edited on the page."""
MAX_EXPORT: Final = 8 << 20
"""A packed project that is given to a page."""
PREVIEW: Final = (450, 450)
MAX_SHOWN: Final = 60
MAX_TREE: Final = 400
SIZES: Final = (96, 480)
CODED: Final = (Analog, Digital, Minimal)
"""Faces without a document; they can be looked at, not read."""
_LINE: Final = re.compile(r", line (\d+):")
_TELLING: Final = ("name", "slotId", "target", "type", "resource", "format", "key")


class Studio:
    """Faces by name, and the renderer of the one that was looked at last."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: tuple[tuple[str, str, int], FaceRenderer] | None = None

    def look(self, wish: LookAtFace) -> tuple[FaceLook, bytes]:
        """A picture of a face, encoded. Raises FaceError, CallerError."""
        size = min(max(wish.size, SIZES[0]), SIZES[1])
        coded = next((face for face in CODED if face().name == wish.face), None)
        if coded is not None and not wish.document:
            return _coded(coded(), wish, size)
        key = (wish.face, wish.document, size)
        if self._kept is None or self._kept[0] != key:
            renderer = FaceRenderer(self.face(wish.face, wish.document), (size, size))
            renderer.limit_s = MAX_DRAW_S
            self._kept = (key, renderer)
        renderer = self._kept[1]
        begin = time.thread_time()
        try:
            picture = renderer.draw(_device(wish), still=True)
        except (ArithmeticError, LookupError, TypeError, ValueError, MemoryError) as error:
            self._kept = None
            raise CallerError(f"it cannot be drawn: {str(error)[:120] or type(error).__name__}") from error
        took = (time.thread_time() - begin) * 1000
        notes = [str(note) for note in renderer.notes[:10]]
        return FaceLook(size, round(took, 1), renderer.period, notes), _encoded(picture)

    def read(self, name: str, document: str, *, measured: bool) -> tuple[FaceRead, bytes]:
        """A face's elements, findings and figures, and its document. Raises FaceError, CallerError."""
        face = self.face(name, document)
        data = document.encode() if document else face.resources.read(face.name) if face.resources.known else b""
        if not data:
            data = self._path(name).read_bytes()
        report = check(face, MEASURES if measured else (), tolerant=True)
        errors = set(report.errors) if report.valid else _nearest(report)
        findings = [
            Finding(problem.line, problem.message, problem.mend, problem in errors)
            for problem in report.problems
            if problem in errors or problem.kind is Kind.ADVICE
        ][:MAX_SHOWN]
        brief = face.resources.read(BRIEF) if BRIEF in face.resources.files else b""
        words = read_brief(brief).words if brief else ""
        scores = [_score(metric) for metric in report.metrics if not metric.profile or metric.profile == "32MB"]
        energy = energy_label(report.metrics) if measured else ""
        return FaceRead(report.valid, findings, _tree(face.root), scores, energy, words), data

    def face(self, name: str, document: str = "") -> Face:
        """A face by name, with another document if there is one. Raises FaceError, CallerError."""
        if len(document) > MAX_DOCUMENT:
            raise CallerError(f"expected a document of at most {MAX_DOCUMENT:,} characters, got {len(document):,}")
        face = load(self._path(name))
        return read(document.encode(), face.resources, face.name) if document else face

    def files(self, name: str, document: str) -> dict[str, bytes]:
        """The files of a face with an edited document, without the brief that it no longer follows."""
        face = self.face(name, document)
        report = check(face, tolerant=True)
        if not report.valid:
            raise CallerError(f"expected a valid face, found {report.errors[0] if report.errors else 'none'}")
        resources = face.resources
        held = {file: resources.read(file) for file in resources.files if file not in (face.name, BRIEF)}
        return {**held, DOCUMENT: document.encode()}

    def project(self, name: str, document: str) -> tuple[FaceExported, bytes]:
        """The face as a zip of an Android project. Raises FaceError, CallerError."""
        face = self.face(name, document)
        report = check(face, tolerant=True)
        if not report.valid:
            raise CallerError(f"expected a valid face, found {report.errors[0] if report.errors else 'none'}")
        version = report.declared or min(report.versions)
        sink = io.BytesIO()
        FaceRenderer(face, PREVIEW).draw(_device(LookAtFace(name)), still=True).save(sink, "PNG")
        text = document.encode() if document else face.resources.read(face.name) if face.resources.known else b""
        slug = slug_of(name)
        files = project(
            face, text or self._path(name).read_bytes(), f"org.example.{slug}", name, version, sink.getvalue()
        )
        packed = pack(files)
        if len(packed) > MAX_EXPORT:
            raise CallerError(f"expected a project of at most {MAX_EXPORT >> 20} MiB; use bluerill face export")
        return FaceExported(f"{slug}.zip", version), packed

    def _path(self, name: str) -> Path:
        own = face_files(self._folder) if self._folder is not None else {}
        path = own.get(name) or face_files(BUNDLED).get(name)
        if path is None:
            raise CallerError(f"no face of the format is called {name[:60]!r}")
        return path


def _coded(face: Analog | Digital | Minimal, wish: LookAtFace, size: int) -> tuple[FaceLook, bytes]:
    """A picture of a face described by code, for the gallery of all faces."""
    device = _device(wish)
    view = View(
        device.moment, wish.ambient, False, device.battery, device.steps, device.heart_rate, "12° partly cloudy"
    )
    canvas = Canvas(size)
    face.draw(canvas, view)
    return FaceLook(size, 0.0, face.period(view)), _encoded(canvas.image)


def _encoded(picture: Image.Image) -> bytes:
    sink = io.BytesIO()
    picture.save(sink, "WEBP", quality=88, method=2)
    return sink.getvalue()


def _nearest(report: Report) -> set[Problem]:
    """What is wrong in the version that least is wrong in: other versions' mistakes are not the maker's."""
    errors = [problem for problem in report.problems if problem.is_error]
    by_version = [{problem for problem in errors if version in problem.versions} for version in sorted(VERSIONS)]
    return min(reversed(by_version), key=len)


def refusal(error: Exception) -> FaceNotSeen:
    """An error as the page is told it, with its line where it names one."""
    text = str(error)
    found = _LINE.search(text) if isinstance(error, FaceError) else None
    return FaceNotSeen(text[:400], int(found[1]) if found else 0)


def _device(wish: LookAtFace) -> Device:
    at = min(max(wish.at, 0), 1439)
    moment = (
        datetime.now()
        .astimezone()
        .replace(hour=at // 60, minute=at % 60, second=min(max(wish.second, 0), 59), microsecond=0)
    )
    return Device(
        moment,
        wish.ambient,
        battery=min(max(wish.battery, 0), 100),
        steps=min(max(wish.steps, 0), 99_999),
        heart_rate=min(max(wish.heart_rate, 0), 250),
        unread=2,
        sky=sky_of_words("12° partly cloudy"),
        next_alarm=moment.replace(hour=7, minute=0, second=0, tzinfo=None),
    )


def _score(metric: Metric) -> Score:
    name = metric.name.replace("_32mb", " (32 MB)").replace("_", " ")
    limit = "" if metric.limit is None else _figure(metric.limit, metric.unit)
    return Score(name, _figure(metric.value, metric.unit), limit, metric.passed)


def _figure(value: Any, unit: str) -> str:
    if unit == "bytes" and isinstance(value, (int, float)):
        share, unit = (1 << 20, "MiB") if value >= 1 << 20 else (1 << 10, "KiB")
        value = value / share
    return f"{f'{value:.3g}' if isinstance(value, float) else value} {unit}".rstrip()


def _tree(root: Node) -> list[Branch]:
    """The elements with their depth, in document order; those of a template's inside are left out."""
    found: list[Branch] = []
    waiting = [(root, 0)]
    while waiting and len(found) < MAX_TREE:
        node, depth = waiting.pop()
        what = next(
            (
                node.get(key)
                for key in ("name", "slotId", "target", "type", "resource", "format", "key")
                if node.get(key)
            ),
            "",
        )
        found.append(Branch(depth, node.tag, what[:40], node.line))
        waiting.extend((child, depth + 1) for child in reversed(node.children) if child.tag != "Parameter")
    return found
