"""Which pictures a run has: what is measured against what."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from ....kernel.limits import MIB
from ..measure import summary
from ..options import size_text
from ..rows import Row
from ..summary import Figure, duration, figures
from .canvas import Canvas, Pixels, Svg
from .chart import Axis, Band, Mark, Panel, Series, draw, legend
from .gantt import gantt

WIDTH, COLUMNS, HEIGHT = 900.0, 3, 220.0
By = dict[str, dict[int | None, Figure]]


class Picture(NamedTuple):
    """One picture: a name for its file, what it shows in a sentence, panels, and the names of a legend."""

    name: str
    title: str
    says: str
    panels: Sequence[Panel]
    names: Sequence[str] = ()

    @property
    def size(self) -> tuple[float, float]:
        lines = math.ceil(len(self.panels) / self.columns)
        tall = HEIGHT if self.columns > 1 else 380.0
        words = 24 + 17 * (sum(len(name) + 4 for name in self.names) // 130) if self.names else 0
        return WIDTH, 30 + lines * tall + words

    @property
    def columns(self) -> int:
        return COLUMNS if len(self.panels) > 1 else 1

    def paint(self, canvas: Canvas) -> None:
        width, height = self.size
        canvas.text((8, 19), self.title, 14)
        each, tall = width / self.columns, HEIGHT if self.columns > 1 else 380.0
        for number, panel in enumerate(self.panels):
            line, column = divmod(number, self.columns)
            draw(canvas, panel, column * each, 30 + line * tall, each, tall)
        if self.names:
            legend(canvas, self.names, 62, height - 8 - 17 * (sum(len(n) + 4 for n in self.names) // 130), width - 80)


class Drawn(Protocol):
    """A picture for a page and for paper."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def says(self) -> str: ...
    @property
    def size(self) -> tuple[float, float]: ...
    def paint(self, canvas: Canvas) -> None: ...


def svg(drawn: Drawn) -> str:
    """The picture as text, with tips."""
    canvas = Svg(*drawn.size, drawn.title)
    drawn.paint(canvas)
    return canvas.done()


def png(drawn: Drawn, path: Path) -> None:
    """The picture for paper, written to ``path``."""
    canvas = Pixels(*drawn.size)
    drawn.paint(canvas)
    canvas.image.save(path, optimize=True)


def pictures(rows: Sequence[Row]) -> list[Drawn]:
    """Those that the rows have something to say for."""
    by = figures(rows)
    caps = [cap for by_cap in by.values() for cap in by_cap if cap is not None]
    traced = gantt(rows)
    drawn: list[Drawn] = [traced] if traced is not None else []
    if not caps:
        return drawn
    x = _cap_axis(caps)
    made = [_latency(by, x), _quality(by, x), _reads(by, x), _peaks(by), _estimates(by), _goodput(rows)]
    return [*(picture for picture in made if picture is not None and picture.panels), *drawn]


def _cap_axis(caps: Sequence[int]) -> Axis:
    low, high = min(caps) / MIB, max(caps) / MIB * 2
    nothing = high * 0.93
    ticks = (*(float(2**power) for power in range(2, 16) if 2**power <= high / 2), nothing)
    return Axis("cap, MiB", low * 0.9, high, True, lambda value: "none" if value == nothing else f"{value:g}", ticks)


def _at(cap: int | None, x: Axis) -> float:
    return x.high * 0.93 if cap is None else cap / MIB


