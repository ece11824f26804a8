"""The course of a run on a clock of its own: what is measured in the time there is, and what is said to be missing."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from bluerill.bench.capped.command import _options, options_of
from bluerill.bench.capped.course import Course, Leg
from bluerill.bench.capped.measure import Effort
from bluerill.bench.capped.pace import Cost, allowance_of, least_items
from bluerill.bench.capped.rows import Latency, Row
from bluerill.bench.capped.sweep import Step, Survey
from bluerill.bench.capped.work import Prepared
from bluerill.kernel.limits import MIB
from support.capped import a_death, a_row


class World:
    """Workloads with so many seconds before the first item, and so many an item; each lives from ``floor`` MiB on."""

    def __init__(self, minutes: float, *words: str, slow: float = 1.0) -> None:
        import argparse

        parser = argparse.ArgumentParser()
        _options(parser)
        self.options = options_of(parser.parse_args(["--minutes", str(minutes), *words]))
        self.now, self.slow = 0.0, slow
        self.done: list[tuple[str, int | None, int]] = []
        self.costs: dict[str, tuple[float, float, int, int]] = {}
        self.legs: list[Leg] = []

    def add(self, name: str, fixed_s: float, item_s: float, items: int, floor: int) -> None:
        self.costs[name] = (fixed_s, item_s, items, floor)
        work = Prepared(name, "", Path(), items, [], "exact", "", "", "")
        self.legs.append(Leg(work, Survey(self.options.caps, self.options.repeat, self.options.near)))

    def measure(self, work: Prepared, step: Step, rep: int, effort: Effort) -> Row:
        fixed, each, items, floor = self.costs[work.name]
        cap = None if step.cap is None else step.cap // MIB
        if cap is not None and cap < floor:
            self.now += 0.3 * self.slow  # it is refused, or dies early
            self.done.append((work.name, cap, 0))
            return a_death(work.name, cap, rep)
        count = max(effort.least(items), int(effort.seconds / each))
        self.now += (fixed + count * each) * self.slow
        self.done.append((work.name, cap, count))
        samples = [int(each * self.slow * 1e9)] * count
        return a_row(work.name, cap, rep, samples_ns=samples, latency=Latency(first_ms=1.0), near=step.near)

    def go(self) -> Course:
        course = Course(self.legs, self.options, self.measure, lambda *_: None, 0.0, lambda: self.now)
        course.go()
        return course


def usual(world: World) -> World:
    """About what is bundled, on a quiet machine."""
    world.add("planner", 0.3, 0.0002, 200, 13)
    world.add("keyword", 0.4, 0.05, 20, 20)
    world.add("face", 0.8, 0.002, 48, 33)
    world.add("asr-nano", 1.5, 0.05, 16, 52)
    world.add("asr-pocketsphinx", 0.9, 0.2, 8, 48)
    world.add("talk", 5.0, 0.9, 4, 352)
    return world


def test_with_time_enough_every_cell_has_all_its_items_and_every_floor_its_repetitions() -> None:
    world = usual(World(30.0))
    course = world.go()
    assert (course.left_out, course.unrepeated) == ([], [])
    first = [count for name, cap, count in world.done if name == "asr-pocketsphinx" and cap in (None, 64, 256)]
    assert first == [8, 8, 8]
    assert sum(cap == 13 for name, cap, _ in world.done if name == "planner") == 10


def test_in_the_usual_time_no_cell_is_left_out() -> None:
    world = usual(World(2.8))
    course = world.go()
    assert course.left_out == []
    assert {name for name, cap, _ in world.done if cap is None} == set(world.costs)
    assert world.now < 180


@pytest.mark.parametrize("slow", [2.0, 4.0])
def test_on_a_busy_machine_repetitions_get_shorter_and_the_run_does_not_get_longer(slow: float) -> None:
    world = usual(World(2.8, slow=slow))
    course = world.go()
    assert world.now < 180
    asked = {(name, cap) for name in world.costs for cap in (None, 1024, 256, 128, 96, 64, 48, 32)}
    tried = {(name, cap) for name, cap, _ in world.done}
    missing = {(name, None if cap is None else cap // MIB) for name, cap in course.left_out}
    assert asked - tried == missing
    later = [count for name, cap, count in world.done if name == "asr-pocketsphinx" and cap == 64]
    assert later
    assert later[0] < 8


def test_who_may_take_long_comes_after_the_caps_of_the_others() -> None:
    world = usual(World(2.8))
    talk = world.legs[-1]
    talk.work = talk.work._replace(patience_s=45.0)
    course = world.go()
    first = next(number for number, (name, _, _) in enumerate(world.done) if name == "talk")
    assert {cap for name, cap, _ in world.done[:first] if name == "planner"} >= {None, 1024, 32}
    assert course.left_out == []


def test_a_device_is_not_begun_with_when_the_time_is_nearly_up() -> None:
    world = usual(World(2.8, slow=6.0))
    talk = world.legs[-1]
    talk.work = talk.work._replace(patience_s=45.0)
    course = world.go()
    assert world.now < 185
    assert ("talk", None) in course.left_out or any(name == "talk" for name, _, _ in world.done)


def test_what_was_left_out_is_named() -> None:
    world = usual(World(0.2))
    course = world.go()
    assert ("talk", 32 * MIB) in course.left_out
    assert len(world.done) >= len(world.costs)  # every workload was begun


def test_what_does_not_run_at_all_is_lacking_and_not_left_out() -> None:
    world = World(2.8)
    world.add("broken", 0.1, 0.1, 3, 1)
    failed = a_row("broken", None, outcome="failed", error="it fell over", samples_ns=[], latency=Latency())
    course = Course(world.legs, world.options, lambda *_: failed, lambda *_: None, 0.0, lambda: world.now)
    course.go()
    assert (course.lacking, course.left_out) == ([("broken", "it fell over")], [])


def test_items_shrink_before_cells_do() -> None:
    assert allowance_of([(Cost(1.0, 9.0), 2)], 20.0) == inf
    assert allowance_of([(Cost(1.0, 9.0), 2)], 11.0) == pytest.approx(4.5)
    assert allowance_of([(Cost(1.0, 9.0), 2), (Cost(1.0, 0.1), 5)], 16.5) == pytest.approx(4.5)  # the quick keep theirs
    assert allowance_of([(Cost(1.0, 9.0), 2)], 0.0) > 0
    assert [least_items(count, scale) for count, scale in ((16, 1.0), (16, 0.5), (16, 0.0), (2, 0.0))] == [16, 8, 3, 2]
