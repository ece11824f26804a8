"""What to load next, and who has to go for it.

Every look starts from nothing: the models that are wanted, the most urgent first, claim what is free and what is on its
way out, and where that is not enough the cheapest set of victims is drained. No claim outlives the look, so that none
is forgotten when a waiter is cancelled, times out or is overtaken. A load that has started is in the ledger;
there is one per model, whatever number of jobs wait for it.

Loads wait for a load of their own class or a more urgent one: two that share the storage both come late. A more
urgent class does not wait.
"""

from __future__ import annotations

from .board import Board
from .decisions import Reason, StartLoad
from .events import Klass
from .eviction import Candidate, cheapest
from .job import Job, Phase, Rank
from .resident import Place, Resident


class Loader:
    """Loads and evictions."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._reach = 0  # bytes that could have been freed when it was not enough

    def look(self) -> None:
        """Start what can be started; make room for what is wanted more than what is there."""
        board = self.board
        board.stirred = False
        board.looks += 1
        board.load_claims.clear()
        wanted, claimed, wake = self._wanted(), 0, float("inf")
        coming = self.coming() if wanted else 0
        lane = self._lane() if wanted else 0
        self._reach = 1 << 62
        for rank, model, head in wanted:
            if model.not_before > board.now:
                wake = min(wake, model.not_before)
                continue
            need = self.need(model, head)
            if need > board.room.capacity:
                self._too_large(model, need)
                continue
            if rank[0] >= lane:
                break
            free = board.room.available + coming - claimed - board.claimed(board.seat_claims, rank)
            if need > free:
                if need - free > self._reach:
                    continue  # more than could be freed for a more urgent one
                made, when = self.make_room(need - free, head, model)
                if not made:
                    wake = min(wake, when)
                    continue
                coming = self.coming()
                free = need
            if need <= board.room.available and need <= free:
                self.start(model, head)
                lane = rank[0]
            else:
                claimed += need
                board.load_claims.append((head, need))
        if not wanted and board.prefetches and not board.pressed:
            self._prefetch()
        if wake < float("inf"):
            board.look_at(wake)

    def need(self, model: Resident, job: Job | None) -> int:
        """Bytes to load a model and run its first job."""
        anon, file = self._amount(model, job)
        return self.board.room.need(model.name, anon, file)

    def coming(self) -> int:
        """Bytes that are on their way back."""
        held = self.board.room.held
        total = 0
        for model in self.board.models.values():
            place = model.place
            if place is Place.DRAINING or place is Place.UNLOADING:
                total += held(model.name)
            elif place is Place.LOADED:
                for job in model.holders:
                    if job.kv and (job.phase is Phase.ENDED or (job.phase is Phase.PAUSING and not job.cutting)):
                        total += job.kv
        return total

    def start(self, model: Resident, job: Job | None) -> None:
        """Reserve and load. The reservation covers the first job, too: the model is loaded for it."""
        board = self.board
        anon, file = self._amount(model, job)
        reserved = board.room.reserve(model.name, anon, file)
        model.kv_promised = self._kv(job)
        model.place = Place.LOADING
        model.load_since = board.now
        model.load_klass = job.rank[0] if job else int(Klass.BACKGROUND)
        board.prefetches.pop(model.name, None)
        board.counts.loads += 1
        board.out.append(StartLoad(model.name, reserved.anon, reserved.file, model.step))

    # --- room

    def make_room(self, need: int, head: Job, beneficiary: Resident) -> tuple[bool, float]:
        """Free ``need`` bytes for a job by parking others' state or draining models.

        Returns whether it was possible; if not, when it may become possible without anything happening before.
        """
        board = self.board
        held = board.room.held
        states: list[Job] = []  # whose memory could be taken,
        apart: list[Job] = []  # of these: those whose models cannot be
        models: list[Resident] = []
        wake = float("inf")
        for model in board.models.values():
            if model.place is not Place.LOADED:
                continue
            whole = model is not beneficiary and not model.profile.pinned
            if whole:
                when = self._evictable(model, head, beneficiary)
                if when > board.now:
                    whole, wake = False, min(wake, when)
                else:
                    models.append(model)
            for job in model.holders:
                idle = job.phase is Phase.READY and board.tuning.preempt
                if job.kv and idle and (job.ahead or job.rank[0] > head.rank[0]):
                    states.append(job)
                    if not whole:
                        apart.append(job)
        chosen: list[Candidate] | None = None
        if sum(job.kv for job in states) >= need:
            chosen = self._choose([Candidate(job.kv, board.regain_s(job), job) for job in states], need)
        if sum(held(model.name) for model in models) + sum(job.kv for job in apart) >= need:
            mixed = [Candidate(held(model.name), self._cost(model), model) for model in models]
            mixed += [Candidate(job.kv, board.regain_s(job), job) for job in apart]
            other = self._choose(mixed, need)
            if chosen is None or (other is not None and _sum(other) < _sum(chosen)):
                chosen = other
        if chosen is None:
            self._reach = sum(held(model.name) for model in models) + sum(job.kv for job in states)
            return False, wake
        for each in chosen:
            if isinstance(each.what, Job):
                board.park(each.what)
            elif isinstance(each.what, Resident):
                self._inflate(each.what, each.size)
                board.drain(each.what)
        return True, board.now

    def _evictable(self, model: Resident, head: Job, beneficiary: Resident) -> float:
        """When this loaded model may be evicted for ``head`` at the earliest; infinity: not before an event."""
        board = self.board
        if model.first_due:
            model.hurry = model.hurry or head.rank[0] < model.strongest()
            return float("inf")
        when = 0.0
        if head.rank[0] >= model.load_klass:
            when = model.loaded_at + board.tuning.min_residency_s
        if head.rank[0] > model.used_by:  # its next use may be near: keep it while there is slack (ski rental)
            patient = model.used_at + board.tuning.patience * model.costs.load_s
            when = max(when, min(patient, head.rank[1] - beneficiary.costs.load_s))
        waiting = model.waiting.head()
        if waiting is not None:
            when = max(when, self._yields(waiting, head, beneficiary))
        for job in model.holders:
            if job.phase is Phase.ENDED or job.ahead:
                continue
            if job.begun and not board.tuning.preempt:
                return float("inf")
            when = max(when, self._yields(job, head, beneficiary))
        return when

    def _yields(self, job: Job, head: Job, beneficiary: Resident) -> float:
        """When a job gives way to ``head``: a lower class at once, its own class in the order of latest starts.

        Grouping: within a class the jobs of a loaded model go on until ``head`` has no more slack than a swap takes.
        """
        if job.rank[0] != head.rank[0]:
            return 0.0 if job.rank[0] > head.rank[0] else float("inf")
        if job.rank[1:] < head.rank[1:]:
            return float("inf")
        return head.rank[1] - beneficiary.costs.load_s if self.board.tuning.group else 0.0

    def _cost(self, model: Resident) -> float:
        """GDSF's H times size, in seconds: how often it is wanted times what getting it back takes."""
        board = self.board
        if not board.tuning.gdsf:
            return model.used_at
        back = model.costs.load_s + sum(board.regain_s(job) for job in model.holders if job.phase is not Phase.ENDED)
        size = board.room.held(model.name)
        owed = bool(model.waiting) or any(job.phase is not Phase.ENDED for job in model.holders)
        often = max(model.frequency(board.now, board.tuning.half_life_s), 1.0 if owed else 0.0)
        floor = min(each.worth for each in board.models.values() if each.place is Place.LOADED)
        return (model.worth - floor) * size + often * back

    def _choose(self, candidates: list[Candidate], need: int) -> list[Candidate] | None:
        if self.board.tuning.gdsf:
            return cheapest(candidates, need)
        chosen, size = [], 0  # least recently used first, as many as it takes
        for each in sorted(candidates, key=lambda c: c.cost):
            if size < need:
                chosen.append(each)
                size += each.size
        return chosen if size >= need else None

    def _inflate(self, model: Resident, size: int) -> None:
        """L rises to the H of what is evicted."""
        if size:
            often = model.frequency(self.board.now, self.board.tuning.half_life_s)
            self.board.inflation = max(self.board.inflation, model.worth + often * model.costs.load_s / size)

    # --- what is wanted

    def _wanted(self) -> list[tuple[Rank, Resident, Job]]:
        wanted = []
        for model in self.board.models.values():
            if model.place is Place.ABSENT and model.waiting:
                head = model.waiting.head()
                if head is not None and self.board.allowed(head):
                    wanted.append((head.rank, model, head))
        wanted.sort(key=lambda each: each[0])
        return wanted

    def _lane(self) -> int:
        """The most urgent class that loads now: those below it and itself have to wait."""
        lane = 9
        for model in self.board.models.values():
            if model.place is Place.LOADING and model.load_klass < lane:
                lane = model.load_klass
        return lane

    def _too_large(self, model: Resident, need: int) -> None:
        """It was taken on under a larger budget or a smaller estimate."""
        board = self.board
        for job in list(model.waiting):
            if self.need(model, job) > board.room.capacity:
                board.fail(
                    job,
                    Reason.BUDGET,
                    f"{model.name} needs {need >> 20} MiB, the models' share is {board.room.capacity >> 20} MiB now",
                    gone=True,
                )

    def _prefetch(self) -> None:
        """Take the latest advice that fits into spare memory; drop what is here already."""
        board = self.board
        for name in reversed(list(board.prefetches)):
            model = board.models.get(name)
            if model is None or model.place is not Place.ABSENT or model.broken_until > board.now:
                board.prefetches.pop(name)
            elif self._lane() > Klass.BACKGROUND and self.need(model, None) <= board.room.available:
                self.start(model, None)

    def _kv(self, job: Job | None) -> int:
        return job.model.profile.kv(job.n_prompt + job.n_out) if job else 0

    def _amount(self, model: Resident, job: Job | None) -> tuple[int, int]:
        anon, file = model.base()
        return max(anon + self._kv(job), model.profile.peak_anon), file


def _sum(candidates: list[Candidate]) -> float:
    return sum(each.cost for each in candidates)
