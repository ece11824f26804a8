"""Scenarios by MLPerf LoadGen: it decides when which item is asked for, and judges; the child only answers.

LoadGen runs in this process, outside the cap, and knows nothing of memory or failures: every query is completed, those
of a child that died too, and then the row says what became of it. Our own times are taken beside LoadGen's, from the
call that issues a query to its completion.

Source: MLPerf Inference LoadGen (package ``mlcommons-loadgen``), whose scenarios SingleStream, MultiStream, Server and
Offline these are. Its rules for a published result ask for runs of ten minutes; these are short, and VALID here means
valid by LoadGen's own judgement of the settings that it was given and that its logs keep.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from ...kernel.errors import ServiceFault
from ..figures import percentile
from .cell import Cell, Ended
from .rows import LoadGenResult
from .taken import Taken
from .wire import Answer
from .work import Prepared

__all__ = ["LOADS", "SCENARIOS", "available", "drive"]

SCENARIOS = {
    "single-stream": "SingleStream",
    "multi-stream": "MultiStream",
    "server": "Server",
    "offline": "Offline",
}
SERVER_SHARE = 0.5
"""Of what the child can do at most, what Server asks for: above that queues grow without an end."""
SERVER_LATENCY = 20.0
"""Server's bound on its 99th percentile, in medians of a lone query."""
LOADS = (0.25, 0.5, 0.75, 0.9, 1.1)
"""What the scenario ``load`` asks for, as shares of what the child can do at most."""
STREAMS = 8
QUERIES = {"single-stream": 128, "multi-stream": 664, "server": 600, "offline": 1}
"""Least queries: what LoadGen's early stopping needs to judge at all (64, 662 and 458)."""
MAX_S = 30.0
_LINE = re.compile(r"^(\d+\.\d+) percentile latency \(ns\)\s*: (\d+)", re.MULTILINE)


def available() -> bool:
    """Whether LoadGen is installed."""
    try:
        import_module("mlperf_loadgen")
    except ImportError:
        return False
    return True


def drive(
    cell: Cell, prepared: Prepared, taken: Taken, scenario: str, seconds: float, folder: Path, share: float = 0.0
) -> None:
    """Run a scenario against a child that is ready; LoadGen's logs go to a folder. ``share`` is how much of what the
    child can do at most Server asks for (0: the usual half, and as many queries as a verdict needs). Raises
    ServiceFault without LoadGen, Ended if the child dies."""
    try:
        lg = import_module("mlperf_loadgen")
    except ImportError:
        raise ServiceFault("scenarios need MLPerf LoadGen: pip install 'bluerill[bench]'") from None
    settings = _settings(lg, scenario, _alone(cell, prepared.items), seconds)
    if share:
        settings.server_target_qps *= share / SERVER_SHARE
        settings.min_query_count, settings.max_duration_ms = 64, int(4000 * seconds)
    folder.mkdir(parents=True, exist_ok=True)
    output = lg.LogOutputSettings()
    output.outdir, output.copy_summary_to_stdout = str(folder), False
    logs = lg.LogSettings()
    logs.log_output, logs.enable_trace = output, False
    with _quick_threads():
        driver = _Driver(lg, cell)
        sut = lg.ConstructSUT(driver.issue, driver.flush)
        library = lg.ConstructQSL(prepared.items, prepared.items, _nothing, _nothing)
        began = time.perf_counter()
        try:
            lg.StartTestWithLogSettings(sut, library, settings, logs)
        finally:
            elapsed = time.perf_counter() - began
            driver.close()
            lg.DestroyQSL(library)
            lg.DestroySUT(sut)
    taken.answers, taken.waits, taken.elapsed_s = driver.answers, driver.waits, elapsed
    taken.loadgen = _verdict(scenario, driver, folder)
    if scenario == "server":
        bound = settings.server_target_latency_ns / 1e9
        pairs = zip(driver.answers, driver.waits, strict=False)
        good = sum(
            answer.ok and answer.said == prepared.expected[answer.item] and wait <= bound for answer, wait in pairs
        )
        taken.loadgen = msgspec.structs.replace(
            taken.loadgen,
            asked_per_s=round(float(settings.server_target_qps), 3),
            bound_ms=round(bound * 1e3, 3),
            goodput_per_s=round(good / elapsed, 3),
        )
    if driver.ended is not None:
        raise driver.ended


