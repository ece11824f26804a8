from __future__ import annotations

from bluerill.bench.capped.summary import cell, figures, floor_of, grid, sentence
from bluerill.kernel.limits import MIB
from support.capped import MACHINE, a_death, a_row


def test_the_floor_is_the_smallest_cap_that_always_lived() -> None:
    rows = [a_row(cap=64), a_row(cap=32), a_row(cap=32, rep=1), a_row(cap=24), a_death(cap=24, rep=1), a_row(cap=20)]
    assert floor_of(figures(rows)["planner"]) == 32 * MIB


def test_nothing_that_died_has_a_floor() -> None:
    assert floor_of(figures([a_death(cap=64)])["planner"]) is None


def test_a_cell_says_time_and_quality_or_what_became_of_it() -> None:
    found = figures([a_row(), a_death(), a_row(cap=24), a_death(cap=24, rep=1)])["planner"]
    assert cell(found[64 * MIB]) == "2 ms 98%"
    assert cell(found[16 * MIB]) == "oom"
    assert cell(found[24 * MIB]) == "2 ms 98% 1/2"


def test_the_table_has_a_line_a_workload_and_a_column_a_cap() -> None:
    heads, lines = grid([a_row(), a_row(cap=None), a_death("face", 64), a_row("face", None)], [None, 64 * MIB])
    assert heads == ["workload", "64M", "none", "floor", "peak", "+libs"]
    assert lines == [
        ["planner", "2 ms 98%", "2 ms 98%", "≤ 64M", "20M", "5M"],
        ["face", "oom", "2 ms 98%", "", "20M", "5M"],
    ]


def test_the_sentence_says_what_fits_and_what_does_not() -> None:
    said = sentence([a_row(), a_row("face", 64), a_row("codes", 32), a_death("talk", 64)])
    assert said.startswith("On this device codes fits into 32M or less, planner and face fit into 64M or less")
    assert "talk did not run under any cap tried" in said
    assert "busy" not in said


def test_a_busy_machine_is_owned_up_to() -> None:
    busy = MACHINE.__class__(MACHINE.cpu, 2, MACHINE.ram, MACHINE.kernel, MACHINE.python, 9.0)
    assert "the machine was busy: load 9.0 on 2 cores" in sentence([a_row(machine=busy)])
