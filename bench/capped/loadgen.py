"""Scenarios by MLPerf LoadGen: it decides when which item is asked for, and judges; the child only answers.

LoadGen runs in this process, outside the cap, and knows nothing of memory or failures: every query is completed, those
of a child that died too, and then the row says what became of it. Our own times stand beside LoadGen's; what they count
from is said in ``loadgen_trace.py``.

Source: MLPerf Inference LoadGen (package ``mlcommons-loadgen``), whose scenarios SingleStream, MultiStream, Server and
Offline these are. Its rules for a published result ask for runs of ten minutes; these are short, and VALID here means
valid by LoadGen's own judgement of the settings that it was given and that its logs keep.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from ...kernel.errors import ServiceFault
from ..figures import percentile
from .cell import Cell
from .interrupt import held
from .loadgen_driver import MAX_S, Driver
from .loadgen_verdict import SCENARIOS, verdict
from .taken import Taken
from .work import Prepared

__all__ = ["LOADS", "SCENARIOS", "available", "drive"]

SERVER_SHARE = 0.5
"""Of what the child can do at most, what Server asks for: above that queues grow without an end."""
SERVER_LATENCY = 20.0
"""Server's bound on its 99th percentile, in medians of a lone query."""
LOADS = (0.25, 0.5, 0.75, 0.9, 1.1)
"""What the scenario ``load`` asks for, as shares of what the child can do at most."""
ALONE_S, MOST_ALONE = 0.5, 500
"""How long lone queries are asked to learn their time: quick ones so often that a moment of other work is no matter."""
STREAMS = 8
QUERIES = {"single-stream": 128, "multi-stream": 664, "server": 600, "offline": 1}
"""Least queries: what LoadGen's early stopping needs to judge at all (64, 662 and 458)."""


def available() -> bool:
    """Whether LoadGen is installed."""
    try:
        import_module("mlperf_loadgen")
    except ImportError:
        return False
    return True


def drive(
    cell: Cell, prepared: Prepared, taken: Taken, scenario: str, seconds: float, folder: Path, share: float = 0.0,
    alone: list[float] | None = None,
) -> None:  # fmt: skip
    """Run a scenario against a child that is ready; LoadGen's logs go to a folder. ``share`` is how much of what the
    child can do at most Server asks for (0: the usual half, and as many queries as a verdict needs). ``alone`` are
    seconds of lone queries: filled if empty, else taken as they are, so that several tests have one measure. Raises
    ServiceFault without LoadGen, Ended if the child dies, KeyboardInterrupt if it was stopped."""
    try:
        lg = import_module("mlperf_loadgen")
    except ImportError:
        raise ServiceFault("scenarios need MLPerf LoadGen: pip install 'bluerill[bench]'") from None
    if prepared.speaks:  # what LoadGen asks for has no quality of its own
        taken.before = [cell.ask(item, MAX_S) for item in range(prepared.items)]
    alone = [] if alone is None else alone
    alone += _alone(cell, prepared) if not alone else []
    settings = _settings(lg, scenario, alone, seconds)
    settings.use_token_latencies = prepared.speaks
    if share:
        settings.server_target_qps *= share / SERVER_SHARE
        settings.min_query_count, settings.max_duration_ms = 64, int(4000 * seconds)
    folder.mkdir(parents=True, exist_ok=True)
    output = lg.LogOutputSettings()
    output.outdir, output.copy_summary_to_stdout = str(folder), False
    logs = lg.LogSettings()
    logs.log_output, logs.enable_trace = output, True
    driver = Driver(lg, cell, prepared.speaks)
    began = time.perf_counter()
    try:
        with _quick_threads(), held(driver.stop):
            sut = lg.ConstructSUT(driver.issue, driver.flush)
            library = lg.ConstructQSL(prepared.items, prepared.items, _nothing, _nothing)
            try:
                lg.StartTestWithLogSettings(sut, library, settings, logs)
            finally:
                lg.DestroyQSL(library)
                lg.DestroySUT(sut)
    finally:
        elapsed = time.perf_counter() - began
        driver.close()
    taken.answers, taken.elapsed_s = driver.answers, elapsed
    taken.waits = [(sample.done - sample.asked) / 1e9 for sample in driver.samples]
    bound = settings.server_target_latency_ns if scenario == "server" else 0
    taken.loadgen = verdict(scenario, driver, folder, bound)
    if bound:
        good = sum(
            sample.answer is not None and sample.answer.ok and sample.done - sample.asked <= bound
            and (prepared.speaks or sample.answer.said == prepared.expected[sample.item])
            for sample in driver.samples
        )  # fmt: skip
        taken.loadgen = msgspec.structs.replace(
            taken.loadgen,
            asked_per_s=round(float(settings.server_target_qps), 3),
            bound_ms=round(bound / 1e6, 3),
            goodput_per_s=round(good / elapsed, 3),
        )
    if driver.ended is not None:
        raise driver.ended


def _alone(cell: Cell, prepared: Prepared) -> list[float]:
    """Seconds of lone queries, the first left out, the quickest first."""
    times: list[float] = []
    first = (lambda: None) if prepared.speaks else None
    least = 17 if prepared.items > 3 else 4
    until = time.perf_counter() + ALONE_S
    while len(times) < least or (time.perf_counter() < until and len(times) < MOST_ALONE):
        began = time.perf_counter()
        cell.ask(len(times) % prepared.items, MAX_S, first)
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
    settings.ttft_latency, settings.tpot_latency = settings.server_target_latency_ns, int(1e9)
    settings.offline_expected_qps = 1.5 / quickest
    return settings


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
