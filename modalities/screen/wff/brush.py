"""Brushes: the ink of a shape; one colour, or a gradient along a line, from a centre outward, or round a centre.

A gradient is a picture of places (0..255, how far along it a pixel lies) that is made with Pillow's own ramps and then
coloured through a table of 256 colours, so no array library is needed to draw a face.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw

from .affine import Affine, Box, Point
from .colour import Colour, ramp
from .stamp import Stamp

LEVELS = 256
_LONGEST = 4096


class Gradient(NamedTuple):
    """``kind`` linear, radial or sweep. ``first`` and ``second`` are the ends of the line, or the centre and
    (radius, 0), or the centre and (begin, end) in degrees clockwise from the top; ``back`` turns a sweep against the clock."""

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
    ink = Image.merge("RGB", [places.point([colour[channel] for colour in table]) for channel in range(3)])
    if any(colour[3] < 255 for colour in brush.colours):
        mask = ImageChops.multiply(mask, places.point([colour[3] for colour in table]))
    return Stamp(left, top, ink, mask)


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
    # Pillow's own ramp is 0 in the middle (128, 128) and 255 at half its side.
    back = matrix.inverse().then(Affine(c=-brush.first[0], f=-brush.first[1]))
    k = 127.5 / radius
    coefficients = (
        back.a * k, back.b * k, (back.a * box[0] + back.b * box[1] + back.c) * k + 128,
        back.d * k, back.e * k, (back.d * box[0] + back.e * box[1] + back.f) * k + 128,
    )  # fmt: skip
    ramp_picture = Image.radial_gradient("L")
    return ramp_picture.transform(size, Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR, fillcolor=255)


def _sweep(brush: Gradient, box: Box, matrix: Affine) -> Image.Image:
    wide, high = box[2] - box[0], box[3] - box[1]
    cx, cy = matrix.at(*brush.first)
    begin, end = brush.second
    lean = math.degrees(math.atan2(matrix.d, matrix.a))
    half = (max(wide // 2, 1), max(high // 2, 1))
    x, y = (cx - box[0]) * half[0] / wide, (cy - box[1]) * half[1] / high
    reach = 2.0 * (abs(x) + abs(y) + half[0] + half[1])
    around = (x - reach, y - reach, x + reach, y + reach)
    places = Image.new("L", half, 255)
    draw = ImageDraw.Draw(places)
    if brush.back:
        begin, end = -begin, -end
    if begin > end:
        begin, end = end, begin
    first = begin % 360
    if 0 < first < 360:
        draw.pieslice(around, lean - 90, lean - 90 + first, fill=0)
    for level in range(LEVELS):
        start = begin + (end - begin) * level / LEVELS + lean - 90
        draw.pieslice(around, start, start + (end - begin) / LEVELS + 0.6, fill=level)
    if end - begin < 359.9:
        draw.pieslice(around, end + lean - 90, end + lean - 90 + 0.6, fill=255)
    if brush.back:
        places = _mirrored(places, x)
    return places.resize((wide, high), Image.Resampling.BILINEAR)


def _mirrored(places: Image.Image, x: float) -> Image.Image:
    """The picture flipped about a vertical line."""
    return places.transform(places.size, Image.Transform.AFFINE, (-1, 0, 2 * x, 0, 1, 0), fillcolor=255)
