"""LoadGen outside, a child inside: every query ends, and both count the same."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from bluerill.bench.capped.cell import open_host
from bluerill.bench.capped.loadgen import available, drive
from bluerill.bench.capped.loadgen_trace import TRACE, Sample, origin, read_trace
from bluerill.bench.capped.measure import Effort, measure, row_of
from bluerill.bench.capped.prepare import prepare
from bluerill.bench.capped.work import Wanted
from bluerill.bench.tiny_models import write_gguf
from bluerill.kernel.limits import MIB
from support.capped import prepared

pytestmark = [pytest.mark.process, pytest.mark.skipif(not available(), reason="needs the extra 'bench'")]


@pytest.fixture(autouse=True)
def _children_find_this_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


@pytest.mark.parametrize("scenario", ["single-stream", "server", "offline"])
def test_loadgen_counts_what_we_count(tmp_path: Path, scenario: str) -> None:
    host = open_host()
    try:
        how = partial(drive, scenario=scenario, seconds=0.1, folder=tmp_path / "logs")
        found = measure(host, prepared(tmp_path, "Honest"), 64 * MIB, Effort(), how)
    finally:
        host.close()
    said = found.taken.loadgen
    assert said is not None
    assert found.outcome == "ok"
    assert said.queries == len(found.taken.answers) == len(found.taken.waits)
    assert set(said.theirs_ms) == set(said.ours_ms) == {"p50", "p90", "p99"}
    assert "Result is" in said.result
    assert (tmp_path / "logs" / "mlperf_log_summary.txt").is_file()
    assert (tmp_path / "logs" / "mlperf_log_trace.json.gz").is_file()


CLOCKS_MS = 0.02


@pytest.mark.parametrize("scenario", ["single-stream", "server", "multi-stream"])
def test_the_percentiles_are_loadgens_within_one_in_a_hundred(tmp_path: Path, scenario: str) -> None:
    host = open_host()
    try:
        how = partial(drive, scenario=scenario, seconds=0.1, folder=tmp_path / "logs")
        found = measure(host, prepared(tmp_path, "Honest", slow="0.0005"), 64 * MIB, Effort(), how)
    finally:
        host.close()
    said = found.taken.loadgen
    assert said is not None
    for at in ("p50", "p90", "p99"):  # of queries that take microseconds, two looks at the clock are more than that
        assert abs(said.ours_ms[at] - said.theirs_ms[at]) < max(0.01 * said.theirs_ms[at], CLOCKS_MS), (at, said)
    assert bool(said.late_ms) == (scenario == "server")
    if scenario != "multi-stream":  # whoever counts from the call he gets counts something shorter
        assert all(said.issued_ms[at] <= said.ours_ms[at] for at in said.ours_ms)


def test_tokens_are_told_one_by_one(tmp_path: Path) -> None:
    host = open_host()
    try:
        how = partial(drive, scenario="single-stream", seconds=0.1, folder=tmp_path / "logs")
        work = prepared(tmp_path, "Talker", slow="0.0005")._replace(speaks=True)
        found = measure(host, work, 64 * MIB, Effort(), how)
    finally:
        host.close()
    said = found.taken.loadgen
    assert said is not None
    assert (found.outcome, len(found.taken.before)) == ("ok", work.items)
    for theirs, ours in ((said.theirs_ttft_ms, said.ours_ttft_ms), (said.theirs_tpot_ms, said.ours_tpot_ms)):
        assert set(theirs) == set(ours) == {"p50", "p90", "p99"}
        assert ours["p50"] == pytest.approx(theirs["p50"], rel=0.01, abs=CLOCKS_MS)
    assert said.ours_ttft_ms["p50"] < said.ours_ms["p50"]


def test_a_gguf_model_is_asked_for_tokens_and_has_its_quality_beside(tmp_path: Path) -> None:
    pytest.importorskip("gguf")
    if find_spec("llama_cpp") is None:
        pytest.skip("needs the extra 'llama'")
    path = write_gguf(tmp_path / "tiny.gguf", "llama")
    host = open_host()
    try:
        work = prepare(str(path), Wanted(tmp_path, 7, quick=True))
        how = partial(drive, scenario="server", seconds=0.1, folder=tmp_path / "logs")
        found = measure(host, work, 128 * MIB, Effort(), how)
        row = row_of(found, work, run="r", rep=0, seed=7, here={}, scenario="server")
    finally:
        host.close()
    assert (row.outcome, row.quality is not None and row.quality.metric) == ("ok", "perplexity")
    said = row.loadgen
    assert said is not None
    assert said.agreement < 0.01  # of the whole latency, and of the time to the first token
    assert set(said.theirs_tpot_ms) == set(said.ours_tpot_ms) == {"p50", "p90", "p99"}
    assert said.ours_ttft_ms["p50"] < said.ours_ms["p50"]


def test_a_trace_is_read_in_the_order_of_asking_and_clocks_meet_at_the_quickest_call(tmp_path: Path) -> None:
    line = (
        '{{"name":"Sample","cat":"default","ph":"b","pid":1,"id":{n},"ts":{ts},"args":{{"sample_seq":{n},'
        '"query_seq":{n},"sample_idx":3,"issue_start_ns":{late},"complete_ns":900}}}},\n'
    )
    lines = [line.format(n=1, ts=5.5, late=40), '{"name":"LogDetail","args":{"key":""x""}},\n']
    (tmp_path / TRACE).write_text("".join([*lines, line.format(n=0, ts=2.0, late=0)]))
    found = read_trace(tmp_path)
    assert found == [Sample(2000, 0, 0, 900), Sample(5500, 1, 40, 900)]
    assert origin(found, [12_300, 15_600]) == 10_060
    assert not (tmp_path / TRACE).exists()
    assert read_trace(tmp_path) == []


def test_a_child_that_dies_does_not_hang_loadgen_and_nothing_is_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluerill.bench.capped.loadgen.MOST_ALONE", 17)  # so that it dies under LoadGen
    host = open_host()
    try:
        how = partial(drive, scenario="single-stream", seconds=0.1, folder=tmp_path / "logs")
        found = measure(host, prepared(tmp_path, "Honest", dies="40"), 64 * MIB, Effort(), how)
    finally:
        host.close()
    assert (found.outcome, len(found.taken.answers)) == ("failed", 22)
    assert found.taken.loadgen is not None
    assert not found.taken.loadgen.valid
