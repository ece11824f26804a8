from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bluerill.bench.capped.command import arguments, options_of
from bluerill.bench.sweeps.plan import Plan, keep_plan, plan_of, seeds_of
from bluerill.kernel.errors import CallerError


def planned(*words: str, devices: tuple[str, ...] = ("",)) -> Plan:
    parser = argparse.ArgumentParser()
    arguments(parser)
    args = parser.parse_args(["sweep", *words])
    options = options_of(args)
    return plan_of(args, options, seeds_of(args.seeds, options.seed), devices)


def test_a_unit_is_a_workload_with_a_seed_on_a_device() -> None:
    plan = planned("--workloads", "planner,face", "--seeds", "7,8", "--ram", "48M", devices=("a", "b"))
    assert len({unit.name for unit in plan.units}) == 8
    assert {unit.device for unit in plan.units} == {"a", "b"}
    words = plan.units[0].words
    assert words[:4] == ("--workloads", "planner", "--seed", "7")
    assert words[words.index("--ram") + 1] == "48M"
    assert words[words.index("--minutes") + 1] == "1.0"


def test_every_way_to_load_a_model_is_a_unit_of_its_own() -> None:
    plan = planned("--models", "a/tiny.gguf", "--set", "ctx=256,512", "--set", "mmap=false")
    ways = [[word for word in unit.words if "=" in word] for unit in plan.units]
    assert ways == [["ctx=256", "mmap=false"], ["ctx=512", "mmap=false"]]
    assert all(unit.name.startswith("tiny_ctx=") for unit in plan.units)


def test_the_same_options_come_to_the_same_units_and_others_to_others() -> None:
    one, again, other = (planned("--workloads", "planner", "--ram", ram) for ram in ("48M", "48M", "64M"))
    assert one == again
    assert one.units[0].name != other.units[0].name


def test_a_folder_holds_one_sweep(tmp_path: Path) -> None:
    plan = planned("--workloads", "planner")
    keep_plan(tmp_path / "sweep", plan)
    keep_plan(tmp_path / "sweep", plan)
    with pytest.raises(CallerError, match="holds another sweep"):
        keep_plan(tmp_path / "sweep", planned("--workloads", "face"))


@pytest.mark.parametrize("text", ["seven", "7,x"])
def test_seeds_are_whole_numbers(text: str) -> None:
    with pytest.raises(CallerError, match="--seeds"):
        seeds_of(text, 7)
