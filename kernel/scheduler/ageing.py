"""No job starves: one that has had no service for long is lifted by one class for a short while, one job at a time.

A lifted job is treated like a new request of the class above: it is due after that class's horizon, so that it comes in
between without driving out what is being worked on. If that does not help either, it rises further. It gets a slice of
service and goes back to wait again; the next one is lifted after a pause, so that lifting takes at most a set share of
the device. Every waiting job therefore gets service again and again, however much more urgent work there is, and urgent
work is slowed by a known amount. Voice is the top: it is not lifted.
"""

from __future__ import annotations

from .board import Board
from .job import Job, Phase
from .timers import Due


class Ageing:
    """Lifts and lets down."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._since = 0.0
        self._next = 0.0

    def due(self, job: Job) -> None:
        """The timer of a job: lift it if it has waited that long, or look again when it would have."""
        board = self.board
        if job.phase is Phase.ENDED:
            return
        if board.lifted is job:
            wait = board.tuning.horizons[job.rank[0]]
            if max(self._since, job.served_at) + wait <= board.now:
                self._lift(job, job.rank[0] - 1)
            board.timers.at(board.now + wait, Due.AGE, job)
            return
        age = board.tuning.ages[job.klass]
        if job.ahead or job.served_at + age > board.now:
            board.timers.at(board.now + age if job.ahead else job.served_at + age, Due.AGE, job)
            return
        if board.lifted is None and board.now >= self._next and board.allowed(job):
            board.counts.lifts += 1
            job.spent = 0.0
            self._lift(job, job.klass - 1)
            wait = board.tuning.horizons[job.rank[0]]
        else:
            wait = max(self._next - board.now, 1.0)
        board.timers.at(board.now + wait, Due.AGE, job)

    def _lift(self, job: Job, klass: int) -> None:
        board = self.board
        board.lifted = job
        self._since = board.now
        self._next = board.now + board.tuning.lift_s / board.tuning.lift_share
        klass = max(0, klass)
        board.rerank(job, klass, board.now + board.tuning.horizons[klass] - board.tuning.lift_s)

    def served(self, job: Job) -> None:
        """A quantum of the lifted job ended: is it enough?"""
        board = self.board
        if job.spent >= board.tuning.lift_s:
            board.lifted = None
            took = job.spent + job.model.costs.load_s
            self._next = board.now + took * (1.0 / board.tuning.lift_share - 1.0)
            board.rerank(job, int(job.klass), job.due - job.left_s())
