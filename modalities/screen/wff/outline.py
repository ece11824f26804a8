"""Outlines: the shapes of a PartDraw as polygons, and strokes of them as polygons too.

Curves are flattened so finely (a thirtieth of a pixel off at most, at the scale asked for) that no corner shows. A
stroke is a list of *pieces*, each a polygon to be filled, or a hole where ``hole`` is set; pieces of one stroke are
united, so that overlapping caps and joints never show when the colour is half transparent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from .affine import Point

OFF: Final = 1 / 30
MITER_LIMIT: Final = 4.0
MAX_DASHES: Final = 2_000
"""Dashes of one stroke; a finer pattern is drawn as a whole line."""


class Piece(NamedTuple):
    """One closed polygon."""

    points: list[Point]
    hole: bool = False


class Trace(NamedTuple):
    """A line to be stroked. ``round`` says that its corners are only those of flattening."""

    points: list[Point]
    closed: bool
    smooth: bool


def steps(radius: float, degrees: float, scale: float) -> int:
    """Into how many straight pieces an arc is cut."""
    pixels = max(radius * scale, 0.5)
    each = 2 * math.acos(max(1 - OFF / pixels, 0.0)) if pixels > OFF else math.pi / 2
    return min(max(math.ceil(math.radians(abs(degrees)) / max(each, 0.01)), 2), 720)


def rectangle(x: float, y: float, width: float, height: float) -> list[Point]:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def ellipse(x: float, y: float, width: float, height: float, scale: float) -> list[Point]:
    rx, ry = width / 2, height / 2
    count = steps(max(rx, ry), 360, scale)
    turns = [2 * math.pi * step / count for step in range(count)]
    return [(x + rx + rx * math.sin(t), y + ry - ry * math.cos(t)) for t in turns]


def round_rectangle(x: float, y: float, width: float, height: float, rx: float, ry: float, scale: float) -> list[Point]:
    """Clockwise from the top left corner's end."""
    rx, ry = min(max(rx, 0.0), width / 2), min(max(ry, 0.0), height / 2)
    if rx <= 0 or ry <= 0:
        return rectangle(x, y, width, height)
    count = steps(max(rx, ry), 90, scale)
    points: list[Point] = []
    corners = (
        (x + width - rx, y + ry, 0),
        (x + width - rx, y + height - ry, 90),
        (x + rx, y + height - ry, 180),
        (x + rx, y + ry, 270),
    )
    for cx, cy, begin in corners:
        for step in range(count + 1):
            t = math.radians(begin + 90 * step / count)
            points.append((cx + rx * math.sin(t), cy - ry * math.cos(t)))
    return points


def arc(cx: float, cy: float, width: float, height: float, begin: float, end: float, scale: float) -> list[Point]:
    """Points of an arc, degrees clockwise from the top; ``end`` below ``begin`` runs against the clock."""
    rx, ry = width / 2, height / 2
    count = steps(max(rx, ry), end - begin, scale)
    turns = [math.radians(begin + (end - begin) * step / count) for step in range(count + 1)]
    return [(cx + rx * math.sin(t), cy - ry * math.cos(t)) for t in turns]


def disc(cx: float, cy: float, radius: float, scale: float) -> list[Point]:
    return ellipse(cx - radius, cy - radius, radius * 2, radius * 2, scale)


def length(points: Sequence[Point], *, closed: bool = False) -> float:
    """Length along a line."""
    whole = sum(math.dist(a, b) for a, b in pairwise(points))
    return whole + (math.dist(points[-1], points[0]) if closed and len(points) > 1 else 0.0)


