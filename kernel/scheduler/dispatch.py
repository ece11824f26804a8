"""Whose turn it is: at every quantum boundary the job with the earliest latest start of the most urgent class.

A job that is not chosen simply does not get its next quantum: that is all there is to preemption, and it costs nothing
as long as its memory is not needed by somebody else. Jobs of one model and class decode as one batch, and a newcomer's
prompt is computed in between, as long as that delays nobody beyond his slack. A stream that is ahead of its reader
does not take part (Andes, Liu et al. 2024): pausing it costs its reader nothing.
"""

from __future__ import annotations

from .board import Board
from .decisions import Reason, Resume
from .job import Job, Phase, Rank
from .loader import Loader
from .resident import Place, Resident


class Dispatcher:
    """Fills the free slots."""

    def __init__(self, board: Board, loader: Loader) -> None:
        self.board = board
        self.loader = loader

    def dispatch(self) -> None:
        board = self.board
        while board.flying < board.tuning.slots:
            board.seat_claims.clear()
            turns = self._turns()
            if not turns:
                return
            if len(turns) > 1:
                turns.sort(key=_rank)
            if not any(self._start(model, job) for _, model, job in turns):
                return

    def _turns(self) -> list[tuple[Rank, Resident, Job]]:
        """The best seated job and the best waiting one of every model that is free to compute."""
        board = self.board
        turns: list[tuple[Rank, Resident, Job]] = []
        for model in board.models.values():
            if model.place is not Place.LOADED or model.flight:
                continue
            best: Job | None = None
            for job in model.holders:
                if (
                    job.phase is Phase.READY
                    and not job.ahead
                    and (best is None or job.rank < best.rank)
                    and board.allowed(job)
                ):
                    best = job
            if best is not None:
                turns.append((self._urgency(model, best), model, best))
            head = model.waiting.head()
            if head is not None and board.allowed(head):
                turns.append((self._urgency(model, head), model, head))
        return turns

    def _urgency(self, model: Resident, job: Job) -> Rank:
        """Its rank; before all others the first request of a model that stands in a more urgent one's way."""
        if model.hurry or (job.begun and not self.board.tuning.preempt):
            return (-1, job.rank[1], job.rank[2])
        return job.rank

    def _start(self, model: Resident, job: Job) -> bool:
        if model.place is not Place.LOADED:
            return False  # a more urgent turn before this one made it leave
        if job.phase is Phase.READY:
            self._quantum(model, job)
            return True
        return job.phase in (Phase.WAITING, Phase.PARKED) and self._take_seat(model, job)

    # --- a seat for a waiting job

    def _take_seat(self, model: Resident, job: Job) -> bool:
        board = self.board
        if not job.begun and self._hopeless(job):
            board.fail(job, Reason.DEADLINE, "its turn came too late to be in time", gone=True)
            return False
        if len(model.holders) >= model.profile.seqs:
            self._displace(model, job)
            return False
        kv = model.profile.kv(job.n_prompt + job.n_out)
        if not self._fits(model, job, kv):
            return False
        board.seat(job, kv)
        if job.phase is Phase.PARKED:
            job.phase = Phase.RESUMING
            board.fly(model, (job,), board.regain_s(job))
            board.out.append(Resume(job.id))
        else:
            self._quantum(model, job)
        return True

    def _hopeless(self, job: Job) -> bool:
        """Not even half of its expected work fits before its deadline: what it would use, others can."""
        return self.board.tuning.refuse and job.deadline - self.board.now < 0.5 * job.left_s()

    def _displace(self, model: Resident, job: Job) -> None:
        """All seats are taken: who is ahead of his reader leaves, or the least urgent of a lower class; of the job's
        own class only for want of slack.
        """
        board = self.board
        if not board.tuning.preempt or any(each.phase is Phase.PAUSING for each in model.holders):
            return
        ready = [each for each in model.holders if each.phase is Phase.READY]
        ahead = next((each for each in ready if each.ahead), None)
        if ahead is not None:
            board.park(ahead)
            return
        worst = max(ready, key=lambda each: each.rank, default=None)
        if worst is None or worst.rank < job.rank:
            return
        if worst.rank[0] == job.rank[0] and job.slack_s(board.now) > min(each.left_s() for each in ready):
            return
        board.park(worst)

    def _fits(self, model: Resident, job: Job, kv: int) -> bool:
        """Reserve the job's state; if there is no room, make some and claim it, so that nobody takes it meanwhile."""
        board = self.board
        if not kv:
            return True
        look, until = job.tried
        if look == board.looks and board.now < until:
            return False  # nothing has changed since there was no room
        anon, file = model.base()
        whole = board.room.need(model.name, anon + sum(each.kv for each in model.holders) + kv, file)
        if whole > board.room.capacity and not model.holders:
            board.fail(job, Reason.BUDGET, f"{model.name} needs {whole >> 20} MiB with this job", gone=True)
            return False
        more = whole - board.room.held(model.name)
        promised = board.claimed(board.load_claims, job.rank) + board.claimed(board.seat_claims, job.rank)
        free = board.room.available + (self.loader.coming() if promised or more > board.room.available else 0)
        if more <= min(board.room.available, free - promised):
            return board.fit(model, kv)
        lacking = more + promised - free
        if lacking > 0:
            made, when = self.loader.make_room(lacking, job, model)
            if not made:
                if when < float("inf"):
                    board.look_at(when)
                job.tried = board.looks, min(when, board.now + 5 * board.tuning.quantum_s)
                return False
        board.seat_claims.append((job, more))
        return False

    # --- a quantum

    def _quantum(self, model: Resident, job: Job) -> None:
        if job.phase is not Phase.READY:
            job.phase = Phase.READY
        if not job.prefilled:
            self._prefill(model, job)
            return
        group = [job]
        if model.profile.seqs > 1 and self.board.tuning.batch and not model.hurry:
            group = self._batch(model, job)
            joiner = self._joiner(model, group)
            if joiner is not None:
                self._prefill(model, joiner)
                return
        costs = model.costs
        tokens = costs.quantum(self.board.tuning.quantum_s, len(group))
        step = costs.tpot_s * (1.0 + model.profile.batch_cost * (len(group) - 1))
        self.board.run(model, tuple(group), tokens, tokens * step)

    def _prefill(self, model: Resident, job: Job) -> None:
        chunk = min(model.profile.n_batch, job.prompt - job.prompt_done)
        self.board.run(model, (job,), max(1, chunk), chunk * model.costs.prefill_s)

    def _batch(self, model: Resident, leader: Job) -> list[Job]:
        """Those that decode together with ``leader``: of its class, while the slower step delays none too long."""
        now, klass = self.board.now, leader.rank[0]
        mates = [
            each
            for each in model.holders
            if each is not leader
            and each.phase is Phase.READY
            and each.prefilled
            and not each.ahead
            and each.rank[0] == klass
        ]
        group = [leader]
        left = leader.left_s()
        slack = leader.due - now - left
        for each in sorted(mates, key=lambda mate: mate.rank):
            its_left = each.left_s()
            slack = min(slack, each.due - now - its_left)
            left = max(left, its_left)
            if left * model.profile.batch_cost * len(group) > max(slack, 0.0):
                break
            group.append(each)
        return group

    def _joiner(self, model: Resident, group: list[Job]) -> Job | None:
        """A job of the same class whose prompt can be computed now without making anyone of the group late."""
        board, klass = self.board, group[0].rank[0]
        joiner: Job | None = None
        for each in model.holders:
            if each.phase is Phase.READY and not each.prefilled and each.rank[0] == klass:
                joiner = each
                break
        if joiner is None and len(model.holders) < model.profile.seqs:
            head = model.waiting.head()
            if head is not None and head.phase is Phase.WAITING and head.rank[0] == klass and not self._hopeless(head):
                joiner = head
        if joiner is None:
            return None
        costs = model.costs
        prefill = (joiner.prompt - joiner.prompt_done) * costs.prefill_s
        slower = model.profile.batch_cost * max(each.left_s() for each in group)
        if prefill + slower > min(each.slack_s(board.now) for each in group):
            return None
        if joiner.phase is Phase.WAITING:
            kv = model.profile.kv(joiner.n_prompt + joiner.n_out)
            spare = board.room.available - board.claimed(board.load_claims, joiner.rank)
            if kv > spare or not board.fit(model, kv):
                return None
            board.seat(joiner, kv)
            joiner.phase = Phase.READY
        return joiner


def _rank(turn: tuple[Rank, Resident, Job]) -> Rank:
    return turn[0]
