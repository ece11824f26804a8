"""The page of this project's own results: ``python -m bluerill.bench.capped.page DIR`` writes it from a real run.

It goes to ``docs/benchmark-results.md``, and the plot of times beside it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from .command import loadgen_line
from .journal import read_rows
from .measure import summary
from .options import size_text
from .report import write_report
from .rows import Row
from .summary import asked, duration, figures, floor_of, floor_text, grid, sentence, unpaid

DOCS = Path(__file__).resolve().parents[2] / "docs"
_FREE = (
    "workload", "p50", "p90", "processor", "cold start", "quality", "given", "peak", "+libs", "floor", "survived there",
)  # fmt: skip
_NOTE = "<!-- Written by `python -m bluerill.bench.capped.page` from a run; run it again instead of editing. -->"


def page(rows: Sequence[Row]) -> str:
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
    loaded = [row for row in rows if row.loadgen is not None]
    if loaded:
        text += ["", "## By MLPerf LoadGen", "", *(f"- {loadgen_line(row)}" for row in loaded)]
    return "\n".join(text) + "\n"


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
    """Write the page and the plot."""
    if len(words) != 1:
        print("usage: python -m bluerill.bench.capped.page DIR", file=sys.stderr)
        return 2
    folder = Path(words[0])
    rows = read_rows(folder)
    write_report(rows, folder)
    (DOCS / "benchmark-results.md").write_text(page(rows), "utf-8")
    shutil.copyfile(folder / "latency.png", DOCS / "benchmark-latency.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
