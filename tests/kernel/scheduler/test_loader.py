"""Loads, room, prefetch."""

from __future__ import annotations

from bluerill.kernel.limits import MIB
from bluerill.kernel.scheduler import Tuning
from bluerill.kernel.scheduler import decisions as de
from bluerill.kernel.scheduler import events as ev
from bluerill.kernel.scheduler.events import Klass
from support.models import World, profile


def test_a_load_reserves_the_peak_and_afterwards_what_is_used() -> None:
    world = World(profile("a", 100, peak_anon=60 * MIB))
    world.submit("a")
    assert world.said(de.StartLoad) == [de.StartLoad("a", 60 * MIB, 75 * MIB)]
    world.loaded("a")
    assert world.caps["a"] == 100 * MIB


def test_a_pinned_model_stays_and_the_other_one_goes() -> None:
    world = World(profile("pin", 80, pinned=True), profile("a", 80), profile("b", 80), budget=200 * MIB)
    for model in ("pin", "a"):
        world.submit(model)
        world.settle()
    world.advance(2.0)
    world.submit("b")
    assert world.unloads == {"a"}


def test_minimum_residency_among_equals() -> None:
    world = World(profile("a", 150), profile("b", 150), budget=225 * MIB)
    world.submit("a", out=1)
    world.loaded("a")
    for _ in range(3):
        if world.running:
            world.ran("a")
    job = world.submit("b")
    assert not world.unloads
    world.advance(1.0)
    assert world.unloads == {"a"}
    world.settle()
    assert world.end_of(job) == "done"


def test_a_group_goes_on_until_the_other_model_has_no_slack_left() -> None:
    world = World(profile("a", 150), profile("b", 150), budget=225 * MIB)
    world.submit("a")
    world.settle()
    world.advance(2.0)
    world.submit("a", out=200)  # due in 15 s, and 4 s long
    other = world.submit("b", within=12.0)  # an earlier latest start, but a swap takes 1.5 s only
    world.ran("a")
    assert not world.unloads
    while not world.unloads:
        world.advance(0.02)
        for model in list(world.running):
            world.ran(model)
        for job in list(world.pauses):
            world.paused(job)
        assert world.now < 40.0
    assert world.end_of(other) == "alive"
    world.settle()
    assert {world.end_of(job) for job in world.seqs} == {"done"}


def test_an_idle_voice_model_is_kept_a_while_from_background_work() -> None:
    world = World(profile("ears", 150), profile("batch", 150), budget=225 * MIB)
    world.submit("ears", Klass.VOICE)
    world.settle()
    job = world.submit("batch", Klass.BACKGROUND)
    world.advance(1.4)
    assert not world.unloads
    world.advance(0.2)  # its load time after its last use
    assert world.unloads == {"ears"}
    world.settle()
    assert world.end_of(job) == "done"


def test_prefetch_takes_spare_memory_only() -> None:
    world = World(profile("a", 150), profile("b", 150), profile("c", 40), budget=225 * MIB)
    world.submit("a")
    world.settle()
    world.advance(5.0)
    world.post(ev.Prefetch("b"))
    world.post(ev.Prefetch("c"))
    world.post(ev.Prefetch("nobody"))
    assert set(world.loads) == {"c"}
    assert not world.unloads
    world.loaded("c")
    job = world.submit("c")
    assert world.running["c"].jobs == (job,)


def test_prefetch_waits_for_nobody_and_nobody_for_it() -> None:
    world = World(profile("a", 100), profile("b", 100), budget=400 * MIB)
    world.post(ev.Prefetch("b"))
    assert set(world.loads) == {"b"}
    world.submit("a")
    assert set(world.loads) == {"a", "b"}


def test_state_of_background_jobs_leaves_memory_before_a_model_does() -> None:
    world = World(profile("a", 100, kv_token=1 * MIB, seqs=2), profile("b", 80), budget=300 * MIB)
    world.submit("b")
    world.settle()
    low = world.submit("a", Klass.BACKGROUND, prompt=20, out=50)
    world.loaded("a")
    for _ in range(4):
        world.ran("a")
    assert world.caps["a"] == 170 * MIB
    world.submit("a", Klass.VOICE, prompt=30, out=30)
    world.ran("a")
    assert list(world.pauses) == [low]
    assert not world.unloads
    world.settle()
    assert {world.end_of(job) for job in world.seqs} == {"done"}
    assert set(world.caps) == {"a", "b"}


def test_measured_peaks_replace_the_estimate_with_a_margin() -> None:
    world = World(profile("a", 100))
    world.submit("a")
    world.settle()
    for peak in (20, 24, 22):
        world.post(ev.Measured("a", peak * MIB, 70 * MIB))
    assert world.caps["a"] == int(24 * MIB * 1.05) + 70 * MIB
    for _ in range(8):
        world.post(ev.Measured("a", 10 * MIB, 70 * MIB))
    assert world.caps["a"] == int(10 * MIB * 1.05) + 70 * MIB  # only the last eight count


def test_forget_unloads_and_fails_who_waits() -> None:
    world = World(profile("a"), profile("b"))
    world.submit("a")
    world.settle()
    job = world.submit("a")
    world.post(ev.Forget("a"))
    assert world.end_of(job) == "failed: gone"
    world.release(job)
    world.settle()
    assert world.caps == {}
    assert world.end_of(world.submit("a")) == "refused: unknown"


def test_a_budget_that_grows_lets_waiting_models_load() -> None:
    world = World(profile("a", 150), profile("b", 150), budget=225 * MIB, tuning=Tuning(min_residency_s=1000.0))
    world.submit("a")
    world.settle()
    world.submit("b")
    assert not world.loads
    world.rebudget(400 * MIB)
    assert set(world.loads) == {"b"}
