"""Whether a job is taken on. What cannot be done in time is refused now, with the time after which asking again makes
sense: an early no is worth more than a late one, and the work it would have cost goes to those that can be in time.

    finish = now + max(work ahead, loads ahead + own load) + own work        refused if that is after the deadline

"Ahead" is what goes first by the rules of dispatch: more urgent classes, and in its own class earlier latest starts.
Work ahead is counted with median lengths (it is a sum of many), the job's own with the 90th percentile.
"""

from __future__ import annotations

from .board import Board
from .decisions import Reason
from .events import Klass, Submit
from .job import Job
from .resident import LEAVING, Place, Resident
from .timers import Due

MEMORY_RETRY_S = 60.0


class Admission:
    """The door."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._order = 0

    def submit(self, submit: Submit) -> Job | None:
        """The job, queued; or None and a Refuse."""
        board, klass = self.board, int(submit.klass)
        board.counts.submitted[klass] += 1
        model = board.models.get(submit.model)
        no = self._refusal(submit, klass, model)
        if no is not None or model is None:
            reason, text, retry = no or (Reason.UNKNOWN, "", 0.0)
            board.refuse(submit.job, klass, reason, text, retry)
            return None
        costs = model.costs
        service = costs.service_s(submit.n_prompt, submit.n_out)
        cold = self._cold_s(model)
        horizon = board.tuning.horizons[klass]
        if submit.deadline < float("inf"):
            finish = self._finish(model, klass, submit.deadline - service - cold, cold, service)
            if finish > submit.deadline and board.tuning.refuse:
                board.refuse(
                    submit.job,
                    klass,
                    Reason.DEADLINE,
                    f"{model.name} could answer in {finish - board.now:.2f} s, "
                    f"the deadline is in {submit.deadline - board.now:.2f} s",
                    finish - submit.deadline,
                )
                return None
        self._order += 1
        job = Job(submit, model, board.now, self._order, horizon, service + cold)
        model.use(board.now, klass, board.tuning.half_life_s, board.inflation)
        board.enter(job)
        if model.place is Place.ABSENT and model.waiting.head() is job:
            board.stirred = True  # behind others it changes nothing
        if job.deadline < float("inf"):
            board.timers.at(job.deadline, Due.EXPIRE, job)
        if board.tuning.ages[klass] < float("inf"):
            board.timers.at(board.now + board.tuning.ages[klass], Due.AGE, job)
        return job

    def _refusal(self, submit: Submit, klass: int, model: Resident | None) -> tuple[Reason, str, float] | None:
        board = self.board
        if submit.job in board.jobs or submit.job in board.released:
            return Reason.ENGINE, f"job {submit.job} is here already", 0.0
        if model is None or model.forgotten:
            return Reason.UNKNOWN, f"no model {submit.model!r} was described", 0.0
        limit = board.tuning.queues[klass]
        if board.in_class[klass] >= limit:
            wait = board.backlog.total(klass) / max(1, board.in_class[klass])
            return Reason.QUEUE, f"{limit} {Klass(klass).name.lower()} jobs are queued already", wait
        if model.broken_until > board.now:
            left = model.broken_until - board.now
            return Reason.BROKEN, f"{model.name} failed again and again; it is left alone for {left:.0f} s", left
        if board.pressed and klass == Klass.BACKGROUND:
            return Reason.PRESSURE, "the system is short of memory", board.tuning.pressure_retry_s
        anon, file = model.base()
        kv = model.profile.kv(submit.n_prompt + submit.n_out)
        need = board.room.need(model.name, max(anon + kv, model.profile.peak_anon), file)
        if need > board.room.capacity:
            share = board.room.capacity >> 20
            return Reason.MEMORY, f"{model.name} needs {need >> 20} MiB, the models' share is {share}", MEMORY_RETRY_S
        return None

    def _finish(self, model: Resident, klass: int, key: float, cold: float, service: float) -> float:
        """When a new job would be complete."""
        board = self.board
        start = board.backlog.ahead(klass, key) / board.tuning.slots
        if cold:
            lane = 0.0
            for other in board.models.values():
                if other is model:
                    continue
                if other.place is Place.LOADING and other.load_klass <= klass:
                    lane += self._cold_s(other)
                elif other.place is Place.ABSENT:
                    head = other.waiting.head()
                    if head is not None and head.rank[:2] < (klass, key):
                        lane += other.costs.load_s
            start = max(start, lane + cold)
        return board.now + start + service

    def _cold_s(self, model: Resident) -> float:
        """Seconds until the model is loaded, if nothing stands in the way."""
        if model.place is Place.LOADED:
            return 0.0
        if model.place is Place.LOADING:
            return max(0.0, model.load_since + model.costs.load_s - self.board.now)
        left = model.profile.init_s if model.place in LEAVING else 0.0
        return left + model.costs.load_s
