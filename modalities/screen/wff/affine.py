"""Affine maps of the plane, the one way in which positions, turns and scales of a face are kept.

A map takes a point of a part's own coordinates (the units of the face) to one of the picture (pixels):
x' = a·x + b·y + c, y' = d·x + e·y + f.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

Point = tuple[float, float]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are outside."""


class Affine(NamedTuple):
    """One map; without arguments the identity."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def then(self, outer: Affine) -> Affine:
        """First this map, then ``outer``."""
        return Affine(
            outer.a * self.a + outer.b * self.d,
            outer.a * self.b + outer.b * self.e,
            outer.a * self.c + outer.b * self.f + outer.c,
            outer.d * self.a + outer.e * self.d,
            outer.d * self.b + outer.e * self.e,
            outer.d * self.c + outer.e * self.f + outer.f,
        )

    def at(self, x: float, y: float) -> Point:
        """The image of a point."""
        return (self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f)

    def points(self, points: Iterable[Point]) -> list[Point]:
        """The images of points."""
        a, b, c, d, e, f = self
        return [(a * x + b * y + c, d * x + e * y + f) for x, y in points]

    def inverse(self) -> Affine:
        """The map back. A map that flattens the plane (a scale of zero) has none: ZeroDivisionError."""
        area = self.a * self.e - self.b * self.d
        a, b, d, e = self.e / area, -self.b / area, -self.d / area, self.a / area
        return Affine(a, b, -(a * self.c + b * self.f), d, e, -(d * self.c + e * self.f))

    @property
    def scale(self) -> float:
        """How much lengths grow, as the geometric mean of the two directions."""
        return math.sqrt(abs(self.a * self.e - self.b * self.d))

    @property
    def upright(self) -> bool:
        """No turn and no shear: a rectangle stays one, its top stays on top."""
        return abs(self.b) < 1e-9 and abs(self.d) < 1e-9 and self.a > 0 and self.e > 0

    @property
    def flat(self) -> bool:
        """Everything falls on a line or a point: there is nothing to see."""
        return abs(self.a * self.e - self.b * self.d) < 1e-9

    def box(self, width: float, height: float) -> Box:
        """The pixels touched by a rectangle of this size at the origin."""
        return bounds(self.points(((0, 0), (width, 0), (width, height), (0, height))))


def shift(x: float, y: float) -> Affine:
    """Move."""
    return Affine(1.0, 0.0, x, 0.0, 1.0, y)


def stretch(x: float, y: float) -> Affine:
    """Scale about the origin."""
    return Affine(x, 0.0, 0.0, 0.0, y, 0.0)


def turn(degrees: float) -> Affine:
    """Turn clockwise (y grows downward) about the origin."""
    angle = math.radians(degrees % 360.0)
    sine, cosine = math.sin(angle), math.cos(angle)
    return Affine(cosine, -sine, 0.0, sine, cosine, 0.0)


def placed(x: float, y: float, pivot: Point, degrees: float = 0.0, scale: Point = (1.0, 1.0)) -> Affine:
    """A part whose top left corner is put at (x, y), scaled and then turned about ``pivot`` (in its own units)."""
    px, py = pivot
    if not degrees and scale == (1.0, 1.0):
        return shift(x, y)
    inner = shift(-px, -py).then(stretch(*scale)).then(turn(degrees))
    return inner.then(shift(x + px, y + py))


def bounds(points: Iterable[Point]) -> Box:
    """The smallest box of whole pixels that holds every point."""
    xs, ys = zip(*points, strict=True)
    return (math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys)))


def meet(one: Box, other: Box) -> Box | None:
    """What two boxes share; None if nothing."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def join(one: Box, other: Box) -> Box:
    """The smallest box round both."""
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))
