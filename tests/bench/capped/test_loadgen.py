"""LoadGen outside, a child inside: every query ends, and both count the same."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bluerill.bench.capped.cell import open_host
from bluerill.bench.capped.loadgen import available, drive
from bluerill.bench.capped.measure import Effort, measure
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


def test_a_child_that_dies_does_not_hang_loadgen_and_nothing_is_valid(tmp_path: Path) -> None:
    host = open_host()
    try:
        how = partial(drive, scenario="single-stream", seconds=0.1, folder=tmp_path / "logs")
        found = measure(host, prepared(tmp_path, "Honest", dies="40"), 64 * MIB, Effort(), how)
    finally:
        host.close()
    assert (found.outcome, len(found.taken.answers)) == ("failed", 22)
    assert found.taken.loadgen is not None
    assert not found.taken.loadgen.valid
