"""The one loop between policy and world: decisions in order, events in order, no step inside another."""

from __future__ import annotations

import pytest

from bluerill.kernel.effects import Driver
from bluerill.kernel.scheduler import Scheduler
from bluerill.kernel.scheduler import decisions as de
from bluerill.kernel.scheduler import events as ev
from bluerill.kernel.scheduler.events import Klass
from support.models import World, profile


class Instant(World):
    """A world that answers at once, from inside the effect."""

    def start_load(self, model: str, anon: int, file: int, step: int) -> None:
        super().start_load(model, anon, file, step)
        self.loaded(model)

    def run(self, model: str, jobs: tuple[int, ...], max_tokens: int, budget_s: float) -> None:
        super().run(model, jobs, max_tokens, budget_s)
        self.ran(model)


def test_effects_may_answer_at_once() -> None:
    world = Instant(profile("a"))
    job = world.submit("a", out=30)
    assert world.end_of(job) == "done"
    kinds = [type(each) for each in world.log]
    assert kinds.index(de.StartLoad) < kinds.index(de.Run) < kinds.index(de.Done)


def test_an_effect_that_breaks_leaves_the_loop_usable() -> None:
    class Broken(World):
        def start_load(self, model: str, anon: int, file: int, step: int) -> None:
            raise RuntimeError("no such thing")

    world = Broken(profile("a"))
    with pytest.raises(RuntimeError):
        world.submit("a")
    world.post(ev.LoadFailed("a", "it could not be started"))
    assert world.scheduler.snapshot().models[0].place == "absent"


def test_every_decision_reaches_its_effect() -> None:
    done: list[str] = []

    class Recorder:
        def __getattr__(self, name: str) -> object:
            return lambda *_: done.append(name)

    class Said(Scheduler):
        def step(self, event: ev.Event, now: float) -> list[de.Decision]:
            return [
                de.StartLoad("a", 1, 2),
                de.Resize("a", 1, 2),
                de.Run("a", (1,), 1, 0.1),
                de.Pause(1, "keep"),
                de.Resume(1),
                de.Unload("a"),
                de.Done(1),
                de.Refuse(2, de.Reason.QUEUE, 1.0, "full"),
                de.Fail(3, de.Reason.DIED, "gone"),
                de.Cancelled(4),
                de.WakeAt(1.0),
            ]

    Driver(Said(1 << 30), Recorder(), lambda: 0.0).post(ev.Submit(1, "a", Klass.VOICE, 1, 1))  # type: ignore[arg-type]
    assert done == ["start_load", "resize", "run", "pause", "resume", "unload", "end", "end", "end", "end", "wake_at"]