def _latency(by: By, x: Axis) -> Picture:
    panels = []
    for number, (name, by_cap) in enumerate(by.items()):
        marks, times = [], []
        for cap, figure in by_cap.items():
            p50, p90 = figure.median("p50_ms"), figure.median("p90_ms")
            if p50 is None:
                tip = f"{name}, {size_text(cap)}: {figure.rows[-1].outcome}, 0 of {len(figure.rows)}"
                marks.append(Mark(_at(cap, x), 1.0, tip, lost=True))
                continue
            times += [p50, p90 or p50]
            some = figure.survived < len(figure.rows)
            tip = (
                f"{name}, {size_text(cap)}: p50 {duration(p50)}, p90 {duration(p90 or p50)}; survived "
                f"{figure.survived} of {len(figure.rows)}"
            )
            marks.append(Mark(_at(cap, x), p50, tip, p50, p90, hollow=some))
        if times:
            y = Axis("p50, ms", min(times) * 0.7, max(times) * 2.5, True, _ms)
            panels.append(Panel(name, x, y, [Series(name, marks, number)], _bands(by_cap)))
    return Picture(
        "latency", "Time of an item under a cap",
        "p50 with a line up to p90; a cross is a cap under which it did not live, a hollow mark one under which only "
        "some repetitions did. Shaded: between the largest cap that always failed and the smallest that never did.",
        panels,
    )  # fmt: skip


def _bands(by_cap: dict[int | None, Figure]) -> list[Band]:
    caps = [cap for cap in by_cap if cap is not None]
    dead = [cap for cap in caps if not by_cap[cap].survived]
    least = max(dead, default=None)
    whole = [cap for cap in caps if by_cap[cap].survived == len(by_cap[cap].rows) and (least is None or cap > least)]
    if least is None or not whole:
        return []
    return [Band(least / MIB, min(whole) / MIB, f"the floor is between {size_text(least)} and {size_text(min(whole))}")]


def _quality(by: By, x: Axis) -> Picture:
    panels = []
    for number, (name, by_cap) in enumerate(by.items()):
        marks = []
        measure = ""
        for cap, figure in by_cap.items():
            quality = figure.best.quality if figure.best is not None else None
            if quality is not None:
                measure = quality.metric
                tip = f"{name}, {size_text(cap)}: {summary(quality)}, n = {quality.n}, {quality.data}"
                marks.append(Mark(_at(cap, x), quality.value, tip, quality.low, quality.high))
        if marks:
            top = 1.05 if all(mark.y <= 1 for mark in marks) else max(mark.y for mark in marks) * 1.2
            panels.append(
                Panel(f"{name}: {measure}", x, Axis(measure, 0.0, top, False, lambda v: f"{v:g}"),
                      [Series(name, marks, number)])
            )  # fmt: skip
    return Picture(
        "quality", "Quality under a cap",
        "Measured on the answers of the same runs as the times; with its 95 % interval where it is a share.", panels,
    )  # fmt: skip


def _reads(by: By, x: Axis) -> Picture | None:
    series: list[Series] = []
    for name, by_cap in by.items():
        marks = [
            Mark(
                _at(cap, x),
                max(0.001, ratio),
                f"{name}, {size_text(cap)}: {ratio:.3g} bytes read per weight byte and item",
            )
            for cap, figure in by_cap.items()
            if (ratio := _median(figure, lambda row: row.memory.reads_per_weight)) is not None
        ]
        if marks:
            series.append(Series(name, marks, len(series)))
    top = max((mark.y for each in series for mark in each.marks), default=0.0)
    if top <= 0.01:
        return None  # nobody had to read anything again
    y = Axis("bytes read / (weight bytes × items)", 0.001, max(2.0, top * 1.5), True, lambda v: f"{v:g}")
    return Picture(
        "reads", "Bytes read from storage for each byte of weights, once loaded",
        "0.001 stands for none. At 1, every item reads all weights again: the cap is below the working set.",
        [Panel("", x, y, series)], [each.name for each in series],
    )  # fmt: skip


