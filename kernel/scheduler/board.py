"""What the parts of the policy share: jobs, models, memory, timers, the decisions of this step, and a few moves.

Only here does a job enter or leave a queue, a seat or the backlog, so that the sums stay right.
"""

from __future__ import annotations

from .backlog import Backlog
from .decisions import Cancelled, Decision, Done, Fail, Pause, Reason, Refuse, Resize, Run, Unload
from .events import Klass
from .job import Job, Phase, Rank
from .resident import Place, Resident
from .room import Room
from .snapshot import Counts
from .timers import Due, Timers
from .tuning import Tuning


class Board:
    """The state of the policy. ``now`` is the time of the current step."""

    def __init__(self, budget: int, tuning: Tuning) -> None:
        self.tuning = tuning
        self.room = Room(budget)
        self.models: dict[str, Resident] = {}
        self.jobs: dict[int, Job] = {}
        self.in_class = [0, 0, 0]
        self.backlog = Backlog()
        self.timers = Timers()
        self.now = 0.0
        self.out: list[Decision] = []
        self._look = 0.0  # when somebody asked last to look again
        self.looks = 0  # how often loads were looked at
        self.stirred = False  # something changed that may let a model be loaded
        self.pressed = 0  # 0, 1: background is held, 2: its memory is freed too
        self.flying = 0  # slots in use
        self.lifted: Job | None = None
        self.inflation = 0.0  # GDSF's L
        self.load_claims: list[tuple[Job, int]] = []  # bytes that are on their way to somebody: of the last look,
        self.seat_claims: list[tuple[Job, int]] = []  # and of the last dispatch
        self.prefetches: dict[str, None] = {}
        self.counts = Counts()
        self.released: dict[int, Job] = {}  # ended, but a server still holds them

    # --- jobs

    def enter(self, job: Job) -> None:
        self.jobs[job.id] = job
        self.in_class[job.klass] += 1
        self.backlog.add(job, job.left_s())
        self.queue(job)

    def queue(self, job: Job) -> None:
        """The job waits for a seat in its model, unless it is ahead of its reader: then it wants none."""
        if not job.ahead:
            job.model.waiting.push(job)

    def seat(self, job: Job, kv: int) -> None:
        """The job gets a seat; its memory is reserved already."""
        job.model.waiting.remove(job)
        job.model.holders.append(job)
        job.kv = kv

    def unseat(self, job: Job) -> None:
        """Its server holds nothing of it any more; the reservation shrinks."""
        model = job.model
        model.holders.remove(job)
        job.kv = 0
        if model.place is not Place.UNLOADING:
            self.fit(model)
        self.stirred = True

    def rerank(self, job: Job, klass: int, key: float) -> None:
        job.rank = (klass, key, job.rank[2])
        if job.ticket:
            job.model.waiting.push(job)
        self.stirred = True

    def unlift(self) -> None:
        """Nobody is lifted any more; somebody else may be."""
        self.lifted = None
        self.timers.at(self.now, Due.LIFT)

    def land(self, job: Job) -> None:
        """Its quantum is over, however it went."""
        flight = job.model.flight
        if job in flight:
            flight.discard(job)
            if not flight:
                self.flying -= 1

    def fly(self, model: Resident, jobs: tuple[Job, ...], seconds: float) -> None:
        """A quantum of these jobs is under way; it should take so long."""
        if not model.flight:
            self.flying += 1
        model.flight.update(jobs)
        model.group = len(jobs)
        model.flight_since = self.now
        model.flight_due = self.now + max(self.tuning.hang_s, 20.0 * seconds)

    # --- the four ends of a job

    def refuse(self, job: int, klass: int, reason: Reason, text: str, retry_after_s: float) -> None:
        self.counts.refused[klass] += 1
        self.out.append(Refuse(job, reason, max(retry_after_s, 0.001), text))

    def done(self, job: Job) -> None:
        self._leave(job)
        self.counts.done[job.klass] += 1
        self.out.append(Done(job.id))
        if job in job.model.holders:
            self.unseat(job)

    def fail(self, job: Job, reason: Reason, text: str, retry_after_s: float = 0.0, gone: bool = False) -> None:
        """``gone``: its server is, or has let go of it."""
        held = self._leave(job) and not gone
        self.counts.failed[job.klass] += 1
        self.out.append(Fail(job.id, reason, text, retry_after_s, held))
        self._let_go(job, held)

    def cancel(self, job: Job) -> None:
        held = self._leave(job)
        self.counts.cancelled[job.klass] += 1
        self.out.append(Cancelled(job.id, held))
        self._let_go(job, held)

    def _leave(self, job: Job) -> bool:
        """Out of everything but its seat; whether it has one."""
        del self.jobs[job.id]
        self.in_class[job.klass] -= 1
        self.backlog.remove(job)
        job.model.waiting.remove(job)
        if self.lifted is job:
            self.unlift()
        job.phase = Phase.ENDED
        job.since = self.now
        self.stirred = True
        model = job.model
        if model.first_due and not model.waiting and all(each.phase is Phase.ENDED for each in model.holders):
            model.first_due = False  # nobody is left whom it was loaded for
        return job in model.holders

    def _let_go(self, job: Job, held: bool) -> None:
        if held:
            self.released[job.id] = job
        elif job in job.model.holders:
            self.land(job)
            self.unseat(job)

    # --- models

    def fit(self, model: Resident, extra: int = 0) -> bool:
        """Reserve what the model and its jobs take, and ``extra`` bytes for one more; False if that does not fit."""
        anon, file = model.base()
        taken = sum(job.kv for job in model.holders) + extra
        if model.first_due:
            taken = max(taken, model.kv_promised)
        before = self.room.ledger.holds(model.name)
        after = self.room.resize(model.name, anon + taken, file)
        if after is None:
            return False
        if after != before:
            self.out.append(Resize(model.name, after.anon, after.file))
        return True

    def drain(self, model: Resident) -> None:
        """The model is to go: its jobs leave it at the next token, then it is unloaded. There is no way back."""
        model.place = Place.DRAINING
        model.first_due = model.hurry = False
        for job in model.holders:
            if job.phase is Phase.READY:
                self.park(job)
            elif job.phase is Phase.RUNNING:
                self.cut(job)
        self.drained(model)

    def drained(self, model: Resident, kill: bool = False) -> None:
        """Unload a draining model as soon as nobody holds anything in it."""
        if kill or (model.place is Place.DRAINING and not model.holders and not model.flight):
            model.place = Place.UNLOADING
            model.load_since = self.now
            self.counts.evictions += 1
            self.out.append(Unload(model.name, kill))

    def park(self, job: Job, drop: bool = False) -> None:
        """Take a job's state out of memory: to storage if reading it back is faster than computing it, else away."""
        profile, length = job.model.profile, job.length
        restore = 2.0 * profile.state(length) / self.tuning.storage_bw
        store = profile.storable and not drop and length > 0 and restore < length * job.model.costs.prefill_s
        job.phase = Phase.PAUSING
        job.since = self.now
        self.counts.parked += 1
        self.out.append(Pause(job.id, "store" if store else "drop"))

    def cut(self, job: Job) -> None:
        """End the quantum that a job is in before its time, if it would take long."""
        if not job.cutting and not job.prefilled and self._long(job):
            job.cutting = True
            self.out.append(Pause(job.id, "keep"))

    def _long(self, job: Job) -> bool:
        model = job.model
        chunk = min(model.profile.n_batch, job.prompt - job.prompt_done) * model.costs.prefill_s
        return model.flight_since + chunk - self.now > self.tuning.abort_s

    def regain_s(self, job: Job) -> float:
        """Seconds to get a parked job's state back: min(restore, prefill)."""
        profile, length = job.model.profile, job.length
        compute = length * job.model.costs.prefill_s
        return min(compute, 2.0 * profile.state(length) / self.tuning.storage_bw) if profile.storable else compute

    def run(self, model: Resident, jobs: tuple[Job, ...], tokens: int, seconds: float) -> None:
        for job in jobs:
            job.phase = Phase.RUNNING
            job.begun = True
        self.fly(model, jobs, seconds)
        budget = max(self.tuning.quantum_s, 1.5 * seconds)
        self.out.append(Run(model.name, tuple(job.id for job in jobs), tokens, budget))

    def claimed(self, claims: list[tuple[Job, int]], rank: Rank) -> int:
        """Bytes that jobs before ``rank`` wait for."""
        return sum(size for job, size in claims if job.rank < rank and job.phase in (Phase.WAITING, Phase.PARKED))

    def allowed(self, job: Job) -> bool:
        """Whether the job may have service now."""
        return not (self.pressed and job.klass is Klass.BACKGROUND)

    def look_at(self, when: float) -> None:
        """Look at loads again at ``when``, or at an earlier time that was asked for already."""
        if self._look <= self.now or when < self._look:
            self._look = when
            self.timers.at(when, Due.LOOK)
