"""A chart: axes with units, and marks on them. Knows nothing of benchmarks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .canvas import FAINT, GRID, INK, Canvas, Point

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7A5195")
"""Okabe and Ito's palette (2008), which colour-blind readers tell apart; shapes differ too."""
SHAPES = ("circle", "square", "triangle", "diamond", "down")
LOST = "#B00020"


class Axis(NamedTuple):
    """One axis: values from ``low`` to ``high``, logarithmic or not, and how a value is written."""

    label: str
    low: float
    high: float
    log: bool
    written: Callable[[float], str]
    ticks: tuple[float, ...] = ()

    def at(self, value: float) -> float:
        """Where on the axis, 0..1."""
        if self.log:
            span = math.log(self.high / self.low) or 1.0
            return math.log(max(value, 1e-12) / self.low) / span
        return (value - self.low) / ((self.high - self.low) or 1.0)


class Mark(NamedTuple):
    """One measured point; ``low`` and ``high`` its interval, ``lost`` a cross at the top instead of a value."""

    x: float
    y: float
    tip: str
    low: float | None = None
    high: float | None = None
    hollow: bool = False
    lost: bool = False


class Series(NamedTuple):
    """Marks that belong together."""

    name: str
    marks: Sequence[Mark]
    number: int = 0
    joined: bool = True


class Band(NamedTuple):
    """A stretch of the x axis, shaded."""

    low: float
    high: float
    tip: str


class Panel(NamedTuple):
    """One chart."""

    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    bands: Sequence[Band] = ()
    diagonal: bool = False


def draw(canvas: Canvas, panel: Panel, left: float, top: float, width: float, height: float) -> None:
    """Draw a panel into a rectangle, its words included."""
    x0, y0, x1, y1 = left + 58, top + 26, left + width - 12, top + height - 40

    def place(x: float, y: float) -> Point:
        return x0 + (x1 - x0) * panel.x.at(x), y1 - (y1 - y0) * min(1.0, max(0.0, panel.y.at(y)))

    canvas.text((left + 4, top + 14), panel.title, 12.5)
    for band in panel.bands:
        a, b = place(band.low, panel.y.low)[0], place(band.high, panel.y.low)[0]
        canvas.area([(a, y0), (b, y0), (b, y1), (a, y1)], "#F3E3C3", band.tip)
    for value in ticks(panel.y):
        _, y = place(panel.x.low, value)
        canvas.line([(x0, y), (x1, y)], GRID, 0.7)
        canvas.text((x0 - 5, y + 3.5), panel.y.written(value), 9.5, "end", FAINT)
    for value in ticks(panel.x):
        x, _ = place(value, panel.y.low)
        canvas.line([(x, y1), (x, y1 + 4)], FAINT, 0.8)
        for number, line in enumerate(panel.x.written(value).split("\n")):
            canvas.text((x, y1 + 14 + 10.5 * number), line, 9.5, "middle", FAINT)
    canvas.line([(x0, y0), (x0, y1), (x1, y1)], INK, 1.0)
    canvas.text(((x0 + x1) / 2, y1 + 36), panel.x.label, 10, "middle")
    canvas.text((left + 14, (y0 + y1) / 2), panel.y.label, 10, "middle", up=True)
    if panel.diagonal:
        low, high = max(panel.x.low, panel.y.low), min(panel.x.high, panel.y.high)
        canvas.line([place(low, low), place(high, high)], FAINT, 1.0, dash=True)
    for series in panel.series:
        _series(canvas, series, place, y0)


def _series(canvas: Canvas, series: Series, place: Callable[[float, float], Point], top: float) -> None:
    colour = COLOURS[series.number % len(COLOURS)]
    shape = SHAPES[series.number % len(SHAPES)]
    kept = sorted((mark for mark in series.marks if not mark.lost), key=lambda mark: mark.x)
    if series.joined and len(kept) > 1:
        canvas.line([place(mark.x, mark.y) for mark in kept], colour, 1.6)
    for mark in kept:
        if mark.low is not None and mark.high is not None:
            canvas.line([place(mark.x, mark.low), place(mark.x, mark.high)], colour, 1.0)
        canvas.mark(place(mark.x, mark.y), shape, colour, 3.6, mark.tip, mark.hollow)
    for mark in series.marks:
        if mark.lost:
            canvas.mark((place(mark.x, 1.0)[0], top + 7), "cross", LOST, 4.0, mark.tip)


def legend(canvas: Canvas, names: Sequence[str], left: float, top: float, width: float) -> None:
    """Marks with their names, line by line."""
    x, y = left, top
    for number, name in enumerate(names):
        long = 24 + 6.3 * len(name)
        if x + long > left + width:
            x, y = left, y + 17
        canvas.mark((x + 6, y - 4), SHAPES[number % len(SHAPES)], COLOURS[number % len(COLOURS)], 4.0)
        canvas.text((x + 15, y), name, 10.5)
        x += long


def ticks(axis: Axis) -> list[float]:
    """Values to write at an axis."""
    if axis.ticks:
        return [tick for tick in axis.ticks if axis.low * 0.999 <= tick <= axis.high * 1.001]
    if not axis.log:
        step = _nice((axis.high - axis.low) / 4)
        first = math.ceil(axis.low / step - 1e-9)
        return [number * step for number in range(first, math.floor(axis.high / step + 1e-9) + 1)]
    decades = math.log10(axis.high / axis.low)
    factors = (1.0,) if decades > 2.5 else (1.0, 3.0) if decades > 1.2 else (1.0, 2.0, 5.0)
    powers = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high)) + 1)
    found = [factor * 10.0**power for power in powers for factor in factors]
    inside = [value for value in found if axis.low * 0.999 <= value <= axis.high * 1.001]
    return inside if len(inside) > 1 else [axis.low, (axis.low * axis.high) ** 0.5, axis.high]


def _nice(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(max(step, 1e-12)))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= step * 0.999)