def _peaks(by: By) -> Picture | None:
    series: list[Series] = []
    names: list[str] = []
    most = 1.0
    for number, (name, by_cap) in enumerate(by.items()):
        figure = by_cap[list(by_cap)[-1]]
        memory = figure.best.memory if figure.best is not None else None
        if memory is None or memory.peak is None:
            continue
        names.append(name)
        libs = max(0, (memory.mapped_file or 0) - (memory.file or 0))
        peak, whole = memory.peak / MIB, (memory.peak + libs) / MIB
        most = max(most, whole)
        tip = f"{name}: peak charge {peak:.1f} MiB, {libs / MIB:.1f} MiB of libraries beside it"
        series.append(Series(name, [Mark(float(len(names)), peak, tip, peak, whole)], number, joined=False))
    if not series:
        return None
    x = Axis("workload", 0.4, len(names) + 0.6, False, lambda v: names[round(v) - 1].replace("-", "\n", 1),
             tuple(float(n + 1) for n in range(len(names))))  # fmt: skip
    y = Axis("MiB", 0.0, most * 1.1, False, lambda v: f"{v:g}")
    return Picture(
        "memory", "Most memory charged without a cap",
        "The line above a mark: file pages it had mapped and was not charged for, because something else had read the "
        "same libraries before.", [Panel("", x, y, series)],
    )  # fmt: skip


def _estimates(by: By) -> Picture | None:
    series: list[Series] = []
    values: list[float] = []
    for name, by_cap in by.items():
        figure = by_cap[list(by_cap)[-1]]
        row = figure.best
        if row is None or row.estimate is None or not row.memory.peak:
            continue
        guess, truth = (row.estimate.anon + row.estimate.file) / MIB, row.memory.peak / MIB
        values += [guess, truth]
        tip = f"{name}: estimated {guess:.1f} MiB, at most charged {truth:.1f} MiB"
        series.append(Series(name, [Mark(truth, guess, tip)], len(series), joined=False))
    if not series:
        return None
    low, high = min(values) * 0.6, max(values) * 1.6
    x = Axis("most charged, MiB", low, high, True, lambda v: f"{v:.3g}")
    y = Axis("estimated, MiB", low, high, True, lambda v: f"{v:.3g}")
    return Picture(
        "estimate", "Memory: estimated and measured",
        "On the dashed line the estimate is right; above it, it is careful; below it, it would have been killed.",
        [Panel("", x, y, series, diagonal=True)], [each.name for each in series],
    )  # fmt: skip


def _goodput(rows: Sequence[Row]) -> Picture | None:
    found: dict[str, dict[int | None, list[Mark]]] = {}
    for row in rows:
        said = row.loadgen
        if row.scenario == "load" and said is not None and said.asked_per_s and said.goodput_per_s is not None:
            tip = (
                f"{row.workload}, {size_text(row.cap.bytes)}: asked {said.asked_per_s:.4g} a second, right within "
                f"{said.bound_ms or 0:.4g} ms {said.goodput_per_s:.4g} a second; p99 "
                f"{said.ours_ms.get('p99', 0):.4g} ms"
            )
            mark = Mark(said.asked_per_s, said.goodput_per_s, tip)
            found.setdefault(row.workload, {}).setdefault(row.cap.bytes, []).append(mark)
    panels = []
    caps = list(dict.fromkeys(cap for by_cap in found.values() for cap in by_cap))
    for name, by_cap in found.items():
        marks = [mark for each in by_cap.values() for mark in each]
        top = max(max(mark.x, mark.y) for mark in marks) * 1.1
        x = Axis("asked for, 1/s", 0.0, top, False, lambda v: f"{v:.4g}")
        series = [Series(size_text(cap), each, caps.index(cap)) for cap, each in by_cap.items()]
        y = Axis("right and in time, 1/s", 0.0, top, False, lambda v: f"{v:.4g}")
        panels.append(Panel(name, x, y, series, diagonal=True))
    if not panels:
        return None
    return Picture(
        "goodput", "Goodput against load",
        "Poisson arrivals by LoadGen; what failed, was wrong or came later than twenty medians of a lone query counts "
        "as nothing. On the dashed line everything that was asked for came in time.", panels,
        ["no cap" if cap is None else f"cap {size_text(cap)}" for cap in caps],
    )  # fmt: skip


def _median(figure: Figure, of: Callable[[Row], float | None]) -> float | None:
    values = sorted(value for row in figure.rows if row.survived and (value := of(row)) is not None)
    return values[len(values) // 2] if values else None


def _ms(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value / 1000:.3g}k"
