"""What follows when a model fails: one typed error for each job that was in it, one more try for those that wait.

A server that was killed for its memory had too small an estimate: the next reservation is a quarter larger and the
model is loaded smaller (``step`` 1: half the context and micro-batch). If that fails as well its circuit opens: its
jobs fail with the time after which to try again, new ones are refused, and after that time one try closes the circuit
or opens it for twice as long. Other ends get a few tries with a doubling pause between.

What a client has read is never produced again behind its back: a job that had begun fails with its server. One of which
nothing was computed, or whose state was stored or dropped on purpose, waits for the next server.
"""

from __future__ import annotations

from .board import Board
from .decisions import Reason, Unload
from .job import Phase
from .resident import LEAVING, Place, Resident
from .timers import Due


class Recovery:
    """Deaths, failed loads, hanging servers, circuits."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._watching = False

    def load_failed(self, model: Resident, why: str, oom: bool) -> None:
        """A load ended without a model (an answer for one that was aborted meanwhile only frees its memory)."""
        aborted = model.place is Place.UNLOADING
        self.gone(model)
        if not aborted:
            self._failed(model, Reason.OOM if oom else Reason.LOAD, f"{model.name} could not be loaded: {why}", oom)

    def died(self, model: Resident, why: str, oom: bool) -> None:
        """A server ended that was not told to, or while it was."""
        if model.place is Place.LOADING:
            self.load_failed(model, why, oom)
        elif model.place is not Place.ABSENT:
            told = model.place is Place.UNLOADING
            reason = Reason.OOM if oom else Reason.DIED
            self.lost(model, reason, f"{model.name}: {why}")
            self.gone(model)
            if not told or oom:
                self._failed(model, reason, f"{model.name}: {why}", oom)

    def gone(self, model: Resident) -> None:
        """Nothing of the model is left: its memory is free, and it may be loaded again."""
        board = self.board
        if model.place is Place.ABSENT:
            return
        board.room.release(model.name)
        model.place = Place.ABSENT
        model.first_due = model.hurry = False
        model.kv_promised = 0
        board.stirred = True
        if model.forgotten:
            del board.models[model.name]

    def lost(self, model: Resident, reason: Reason, text: str) -> None:
        """The server's memory is lost. Whoever had begun in it fails; the others go back to the queue."""
        board = self.board
        if model.flight:
            board.flying -= 1
        flight, model.flight = model.flight, set()
        holders, model.holders = model.holders, []
        for job in holders:
            job.kv = 0
            job.cutting = False
            if job.phase is Phase.ENDED:
                board.released.pop(job.id, None)
            elif job in flight or job.tokens:
                board.fail(job, reason, text, gone=True)
            else:
                job.to_recompute()
                job.begun = False
                job.phase = Phase.WAITING
                board.queue(job)

    def works(self, model: Resident) -> None:
        """A job of the model was completed: its record is clean."""
        model.failures = model.trips = 0

    # --- circuits

    def _failed(self, model: Resident, reason: Reason, text: str, oom: bool) -> None:
        board = self.board
        model.failures += 1
        if oom:
            board.room.ledger.raise_estimate(model.name, board.tuning.growth)
            model.step = 1
        most = 2 if oom else board.tuning.crashes
        if model.failures >= most:
            self._open(model, reason, text)
            return
        model.not_before = board.now + board.tuning.backoff_s * 2 ** (model.failures - 1)
        board.look_at(model.not_before)

    def _open(self, model: Resident, reason: Reason, text: str) -> None:
        board = self.board
        pause = min(board.tuning.circuit_limit_s, board.tuning.circuit_first_s * 2**model.trips)
        model.trips += 1
        model.failures = board.tuning.crashes - 1  # half open afterwards: one failure more opens it again
        model.broken_until = model.not_before = board.now + pause
        for job in list(model.waiting):
            board.fail(job, reason, text, pause, gone=True)

    # --- servers that do not answer

    def watch(self) -> None:
        """Come back to look whether what is under way is alive, while something is."""
        if not self._watching and (self.board.flying or any(m.place in _BUSY for m in self.board.models.values())):
            self._watching = True
            self.board.timers.at(self.board.now + self.board.tuning.hang_s / 2, Due.WATCH)

    def look(self) -> None:
        """Kill what should have answered long ago."""
        self._watching = False
        board, hang = self.board, self.board.tuning.hang_s
        for model in list(board.models.values()):
            since = board.now - model.load_since
            if model.place is Place.LOADING:
                if since > max(board.tuning.load_limit_s, 10.0 * model.costs.load_s):
                    self._kill(model, f"{model.name} was not loaded within {since:.0f} s")
            elif model.place is Place.UNLOADING:
                if since > hang:
                    model.load_since = board.now
                    board.out.append(Unload(model.name, kill=True))
            elif model.place is not Place.ABSENT:
                late = model.flight and board.now > model.flight_due
                stuck = any(j.phase in _ANSWERING and board.now - j.since > hang for j in model.holders)
                if late or stuck:
                    self._kill(model, f"{model.name} did not answer for {hang:g} s and was killed")
        self.watch()

    def _kill(self, model: Resident, text: str) -> None:
        self.lost(model, Reason.HUNG, text)
        self.board.drained(model, kill=True)
        self._failed(model, Reason.HUNG, text, oom=False)


_BUSY = LEAVING | {Place.LOADING}
_ANSWERING = frozenset({Phase.PAUSING, Phase.ENDED})
