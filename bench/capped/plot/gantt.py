"""Who had the processor when: the models of a trace as rows of bars, loads and quanta, above them who waited.

Bars of a class have a colour and a height of their own, so that the chart can be read in grey; a load is hatched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..options import size_text
from ..rows import Row, Span
from .canvas import FAINT, GRID, INK, Canvas
from .chart import COLOURS, Axis, ticks

WIDTH, LEFT, LINE, GAP = 900.0, 96.0, 22.0, 46.0
CLASSES = {"voice": (COLOURS[1], 1.0), "interactive": (COLOURS[0], 0.72), "background": (COLOURS[4], 0.45)}
"""Colour and height of a class: the more urgent, the taller."""
MOVE = "#8a8a8a"
MOST = 3
"""Caps that are drawn, the first, the last and one between."""


class Gantt(NamedTuple):
    """The traces of a workload under some caps, on one scale of time."""

    rows: Sequence[Row]
    name: str = "gantt"
    title: str = "Who had the processor when: mixed priorities"
    says: str = (
        "A row a model: bars are quanta of computing, coloured and as tall as their class is urgent; hatched is "
        "loading, a red line unloading. Above: the waits of requests from arrival to first token, by class. The models "
        "are synthetic, their memory and their work are real."
    )

    @property
    def size(self) -> tuple[float, float]:
        return WIDTH, 52.0 + sum(self._tall(row) for row in self.rows)

    def _tall(self, row: Row) -> float:
        return 26 + LINE * (len(CLASSES) + len(models_of(row))) + GAP

    def paint(self, canvas: Canvas) -> None:
        canvas.text((8, 19), self.title, 14)
        _legend(canvas)
        end = max(span.end_ms for row in self.rows for span in row.spans) / 1e3
        axis = Axis("seconds since the trace began", 0.0, end, False, lambda value: f"{value:g}")
        top = 52.0
        for row in self.rows:
            _one(canvas, row, axis, top)
            top += self._tall(row)


def gantt(rows: Sequence[Row]) -> Gantt | None:
    """Of the first repetition under each cap that has a trace; None for none."""
    found: dict[int | None, Row] = {}
    for row in rows:
        if row.spans:
            found.setdefault(row.cap.bytes, row)
    caps = sorted(found, key=lambda cap: -(1 << 62) if cap is None else -cap)
    if len(caps) > MOST:
        caps = [caps[0], caps[len(caps) // 2], caps[-1]]
    return Gantt([found[cap] for cap in caps]) if caps else None


def models_of(row: Row) -> list[str]:
    """In the order of their first appearance."""
    return list(dict.fromkeys(span.model for span in row.spans if span.what != "wait"))


def _legend(canvas: Canvas) -> None:
    x = LEFT
    for name, (colour, tall) in CLASSES.items():
        _bar(canvas, x, x + 22, 32 + 12 * (1 - tall), 44, colour, "")
        canvas.text((x + 28, 42), name, 11)
        x += 44 + 7 * len(name)
    _hatched(canvas, x, x + 22, 32, 44, "")
    canvas.text((x + 28, 42), "loading", 11)
    x += 92
    canvas.line([(x, 32), (x, 44)], "#B00020", 2.0)
    canvas.text((x + 8, 42), "unloaded", 11)


def _one(canvas: Canvas, row: Row, axis: Axis, top: float) -> None:
    models = models_of(row)
    right = WIDTH - 14
    lines = [*CLASSES, *models]
    bottom = top + 18 + LINE * len(lines)
    cap = "no cap" if row.cap.bytes is None else f"cap {size_text(row.cap.bytes)}"
    canvas.text((8, top + 10), f"{row.workload}, {cap}", 12)

    def at(ms: float) -> float:
        return LEFT + (right - LEFT) * axis.at(ms / 1e3)

    for value in ticks(axis):
        canvas.line([(at(value * 1e3), top + 18), (at(value * 1e3), bottom)], GRID, 0.7)
        canvas.text((at(value * 1e3), bottom + 14), axis.written(value), 9.5, "middle", FAINT)
    canvas.text(((LEFT + right) / 2, bottom + 29), axis.label, 10, "middle")
    for number, name in enumerate(lines):
        y = top + 18 + LINE * number
        canvas.text((LEFT - 6, y + 15), f"{name} waits" if name in CLASSES else name, 9.5, "end", FAINT)
        canvas.line([(LEFT, y + LINE), (right, y + LINE)], INK if number == len(CLASSES) - 1 else GRID, 0.7)
    for span in row.spans:
        line = lines.index(span.klass if span.what == "wait" else span.model)
        _span(canvas, span, at(span.begin_ms), at(span.end_ms), top + 18 + LINE * line)


def _span(canvas: Canvas, span: Span, left: float, right: float, y: float) -> None:
    took = f"{span.begin_ms / 1e3:.3f} to {span.end_ms / 1e3:.3f} s, {span.end_ms - span.begin_ms:.0f} ms"
    right = max(right, left + 0.8)
    if span.what == "wait":
        canvas.line([(left, y + 4), (left, y + LINE - 4)], INK, 0.8)
        tip = f"{span.klass} request of {span.model} waits for its first token: {took}"
        _bar(canvas, left, right, y + 9, y + 13, CLASSES[span.klass][0], tip)
    elif span.what == "load":
        _hatched(canvas, left, right, y + 4, y + LINE - 2, f"{span.model} is loaded: {took}")
    elif span.what == "unload":
        canvas.line([(left, y + 3), (left, y + LINE - 1)], "#B00020", 2.0)
    else:
        colour, tall = CLASSES.get(span.klass, (MOVE, 0.5))
        tip = f"{span.model} computes for {span.klass}: {took}"
        _bar(canvas, left, right, y + LINE - 2 - (LINE - 6) * tall, y + LINE - 2, colour, tip)


def _bar(canvas: Canvas, left: float, right: float, top: float, bottom: float, colour: str, tip: str) -> None:
    canvas.area([(left, top), (right, top), (right, bottom), (left, bottom)], colour, tip)


def _hatched(canvas: Canvas, left: float, right: float, top: float, bottom: float, tip: str) -> None:
    _bar(canvas, left, right, top, bottom, "#eeeeee", tip)
    x = left
    while x < right:
        canvas.line([(x, bottom), (min(x + 5, right), top)], MOVE, 0.8)
        x += 4
    canvas.line([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], MOVE, 0.8)
