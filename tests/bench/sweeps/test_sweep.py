"""Sweeps over places that are told how each unit goes, and one over this machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from bluerill.bench.capped.journal import NAME, read_rows
from bluerill.bench.capped.submit import problems
from bluerill.bench.sweeps.places import OnRay, named_nodes, place_of
from bluerill.bench.sweeps.plan import Plan, Unit
from bluerill.bench.sweeps.sweep import Step, sweep
from bluerill.bench.sweeps.unit import Outcome, unpacked
from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.watch.cli import main
from support.capped import a_row

PLAN = Plan((Unit("a-1", ("a",)), Unit("b-2", ("b",)), Unit("c-3", ("c",))))


def zipped(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


class Told:
    """A place whose units go as they are told: by name, an error or a cut."""

    def __init__(self, errors: dict[str, str] | None = None, cut: str = "") -> None:
        self.errors, self.cut = errors or {}, cut
        self.asked: list[str] = []

    def devices(self) -> list[str]:
        return ["node"]

    def results(self, units: Sequence[Unit], folder: Path, within: float) -> Iterator[tuple[Unit, Outcome]]:
        for unit in units:
            self.asked.append(unit.name)
            if unit.name == self.cut:
                raise KeyboardInterrupt
            error = self.errors.get(unit.name, "")
            row = msgspec.json.encode(a_row(unit.words[0], run=unit.name)) + b"\n"
            yield Unit(unit.name, unit.words, "node"), Outcome(zipped(**{NAME: row}) if not error else b"", error, 2.0)

    def close(self) -> None:
        """Nothing is held."""


def test_rows_of_all_units_are_one_set_of_results_with_their_device(tmp_path: Path) -> None:
    steps: list[Step] = []
    found = sweep(PLAN, Told(), tmp_path, 60, steps.append)
    assert [(row.workload, row.device) for row in found.rows] == [("a", "node"), ("b", "node"), ("c", "node")]
    assert read_rows(tmp_path) == found.rows
    assert [(step.done, step.of) for step in steps] == [(1, 3), (2, 3), (3, 3)]
    assert steps[-1].left_s == 0
    assert problems(tmp_path) == []


def test_a_unit_that_fails_is_said_and_does_not_end_the_sweep(tmp_path: Path) -> None:
    found = sweep(PLAN, Told({"b-2": "no such model"}), tmp_path, 60, lambda _: None)
    assert [row.workload for row in found.rows] == ["a", "c"]
    assert found.failed == [("b-2", "no such model")]


def test_a_sweep_that_was_cut_off_measures_only_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        sweep(PLAN, Told(cut="b-2"), tmp_path, 60, lambda _: None)
    again = Told({"c-3": "its node failed"})
    assert len(sweep(PLAN, again, tmp_path, 60, lambda _: None).rows) == 2
    assert again.asked == ["b-2", "c-3"]
    last = Told()
    assert len(sweep(PLAN, last, tmp_path, 60, lambda _: None).rows) == 3
    assert last.asked == ["c-3"]  # what failed is tried again


def test_results_are_written_nowhere_else(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="outside of their folder"):
        unpacked(zipped(**{"../evil": b"x"}), tmp_path / "unit")
    assert list(tmp_path.iterdir()) == []


def test_nodes_have_the_names_of_their_machines() -> None:
    def node(name: str, number: str, cpus: float = 4.0, alive: bool = True) -> dict[str, object]:
        return {"NodeManagerHostname": name, "NodeID": number, "Resources": {"CPU": cpus}, "Alive": alive}

    nodes = [node("pi", "2"), node("pi", "1"), node("lab", "9"), node("gone", "3", alive=False), node("head", "4", 0)]
    assert [(each.name, each.number) for each in named_nodes(nodes)] == [("lab", "9"), ("pi", "1"), ("pi-2", "2")]


def test_a_place_that_is_none_is_said() -> None:
    with pytest.raises(CallerError, match="expected local, ray"):
        place_of("mars")


@pytest.mark.process
def test_a_sweep_of_this_machine_goes_on_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sweep"
    words = ["bench", "sweep", "--workloads", "planner", "--ram", "none", "--near", "0", "--quick", "--out", str(out)]
    assert main([*words, "--seeds", "7,8"]) == 0
    rows = (out / NAME).read_bytes()
    assert {row.seed for row in read_rows(out)} == {7, 8}
    assert "2/2" in capsys.readouterr().err
    [first, _] = sorted((out / "units").iterdir())
    (first / "done").unlink()
    assert main([*words, "--seeds", "7,8"]) == 0
    assert "1/2" not in capsys.readouterr().err  # the other one stands, and of this one no row is measured again
    assert (out / NAME).read_bytes() == rows
    assert main([*words, "--seeds", "7"]) == 2
    assert "holds another sweep" in capsys.readouterr().err


@pytest.mark.process
@pytest.mark.filterwarnings("ignore")
def test_the_same_function_runs_on_a_cluster_of_this_machine(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    words = ("--workloads", "planner", "--ram", "none", "--near", "0", "--quick")
    try:
        place = OnRay("ray")
    except ServiceFault as fault:
        pytest.skip(str(fault))
    try:
        [device] = place.devices()
        plan = Plan((Unit("planner", words, device), Unit("nothing", ("--workloads", "chess"))))
        (tmp_path / "sweep").mkdir()
        found = sweep(plan, place, tmp_path / "sweep", 60, lambda _: None)
    finally:
        place.close()
    assert {row.device for row in found.rows} == {device}
    [(name, why)] = found.failed
    assert name == "nothing"
    assert "got 'chess'" in why
