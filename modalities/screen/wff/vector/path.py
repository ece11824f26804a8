"""Path data: the letters and numbers of SVG's ``d`` (and Android's ``pathData``) as flattened contours.

Grammar and the conversion of elliptical arcs follow SVG 1.1, section 8.3 and appendix F.6. Curves are cut so finely
that no corner shows at the scale asked for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ..affine import Point
from ..outline import OFF
from ..problem import FaceError

MAX_POINTS: Final = 20_000
"""Points of one path, curves cut."""
FAR: Final = 1e6
"""Coordinates beyond it are drawn at it."""
_TOKEN: Final = re.compile(r"[\s,]*([MmZzLlHhVvCcSsQqTtAa]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)")
_FLAG: Final = re.compile(r"[\s,]*([01])")
_COUNTS: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}


class Contour(NamedTuple):
    """One run of the pen. ``closed`` if it went back to where it began."""

    points: list[Point]
    closed: bool


def contours(data: str, scale: float) -> list[Contour]:
    """The contours of path data; ``scale`` is how many pixels a unit becomes.

    Raises FaceError: it is no path data, or has more than MAX_POINTS points.
    """
    pen = _Pen(scale)
    for letter, numbers in _commands(data):
        pen.draw(letter, numbers)
    return pen.finished()


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    """Letters with as many numbers as each takes; a letter's further numbers repeat it (M as L)."""
    at, letter = 0, ""
    end = len(data.rstrip())
    while at < end:
        token = _TOKEN.match(data, at)
        if token is None:
            raise _fault(data, at)
        if token[1].isalpha():
            letter, at = token[1], token.end()
        elif letter in ("", "Z", "z"):
            raise _fault(data, at)
        numbers: list[float] = []
        for place in range(_COUNTS[letter.upper()]):
            wanted = _FLAG if letter in "Aa" and place in (3, 4) else _TOKEN
            number = wanted.match(data, at)
            if number is None or number[1].isalpha():
                raise _fault(data, at)
            numbers.append(float(number[1]))
            at = number.end()
        yield letter, numbers
        letter = {"M": "L", "m": "l"}.get(letter, letter)


def _fault(data: str, at: int) -> FaceError:
    return FaceError(
        f"pathData, character {at + 1}: expected letters and numbers of a path, found {data[at : at + 20]!r}"
    )


