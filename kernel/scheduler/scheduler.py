"""The policy: one event in, decisions out. It has no clock, no thread, no file and no socket, and it never waits.

    scheduler = Scheduler(budget)
    for decision in scheduler.step(Submit(...), now): ...

The caller is one loop (``kernel/effects.py`` has it) that turns what happens into events, in order, and carries
decisions out, in order. So nothing is ever decided from a stale picture, and every run can be repeated.

What it promises, whatever happens: memory reserved never exceeds the budget less headroom; nothing runs that is not
reserved; a model is loaded once at a time; every Submit is answered by exactly one terminal decision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import events as ev
from .admission import Admission
from .ageing import Ageing
from .board import Board
from .decisions import Decision, Reason, WakeAt
from .dispatch import Dispatcher
from .job import Job, Phase
from .loader import Loader
from .recovery import Recovery
from .resident import LEAVING, Place, Resident
from .snapshot import Snapshot, snapshot
from .squeeze import Squeeze
from .timers import Due
from .tuning import Tuning

TIMERS_AT_ONCE = 8


class Scheduler:
    """See the module. ``budget``: bytes for all models, headroom included."""

    def __init__(self, budget: int, tuning: Tuning | None = None) -> None:
        self._board = board = Board(budget, tuning or Tuning())
        self._loader = Loader(board)
        self._admission = Admission(board)
        self._dispatcher = Dispatcher(board, self._loader)
        self._recovery = Recovery(board)
        self._squeeze = Squeeze(board, self._loader)
        self._ageing = Ageing(board)
        self._wake = float("inf")
        self._handlers: dict[type, Callable[[Any], None]] = {
            ev.Progress: self._progress,
            ev.Submit: self._submit,
            ev.Read: self._read,
            ev.CancelJob: self._cancel,
            ev.JobFailed: self._job_failed,
            ev.Released: self._released,
            ev.Paused: self._paused,
            ev.Resumed: self._resumed,
            ev.Loaded: self._loaded,
            ev.LoadFailed: lambda e: self._with(e.model, self._recovery.load_failed, e.why, e.oom),
            ev.Unloaded: self._unloaded,
            ev.Died: lambda e: self._with(e.model, self._recovery.died, e.why, e.oom),
            ev.Describe: self._describe,
            ev.Forget: self._forget,
            ev.Prefetch: self._prefetch,
            ev.Measured: self._measured,
            ev.Budget: lambda e: self._squeeze.budget(e.bytes),
            ev.Pressure: lambda e: self._squeeze.pressure(e.some, e.full),
            ev.Tick: lambda e: None,
        }

    def step(self, event: ev.Event, now: float) -> list[Decision]:
        """What to do now that this has happened. ``now`` never goes backwards (an earlier one counts as the latest)."""
        board = self._board
        if now > board.now:
            board.now = now
        board.out = []
        self._handlers[type(event)](event)
        if board.timers.next() <= board.now:
            self._timers()
        while True:
            if board.stirred:
                self._loader.look()
            if board.flying < board.tuning.slots:
                self._dispatcher.dispatch()
            if not board.stirred:
                break
        self._recovery.watch()
        self._say_when()
        return board.out

    def snapshot(self) -> Snapshot:
        """For the monitor."""
        return snapshot(self._board)

    # --- jobs

    def _submit(self, event: ev.Submit) -> None:
        job = self._admission.submit(event)
        board = self._board
        if job is not None and board.flying >= board.tuning.slots and job.model.place is Place.LOADED:
            self._cut_for(job)

    def _cut_for(self, job: Job) -> None:
        """End a long quantum of a less urgent class early."""
        if self._board.tuning.preempt:
            for model in self._board.models.values():
                for other in model.flight:
                    if other.phase is Phase.RUNNING and other.rank[0] > job.rank[0]:
                        self._board.cut(other)

    def _cancel(self, event: ev.CancelJob) -> None:
        job = self._board.jobs.get(event.job)
        if job is not None:
            self._board.cancel(job)

    def _read(self, event: ev.Read) -> None:
        job = self._board.jobs.get(event.job)
        if job is not None and event.tokens > job.read:
            job.read = event.tokens
            job.ahead = job.stream and job.tokens - job.read >= self._board.tuning.ahead
            if not job.ahead and not job.ticket and job.phase in (Phase.WAITING, Phase.PARKED):
                self._board.queue(job)
                self._board.stirred = True

    def _progress(self, event: ev.Progress) -> None:
        board = self._board
        job = board.jobs.get(event.job)
        if job is None:
            self._settle(event.job)
            return
        model = job.model
        if job not in model.flight:
            return
        group = model.group
        board.land(job)
        model.costs.saw_quantum(event.prompt_tokens, event.tokens, event.elapsed_s, group)
        job.prompt_done += event.prompt_tokens
        job.tokens += event.tokens
        job.served_at = model.used_at = board.now
        board.counts.tokens += event.tokens
        if model.first_due:
            model.first_due = model.hurry = False
            board.fit(model)
            board.stirred = True
        if event.done:
            model.costs.saw_length(job.tokens)
            self._recovery.works(model)
            job.cutting = False
            board.done(job)
            board.drained(model)
            return
        board.backlog.update(job, job.left_s())
        job.ahead = job.stream and job.tokens - job.read >= board.tuning.ahead
        if job.cutting:
            job.phase = Phase.PAUSING
            job.since = board.now
        else:
            self._ready(job)
        if board.lifted is job:
            job.spent += event.elapsed_s
            self._ageing.served(job)

    def _ready(self, job: Job) -> None:
        """It stands between two quanta, or leaves at once if its model has to."""
        job.phase = Phase.READY
        if job.model.place is Place.DRAINING:
            self._board.park(job)

    def _job_failed(self, event: ev.JobFailed) -> None:
        board = self._board
        job = board.jobs.get(event.job)
        if job is None:
            self._released(ev.Released(event.job))
            return
        if job in job.model.holders:
            board.fail(job, Reason.ENGINE, event.why, gone=True)
            board.drained(job.model)

    def _settle(self, number: int) -> None:
        """The quantum of a job that has ended meanwhile is over."""
        job = self._board.released.get(number)
        if job is not None:
            self._board.land(job)
            self._board.drained(job.model)

    def _released(self, event: ev.Released) -> None:
        job = self._board.released.pop(event.job, None)
        if job is not None:
            self._board.land(job)
            self._board.unseat(job)
            self._board.drained(job.model)

    def _paused(self, event: ev.Paused) -> None:
        board = self._board
        job = board.jobs.get(event.job)
        if job is None or job not in job.model.holders:
            return
        cut, job.cutting = job.cutting, False
        if job.phase is not Phase.PAUSING:
            return  # it ran to the end of its quantum before it was told
        if event.how == "kept":
            if cut or job.model.place is Place.LOADED:
                self._ready(job)
            else:
                board.park(job, drop=True)  # it could not be stored, and cannot stay
            return
        job.how = event.how
        if event.how == "dropped":
            job.to_recompute()
        job.phase = Phase.PARKED
        board.unseat(job)
        board.queue(job)
        board.drained(job.model)

    def _resumed(self, event: ev.Resumed) -> None:
        board = self._board
        job = board.jobs.get(event.job)
        if job is None:
            self._settle(event.job)
            return
        if job.phase is not Phase.RESUMING:
            return
        board.land(job)
        job.served_at = board.now
        if event.how == "recompute" and job.how == "stored":
            job.to_recompute()
        job.how = "dropped" if event.how == "recompute" else "stored"
        self._ready(job)

    # --- models

    def _with(self, name: str, do: Callable[..., None], *args: Any) -> None:
        model = self._board.models.get(name)
        if model is not None:
            do(model, *args)

    def _describe(self, event: ev.Describe) -> None:
        board, profile = self._board, event.profile
        model = board.models.get(profile.model)
        if model is None:
            board.models[profile.model] = Resident(profile)
            return
        model.profile = profile
        model.costs.describe(profile)
        model.peaks.clear()
        model.forgotten = False
        if model.place is Place.LOADED:
            board.fit(model)
        board.stirred = True

    def _forget(self, event: ev.Forget) -> None:
        board = self._board
        model = board.models.get(event.model)
        if model is None:
            return
        for job in list(board.jobs.values()):
            if job.model is model:
                board.fail(job, Reason.GONE, f"{model.name} was removed")
        model.forgotten = True
        if model.place is Place.ABSENT:
            del board.models[model.name]
        elif model.place is Place.LOADED:
            board.drain(model)

    def _loaded(self, event: ev.Loaded) -> None:
        board = self._board
        model = board.models.get(event.model)
        if model is None or model.place is not Place.LOADING:
            return
        model.place = Place.LOADED
        model.loaded_at = model.used_at = board.now
        model.costs.saw_load(event.seconds)
        model.first_due = bool(model.waiting)
        model.worth = board.inflation
        board.fit(model)
        board.stirred = True
        if model.forgotten:
            board.drain(model)

    def _unloaded(self, event: ev.Unloaded) -> None:
        model = self._board.models.get(event.model)
        if model is not None and model.place in LEAVING:
            self._recovery.lost(model, Reason.DIED, f"{model.name} was unloaded")
            self._recovery.gone(model)

    def _prefetch(self, event: ev.Prefetch) -> None:
        board = self._board
        if event.model in board.models and not board.pressed:
            board.prefetches.pop(event.model, None)
            board.prefetches[event.model] = None
            while len(board.prefetches) > board.tuning.prefetches:
                board.prefetches.pop(next(iter(board.prefetches)))
            board.stirred = True

    def _measured(self, event: ev.Measured) -> None:
        board = self._board
        model = board.models.get(event.model)
        if model is None:
            return
        model.peaks.add(event.anon, event.file)
        board.room.ledger.forget_estimate(event.model)
        if model.place is Place.LOADED:
            board.fit(model)
            board.stirred = True

    # --- time

    def _timers(self) -> None:
        """At most a handful in a step; for the others the policy asks to be woken at once."""
        board = self._board
        for _ in range(TIMERS_AT_ONCE):
            due = board.timers.pop(board.now)
            if due is None:
                return
            what, job = due
            if what is Due.EXPIRE:
                if job.phase is not Phase.ENDED:
                    late = "its deadline passed" if job.begun else "its deadline passed before its turn"
                    board.fail(job, Reason.DEADLINE, late)
                    board.drained(job.model)
            elif what is Due.AGE:
                self._ageing.due(job)
            elif what is Due.LIFT:
                self._ageing.next()
            elif what is Due.LOOK:
                board.stirred = True
            else:
                self._recovery.look()

    def _say_when(self) -> None:
        """Ask to be woken, unless what was asked for last is early enough."""
        board = self._board
        at = board.timers.next()
        if self._wake <= board.now:
            self._wake = float("inf")
        if at < self._wake:
            self._wake = at
            board.out.append(WakeAt(at))