class _Driver:
    """Between LoadGen's thread, which must not wait, and the child, which answers one item after another."""

    def __init__(self, lg: Any, cell: Cell) -> None:
        self._lg, self._cell = lg, cell
        self._waiting: deque[tuple[int, int, int]] = deque()
        self._some = threading.Semaphore(0)
        self._over = False
        self.answers: list[Answer] = []
        self.waits: list[float] = []
        self.by_query: list[float] = []
        self.ended: Ended | None = None
        self._query: dict[int, tuple[int, int]] = {}  # sample → (its query, samples of it)
        self._open: dict[int, int] = {}
        self._worker = threading.Thread(target=self._work, name="loadgen")
        self._worker.start()

    def issue(self, samples: Sequence[Any]) -> None:
        """LoadGen asks; returns at once."""
        now = time.perf_counter_ns()
        first = samples[0].id
        self._open[first] = len(samples)
        for sample in samples:
            self._query[sample.id] = (first, now)
            self._waiting.append((sample.id, sample.index, now))
            self._some.release()

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self._over = True
        self._some.release()
        self._worker.join()

    def _work(self) -> None:
        while True:
            self._some.acquire()
            if not self._waiting:
                if self._over:
                    return
                continue
            number, item, began = self._waiting.popleft()
            if self.ended is None:
                try:
                    self.answers.append(self._cell.ask(item, MAX_S))
                except Ended as ended:
                    self.ended = ended
            response = [self._lg.QuerySampleResponse(number, 0, 0)]
            took = (time.perf_counter_ns() - began) / 1e9
            self._lg.QuerySamplesComplete(response)
            self.waits.append(took)
            first, _ = self._query.pop(number)
            self._open[first] -= 1
            if not self._open[first]:
                del self._open[first]
                self.by_query.append(took)


def _alone(cell: Cell, count: int) -> list[float]:
    """Seconds of lone queries, the first left out, the quickest first."""
    times = []
    for number in range(17 if count > 3 else 3):
        began = time.perf_counter()
        cell.ask(number % count, MAX_S)
        times.append(time.perf_counter() - began)
    return sorted(times[1:])


def _settings(lg: Any, scenario: str, alone: Sequence[float], seconds: float) -> Any:
    quickest, usual = alone[0], percentile(alone, 0.5)
    settings = lg.TestSettings()
    settings.scenario = getattr(lg.TestScenario, SCENARIOS[scenario])
    settings.mode = lg.TestMode.PerformanceOnly
    settings.min_duration_ms = int(seconds * 1000)
    settings.max_duration_ms = int(MAX_S * 1000)
    settings.min_query_count = QUERIES[scenario]
    # LoadGen makes its queries beforehand; if it expects too slow a child it has too few, and is INVALID for it.
    settings.single_stream_expected_latency_ns = settings.multi_stream_expected_latency_ns = int(quickest * 5e8)
    settings.multi_stream_samples_per_query = STREAMS
    settings.server_target_qps = SERVER_SHARE / usual
    settings.server_target_latency_ns = int(SERVER_LATENCY * usual * 1e9)
    settings.offline_expected_qps = 1.5 / quickest
    return settings


def _verdict(scenario: str, driver: _Driver, folder: Path) -> LoadGenResult:
    text = (folder / "mlperf_log_summary.txt").read_text("utf-8", "replace")
    theirs = {f"p{float(at):g}": int(ns) / 1e6 for at, ns in _LINE.findall(text)}
    times = driver.by_query if scenario == "multi-stream" else driver.waits
    ours = {f"p{at:g}": percentile(times, at / 100) * 1e3 for at in (50.0, 90.0, 99.0)}
    apart = [abs(ours[at] / theirs[at] - 1) for at in ours if theirs.get(at)]
    result = re.search(r"^Result is : (\w+)", text, re.MULTILINE)
    told = text.split("====")[0] if result is None else _told(text)
    return LoadGenResult(
        result is not None and result[1] == "VALID" and driver.ended is None, SCENARIOS[scenario], len(times), told,
        {at: round(theirs[at], 4) for at in ours if at in theirs}, {at: round(ours[at], 4) for at in ours},
        round(max(apart, default=0.0), 5), folder.name,
    )  # fmt: skip


def _told(text: str) -> str:
    """LoadGen's own words from its verdict to the end of that paragraph, on one line."""
    after = text[text.index("Result is") :].partition("\n\n")[0].partition("=====")[0]
    return "; ".join(" ".join(line.split()) for line in after.splitlines() if line.strip())[:500]


def _nothing(samples: object) -> None:
    """The samples are in the child already."""


@contextmanager
def _quick_threads() -> Iterator[None]:
    """Threads of Python change every 0.1 ms instead of 5 ms: LoadGen's clock must not wait for ours."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
