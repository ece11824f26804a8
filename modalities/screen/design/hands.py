"""Hands: outlines in units from the hub to the tip, drawn with facets, lume and a soft shadow into small pictures."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import Final, NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .markup import tag
from .oklch import luminance, mixed

Point = tuple[float, float]
SCALE: Final = 2
FINE: Final = 2
PAD: Final = 7.0
"""Room for the shadow round a hand, in units."""


class Look(NamedTuple):
    """How a style looks at width 1 and length 1: its outline, whether it has two faces, and where its lume lies
    (begin and end along it, share of its width)."""

    outline: Callable[[float, float, float], list[Point]]
    wide: tuple[float, float]
    """Width of the hour and of the minute hand, in units."""
    facets: bool = False
    lume: tuple[float, float, float] | None = None
    hollow: float = 0.0


def _baton(wide: float, long: float, tail: float) -> list[Point]:
    return _rounded([(wide / 2, -tail), (wide / 2, long), (-wide / 2, long), (-wide / 2, -tail)], wide * 0.28)


def _bar(wide: float, long: float, tail: float) -> list[Point]:
    return [(wide * 0.56, -tail), (wide * 0.44, long), (-wide * 0.44, long), (-wide * 0.56, -tail)]


def _dauphine(wide: float, long: float, tail: float) -> list[Point]:
    return [(0, long), (wide / 2, long * 0.1), (wide * 0.12, -tail), (-wide * 0.12, -tail), (-wide / 2, long * 0.1)]


def _sword(wide: float, long: float, tail: float) -> list[Point]:
    half, neck = wide / 2, wide * 0.2
    right = [(neck * 0.9, -tail), (neck, long * 0.2), (half, long * 0.74), (0.0, long)]
    return [*right, *((-x, y) for x, y in reversed(right[:-1]))]


def _leaf(wide: float, long: float, tail: float) -> list[Point]:
    right = [(wide * 0.09, -tail)]
    for step in range(25):
        share = step / 24
        right.append((wide / 2 * max(math.sin(math.pi * share**0.82), 0.0) + wide * 0.06 * (1 - share), long * share))
    return [*right, *((-x, y) for x, y in reversed(right))]


def _pencil(wide: float, long: float, tail: float) -> list[Point]:
    half = wide / 2
    return [(half, -tail), (half, long - wide * 1.25), (0, long), (-half, long - wide * 1.25), (-half, -tail)]


def _syringe(wide: float, long: float, tail: float) -> list[Point]:
    half, needle, neck = wide / 2, max(wide * 0.12, 1.1), wide * 0.22
    right = [
        (neck, -tail),
        (neck, long * 0.18),
        (half, long * 0.22),
        (half, long * 0.7),
        (needle, long * 0.76),
        (needle, long),
    ]
    return [*right, *((-x, y) for x, y in reversed(right))]


def _rounded(corners: list[Point], radius: float) -> list[Point]:
    """A rectangle's corners (right bottom, right top, left top, left bottom), rounded."""
    (right, low), (_, high), (left, _), _ = corners
    found = []
    for x, y, begin in (
        (right - radius, low + radius, -90),
        (right - radius, high - radius, 0),
        (left + radius, high - radius, 90),
        (left + radius, low + radius, 180),
    ):
        for step in range(7):
            angle = math.radians(begin + step * 15)
            found.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return found


LOOKS: Final[dict[str, Look]] = {
    "baton": Look(_baton, (9.5, 7.5), True),
    "dauphine": Look(_dauphine, (21, 13.5), True),
    "sword": Look(_sword, (21, 16), False, (0.3, 0.87, 0.5)),
    "leaf": Look(_leaf, (18, 13.5), True),
    "pencil": Look(_pencil, (13, 10.5), False, (0.34, 0.88, 0.46)),
    "syringe": Look(_syringe, (16, 12.5), False, (0.25, 0.68, 0.52)),
    "skeleton": Look(_pencil, (15, 12.5), False, None, 2.6),
    "bar": Look(_bar, (16, 11.5)),
    "line": Look(_baton, (5.2, 3.6)),
    "none": Look(_baton, (8, 6)),
}


class Hand(NamedTuple):
    """A hand's picture and where its hub lies in it, in units from the left and the top."""

    png: bytes
    wide: int
    high: int
    hub: Point


class Paint(NamedTuple):
    """Colours of a hand, and how strong its shadow is."""

    body: str
    lume: str
    shadow: float = 0.5


def hand(style: str, role: int, long: float, thick: float, paint: Paint) -> Hand:
    """The hour hand (``role`` 0) or the minute hand (1)."""
    look = LOOKS[style]
    wide = look.wide[role] * thick
    tail = long * 0.16 if style not in ("dauphine", "leaf") else long * 0.13
    outline = look.outline(wide, long, tail)
    return _pictured(outline, look, paint, long, tail)


def night_hand(style: str, role: int, long: float, thick: float, ink: str, *, hollow: bool) -> Hand:
    """A hand for ambient mode: an outline, or a slim body."""
    look = LOOKS[style]
    wide = min(look.wide[role] * thick, 13.0)
    tail = long * 0.12
    line = 2.1 if hollow and wide > 7 else 0.0
    return _pictured(
        look.outline(wide, long, tail),
        Look(look.outline, look.wide, False, None, line),
        Paint(ink, ink, 0.0),
        long,
        tail,
    )


