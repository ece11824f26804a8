"""When memory is taken away: a budget that shrinks while models work, and pressure of the whole system.

The least important goes first, and no more of it than it takes: idle models, then those with background jobs, then
interactive, then voice, each time the cheapest set; pinned ones at the very end. Jobs that are moved out keep what they
have (stored or to be recomputed) and go on when there is room; only what no longer fits the device at all fails.
"""

from __future__ import annotations

from .board import Board
from .decisions import Reason, Unload
from .events import Klass
from .eviction import Candidate, cheapest
from .job import Phase
from .loader import Loader
from .resident import Place, Resident

IDLE = 3
TIERS = (IDLE, Klass.BACKGROUND, Klass.INTERACTIVE, Klass.VOICE, -1)  # -1: pinned models, too


class Squeeze:
    """Gives memory back."""

    def __init__(self, board: Board, loader: Loader) -> None:
        self.board = board
        self.loader = loader

    def budget(self, budget: int) -> None:
        """Another budget; what does not fit it any more has to go."""
        board = self.board
        board.room.rebudget(budget)
        board.stirred = True
        need = -(board.room.available + self.loader.coming())
        if need > 0:
            self._free(need)

    def _free(self, need: int) -> None:
        board = self.board
        strength = {
            name: IDLE if model.strongest() > Klass.BACKGROUND else model.strongest()
            for name, model in board.models.items()
            if model.place in (Place.LOADED, Place.LOADING)
        }
        for tier in TIERS:
            candidates = [
                Candidate(board.room.held(name), self._cost(board.models[name], klass), board.models[name])
                for name, klass in strength.items()
                if klass >= tier and (tier < 0 or not board.models[name].profile.pinned)
            ]
            chosen = cheapest(candidates, need)
            if chosen is None and tier < 0:
                chosen = candidates  # not enough yet: some are on their way out already
            if chosen is not None:
                for each in chosen:
                    if isinstance(each.what, Resident):
                        self._evict(each.what)
                return

    def _cost(self, model: Resident, klass: int) -> float:
        """Within a tier the weaker class still goes first, then the cheaper to bring back."""
        often = max(0.1, model.frequency(self.board.now, self.board.tuning.half_life_s))
        return float((IDLE - klass) * 1e6) + often * model.costs.load_s

    def _evict(self, model: Resident) -> None:
        """Drain it; a load in flight is aborted. Whoever will not fit ever again fails now, held or not."""
        board = self.board
        for job in [*model.waiting, *model.holders]:
            if job.phase is not Phase.ENDED and self.loader.need(model, job) > board.room.capacity:
                share = board.room.capacity >> 20
                board.fail(job, Reason.BUDGET, f"{model.name} does not fit the models' share of {share} MiB any more")
        if model.place is Place.LOADING:
            model.place = Place.UNLOADING
            model.load_since = board.now
            board.counts.evictions += 1
            board.out.append(Unload(model.name))
        else:
            board.drain(model)

    def pressure(self, some: float, full: float) -> None:
        """Hold background work above the first threshold, free its memory above the second; hysteresis between."""
        board, tuning = self.board, self.board.tuning
        before = board.pressed
        ease = tuning.relief if before else 1.0
        if full >= tuning.pressure_full * (tuning.relief if before == 2 else 1.0):
            board.pressed = 2
        elif some >= tuning.pressure_some * ease or full >= tuning.pressure_full * ease:
            board.pressed = 1
        else:
            board.pressed = 0
        if board.pressed and not before:
            for model in board.models.values():
                for job in model.holders:
                    if job.phase is Phase.RUNNING and job.klass is Klass.BACKGROUND:
                        board.cut(job)
            lifted = board.lifted
            if lifted is not None and lifted.klass is Klass.BACKGROUND:
                board.unlift()
                board.rerank(lifted, int(lifted.klass), lifted.rank[1])
        if board.pressed == 2:
            self._shed()
        if board.pressed != before:
            board.stirred = True

    def _shed(self) -> None:
        """Idle and background models leave memory."""
        for model in list(self.board.models.values()):
            if model.place is Place.LOADED and not model.profile.pinned and model.strongest() >= Klass.BACKGROUND:
                self.board.drain(model)
