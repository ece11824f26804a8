"""What is taken on, and what an early no says."""

from __future__ import annotations

from bluerill.kernel.limits import MIB
from bluerill.kernel.scheduler import Tuning
from bluerill.kernel.scheduler import decisions as de
from bluerill.kernel.scheduler import events as ev
from bluerill.kernel.scheduler.events import Klass
from support.models import World, profile


def refusal(world: World) -> de.Refuse:
    refused = world.said(de.Refuse)[-1]
    assert isinstance(refused, de.Refuse)
    return refused


def test_a_cold_load_counts() -> None:
    world = World(profile("a", 100))  # loads in 1.05 s, computes 0.24 s
    assert world.end_of(world.submit("a", within=1.2)) == "refused: deadline"
    assert 0.05 < refusal(world).retry_after_s < 0.15
    assert "1.29 s" in refusal(world).text
    assert world.end_of(world.submit("a", within=1.4)) == "alive"
    world.settle()
    assert world.end_of(world.submit("a", within=0.3)) == "alive"  # warm


def test_work_ahead_counts_but_not_that_of_lower_classes() -> None:
    world = World(profile("a", 100))
    world.submit("a")
    world.settle()
    for _ in range(5):
        world.submit("a", Klass.BACKGROUND, out=100)
    assert world.end_of(world.submit("a", within=1.0)) == "alive"
    for _ in range(5):
        world.submit("a", within=3.0, out=20)
    assert world.end_of(world.submit("a", within=3.0, out=20)) == "refused: deadline"
    assert world.end_of(world.submit("a", Klass.VOICE, within=1.0)) == "alive"


def test_a_retry_after_the_said_time_is_taken_on() -> None:
    world = World(profile("a", 100))
    world.submit("a")
    world.settle()
    world.submit("a", within=5.0, out=150)
    assert world.end_of(world.submit("a", within=2.0, out=20)) == "alive"  # it has the earlier latest start
    late = world.submit("a", within=5.0, out=150)
    assert world.end_of(late) == "refused: deadline"
    world.work(refusal(world).retry_after_s + 0.05)
    assert world.end_of(world.submit("a", within=5.0, out=150)) == "alive"


def test_lengths_are_learned_so_that_a_generous_limit_does_not_refuse() -> None:
    world = World(profile("a", 100))
    for _ in range(10):
        job = world.submit("a", out=5)
        world.settle()
        assert world.end_of(job) == "done"
    world.seqs[99] = type(world.seqs[1])("a", 16, 5)
    world.post(ev.Submit(99, "a", Klass.INTERACTIVE, 16, 4000, world.now + 1.0))
    assert world.end_of(99) == "alive"


def test_hopeless_work_is_not_begun() -> None:
    world = World(profile("a", 100), profile("b", 100), tuning=Tuning(queues=(9, 99, 99)))
    for model in "ab":
        world.submit(model)
    world.settle()
    voice = world.submit("b", Klass.VOICE, out=60)
    job = world.submit("a", Klass.BACKGROUND, out=50, within=2.5)
    world.submit("b", Klass.VOICE, out=60)
    assert world.end_of(job) == "alive"
    while world.end_of(voice) == "alive" or world.end_of(voice + 2) == "alive":
        world.advance(0.02)
        for model in list(world.running):
            world.ran(model)
    assert world.end_of(job) == "failed: deadline"
    assert not any(job in run.jobs for run in world.said(de.Run)[5:])


def test_a_number_is_used_once() -> None:
    world = World(profile("a", 100))
    job = world.submit("a")
    decisions = world.scheduler.step(ev.Submit(job, "a", Klass.VOICE, 1, 1), world.now)
    assert [type(each) for each in decisions] == [de.Refuse]


def test_unknown_models_are_refused() -> None:
    world = World(budget=100 * MIB)
    assert world.end_of(world.submit("nobody")) == "refused: unknown"