def second_hand(style: str, long: float, ink: str, shadow: float = 0.35) -> Hand:
    """A second hand with the counterweight that suits the style."""
    tail = long * 0.24
    shapes: list[list[Point]] = [_bar(2.2 if style not in ("bar", "line") else 3.0, long, tail)]
    if style in ("sword", "syringe"):
        shapes.append(_disc(0, long * 0.72, 6.4))
    elif style == "bar":
        shapes.append(_disc(0, long * 0.74, 11.5))
    elif style in ("dauphine", "leaf"):
        shapes.append(_leaf(6.0, -tail * 1.05, tail * 0.2))
    elif style == "pencil":
        shapes.append([(0, long), (4.6, long - 17), (-4.6, long - 17)])
        shapes.append(_bar(5.4, -tail * 0.4, tail))
    else:
        shapes.append(_bar(5.0, -tail * 0.45, tail))
    shapes.append(_disc(0, 0, 6.5))
    return _drawn(shapes, [], Paint(ink, ink, shadow), None)


def _pictured(outline: list[Point], look: Look, paint: Paint, long: float, tail: float) -> Hand:
    shade = None
    if look.facets:
        shade = [(0.0, long), *((x, y) for x, y in outline if x > 0), (0.0, -tail)]
        shade = sorted({point for point in shade if point[0] > 0}, key=lambda point: point[1])
        shade = [(0.0, -tail), *shade, (0.0, max(y for _, y in outline))]
    inner: list[list[Point]] = []
    if look.lume is not None:
        begin, end, share = look.lume
        inner.append(_inset(outline, long * begin, long * end, share))
    return _drawn([outline], inner, paint, shade, look.hollow)


def _inset(outline: list[Point], low: float, high: float, share: float) -> list[Point]:
    """The part of an outline between two heights, narrowed."""
    steps = 14
    right = []
    for step in range(steps + 1):
        y = low + (high - low) * step / steps
        right.append((_half(outline, y) * share, y))
    return [*right, *((-x, y) for x, y in reversed(right))]


def _half(outline: list[Point], y: float) -> float:
    """Half an outline's width at a height."""
    best = 0.0
    for (x0, y0), (x1, y1) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if min(y0, y1) <= y <= max(y0, y1) and y0 != y1:
            best = max(best, x0 + (x1 - x0) * (y - y0) / (y1 - y0))
    return best


def _disc(x: float, y: float, radius: float) -> list[Point]:
    turn = math.tau / 40
    return [(x + radius * math.cos(turn * i), y + radius * math.sin(turn * i)) for i in range(40)]


def _drawn(
    shapes: list[list[Point]], inner: list[list[Point]], paint: Paint, shade: list[Point] | None, hollow: float = 0.0
) -> Hand:
    points = [point for shape in shapes for point in shape]
    half = math.ceil(max(abs(x) for x, _ in points) + PAD)
    top, low = math.ceil(max(y for _, y in points) + PAD), math.ceil(-min(y for _, y in points) + PAD)
    wide, high = 2 * half, top + low
    k = SCALE * FINE

    def put(shape: list[Point]) -> list[Point]:
        return [((x + half) * k, (top - y) * k) for x, y in shape]

    size = (wide * k, high * k)
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    for shape in shapes:
        draw.polygon(put(shape), fill=255)
    if hollow:
        line = Image.new("L", size)
        for shape in shapes:
            ring = put([*shape, *shape[:2]])
            ImageDraw.Draw(line).line(ring, fill=255, width=round(2 * hollow * k), joint="curve")
        mask = ImageChops.multiply(mask, line)
    ink = Image.new("RGB", size, paint.body)
    pen = ImageDraw.Draw(ink)
    if shade:
        darker = mixed(paint.body, "#000000", 0.26 if luminance(paint.body) > 0.2 else 0.4)
        if luminance(paint.body) < 0.08:
            darker = mixed(paint.body, "#ffffff", 0.22)
        pen.polygon(put(shade), fill=darker)
    for shape in inner:
        pen.polygon(put(shape), fill=paint.lume)
    small = (wide * SCALE, high * SCALE)
    mask, ink = mask.resize(small, Image.Resampling.BOX), ink.resize(small, Image.Resampling.BOX)
    picture = Image.new("RGBA", small)
    if paint.shadow:
        dark = mask.filter(ImageFilter.GaussianBlur(2.6 * SCALE)).point(
            [round(value * paint.shadow) for value in range(256)]
        )
        picture.putalpha(dark)
    ink.putalpha(mask)
    picture.alpha_composite(ink)
    sink = io.BytesIO()
    picture.save(sink, "PNG", optimize=True)
    return Hand(sink.getvalue(), wide, high, (half, top))


def placed(kind: str, made: Hand, resource: str, x: float, y: float, *inner: str) -> str:
    """The hand's element about a hub, in the coordinates of its clock."""
    return tag(
        kind, *inner, resource=resource, x=round(x - made.hub[0]), y=round(y - made.hub[1]), width=made.wide,
        height=made.high, pivotX=f"{made.hub[0] / made.wide:.5f}", pivotY=f"{made.hub[1] / made.high:.5f}",
    )  # fmt: skip