def cut(points: Sequence[Point], begin: float, end: float) -> list[Point]:
    """The part of a line between two distances from its start."""
    found: list[Point] = []
    gone = 0.0
    for a, b in pairwise(points):
        span = math.dist(a, b)
        if span <= 0:
            continue
        low, high = max(begin, gone), min(end, gone + span)
        if low < high:
            for place in (low, high):
                share = (place - gone) / span
                point = (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
                if not found or math.dist(found[-1], point) > 1e-9:
                    found.append(point)
        gone += span
        if gone >= end:
            break
    return found


def dashes(trace: Trace, intervals: Sequence[float], phase: float) -> list[Trace]:
    """The line cut by a pattern of on and off lengths, as Android's DashPathEffect does."""
    pattern = [max(value, 0.0) for value in intervals]
    period = sum(pattern)
    points = [*trace.points, trace.points[0]] if trace.closed else list(trace.points)
    whole = length(points)
    if len(pattern) < 2 or period <= 0 or whole / period * len(pattern) > MAX_DASHES:
        return [trace]
    pattern = pattern[: len(pattern) // 2 * 2]
    at = -(phase % period)
    found: list[Trace] = []
    while at < whole:
        for index, span in enumerate(pattern):
            if index % 2 == 0 and at + span > 0 and at < whole:
                part = cut(points, max(at, 0.0), min(at + span, whole))
                if len(part) > 1:
                    found.append(Trace(part, False, trace.smooth))
            at += span
    return found


def stroke(trace: Trace, thickness: float, cap: str, joint: str, scale: float) -> list[Piece]:
    """The polygons that cover a line of this thickness."""
    points = _distinct(trace.points, trace.closed)
    half = thickness / 2
    if half <= 0:
        return []
    if len(points) < 2:
        return _dot(points, half, cap, scale)
    pieces = [Piece(_ribbon(points, half, trace.closed))] if trace.smooth else _quads(points, half, trace.closed)
    if trace.smooth and trace.closed:
        outer, inner = _sides(points, half, closed=True)
        pieces = [Piece(outer), Piece(inner, hole=True)]
        if _area(outer) < _area(inner):
            pieces = [Piece(inner), Piece(outer, hole=True)]
    if not trace.smooth:
        pieces += _joints(points, half, trace.closed, joint, scale)
    if not trace.closed:
        pieces += _caps(points, half, cap, scale)
    return pieces


def _distinct(points: Sequence[Point], closed: bool) -> list[Point]:
    found: list[Point] = []
    for point in points:
        if not found or math.dist(found[-1], point) > 1e-6:
            found.append(point)
    if closed and len(found) > 1 and math.dist(found[0], found[-1]) <= 1e-6:
        found.pop()
    return found


def _dot(points: Sequence[Point], half: float, cap: str, scale: float) -> list[Piece]:
    if not points or cap == "BUTT":
        return []
    x, y = points[0]
    return [Piece(disc(x, y, half, scale) if cap == "ROUND" else rectangle(x - half, y - half, 2 * half, 2 * half))]


def _normal(a: Point, b: Point) -> Point:
    span = math.dist(a, b)
    return ((b[1] - a[1]) / span, -(b[0] - a[0]) / span)


def _sides(points: Sequence[Point], half: float, *, closed: bool) -> tuple[list[Point], list[Point]]:
    """The line moved by half its thickness to either side, corners kept (for lines that bend smoothly)."""
    count = len(points)
    left: list[Point] = []
    right: list[Point] = []
    for index, (x, y) in enumerate(points):
        before = points[index - 1] if index or closed else points[index]
        after = points[(index + 1) % count] if index < count - 1 or closed else points[index]
        one = _normal(before, (x, y)) if before != (x, y) else None
        two = _normal((x, y), after) if after != (x, y) else None
        nx, ny = one or two or (0.0, 0.0)
        if one and two:
            nx, ny = one[0] + two[0], one[1] + two[1]
            size = math.hypot(nx, ny)
            nx, ny = (nx / size, ny / size) if size > 1e-9 else one
            grow = min(1 / max(nx * one[0] + ny * one[1], 0.2), MITER_LIMIT)
            nx, ny = nx * grow, ny * grow
        left.append((x + nx * half, y + ny * half))
        right.append((x - nx * half, y - ny * half))
    return left, right


def _ribbon(points: Sequence[Point], half: float, closed: bool) -> list[Point]:
    left, right = _sides(points, half, closed=closed)
    return [*left, *reversed(right)]


def _quads(points: Sequence[Point], half: float, closed: bool) -> list[Piece]:
    pairs = list(pairwise(points))
    if closed:
        pairs.append((points[-1], points[0]))
    pieces = []
    for a, b in pairs:
        nx, ny = _normal(a, b)
        nx, ny = nx * half, ny * half
        pieces.append(
            Piece([(a[0] + nx, a[1] + ny), (b[0] + nx, b[1] + ny), (b[0] - nx, b[1] - ny), (a[0] - nx, a[1] - ny)])
        )
    return pieces


def _joints(points: Sequence[Point], half: float, closed: bool, joint: str, scale: float) -> list[Piece]:
    count = len(points)
    pieces = []
    for index in range(count if closed else count - 2):
        a, b, c = points[index], points[(index + 1) % count], points[(index + 2) % count]
        if joint == "ROUND":
            pieces.append(Piece(disc(b[0], b[1], half, scale)))
            continue
        one, two = _normal(a, b), _normal(b, c)
        side = 1.0 if one[0] * two[1] - one[1] * two[0] > 0 else -1.0
        p = (b[0] + side * one[0] * half, b[1] + side * one[1] * half)
        q = (b[0] + side * two[0] * half, b[1] + side * two[1] * half)
        mx, my = one[0] + two[0], one[1] + two[1]
        size = math.hypot(mx, my)
        points_of = [b, p, q]
        if joint == "MITER" and size > 1e-6:
            reach = 2 / size
            if reach <= MITER_LIMIT:
                tip = (b[0] + side * mx / size * half * reach, b[1] + side * my / size * half * reach)
                points_of = [b, p, tip, q]
        pieces.append(Piece(points_of))
    return pieces


def _caps(points: Sequence[Point], half: float, cap: str, scale: float) -> list[Piece]:
    if cap not in ("ROUND", "SQUARE"):
        return []
    pieces = []
    for at, inner in ((points[0], points[1]), (points[-1], points[-2])):
        if cap == "ROUND":
            pieces.append(Piece(disc(at[0], at[1], half, scale)))
            continue
        nx, ny = _normal(inner, at)
        dx, dy = -ny * half, nx * half
        nx, ny = nx * half, ny * half
        pieces.append(
            Piece(
                [
                    (at[0] + nx, at[1] + ny),
                    (at[0] + nx + dx, at[1] + ny + dy),
                    (at[0] - nx + dx, at[1] - ny + dy),
                    (at[0] - nx, at[1] - ny),
                ]
            )
        )
    return pieces


def _area(points: Sequence[Point]) -> float:
    """Twice the area of a polygon, without its sign."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True)))
