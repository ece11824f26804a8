"""What LoadGen said in its summary, and the same percentiles of our own record beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..figures import percentile
from .loadgen_driver import Asked, Driver
from .loadgen_trace import Sample, origin, read_trace
from .rows import LoadGenResult

SCENARIOS = {
    "single-stream": "SingleStream",
    "multi-stream": "MultiStream",
    "server": "Server",
    "offline": "Offline",
}
AT = (50.0, 90.0, 99.0)
_KINDS = {"latency": "", "first token latency": "ttft", "time to output token": "tpot"}
_LINE = re.compile(rf"^(\d+\.\d+) percentile ({'|'.join(_KINDS)}) \(ns\)\s*: (\d+)", re.MULTILINE)


def verdict(scenario: str, driver: Driver, folder: Path, bound: int = 0) -> LoadGenResult:
    """The result of a test that is over. ``bound`` is Server's, in ns; 0 in other scenarios."""
    text = (folder / "mlperf_log_summary.txt").read_text("utf-8", "replace")
    theirs: dict[str, dict[str, float]] = {kind: {} for kind in _KINDS.values()}
    for at, kind, ns in _LINE.findall(text):
        if float(at) in AT:
            theirs[_KINDS[kind]][f"p{float(at):g}"] = round(int(ns) / 1e6, 5)
    trace, samples = read_trace(folder), driver.samples
    opened = origin(trace, [sample.asked for sample in samples])
    known = len(trace) == len(samples)
    starts = [opened + seen.scheduled for seen in trace] if known else [sample.asked for sample in samples]
    ends = [sample.done for sample in samples]
    if scenario == "multi-stream" and known:
        starts, ends = _by_query(trace, starts, ends)
    ours = _figures(end - start for start, end in zip(starts, ends, strict=True))
    tokens = [sample for sample in samples if sample.tokens > 1]
    ttft = _figures(
        sample.first - start
        for sample, start in zip(samples, starts, strict=False)
        if sample.first and scenario != "multi-stream"
    )
    tpot = _figures(_between(sample) for sample in tokens)
    result = re.search(r"^Result is : (\w+)", text, re.MULTILINE)
    return LoadGenResult(
        result is not None and result[1] == "VALID" and driver.ended is None, SCENARIOS[scenario], len(ends),
        text.split("====")[0] if result is None else _told(text), theirs[""], ours,
        max(_apart(theirs[""], ours), _apart(theirs["ttft"], ttft)), folder.name,
        issued_ms=_figures(sample.done - sample.asked for sample in samples),
        late_ms=_figures(seen.asked for seen in trace) if bound else {},
        theirs_ttft_ms=theirs["ttft"], ours_ttft_ms=ttft if theirs["ttft"] else {},
        theirs_tpot_ms=theirs["tpot"], ours_tpot_ms=tpot if theirs["tpot"] else {},
    )  # fmt: skip


def _between(sample: Asked) -> int:
    return (sample.done - sample.first) // (sample.tokens - 1)


def _by_query(trace: Sequence[Sample], starts: Sequence[int], ends: Sequence[int]) -> tuple[list[int], list[int]]:
    """A query of several samples ends with the last of them."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for seen, start, end in zip(trace, starts, ends, strict=True):
        first.setdefault(seen.query, start)
        last[seen.query] = max(last.get(seen.query, 0), end)
    return list(first.values()), list(last.values())


def _figures(times: Iterable[int]) -> dict[str, float]:
    """p50, p90 and p99 in ms of times in ns, by LoadGen's definition: the value at place n p of the sorted ones."""
    ordered = sorted(times)
    return {f"p{at:g}": round(percentile(ordered, at / 100) / 1e6, 5) for at in AT} if ordered else {}


def _apart(theirs: Mapping[str, float], ours: Mapping[str, float]) -> float:
    """The largest difference, as a share of theirs."""
    return round(max((abs(ours[at] / theirs[at] - 1) for at in ours if theirs.get(at)), default=0.0), 5)


def _told(text: str) -> str:
    """LoadGen's own words from its verdict to the end of that paragraph, on one line."""
    after = text[text.index("Result is") :].partition("\n\n")[0].partition("=====")[0]
    return "; ".join(" ".join(line.split()) for line in after.splitlines() if line.strip())[:500]
