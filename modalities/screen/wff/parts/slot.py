"""ComplicationSlot: the layout for the type of data that is there now, cut to the slot's bounding shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PIL import Image

from ..affine import Affine, Box
from ..colour import Colour
from ..expression import text_of
from ..live import Frame, Live
from ..outline import Piece, Trace, arc, ellipse, rectangle, round_rectangle, stroke
from ..stamp import Stamp, cover, masked
from .element import Element, Masks, Visual, same

Numbers = dict[str, float]


@dataclass(slots=True)
class Bounding:
    """The shape within which a slot is seen (and touched)."""

    kind: str
    numbers: Numbers = field(default_factory=dict)
    rounded: bool = False
    back: bool = False

    def pieces(self, scale: float) -> list[Piece]:
        """The shape as polygons in the slot's units."""
        return _SHAPES[self.kind](self, scale)


def _box(shape: Bounding, _scale: float) -> list[Piece]:
    n = shape.numbers
    return [Piece(rectangle(n["x"], n["y"], n["width"], n["height"]))]


def _round_box(shape: Bounding, scale: float) -> list[Piece]:
    n = shape.numbers
    bend = n.get("cornerRadius", 0.0)
    return [Piece(round_rectangle(n["x"], n["y"], n["width"], n["height"], bend, bend, scale))]


def _oval(shape: Bounding, scale: float) -> list[Piece]:
    n = shape.numbers
    return [Piece(ellipse(n["x"], n["y"], n["width"], n["height"], scale))]


def _arc(shape: Bounding, scale: float) -> list[Piece]:
    n = shape.numbers
    sweep = max(-360.0, min(n["endAngle"] - n["startAngle"], 360.0)) * (-1 if shape.back else 1)
    points = arc(n["centerX"], n["centerY"], n["width"], n["height"], n["startAngle"], n["startAngle"] + sweep, scale)
    closed = abs(sweep) >= 360
    trace = Trace(points[:-1] if closed else points, closed, True)
    return stroke(trace, n["thickness"], "ROUND" if shape.rounded else "BUTT", "MITER", scale)


_SHAPES: dict[str, Callable[[Bounding, float], list[Piece]]] = {
    "BoundingBox": _box,
    "BoundingRoundBox": _round_box,
    "BoundingOval": _oval,
    "BoundingArc": _arc,
}


class Slot(Element):
    """A slot. ``kind`` says which type of data it shows now, ``layouts`` what is drawn for each type."""

    kind: Live
    layouts: dict[str, Sequence[Visual]]
    shape: Bounding | None = None
    enabled: Callable[[Frame], bool] | None = None

    _masks: Masks
    _window: tuple[tuple[Affine, Box], tuple[Image.Image, int, int] | None] | None = None
    _content: list[Stamp]
    _cut: list[Stamp]

    def content(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Stamp]:
        """The layout now."""
        if self.enabled is not None and not self.enabled(frame):
            return []
        children = self.layouts.get(text_of(self.kind.get(frame)), ())
        parts = [part for child in children for part in child.parts(frame, matrix, tint)]
        content = self._masks.apply(parts, frame.clip)
        if self.shape is None or not content:
            return content
        key = (matrix, frame.clip)
        if self._window is None or self._window[0] != key:
            pieces = [piece._replace(points=matrix.points(piece.points)) for piece in self.shape.pieces(matrix.scale)]
            self._window = (key, cover(pieces, frame.clip))
            self._content = []
        if not same(content, self._content):
            window = self._window[1]
            cut = [] if window is None else [masked(stamp, *window) for stamp in content]
            self._content, self._cut = content, [stamp for stamp in cut if stamp is not None]
        return self._cut

    def prepare(self) -> None:
        """Fields that every slot has of its own."""
        self._masks, self._content, self._cut = Masks(), [], []