class _Pen:
    def __init__(self, scale: float) -> None:
        self._off = OFF / max(scale, 1e-6)
        self._done: list[Contour] = []
        self._line: list[Point] = []
        self._at: Point = (0.0, 0.0)
        self._start: Point = (0.0, 0.0)
        self._control: Point | None = None
        self._last = ""
        self._count = 0
        self._ways: dict[str, Callable[[list[float], Point], None]] = {
            "M": self._move, "L": self._straight, "H": self._across, "V": self._down, "C": self._cubic,
            "S": self._smooth_cubic, "Q": self._quadratic, "T": self._smooth_quadratic, "A": self._arc,
        }  # fmt: skip

    def draw(self, letter: str, numbers: list[float]) -> None:
        kind = letter.upper()
        if kind == "Z":
            self._end(closed=True)
            self._at = self._start
        else:
            self._ways[kind](numbers, self._at if letter.islower() else (0.0, 0.0))
        if kind not in "CSQT":
            self._control = None
        self._last = kind

    def finished(self) -> list[Contour]:
        self._end(closed=False)
        return self._done

    def _end(self, *, closed: bool) -> None:
        if len(self._line) > 1 or (closed and self._line):
            self._done.append(Contour(self._line, closed))
        self._line = []

    def _to(self, x: float, y: float) -> None:
        if not self._line:
            self._line.append(self._at)
        self._count += 1
        if self._count > MAX_POINTS:
            raise FaceError(f"pathData: expected at most {MAX_POINTS:,} points, found more")
        self._at = (min(max(x, -FAR), FAR), min(max(y, -FAR), FAR))
        self._line.append(self._at)

    def _move(self, n: list[float], origin: Point) -> None:
        self._end(closed=False)
        self._at = self._start = (origin[0] + n[0], origin[1] + n[1])

    def _straight(self, n: list[float], origin: Point) -> None:
        self._to(origin[0] + n[0], origin[1] + n[1])

    def _across(self, n: list[float], origin: Point) -> None:
        self._to(origin[0] + n[0], self._at[1])

    def _down(self, n: list[float], origin: Point) -> None:
        self._to(self._at[0], origin[1] + n[0])

    def _cubic(self, n: list[float], origin: Point) -> None:
        ox, oy = origin
        self._bend((ox + n[0], oy + n[1]), (ox + n[2], oy + n[3]), (ox + n[4], oy + n[5]))

    def _smooth_cubic(self, n: list[float], origin: Point) -> None:
        first = self._mirrored("CS")
        self._bend(first, (origin[0] + n[0], origin[1] + n[1]), (origin[0] + n[2], origin[1] + n[3]))

    def _quadratic(self, n: list[float], origin: Point) -> None:
        self._bow((origin[0] + n[0], origin[1] + n[1]), (origin[0] + n[2], origin[1] + n[3]))

    def _smooth_quadratic(self, n: list[float], origin: Point) -> None:
        self._bow(self._mirrored("QT"), (origin[0] + n[0], origin[1] + n[1]))

    def _mirrored(self, kinds: str) -> Point:
        """The last control point seen from the other side, if the last command had one of these kinds."""
        x, y = self._at
        if self._control is None or self._last not in kinds:
            return self._at
        return (2 * x - self._control[0], 2 * y - self._control[1])

    def _bow(self, control: Point, end: Point) -> None:
        (x, y), (cx, cy) = self._at, control
        one = (x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3)
        two = (end[0] + (cx - end[0]) * 2 / 3, end[1] + (cy - end[1]) * 2 / 3)
        self._bend(one, two, end)
        self._control = control

    def _bend(self, one: Point, two: Point, end: Point) -> None:
        (x, y), (ax, ay), (bx, by) = self._at, one, two
        # the second differences bound how far a chord of n pieces lies off (Wang's formula)
        bow = max(math.hypot(x - 2 * ax + bx, y - 2 * ay + by), math.hypot(ax - 2 * bx + end[0], ay - 2 * by + end[1]))
        pieces = min(max(math.ceil(math.sqrt(0.75 * bow / self._off)), 1), 500)
        for step in range(1, pieces + 1):
            t = step / pieces
            s = 1 - t
            k, m, n, o = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
            self._to(k * x + m * ax + n * bx + o * end[0], k * y + m * ay + n * by + o * end[1])
        self._control = two

    def _arc(self, n: list[float], origin: Point) -> None:
        end = (origin[0] + n[5], origin[1] + n[6])
        rx, ry, lean = abs(n[0]), abs(n[1]), math.radians(n[2] % 360)
        (x, y), sine, cosine = self._at, math.sin(lean), math.cos(lean)
        dx, dy = (x - end[0]) / 2, (y - end[1]) / 2
        px, py = cosine * dx + sine * dy, cosine * dy - sine * dx
        if rx < 1e-9 or ry < 1e-9 or (px == 0 and py == 0):
            self._to(*end)
            return
        grow = math.sqrt((px / rx) ** 2 + (py / ry) ** 2)
        if grow > 1:
            rx, ry = rx * grow, ry * grow
        off = (rx * py) ** 2 + (ry * px) ** 2
        k = math.sqrt(max((rx * ry) ** 2 - off, 0.0) / off) * (-1 if n[3] == n[4] else 1)
        mx, my = k * rx * py / ry, -k * ry * px / rx
        begin = math.atan2((py - my) / ry, (px - mx) / rx)
        sweep = math.atan2((-py - my) / ry, (-px - mx) / rx) - begin
        if n[4] and sweep < 0:
            sweep += 2 * math.pi
        elif not n[4] and sweep > 0:
            sweep -= 2 * math.pi
        cx, cy = cosine * mx - sine * my + (x + end[0]) / 2, sine * mx + cosine * my + (y + end[1]) / 2
        each = 2 * math.acos(max(1 - self._off / max(rx, ry), 0.0)) or 1.0
        pieces = min(max(math.ceil(abs(sweep) / max(each, 0.01)), 1), 720)
        for step in range(1, pieces):
            t = begin + sweep * step / pieces
            ex, ey = rx * math.cos(t), ry * math.sin(t)
            self._to(cx + cosine * ex - sine * ey, cy + sine * ex + cosine * ey)
        self._to(*end)
