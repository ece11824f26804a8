"""Nobody starves, and lifting has a price that is known."""

from __future__ import annotations

from bluerill.kernel.limits import MIB
from bluerill.kernel.scheduler import Tuning
from bluerill.kernel.scheduler.events import Klass
from support.models import World, profile

FAST = Tuning(ages=(float("inf"), 2.0, 4.0), lift_share=0.2)


def flood(world: World, model: str, klass: Klass, seconds: float, low: int) -> tuple[float, float]:
    """Always two more jobs of a class; (service of the low job, all service) in seconds."""
    until = world.now + seconds
    mine = other = 0.0
    flooding: list[int] = []
    while world.now < until and world.end_of(low) == "alive":
        flooding = [job for job in flooding if world.end_of(job) == "alive"]
        while len(flooding) < 2:
            flooding.append(world.submit(model, klass, prompt=0, out=20))
        for each in list(world.pauses):
            world.paused(each)
        for each in list(world.resumes):
            world.resumed(each)
        for name in list(world.unloads):
            world.unloaded(name)
        for name in list(world.loads):
            world.advance(world.profiles[name].load_s)
            world.loaded(name)
        world.advance(0.02)
        for name in list(world.running):
            served = low in world.running[name].left
            world.ran(name)
            mine, other = (mine + 0.02, other) if served else (mine, other + 0.02)
    return mine, mine + other


def test_background_gets_service_under_a_flood_of_interactive_work() -> None:
    world = World(profile("a", 50, seqs=2), tuning=FAST)
    low = world.submit("a", Klass.BACKGROUND, prompt=0, out=400)
    mine, whole = flood(world, "a", Klass.INTERACTIVE, 60.0, low)
    assert mine > 0.5
    assert mine / whole < 0.2
    assert world.scheduler.snapshot().counts.lifts >= 2


def test_interactive_gets_service_under_a_flood_of_voice() -> None:
    world = World(profile("a", 50, seqs=2), tuning=FAST)
    low = world.submit("a", Klass.INTERACTIVE, prompt=0, out=400)
    mine, _ = flood(world, "a", Klass.VOICE, 60.0, low)
    assert mine > 0.5


def test_background_gets_its_model_loaded_under_a_flood_of_voice_for_another() -> None:
    world = World(profile("a", 150), profile("b", 150), budget=225 * MIB, tuning=FAST)
    low = world.submit("b", Klass.BACKGROUND, prompt=0, out=10)
    world.settle()
    low = world.submit("b", Klass.BACKGROUND, prompt=0, out=40)
    mine, _ = flood(world, "a", Klass.VOICE, 120.0, low)
    assert mine > 0


def test_without_ageing_it_starves() -> None:
    never = Tuning(ages=(float("inf"), float("inf"), float("inf")))
    world = World(profile("a", 50, seqs=2), tuning=never)
    world.submit("a", out=1)
    world.settle()
    world.submit("a", prompt=0, out=20)
    low = world.submit("a", Klass.BACKGROUND, prompt=0, out=400)
    mine, _ = flood(world, "a", Klass.INTERACTIVE, 30.0, low)
    assert mine == 0


def test_many_that_starve_are_lifted_one_after_another() -> None:
    world = World(profile("a", 50, seqs=2), tuning=FAST)
    low = [world.submit("a", Klass.BACKGROUND, prompt=0, out=30) for _ in range(6)]
    flood(world, "a", Klass.INTERACTIVE, 120.0, low[-1])
    assert all(world.seqs[job].tokens for job in low)
