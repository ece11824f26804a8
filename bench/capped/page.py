"""The page of this project's own results, from real runs: ``python -m bluerill.bench.capped.page DIR [MORE…]``.

DIR is a run of what is bundled; of MORE, the rows by LoadGen, of the kernel's suite and of traces are shown too (``make
bench-capped`` makes them all). It goes to ``docs/benchmark-results.md``, and the plots beside it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .command import loadgen_line
from .journal import read_rows
from .measure import summary
from .options import KERNEL, size_text
from .plot.gantt import gantt
from .plot.pictures import png
from .report import write_report
from .rows import Row
from .summary import Figure, asked, duration, figures, floor_of, floor_text, grid, sentence, staged, unpaid

DOCS = Path(__file__).resolve().parents[2] / "docs"
_FREE = (
    "workload", "p50", "p90", "processor", "cold start", "quality", "given", "peak", "+libs", "floor", "survived there",
)  # fmt: skip
_NOTE = "<!-- Written by `python -m bluerill.bench.capped.page` from a run; run it again instead of editing. -->"


def page(rows: Sequence[Row], more: Sequence[Row] = ()) -> str:
    """The text of the page."""
    first, loads = rows[0], [row.machine.load for row in rows]
    machine = first.machine
    heads, lines = grid(rows, asked(rows))
    mechanisms = sorted({row.cap.mechanism for row in rows if row.cap.bytes is not None})
    text = [
        _NOTE,
        "# Results of the benchmark",
        "",
        f"A run of `bluerill bench` on {first.at[:10]}, seed {first.seed}: {machine.cpu}, {machine.cores} cores, "
        f"{machine.ram / (1 << 30):.0f} GiB, Linux {machine.kernel}, Python {machine.python}. Caps by "
        f"{', '.join(mechanisms)}, each read back from the kernel. {len(rows)} repetitions. "
        "How it is measured, and what the words mean: [benchmark.md](benchmark.md).",
        "",
        f"The load of the machine was {min(loads):.1f} to {max(loads):.1f} while this ran"
        + (", so it was shared: times are upper bounds, and floors are coarse where the time was up."
           if max(loads) > machine.cores else "."),
        "",
        sentence(rows),
        "",
        *_table(heads, lines),
        "",
        "A cell is the p50 of an item and its quality; n/m: only n of m repetitions survived.",
        "",
        "![The time of an item under a cap, a panel for each workload](benchmark-latency.png)",
        "",
        "## Without a cap",
        "",
        *_table(
            _FREE,
            [_free(name, rows) for name in figures(rows)],
        ),
    ]  # fmt: skip
    if people := _people(more):
        heads = ["workload", "p50", "processor", "quality", "given"]
        text += ["", "## On recordings of people", "", *_table(heads, people)]
    every = [*rows, *more]
    kernel = {name: by_cap for name, by_cap in figures(more).items() if name in KERNEL}
    if kernel:
        text += ["", "## The kernel's own operations", "", *_table(*_kernel(kernel))]
    if stages := staged(every):
        text += ["", "## Stages of a request, and classes that compete", "", *_table(*_stages(stages))]
    if any(row.spans for row in more):
        text += ["", "![Which model computed for which class, and who waited](benchmark-gantt.png)"]
        text += ["", *(f"- {row.workload}, {size_text(row.cap.bytes)}: {_said(row)}" for row in stages if row.spans)]
    loaded = [row for row in every if row.loadgen is not None]
    if loaded:
        text += ["", "## By MLPerf LoadGen", "", *(f"- {loadgen_line(row)}" for row in loaded)]
    return "\n".join(text) + "\n"


def _said(row: Row) -> str:
    quality = row.quality
    if quality is None:
        return row.outcome
    if quality.metric == "word error rate":
        return f"{summary(quality)} (n = {quality.n} words)"
    return f"{summary(quality)} {quality.metric} (n = {quality.n})"


def _people(rows: Sequence[Row]) -> list[list[str]]:
    """Workloads that were given what people said or drew."""
    lines = []
    heard = [row for row in rows if row.quality is not None and " of people" in row.quality.data]
    for name, by_cap in figures(heard).items():
        free = by_cap.get(None) or by_cap[list(by_cap)[-1]]
        best = free.best
        if best is not None and best.quality is not None:
            times = [free.median(each) for each in ("p50_ms", "cpu_ms")]
            shown = ["" if time is None else duration(time) for time in times]
            lines.append([name, *shown, _said(best), best.quality.data])
    return lines


def _kernel(found: Mapping[str, dict[int | None, Figure]]) -> tuple[list[str], list[list[str]]]:
    """One line an operation, without a cap."""
    lines = []
    for name, by_cap in found.items():
        free = by_cap.get(None) or by_cap[list(by_cap)[-1]]
        times = [free.median(each) for each in ("p50_ms", "p90_ms", "cpu_ms")]
        best = free.best
        quality = summary(best.quality) if best is not None else ""
        lines.append([name, *("" if time is None else duration(time) for time in times), quality, floor_text(by_cap)])
    return ["operation", "p50", "p90", "processor", "promises kept", "floor"], lines


def _stages(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    return ["workload", "cap", "stage or class", "n", "p50", "p90", "p99"], [
        [row.workload, size_text(row.cap.bytes), name, f"{times['n']:g}",
         *(duration(times[at]) for at in ("p50_ms", "p90_ms", "p99_ms"))]
        for row in rows
        for name, times in row.parts.items()
    ]  # fmt: skip


def _free(name: str, rows: Sequence[Row]) -> list[str]:
    by_cap = figures(rows)[name]
    free = by_cap.get(None) or by_cap[list(by_cap)[-1]]
    best, floor = free.best, floor_of(by_cap)
    if best is None or best.quality is None:
        return [name, *[""] * 10]
    times = [free.median(each) for each in ("p50_ms", "p90_ms", "cpu_ms", "start_ms")]
    libs = unpaid(free)
    lived = "" if floor is None else f"{by_cap[floor].survived}/{len(by_cap[floor].rows)}"
    return [
        name, *("" if time is None else duration(time) for time in times),
        f"{summary(best.quality)} {best.quality.metric}" if best.quality.metric != "word error rate"
        else summary(best.quality),
        best.quality.data, size_text(best.memory.peak) if best.memory.peak else "",
        "" if libs is None else size_text(libs), floor_text(by_cap), lived,
    ]  # fmt: skip


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(f"| {' | '.join(cell or '–' for cell in line)} |" for line in lines),
    ]


def main(words: list[str]) -> int:
    """Write the page and the plots."""
    if not words:
        print("usage: python -m bluerill.bench.capped.page DIR [MORE…]", file=sys.stderr)
        return 2
    folder = Path(words[0])
    rows = read_rows(folder)
    more = [row for word in words[1:] for row in read_rows(Path(word))]
    write_report(rows, folder)
    (DOCS / "benchmark-results.md").write_text(page(rows, more), "utf-8")
    shutil.copyfile(folder / "latency.png", DOCS / "benchmark-latency.png")
    traced = gantt(more)
    if traced is not None:
        png(traced, DOCS / "benchmark-gantt.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
