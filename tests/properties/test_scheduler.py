"""Whatever the world does: memory is never promised twice, nothing runs unreserved, and every job ends exactly once.

The fake servers of tests/support/models.py check each order (a model loaded once at a time, none resurrected, none
unloaded under its jobs, seats, reservations); this machine makes the world as unpleasant as it may be, and at the end
lets it recover and demands that everybody was answered and all memory of jobs is back.
"""

from __future__ import annotations

import msgspec
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bluerill.kernel.limits import MIB
from bluerill.kernel.scheduler import Tuning
from bluerill.kernel.scheduler import events as ev
from bluerill.kernel.scheduler.events import Klass
from support.models import World, profile

PROFILES = (
    profile("tiny", 20, kv_token=4096, seqs=4),
    profile("small", 60, kv_token=16384, seqs=2),
    profile("middle", 120, kv_token=65536, seqs=3, storable=False),
    profile("large", 200, kv_token=65536),
    profile("whole", 90, kv_token=65536, kv_whole=True, seqs=2),
    profile("pinned", 30, pinned=True),
)
BUDGET = 330 * MIB
models = st.sampled_from([each.model for each in PROFILES])
TUNING = Tuning(queues=(8, 12, 16), ages=(float("inf"), 5.0, 10.0), min_residency_s=0.3)
TUNINGS = (
    TUNING,
    msgspec.structs.replace(TUNING, slots=2),
    msgspec.structs.replace(TUNING, preempt=False),
    msgspec.structs.replace(TUNING, group=False, gdsf=False, batch=False, refuse=False),
)


class SchedulerMachine(RuleBasedStateMachine):
    """A policy, its world, and an adversary."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(*PROFILES, budget=BUDGET, tuning=TUNING)

    @initialize(tuning=st.sampled_from(TUNINGS))
    def begin(self, tuning: Tuning) -> None:
        self.world = World(*PROFILES, budget=BUDGET, tuning=tuning)

    @rule(
        model=models,
        klass=st.sampled_from(Klass),
        prompt=st.integers(0, 150),
        out=st.integers(0, 60),
        within=st.none() | st.floats(0.01, 30),
        stream=st.booleans(),
        count=st.sampled_from([1, 1, 1, 5]),
    )
    def submit(
        self, model: str, klass: Klass, prompt: int, out: int, within: float | None, stream: bool, count: int
    ) -> None:
        for _ in range(count):
            self.world.submit(model, klass, prompt=prompt, out=out, within=within, stream=stream)

    @precondition(lambda self: self.world.alive())
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.world.cancel(data.draw(st.sampled_from(self.world.alive())))

    @precondition(lambda self: self.world.alive())
    @rule(data=st.data(), tokens=st.integers(0, 60))
    def read(self, data: st.DataObject, tokens: int) -> None:
        self.world.post(ev.Read(data.draw(st.sampled_from(self.world.alive())), tokens))

    @rule(seconds=st.sampled_from([0.001, 0.02, 0.1, 0.5, 2.0, 12.0]))
    def advance(self, seconds: float) -> None:
        self.world.advance(seconds)

    @precondition(lambda self: self.world.loads)
    @rule(data=st.data(), outcome=st.sampled_from(["ok", "ok", "ok", "broken", "oom", "died"]))
    def answer_load(self, data: st.DataObject, outcome: str) -> None:
        model = data.draw(st.sampled_from(sorted(self.world.loads)))
        if outcome == "ok":
            self.world.loaded(model)
        elif outcome == "died":
            self.world.die(model, oom=True)
        else:
            self.world.load_failed(model, oom=outcome == "oom")

    @precondition(lambda self: self.world.unloads)
    @rule(data=st.data())
    def answer_unload(self, data: st.DataObject) -> None:
        self.world.unloaded(data.draw(st.sampled_from(sorted(self.world.unloads))))

    @precondition(lambda self: self.world.running)
    @rule(count=st.integers(1, 12))
    def answer_runs(self, count: int) -> None:
        for _ in range(count):
            if self.world.running:
                self.world.advance(0.02)
            if self.world.running:
                self.world.ran(min(self.world.running))

    @precondition(lambda self: self.world.pauses)
    @rule(data=st.data())
    def answer_pause(self, data: st.DataObject) -> None:
        world = self.world
        job = data.draw(st.sampled_from(sorted(world.pauses)))
        model = world.seqs[job].model
        if model in world.running and job in world.running[model].left:
            world.ran(model)
        if job in world.pauses:
            world.paused(job)

    @precondition(lambda self: self.world.resumes)
    @rule(data=st.data(), fails=st.sampled_from([False, False, True]))
    def answer_resume(self, data: st.DataObject, fails: bool) -> None:
        job = data.draw(st.sampled_from(sorted(self.world.resumes)))
        if fails:
            self.world.resumes.discard(job)
            self.world.post(ev.JobFailed(job, "the snapshot is damaged"))
        else:
            self.world.resumed(job)

    @precondition(lambda self: self.world.held)
    @rule(data=st.data())
    def answer_held(self, data: st.DataObject) -> None:
        self.world.release(data.draw(st.sampled_from(sorted(self.world.held))))

    @precondition(lambda self: self.world.caps)
    @rule(data=st.data(), oom=st.booleans())
    def die(self, data: st.DataObject, oom: bool) -> None:
        self.world.die(data.draw(st.sampled_from(sorted(self.world.caps))), oom=oom)

    @rule(mib=st.integers(1, 450))
    def rebudget(self, mib: int) -> None:
        self.world.rebudget(mib * MIB)

    @rule(some=st.sampled_from([0.0, 4.0, 20.0]), full=st.sampled_from([0.0, 0.0, 3.0, 9.0]))
    def pressure(self, some: float, full: float) -> None:
        self.world.post(ev.Pressure(some, full))

    @rule(model=models)
    def prefetch(self, model: str) -> None:
        self.world.post(ev.Prefetch(model))

    @rule(model=models, share=st.floats(0.5, 1.2))
    def measure(self, model: str, share: float) -> None:
        self.world.measured = True
        shape = self.world.profiles[model]
        self.world.post(ev.Measured(model, int(shape.anon * share), shape.file))

    @rule(model=models)
    def forget_and_describe(self, model: str) -> None:
        self.world.post(ev.Forget(model))
        self.world.post(ev.Describe(self.world.profiles[model]))

    @invariant()
    def the_books_agree(self) -> None:
        room = self.world.scheduler._board.room
        assert room.reserved == self.world.reserved
        assert room.reserved <= room.ledger.budget - room.ledger.headroom
        now = self.world.scheduler.snapshot()
        assert sum(now.queued) == len(self.world.alive())
        assert all(total >= -1e-6 for total in map(self.world.scheduler._board.backlog.total, range(3)))

    def teardown(self) -> None:
        """The world recovers; then everybody has been answered, and what is left are idle models."""
        world = self.world
        world.rebudget(BUDGET)
        world.post(ev.Pressure(0.0))
        for job in world.alive():
            world.post(ev.Read(job, 1 << 20))
        world.settle()
        assert not world.alive(), f"forgotten: {world.alive()}"
        world.settle()
        board = world.scheduler._board
        assert not board.flying
        assert not board.released
        assert sum(board.in_class) == 0
        assert not any(model.holders or model.flight or model.waiting for model in board.models.values())
        assert world.reserved <= world.capacity


SchedulerMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes; the printed seed repeats it
)
TestScheduler = SchedulerMachine.TestCase
