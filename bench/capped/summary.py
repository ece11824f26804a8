"""What the rows of a run say in few words: a table of cells, the floors, and one sentence for the owner."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .measure import summary
from .options import size_text
from .rows import Row


class Figure(NamedTuple):
    """All repetitions of a workload under one cap. Times are medians of the repetitions' own figures."""

    workload: str
    cap: int | None
    rows: tuple[Row, ...]

    @property
    def survived(self) -> int:
        return sum(row.survived for row in self.rows)

    @property
    def best(self) -> Row | None:
        """The repetition that went on longest among those that survived."""
        alive = [row for row in self.rows if row.survived]
        return max(alive, key=lambda row: len(row.samples_ns)) if alive else None

    def median(self, name: str) -> float | None:
        """Of one figure of the latency, over the repetitions that survived."""
        found = [getattr(row.latency, name) for row in self.rows if row.survived]
        values = [value for value in found if value is not None]
        return statistics.median(values) if values else None


def figures(rows: Iterable[Row], scenario: str = "single") -> dict[str, dict[int | None, Figure]]:
    """By workload, then by cap, smallest first and none last."""
    found: dict[str, dict[int | None, list[Row]]] = {}
    for row in rows:
        if row.scenario == scenario:
            found.setdefault(named(row), {}).setdefault(row.cap.bytes, []).append(row)
    return {
        workload: {cap: Figure(workload, cap, tuple(by_cap[cap])) for cap in ordered(by_cap)}
        for workload, by_cap in found.items()
    }


def staged(rows: Iterable[Row]) -> list[Row]:
    """Rows with stages, that of the largest cap of each workload, and those with a trace under every cap asked for."""
    found: dict[tuple[str, int | None], Row] = {}
    for row in rows:
        if row.parts and row.scenario == "single" and not row.near:
            found.setdefault((named(row), row.cap.bytes if row.spans else -1), row)
    return list(found.values())


def named(row: Row) -> str:
    """The workload, and the node of a sweep it ran on."""
    return f"{row.workload} @{row.device}" if row.device else row.workload


def ordered(caps: Iterable[int | None]) -> list[int | None]:
    """Smallest first, no cap last."""
    return sorted(caps, key=lambda cap: 1 << 62 if cap is None else cap)


def asked(rows: Iterable[Row]) -> list[int | None]:
    """The caps that were asked for, not those that a floor was looked for with, smallest first."""
    return ordered({row.cap.bytes for row in rows if row.scenario == "single" and not row.near})


def floor_of(by_cap: dict[int | None, Figure]) -> int | None:
    """The smallest cap that every repetition survived, above all that some did not; None if none did."""
    floor = None
    for cap in reversed(ordered(by_cap)):
        figure = by_cap[cap]
        if figure.survived < len(figure.rows):
            break
        floor = cap
    return floor


def known(by_cap: dict[int | None, Figure], floor: int) -> bool:
    """Whether a smaller cap than the floor was tried and not survived every time; else it may be lower."""
    return any(cap is not None and cap < floor for cap in by_cap)


def cell(figure: Figure | None) -> str:
    """``1.2 ms 98%``, ``oom``, or ``3/10`` where only some repetitions survived."""
    if figure is None:
        return ""
    best = figure.best
    if best is None:
        return figure.rows[-1].outcome
    time = figure.median("p50_ms")
    text = duration(time) if time is not None else ""
    said = f"{text} {summary(best.quality)}".strip()
    some = f" {figure.survived}/{len(figure.rows)}" if figure.survived < len(figure.rows) else ""
    return f"{said}{'~' if best.outcome == 'degraded' else ''}{some}"


def duration(ms: float) -> str:
    """Three digits and a unit."""
    if ms < 1:
        return f"{ms * 1000:.3g} µs"
    return f"{ms:.3g} ms" if ms < 1000 else f"{ms / 1000:.3g} s"


def grid(rows: Sequence[Row], caps: Sequence[int | None]) -> tuple[list[str], list[list[str]]]:
    """Heads and lines of the table: a workload a line, the caps asked for across, the floor beside it."""
    heads = ["workload", *(size_text(cap) for cap in ordered(caps)), "floor", "peak", "+libs"]
    lines = []
    for workload, by_cap in figures(rows).items():
        free = by_cap.get(None) or by_cap[ordered(by_cap)[-1]]
        peak = free.best.memory.peak if free.best is not None else None
        cells = [cell(by_cap.get(cap)) for cap in ordered(caps)]
        libs = unpaid(free)
        lines.append(
            [workload, *cells, floor_text(by_cap), size_text(peak) if peak else "",
             size_text(libs) if libs is not None else ""]
        )  # fmt: skip
    return heads, lines


def floor_text(by_cap: dict[int | None, Figure]) -> str:
    """The floor, with ``≤`` where nothing below it was tried; '' for none."""
    floor = floor_of(by_cap)
    return "" if floor is None else f"{'' if known(by_cap, floor) else '≤ '}{size_text(floor)}"


def unpaid(figure: Figure) -> int | None:
    """Bytes of files that the process had mapped and its cage was not charged for: whoever read them first was."""
    memory = figure.best.memory if figure.best is not None else None
    if memory is None or memory.mapped_file is None or memory.file is None:
        return None
    return max(0, memory.mapped_file - memory.file)


def sentence(rows: Sequence[Row]) -> str:
    """What fits, in one sentence."""
    fits: dict[tuple[int, bool], list[str]] = {}
    never: list[str] = []
    for workload, by_cap in figures(rows).items():
        floor = floor_of(by_cap)
        if floor is not None:
            fits.setdefault((floor, known(by_cap, floor)), []).append(workload)
        elif not any(figure.survived for figure in by_cap.values()):
            never.append(workload)
    if not fits:
        return "Nothing was measured under a cap, so nothing is known of what fits."
    parts = []
    for (cap, sure), names in sorted(fits.items()):
        every = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
        less = "" if sure else " or less"
        parts.append(f"{every} {'fits' if len(names) == 1 else 'fit'} into {size_text(cap)}{less}")
    most = max((unpaid(by_cap[cap]) or 0 for by_cap in figures(rows).values() for cap in by_cap), default=0)
    parts[-1] += (
        f", not counting up to {size_text(most)} of libraries that something else had read before" if most else ""
    )
    load = max(row.machine.load for row in rows)
    cores = rows[0].machine.cores
    shared = f" (the machine was busy: load {load:.1f} on {cores} cores, so read the times as upper bounds)"
    rest = f"; {', '.join(never)} did not run under any cap tried" if never else ""
    return f"On this device {', '.join(parts)}{rest}{shared if load > cores else ''}."
