"""PartDraw: lines, arcs, rectangles and ellipses, filled and stroked, plain or in gradients, and weighted strokes."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageDraw

from ..affine import Affine, Point
from ..brush import Brush, Gradient, inked
from ..colour import WHITE, Colour, mixed, read_colour, read_colours
from ..expression import truth
from ..live import Attribute, Frame
from ..outline import Piece, Trace, arc, cut, dashes, ellipse, length, rectangle, round_rectangle, stroke
from ..stamp import BAND, Stamp, cover, tinted
from .element import Element

SMOOTH_STEP: Final = 3.0
"""Pixels of one colour along an interpolated stroke."""

Numbers = Mapping[str, float]
Paint = tuple[list[Point], Colour]
"""A bit of a line, and its colour."""


@dataclass(slots=True)
class GradientStyle:
    """A gradient whose every number is alive."""

    kind: str
    numbers: dict[str, Attribute]
    colours: Attribute
    positions: tuple[float, ...]
    direction: str = "CLOCKWISE"

    def get(self, frame: Frame) -> Gradient:
        """The gradient now."""
        n = {name: attribute.number(frame) for name, attribute in self.numbers.items()}
        colours = read_colours(self.colours.get(frame))
        if self.kind == "linear":
            ends = ((n["startX"], n["startY"]), (n["endX"], n["endY"]))
        elif self.kind == "radial":
            ends = ((n["centerX"], n["centerY"]), (n["radius"], 0.0))
        else:
            ends = ((n["centerX"], n["centerY"]), (n["startAngle"], n["endAngle"]))
        return Gradient(self.kind, *ends, colours, self.positions, self.direction == "COUNTER_CLOCKWISE")


@dataclass(slots=True)
class Style:
    """A fill, a stroke (``thickness``) or a weighted stroke (``colours``)."""

    colour: Attribute
    gradient: GradientStyle | None = None
    thickness: Attribute | None = None
    cap: str = "BUTT"
    joint: str = "MITER"
    intervals: tuple[float, ...] = ()
    phase: Attribute | None = None
    colours: Attribute | None = None
    weights: Attribute | None = None
    gap: Attribute | None = None
    smooth: Attribute | None = None

    def get(self, frame: Frame) -> tuple[Hashable, ...]:
        """Everything about it that can change, now."""
        if self.colours is not None and self.weights is not None and self.gap is not None and self.smooth is not None:
            weights = self.weights.get(frame)
            return (
                read_colours(self.colours.get(frame)),
                tuple(_floats(weights)),
                self.gap.number(frame),
                truth(self.smooth.get(frame)),
                self._thick(frame),
            )
        brush: Brush = self.gradient.get(frame) if self.gradient else read_colour(self.colour.get(frame)) or WHITE
        return (brush, self._thick(frame), self.phase.number(frame) if self.phase else 0.0)

    def _thick(self, frame: Frame) -> float:
        return self.thickness.number(frame) if self.thickness is not None else 0.0


@dataclass(slots=True)
class Shape:
    """One drawn shape: its kind, its numbers and its styles, from the lowest up."""

    kind: str
    numbers: dict[str, Attribute]
    styles: list[Style]
    direction: str = "CLOCKWISE"
    _key: Hashable = None
    _stamps: list[Stamp] = field(default_factory=list)

    def stamps(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Stamp]:
        """The shape now."""
        numbers = {name: attribute.number(frame) for name, attribute in self.numbers.items()}
        states = [style.get(frame) for style in self.styles]
        key = (matrix, tint, tuple(numbers.values()), tuple(states), frame.clip)
        if key != self._key:
            self._key = key
            self._stamps = []
            for style, state in zip(self.styles, states, strict=True):
                stamp = self._draw(frame, style, state, numbers, matrix)
                if stamp is not None:
                    self._stamps.append(tinted(stamp, tint))
        return self._stamps

    def _draw(
        self, frame: Frame, style: Style, state: tuple[Hashable, ...], numbers: Numbers, matrix: Affine
    ) -> Stamp | None:
        trace = _TRACES[self.kind](numbers, matrix.scale, self.direction)
        if trace is None:
            return None
        if style.colours is not None:
            return _weighted(trace, style, state, matrix, frame)
        brush, thick, phase = state
        assert isinstance(thick, float), "a stroke's state holds its thickness"
        assert isinstance(phase, float), "a stroke's state holds its phase"
        if style.thickness is None:
            pieces = [Piece(trace.points)]
        else:
            lines = dashes(trace, style.intervals, phase) if style.intervals else [trace]
            pieces = [p for line in lines for p in stroke(line, thick, style.cap, style.joint, matrix.scale)]
        covered = cover([piece._replace(points=matrix.points(piece.points)) for piece in pieces], frame.clip)
        return None if covered is None else inked(*covered, brush, matrix)  # type: ignore[arg-type]


class PartDraw(Element):
    """A part that draws shapes."""

    shapes: Sequence[Shape] = ()

    def content(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Stamp]:
        """All its shapes, from the lowest up."""
        return [stamp for shape in self.shapes for stamp in shape.stamps(frame, matrix, tint)]


def _line(n: Numbers, _scale: float, _direction: str) -> Trace | None:
    return Trace([(n["startX"], n["startY"]), (n["endX"], n["endY"])], False, True)


def _rectangle(n: Numbers, _scale: float, _direction: str) -> Trace | None:
    if n["width"] <= 0 or n["height"] <= 0:
        return None
    return Trace(rectangle(n["x"], n["y"], n["width"], n["height"]), True, False)


def _round(n: Numbers, scale: float, _direction: str) -> Trace | None:
    if n["width"] <= 0 or n["height"] <= 0:
        return None
    rx, ry = n["cornerRadiusX"], n["cornerRadiusY"]
    points = round_rectangle(n["x"], n["y"], n["width"], n["height"], rx, ry, scale)
    return Trace(points, True, rx > 0 and ry > 0)


def _ellipse(n: Numbers, scale: float, _direction: str) -> Trace | None:
    if n["width"] <= 0 or n["height"] <= 0:
        return None
    return Trace(ellipse(n["x"], n["y"], n["width"], n["height"], scale), True, True)


def _arc(n: Numbers, scale: float, direction: str) -> Trace | None:
    begin, end = n["startAngle"], n["endAngle"]
    sweep = max(-360.0, min(end - begin, 360.0))
    if direction == "COUNTER_CLOCKWISE":
        sweep = -sweep
    if sweep == 0 or n["width"] <= 0 or n["height"] <= 0:
        return None
    cx, cy, wide, high = n["centerX"], n["centerY"], n["width"], n["height"]
    if abs(sweep) >= 360:
        points = arc(cx, cy, wide, high, begin, begin + sweep, scale)
        return Trace(points[:-1], True, True)
    return Trace(arc(cx, cy, wide, high, begin, begin + sweep, scale), False, True)


_TRACES: dict[str, Callable[[Numbers, float, str], Trace | None]] = {
    "Line": _line,
    "Rectangle": _rectangle,
    "RoundRectangle": _round,
    "Ellipse": _ellipse,
    "Arc": _arc,
}


def _floats(value: object) -> list[float]:
    parts = value.replace(",", " ").split() if isinstance(value, str) else value if isinstance(value, tuple) else []
    found = []
    for part in parts:
        try:
            number = float(str(part).rstrip("fF"))
        except ValueError:
            continue
        if math.isfinite(number):
            found.append(max(number, 0.0))
    return found[:64]


def _weighted(trace: Trace, style: Style, state: tuple[Hashable, ...], matrix: Affine, frame: Frame) -> Stamp | None:
    """A stroke in portions of their own colours, with gaps or running into each other."""
    colours, weights, gap, smooth, thick = state
    assert isinstance(colours, tuple), "a weighted stroke's state begins with its colours"
    assert isinstance(weights, tuple), "and its weights"
    assert isinstance(gap, float), "and its gap"
    assert isinstance(thick, float), "and its thickness"
    if not colours or thick <= 0:
        return None
    line = [*trace.points, trace.points[0]] if trace.closed else trace.points
    whole = length(line)
    count = max(len(colours) - 1, 1) if smooth else len(colours)
    shares = list(weights[:count]) if sum(weights[:count]) > 0 else [1.0] * count
    free = max(whole - gap * (len(shares) - 1), 0.0)
    pieces: list[Piece] = []
    paints: list[list[Paint]] = []
    at = 0.0
    for index, share in enumerate(shares):
        span = free * share / sum(shares)
        part = cut(line, at, at + span)
        if len(part) > 1:
            pieces += stroke(Trace(part, False, trace.smooth), thick, style.cap, style.joint, matrix.scale)
            first = colours[min(index, len(colours) - 1)]
            second = colours[min(index + 1, len(colours) - 1)] if smooth else first
            paints.append(_paints(part, first, second, span * matrix.scale if smooth else 0.0))
        at += span + gap
    covered = cover([piece._replace(points=matrix.points(piece.points)) for piece in pieces], frame.clip)
    if covered is None:
        return None
    mask, left, top = covered
    ink = _ink(mask.size, (left, top), paints, thick * matrix.scale, matrix)
    return Stamp(left, top, ink, mask)


def _paints(part: list[Point], first: Colour, second: Colour, pixels: float) -> list[Paint]:
    """Bits of a line with the colour of each."""
    steps = min(max(round(pixels / SMOOTH_STEP), 1), 128)
    whole = length(part)
    bits = []
    for step in range(steps):
        # a little longer than its share, so that no seam shows on the outer side of a bend
        bit = cut(part, whole * max(step - 0.6, 0) / steps, whole * (step + 1) / steps)
        if len(bit) > 1:
            bits.append((bit, mixed(first, second, (step + 0.5) / steps)))
    return bits or [(part, first)]


def _ink(
    size: tuple[int, int], corner: tuple[int, int], paints: list[list[Paint]], thick: float, matrix: Affine
) -> Image.Image:
    """A picture coloured along lines, with room to spare on all sides: the mask cuts it to shape.

    ``paints`` has a list for each portion; the ends of a portion reach beyond it, where its caps are.
    """
    ink = Image.new("RGB", size)
    for begin in range(0, size[1], BAND):
        rows = min(BAND, size[1] - begin)
        band = Image.new("RGB", (size[0] * 2, rows * 2))
        _lines(ImageDraw.Draw(band), (corner[0], corner[1] + begin), paints, thick, matrix)
        ink.paste(band.reduce(2), (0, begin))
    return ink


def _lines(
    draw: ImageDraw.ImageDraw, corner: tuple[int, int], paints: list[list[Paint]], thick: float, matrix: Affine
) -> None:
    reach = thick + 2
    for portion in paints:
        for (line, colour), (at, inner) in ((portion[0], (0, 1)), (portion[-1], (-1, -2))):
            (x, y), (bx, by) = matrix.points([line[at], line[inner]])
            span = math.dist((x, y), (bx, by)) or 1.0
            dx, dy = (x - bx) / span * reach / 2, (y - by) / span * reach / 2
            draw.line(_finer([(x - dx, y - dy), (x + dx, y + dy)], corner), fill=colour[:3], width=round(reach * 2))
        for line, colour in portion:
            draw.line(_finer(matrix.points(line), corner), fill=colour[:3], width=round(reach * 2), joint="curve")


def _finer(points: Sequence[Point], corner: tuple[int, int]) -> list[Point]:
    return [((x - corner[0]) * 2, (y - corner[1]) * 2) for x, y in points]
