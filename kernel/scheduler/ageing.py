"""No job starves: one that has had no service for long is lifted by one class for a short while, one job at a time.

A lifted job gets the time to load its model and a slice of service, then goes back and waits again; the next one is
lifted after a pause, so that lifting takes at most a set share of the device. Every waiting job therefore gets service
again and again, however much more urgent work there is, and urgent work is slowed by a known amount. Voice is the top:
it cannot be lifted and need not be.
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
        at = job.served_at + board.tuning.age_s
        if at > board.now or job.ahead:
            board.timers.at(max(at, board.now + board.tuning.age_s * (0.5 if job.ahead else 0.0)), Due.AGE, job)
            return
        if board.lifted is None and board.now >= self._next and board.allowed(job):
            self._lift(job)
        board.timers.at(max(self._next, board.now + 1.0), Due.AGE, job)

    def _lift(self, job: Job) -> None:
        board = self.board
        board.lifted = job
        board.counts.lifts += 1
        self._since = board.now
        job.spent = 0.0
        board.rerank(job, max(0, int(job.klass) - 1), board.now)

    def served(self, job: Job) -> None:
        """A quantum of the lifted job ended: is it enough?"""
        board = self.board
        if job.spent >= board.tuning.lift_s:
            board.lifted = None
            took = board.now - self._since
            self._next = board.now + max(board.tuning.lift_s, took) * (1.0 / board.tuning.lift_share - 1.0)
            board.rerank(job, int(job.klass), job.due - job.left_s())
