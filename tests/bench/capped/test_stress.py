"""A cap that shrinks, and kills inside."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bluerill.bench.capped.cell import open_host
from bluerill.bench.capped.measure import Effort, measure, row_of
from bluerill.bench.capped.stress import EVERY, ROUNDS, chaos, shrink
from bluerill.kernel.host.linux import LinuxHost
from bluerill.kernel.limits import MIB
from support.capped import prepared

pytestmark = pytest.mark.process


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[LinuxHost]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    found = open_host()
    if not isinstance(found, LinuxHost) or found.tree is None:
        pytest.skip("no control groups here")
    yield found
    found.close()


def test_a_cap_shrinks_to_what_is_held_and_no_further(host: LinuxHost, tmp_path: Path) -> None:
    work = prepared(tmp_path, "Holding")
    found = measure(host, work, 96 * MIB, Effort(), shrink)
    row = row_of(found, work, run="r", rep=0, seed=7, here={}, scenario="shrink")
    assert row.outcome == "ok"
    assert 24 * MIB < (row.cap.bytes or 0) < 64 * MIB
    assert row.cap.limit_read == row.cap.bytes
    assert "no more could be taken away" in row.error or "killed" in row.error
    assert row.quality is not None
    assert (row.quality.value, row.quality.n) == (1.0, 4)


def test_every_kill_inside_is_counted_and_none_is_the_core(host: LinuxHost, tmp_path: Path) -> None:
    work = prepared(tmp_path, "Parent")
    found = measure(host, work, 96 * MIB, Effort(), partial(chaos, seed=7))
    row = row_of(found, work, run="r", rep=0, seed=7, here={}, scenario="chaos")
    kills = ROUNDS // EVERY
    assert row.outcome == "degraded"
    assert row.error == f"{kills} processes inside were killed, {kills} of {ROUNDS} requests not answered"
    assert row.quality is not None
    assert (row.quality.n, row.quality.value) == (ROUNDS, round(1 - kills / ROUNDS, 4))
