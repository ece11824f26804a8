"""``bluerill bench submit-check DIR``: whether results are whole, by the published schema and by what they must tell.

The schema is made from the structs of ``rows.py``; ``--schema`` prints it. Beyond shape: rows of one run agree on their
seed and machine, a row that claims an enforced cap read that very limit back from the kernel, a peak is not above its
cap, no speed stands without its quality, repetitions of a cell are numbered without a gap, LoadGen's logs are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from .journal import read_rows
from .options import size_text
from .rows import SCHEMA, Row

SLACK = 64 * 1024
"""Limits are rounded to pages."""


def problems(folder: Path) -> list[str]:
    """What is wrong, one line each. Raises CallerError for what is no results at all."""
    rows = read_rows(folder)
    if not rows:
        return [f"{folder}: no rows"]
    found = [problem for number, row in enumerate(rows, 1) for problem in _row(number, row, folder)]
    return [*found, *_runs(rows)]


def _row(number: int, row: Row, folder: Path) -> Iterator[str]:
    where = f"row {number} ({row.workload}, {size_text(row.cap.bytes)})"
    cap = row.cap
    if row.schema != SCHEMA:
        yield f"{where}: expected the schema {SCHEMA}, found {row.schema[:40]!r}"
    if cap.enforced and (cap.bytes is None or cap.limit_read is None or abs(cap.limit_read - cap.bytes) > SLACK):
        yield f"{where}: says that its cap of {cap.bytes} was enforced, but the kernel said {cap.limit_read}"
    hard = cap.mechanism.startswith("cgroup")
    moved = row.scenario == "shrink"  # then its peak is from before
    if (
        hard
        and not moved
        and cap.bytes is not None
        and row.memory.peak is not None
        and row.memory.peak > cap.bytes + SLACK
    ):
        yield f"{where}: its peak of {row.memory.peak} bytes is above its cap of {cap.bytes}"
    if row.outcome == "ok" and row.quality is None:
        yield f"{where}: a speed without its quality"
    if row.outcome == "ok" and not row.samples_ns:
        yield f"{where}: no samples"
    if row.outcome not in ("ok",) and not row.error:
        yield f"{where}: outcome {row.outcome} without a reason"
    if row.cap.bytes is not None and not cap.enforced and row.survived:
        yield f"{where}: survived a cap that was not seen to be enforced"
    if row.loadgen is not None and row.outcome == "ok":
        log = folder / "loadgen" / row.loadgen.logs / "mlperf_log_summary.txt"
        if folder.is_dir() and not log.is_file():
            yield f"{where}: LoadGen's log is not in {log.parent}"


def _runs(rows: Sequence[Row]) -> Iterator[str]:
    by_run: dict[str, list[Row]] = {}
    for row in rows:
        by_run.setdefault(row.run, []).append(row)
    for run, mine in by_run.items():
        for what, values in (
            ("seed", {row.seed for row in mine}),
            ("machine", {(row.machine.cpu, row.machine.cores, row.machine.ram, row.machine.kernel) for row in mine}),
        ):
            if len(values) > 1:
                yield f"run {run}: more than one {what}"
        reps: dict[tuple[str, str, int | None], list[int]] = {}
        for row in mine:
            reps.setdefault((row.workload, row.scenario, row.cap.bytes), []).append(row.rep)
        for (workload, _, cap), numbers in reps.items():
            if sorted(numbers) != list(range(len(numbers))):
                yield f"run {run}: {workload} at {size_text(cap)}: repetitions {numbers}, some are missing"
