"""One repetition of one workload under one cap, as a row."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from ...kernel.host.posix import PosixHost
from ..figures import percentile
from . import machine, pagecache
from .cell import Cell, Ended, Wall
from .pace import least_items
from .rows import SCHEMA, Cap, Energy, Estimated, Latency, Memory, Outcome, Quality, Row
from .taken import Taken
from .wire import Answer, Ready, Setup
from .work import How, Prepared, mark
from .works.device import budget

MOST_ITEMS = 1000
"""Samples of one repetition, so that a row stays a line that can be looked at."""
MOST_SPANS = 4000

__all__ = ["Effort", "Measured", "measure", "row_of"]


class Effort(NamedTuple):
    """How long a repetition goes on: ``scale`` of its items once, three at least, and on for ``seconds``;
    ``patience_s`` is for all of it. A ``short`` one, made to see whether it survives, has three items."""

    seconds: float = 1.0
    short: bool = False
    patience_s: float = 20.0
    scale: float = 1.0

    def least(self, count: int) -> int:
        return least_items(count, 0.0 if self.short else self.scale)

    def ask(self, cell: Cell, prepared: Prepared, taken: Taken) -> None:
        """One item after another, as many as this effort has. Raises Ended."""
        began = time.perf_counter()
        stop, until = began + self.seconds, began + self.patience_s
        least = self.least(prepared.items)
        for number in range(MOST_ITEMS):
            now = time.perf_counter()
            if number >= least and now >= stop:
                return
            if now >= until:
                raise Ended("timeout", f"{number} of {least} items within {self.patience_s:g} s")
            taken.took(cell.ask(number % prepared.items, until - now), now)


class Measured(NamedTuple):
    """What one repetition came to."""

    outcome: Outcome
    error: str
    cap: Cap
    memory: Memory
    ready: Ready | None
    start_s: float
    taken: Taken
    joules: float | None


def measure(host: PosixHost, prepared: Prepared, cap: int | None, effort: Effort, how: How | None = None) -> Measured:
    """Start the workload in a fresh cage and ask it, item by item unless ``how`` says otherwise."""
    uncached = pagecache.drop(prepared.files)
    left = pagecache.cached(prepared.files) if prepared.files else None
    settings = dict(prepared.settings)
    if prepared.budgeted:
        settings["ram"] = budget(cap)
    setup, taken = Setup(prepared.child, str(prepared.folder), settings), Taken(cap)
    outcome: Outcome = "ok"
    error, ready, start_s = "", None, 0.0
    energy, read = None, None
    with Cell(host, setup, Wall(cap, prepared.scope), prepared.name) as cell:
        try:
            ready = cell.ready(effort.patience_s)
            start_s = time.perf_counter() - cell.began
            read = cell.look().read_bytes
            before = machine.joules()
            (how or prepared.how or effort.ask)(cell, prepared, taken)
            after = machine.joules()
            energy = after - before if before is not None and after is not None and after >= before else None
        except Ended as ended:
            outcome, error = ended.outcome, ended.why
            read = None
        memory = cell.look()
        bounds = cell.cap()
        if outcome == "ok" and taken.reached is None and (cell.kills or not all(each.ok for each in taken.answers)):
            outcome = "degraded"
            error = f"{cell.kills} processes inside were killed for memory" if cell.kills else said_by(taken.answers)
    if taken.reached is not None:
        bounds = msgspec.structs.replace(bounds, bytes=taken.reached, limit_read=taken.limit, enforced=True)
    memory = _with_reads(memory, read, prepared, taken.answers)
    bounds = msgspec.structs.replace(bounds, uncached=uncached, cached=left)
    return Measured(outcome, taken.note or error, bounds, memory, ready, start_s, taken, energy)


def said_by(answers: list[Answer]) -> str:
    """Why the first item that failed did."""
    return next((answer.said for answer in answers if not answer.ok), "")[:300]


def _with_reads(memory: Memory, before: int | None, prepared: Prepared, answers: list[Answer]) -> Memory:
    """Bytes read from storage for each byte of weights and item, once loaded."""
    size = sum(path.stat().st_size for path in prepared.files if path.exists())
    if before is None or memory.read_bytes is None or not size or not answers:
        return memory
    ratio = (memory.read_bytes - before) / (size * len(answers))
    return msgspec.structs.replace(memory, reads_per_weight=round(ratio, 4))


def row_of(
    measured: Measured, prepared: Prepared, *, run: str, rep: int, seed: int, here: dict[str, str], near: bool = False,
    scenario: str = "single",
) -> Row:  # fmt: skip
    """The row of a repetition."""
    versions = measured.ready.versions if measured.ready is not None else {}
    answers = measured.taken.answers
    once = {answer.item: answer for answer in reversed(answers)}  # an item that was asked for again is marked once
    quality = (
        mark(prepared, [*measured.taken.before, *(answers if scenario == "chaos" else once.values())])
        if measured.outcome in ("ok", "degraded")
        else None
    )
    energy = None
    if measured.joules is not None and measured.taken.answers:
        energy = Energy(round(measured.joules / len(measured.taken.answers), 6), f"RAPL package, {machine.RAPL}")
    return Row(
        SCHEMA, run, datetime.now(UTC).isoformat(timespec="milliseconds"), machine.machine(), here | versions,
        prepared.name, scenario, measured.cap, rep, seed, measured.outcome, near, measured.error, prepared.model,
        _judged(prepared.estimate, measured.memory), measured.memory, latency_of(measured),
        [answer.ns for answer in measured.taken.answers[:MOST_ITEMS]], quality, energy, measured.taken.loadgen,
        parts_of(answers), [span for answer in answers for span in answer.spans][:MOST_SPANS] if not near else [],
    )  # fmt: skip


def parts_of(answers: Sequence[Answer]) -> dict[str, dict[str, float]]:
    """Percentiles of what an item's stages took (``…_ms`` among what else was measured), and of each kind of items, the
    most urgent first."""
    times: dict[str, list[float]] = {}
    for answer in sorted(answers, key=lambda each: each.kind != "voice" and 1 + (each.kind == "background")):
        for name, value in answer.extra.items():
            if name.endswith("_ms") and (answer.kind or name not in ("ttft_ms", "tpot_ms")):
                times.setdefault(f"{answer.kind} {name[:-3]}".strip(), []).append(value)
        if answer.kind and answer.ok:
            times.setdefault(f"{answer.kind} total", []).append(answer.ns / 1e6)
    return {
        name: {"n": len(found)} | {f"p{at:g}_ms": round(percentile(found, at / 100), 3) for at in (50, 90, 99)}
        for name, found in times.items()
    }


def _judged(estimate: Estimated | None, memory: Memory) -> Estimated | None:
    if estimate is None or not memory.peak:
        return estimate
    total = estimate.anon + estimate.file
    return msgspec.structs.replace(estimate, error=round(total / memory.peak - 1, 4))


def latency_of(measured: Measured) -> Latency:
    """The figures of the times; the first item stands by itself, because it meets cold caches."""
    if measured.ready is None:
        return Latency()
    start, load = round(measured.start_s * 1e3, 2), round(measured.ready.load_s * 1e3, 2)
    if not measured.taken.answers:
        return Latency(start, load)
    later = measured.taken.answers[1:] or measured.taken.answers
    times = [answer.ns / 1e6 for answer in later]
    batch = later[0].extra.get("batch", 1.0)  # operations of an item, whose times are of one of them
    waits = [wait / batch for wait in measured.taken.waits[1:] or measured.taken.waits]

    def mean(name: str) -> float | None:
        found = [answer.extra[name] for answer in later if name in answer.extra]
        return round(statistics.median(found), 4) if found else None

    p50, p90, p99 = (round(percentile(times, at), 4) for at in (0.5, 0.9, 0.99))
    return Latency(
        start,
        load,
        first_ms=round(measured.taken.answers[0].ns / 1e6, 4),
        p50_ms=p50,
        p90_ms=p90,
        p99_ms=p99,
        cpu_ms=round(percentile([answer.cpu_ns / 1e6 for answer in later], 0.5), 4),
        wait_ms=round(percentile(waits, 0.5) * 1e3, 4),
        ttft_ms=mean("ttft_ms"),
        tpot_ms=mean("tpot_ms"),
        prefill_tps=mean("prefill_tps"),
        decode_tps=mean("decode_tps"),
        per_s=round(len(waits) / max(1e-9, measured.taken.elapsed_s or sum(waits)), 2),
    )


def summary(quality: Quality | None) -> str:
    """A quality in few letters."""
    if quality is None:
        return ""
    if quality.metric == "word error rate":
        return f"{quality.value:.0%} WER"
    return f"ppl {quality.value:.4g}" if quality.metric == "perplexity" else f"{quality.value:.0%}"
