"""Brushes: the ink of a shape; one colour, or a gradient along a line, from a centre outward, or round a centre.

A gradient is a picture of places (0..255, how far along it a pixel lies) that is made with Pillow's own ramps and then
coloured through a table of 256 colours, so no array library is needed to draw a face.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, NamedTuple

from PIL import Image, ImageChops, ImageDraw

from .affine import Affine, Box, Point
from .colour import Colour, ramp
from .stamp import Stamp

LEVELS: Final = 256
DIAL: Final = 512
_LONGEST: Final = 4096


class Gradient(NamedTuple):
    """``kind`` linear, radial or sweep. ``first`` and ``second`` are the ends of the line, or the centre and
    (radius, 0), or the centre and (begin, end) in degrees clockwise from the top; ``back`` turns a sweep against the
    clock."""

    kind: str
    first: Point
    second: Point
    colours: tuple[Colour, ...]
    positions: tuple[float, ...]
    back: bool = False


Brush = Colour | Gradient


def inked(mask: Image.Image, left: int, top: int, brush: Brush, matrix: Affine) -> Stamp:
    """A mask in a brush's ink. ``matrix`` takes the gradient's coordinates to pixels."""
    if not isinstance(brush, Gradient):
        return _plain(mask, left, top, brush)
    if matrix.flat or not brush.colours:
        return _plain(mask, left, top, brush.colours[0] if brush.colours else (0, 0, 0, 0))
    places = _places(brush, (left, top, left + mask.width, top + mask.height), matrix)
    table = ramp(brush.colours, brush.positions)
    if brush.kind == "sweep":
        table = _turned_table(brush, table)
    if any(colour[3] < 255 for colour in brush.colours):
        mask = ImageChops.multiply(mask, places.point([colour[3] for colour in table]))
    places.putpalette([level for colour in table for level in colour[:3]])
    return Stamp(left, top, places.convert("RGB"), mask)


def _plain(mask: Image.Image, left: int, top: int, colour: Colour) -> Stamp:
    alpha = colour[3]
    if alpha < 255:
        mask = mask.point([(value * alpha + 127) // 255 for value in range(256)])
    return Stamp(left, top, colour[:3], mask)


def _places(brush: Gradient, box: Box, matrix: Affine) -> Image.Image:
    if brush.kind == "linear":
        return _linear(brush, box, matrix)
    if brush.kind == "radial":
        return _radial(brush, box, matrix)
    return _sweep(brush, box, matrix)


def _linear(brush: Gradient, box: Box, matrix: Affine) -> Image.Image:
    size = (box[2] - box[0], box[3] - box[1])
    back = matrix.inverse()
    (sx, sy), (ex, ey) = brush.first, brush.second
    dx, dy = ex - sx, ey - sy
    span = dx * dx + dy * dy
    if span <= 1e-9:
        return Image.new("L", size, 255)
    # the place of a pixel is p·x + q·y + r
    p, q = (back.a * dx + back.d * dy) / span, (back.b * dx + back.e * dy) / span
    r = ((back.c - sx) * dx + (back.f - sy) * dy) / span + p * box[0] + q * box[1]
    corners = [r, r + p * size[0], r + q * size[1], r + p * size[0] + q * size[1]]
    low, high = min(*corners, 0.0), max(*corners, 1.0)
    long = min(LEVELS, max(int(_LONGEST / (high - low)), 2))
    before, after = math.ceil(-low * long) + 2, math.ceil((high - 1) * long) + 2
    source = Image.new("L", (3, before + long + after), 255)
    source.paste(0, (0, 0, 3, before))
    source.paste(Image.linear_gradient("L").resize((3, long), Image.Resampling.BILINEAR), (0, before))
    coefficients = (0.0, 0.0, 1.5, p * long, q * long, r * long + before)
    return source.transform(size, Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR)


def _radial(brush: Gradient, box: Box, matrix: Affine) -> Image.Image:
    size = (box[2] - box[0], box[3] - box[1])
    radius = brush.second[0]
    if radius <= 0:
        return Image.new("L", size, 255)
    # Pillow's own ramp is 0 in the middle (128, 128) and 255 at its corners; at half its side it is the square root of
    # a half of that, and beyond it there is nothing
    back = matrix.inverse().then(Affine(c=-brush.first[0], f=-brush.first[1]))
    k = 127.5 / radius
    coefficients = (
        back.a * k, back.b * k, (back.a * box[0] + back.b * box[1] + back.c) * k + 128,
        back.d * k, back.e * k, (back.d * box[0] + back.e * box[1] + back.f) * k + 128,
    )  # fmt: skip
    ramp_picture = Image.radial_gradient("L").point([min(round(level * math.sqrt(2)), 255) for level in range(256)])
    return ramp_picture.transform(size, Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR, fillcolor=255)


@lru_cache(maxsize=1)
def _dial() -> Image.Image:
    """Angles clockwise from the top, a full turn as 0..255, round the middle of a square."""
    middle = DIAL / 2
    dial = Image.new("L", (DIAL, DIAL))
    draw = ImageDraw.Draw(dial)
    around = (-middle, -middle, DIAL + middle, DIAL + middle)
    for level in range(LEVELS):
        begin = level / LEVELS * 360 - 90
        draw.pieslice(around, begin, begin + 360 / LEVELS + 0.4, fill=level)
    return dial


def _sweep(brush: Gradient, box: Box, matrix: Affine) -> Image.Image:
    """The share of the turn after the begin angle, as 0..255; colours come from ``_turned_table``."""
    wide, high = box[2] - box[0], box[3] - box[1]
    cx, cy = matrix.at(*brush.first)
    begin = brush.second[0]
    lean = math.radians(math.degrees(math.atan2(matrix.d, matrix.a)) + (-begin if brush.back else begin))
    corners = ((box[0], box[1]), (box[2], box[1]), (box[0], box[3]), (box[2], box[3]))
    k = (DIAL / 2 - 1) / max(max(math.dist((cx, cy), corner) for corner in corners), 1.0)
    sine, cosine = math.sin(lean) * k, math.cos(lean) * k
    flip = -1 if brush.back else 1
    # a pixel, seen from the centre, turned back by the begin angle
    dx, dy = box[0] + 0.5 - cx, box[1] + 0.5 - cy
    data = (
        flip * cosine, flip * sine, flip * (cosine * dx + sine * dy) + DIAL / 2,
        -sine, cosine, -sine * dx + cosine * dy + DIAL / 2,
    )  # fmt: skip
    return _dial().transform((wide, high), Image.Transform.AFFINE, data, Image.Resampling.NEAREST)


def _turned_table(brush: Gradient, table: list[Colour]) -> list[Colour]:
    """The colour of each share of a turn after the begin angle: before it the first, after the end the last."""
    begin, end = brush.second
    span = end - begin
    if abs(span) < 1e-6:
        return [table[-1]] * LEVELS
    found = []
    for level in range(LEVELS):
        gone = level / (LEVELS - 1) * 360
        if gone <= abs(span):
            found.append(table[min(round(gone / abs(span) * 255), 255)])
        else:
            # what lies between the end and the top has the last colour, what lies before the begin the first
            found.append(table[-1] if (begin % 360) + gone < 360 or abs(span) >= 360 else table[0])
    return found
