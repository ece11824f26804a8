"""Filling contours by the rules of SVG and Android: where they wind round a point (``nonZero``), or an odd number of
times (``evenOdd``).

Scan lines: on every line the crossings are sorted and counted, four lines and columns to a pixel (eight in small
shapes), a band of pixels at a time, so that no picture costs more than its band. How many crossings are looked at is
bounded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from PIL import Image

from ..affine import Box, Point, bounds, meet
from ..problem import FaceError
from ..stamp import FINE, SMALL

MAX_CROSSINGS: Final = 600_000
"""Of one drawable, each line counted as four more: what half a second of one core can do."""
MAX_PAINTED: Final = 24 << 20
"""Pixels of one drawable, all its shapes together: twenty-four times the largest."""
BAND: Final = 64
"""Rows of pixels filled at once."""

_Edge = tuple[float, float, int, int]
"""Where it crosses its first line, how far it moves from line to line, its last line, and its direction."""


class Budget:
    """What is left of the work that one drawable may cost."""

    def __init__(self) -> None:
        self.crossings = MAX_CROSSINGS
        self.painted = MAX_PAINTED

    def spend(self, *, crossings: int = 0, painted: int = 0) -> None:
        """Raises FaceError if there is not so much left."""
        self.crossings -= crossings
        self.painted -= painted
        if self.crossings < 0:
            raise FaceError(f"vector drawable: expected shapes of at most {MAX_CROSSINGS:,} crossings, found more")
        if self.painted < 0:
            raise FaceError(f"vector drawable: expected shapes of at most {MAX_PAINTED:,} pixels, found more")


def filled(
    shapes: Sequence[Sequence[Point]], clip: Box, budget: Budget, *, even_odd: bool = False
) -> tuple[Image.Image, int, int] | None:
    """A mask of closed contours in pixels, cut to ``clip``: (mask, left, top); None if nothing shows.

    Raises FaceError: it takes more than the budget.
    """
    solid = [shape for shape in shapes if len(shape) > 2]
    if not solid:
        return None
    box = meet(bounds(point for shape in solid for point in shape), clip)
    if box is None:
        return None
    wide, high = box[2] - box[0], box[3] - box[1]
    fine = FINE * 2 if wide * high <= SMALL else FINE
    starts = _edges(solid, box, fine)
    mask = Image.new("L", (wide, high))
    active: list[_Edge] = []
    budget.spend(painted=wide * high)
    for top in range(0, high, BAND):
        rows = min(BAND, high - top)
        pixels = bytearray(wide * fine * rows * fine)
        for row in range(rows * fine):
            line = top * fine + row
            active = [edge for edge in active if edge[2] >= line]
            active += starts.pop(line, ())
            budget.spend(crossings=len(active) + 4)
            if active:
                _fill(pixels, row * wide * fine, wide * fine, active, even_odd)
                active = [(x + step, step, last, way) for x, step, last, way in active]
        mask.paste(Image.frombytes("L", (wide * fine, rows * fine), bytes(pixels)).reduce(fine), (0, top))
    return mask, box[0], box[1]


def _edges(shapes: Sequence[Sequence[Point]], box: Box, fine: int) -> dict[int, list[_Edge]]:
    """The edges by the first line on which each is crossed, in fine pixels of the box."""
    last_line = (box[3] - box[1]) * fine - 1
    found: dict[int, list[_Edge]] = {}
    for shape in shapes:
        points = [((x - box[0]) * fine, (y - box[1]) * fine) for x, y in shape]
        before = points[-1]
        for point in points:
            (x0, y0), (x1, y1), way = (before, point, 1) if before[1] <= point[1] else (point, before, -1)
            before = point
            first, last = max(math.ceil(y0 - 0.5), 0), min(math.ceil(y1 - 0.5) - 1, last_line)
            if first <= last:
                step = (x1 - x0) / (y1 - y0)
                found.setdefault(first, []).append((x0 + (first + 0.5 - y0) * step, step, last, way))
    return found


def _fill(pixels: bytearray, at: int, wide: int, active: list[_Edge], even_odd: bool) -> None:
    """One line: from the crossing where the inside begins to the one where it ends."""
    winding, begin = 0, 0.0
    for x, _, _, way in sorted(active):
        inside = bool(winding & 1 if even_odd else winding)
        winding += 1 if even_odd else way
        if inside and not (winding & 1 if even_odd else winding):
            left, right = max(math.ceil(begin - 0.5), 0), min(math.ceil(x - 0.5), wide)
            if left < right:
                pixels[at + left : at + right] = b"\xff" * (right - left)
        elif not inside:
            begin = x
