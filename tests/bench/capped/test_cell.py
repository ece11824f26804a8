"""A cap is true when a child that takes more dies of it, alone, and the row says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluerill.bench.capped import group
from bluerill.bench.capped.cell import Cell, Ended, Wall, open_host
from bluerill.bench.capped.measure import Effort, measure, row_of
from bluerill.bench.capped.pagecache import cached, drop
from bluerill.bench.capped.wire import Setup
from bluerill.kernel.errors import ServiceFault
from bluerill.kernel.host.linux import LinuxHost
from bluerill.kernel.host.posix import PosixHost
from bluerill.kernel.limits import MIB
from support.capped import prepared

pytestmark = pytest.mark.process
CAP = 64 * MIB


@pytest.fixture(autouse=True)
def _children_find_this_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


@pytest.fixture(params=["cgroup-v2", "cgroup-v1", "rlimit"])
def host(request: pytest.FixtureRequest) -> Iterator[PosixHost]:
    try:
        found = open_host(request.param)
    except ServiceFault as fault:
        pytest.skip(str(fault))
    yield found
    tree = found.tree if isinstance(found, LinuxHost) else None
    base = tree.base if tree is not None else None
    found.close()
    assert base is None or not base.exists()


def test_who_takes_more_than_the_cap_dies_alone_and_the_row_says_so(host: PosixHost, tmp_path: Path) -> None:
    work = prepared(tmp_path, "Greedy")._replace(items=200, expected=[str(n) for n in range(200)])
    found = measure(host, work, CAP, Effort(seconds=30.0))
    row = row_of(found, work, run="r", rep=0, seed=7, here={})
    assert (row.outcome, row.survived) == ("oom", False)
    assert row.error
    assert row.cap.enforced
    assert row.cap.limit_read == CAP
    assert 1 <= len(row.samples_ns) < 20
    assert row.quality is None
    if row.cap.mechanism.startswith("cgroup"):
        assert row.memory.peak is not None
        assert row.memory.peak <= CAP


def test_who_keeps_within_it_lives(host: PosixHost, tmp_path: Path) -> None:
    work = prepared(tmp_path, "Honest")
    found = measure(host, work, CAP, Effort(seconds=0.01))
    row = row_of(found, work, run="r", rep=0, seed=7, here={})
    assert (row.outcome, row.error) == ("ok", "")
    assert row.cap.enforced
    assert row.quality is not None
    assert (row.quality.value, row.quality.n) == (1.0, 4)
    assert row.build["test"] == "1"


@pytest.mark.parametrize("mechanism", ["cgroup-v2", "cgroup-v1"])
def test_a_mechanism_that_is_not_there_is_one_line_and_what_to_do(
    mechanism: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluerill.kernel.host.mounts.find", lambda: (None, None))
    with pytest.raises(ServiceFault, match=f"{mechanism} does not work here: .*; ") as told:
        open_host(mechanism)
    assert "\n" not in str(told.value)


def test_a_refusal_is_no_death(host: PosixHost, tmp_path: Path) -> None:
    found = measure(host, prepared(tmp_path, "Modest"), CAP, Effort())
    assert (found.outcome, found.error) == ("refused", "BudgetExceeded: this would not fit")


def test_who_is_too_slow_is_not_waited_for(host: PosixHost, tmp_path: Path) -> None:
    found = measure(host, prepared(tmp_path, "Honest", slow="60"), CAP, Effort(patience_s=1.5))
    assert found.outcome == "timeout"


def test_who_falls_over_is_not_said_to_have_lacked_memory(host: PosixHost, tmp_path: Path) -> None:
    found = measure(host, prepared(tmp_path, "Honest", dies="2"), CAP, Effort())
    assert (found.outcome, len(found.taken.answers)) == ("failed", 1)
    assert "exit code 3" in found.error


def test_without_a_cap_memory_is_counted_all_the_same(tmp_path: Path) -> None:
    host = open_host()
    try:
        found = measure(host, prepared(tmp_path, "Honest"), None, Effort(seconds=0.01))
    finally:
        host.close()
    assert (found.outcome, found.cap.mechanism, found.cap.bytes, found.cap.enforced) == ("ok", "none", None, False)
    if isinstance(host, LinuxHost) and host.mechanism.startswith("cgroup"):
        assert (found.memory.peak or 0) > MIB


def test_groups_inside_a_cage_go_with_it(tmp_path: Path) -> None:
    host = open_host()
    try:
        with Cell(host, Setup("support.capped:Honest", str(tmp_path)), Wall(CAP)) as cell:
            cell.ready(20)
            where = cell._child.group
            if where is None:
                pytest.skip("no control groups here")
            if (where / "memory.usage_in_bytes").exists():  # version 2 lets no process and group be side by side
                (where / "inner").mkdir()
                (where / "inner" / "cgroup.procs").write_text(str(cell.pid))
                assert group.limit(where) == CAP
        assert not where.exists()
    finally:
        host.close()


def test_a_dead_child_is_no_hang(tmp_path: Path) -> None:
    host = open_host("rlimit")
    with Cell(host, Setup("support.capped:Honest", str(tmp_path), {"dies": "1"}), Wall(None)) as cell:
        cell.ready(20)
        with pytest.raises(Ended, match="exit code 3"):
            cell.ask(0, 20)
        with pytest.raises(Ended):
            cell.ask(1, 20)


def test_a_file_that_was_dropped_is_seen_to_be_gone(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(os.urandom(MIB))
    before = cached([path])
    if not before:
        pytest.skip("this system does not tell what it caches")
    assert drop([path]) == MIB
    if cached([path]) == before:
        pytest.skip("this file system keeps files in memory")
    assert cached([path]) == 0
