"""No job starves: one that has had no service for long is lifted by one class for a short while, one job at a time.

A lifted job goes in front of those who only might come: it takes the place of idle models that are otherwise kept for
the class above. If it still has no service, it is next treated like a new request of that class, due after its
horizon, and after that rises further. It gets a slice of
service and goes back to wait again; the next one is lifted after a pause, so that lifting takes at most a set share of
the device. Every waiting job therefore gets service again and again, however much more urgent work there is, and urgent
work is slowed by a known amount. Voice is the top: it is not lifted.
"""

from __future__ import annotations

from collections import deque

from .board import Board
from .job import Job, Phase
from .timers import Due


class Ageing:
    """Lifts and lets down."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._since = 0.0
        self._next = 0.0
        self._stage = 0
        self._starving: deque[Job] = deque()  # in the order in which their waiting became too long

    def due(self, job: Job) -> None:
        """The timer of a job: it has waited long enough, or not yet."""
        board = self.board
        if job.phase is Phase.ENDED:
            return
        age = board.tuning.ages[job.klass]
        if board.lifted is job:
            if max(self._since, job.served_at) + age <= board.now:
                self._lift(job, self._stage + 1)
            board.timers.at(board.now + age, Due.AGE, job)
        elif job.ahead or job.served_at + age > board.now:
            board.timers.at(board.now + age if job.ahead else job.served_at + age, Due.AGE, job)
        else:
            self._starving.append(job)
            self.next()

    def next(self) -> None:
        """Lift the one that has waited longest, if it is time."""
        board = self.board
        while board.lifted is None and self._starving:
            if board.now < self._next:
                board.timers.at(self._next, Due.LIFT)
                return
            job = self._starving.popleft()
            if job.phase is Phase.ENDED:
                continue
            age = board.tuning.ages[job.klass]
            if board.allowed(job) and job.served_at + age <= board.now:
                board.counts.lifts += 1
                job.spent = 0.0
                self._lift(job, 0)
            board.timers.at(board.now + age, Due.AGE, job)

    def _lift(self, job: Job, stage: int) -> None:
        """Stage 0: the class above, but behind all of it. 1: as a new one of that class. Then the next class."""
        board = self.board
        board.lifted = job
        self._stage = stage
        self._since = board.now
        self._next = board.now + board.tuning.lift_s / board.tuning.lift_share
        klass = max(0, job.klass - max(1, stage))
        horizon = board.tuning.horizons[klass if stage else job.klass]
        board.rerank(job, klass, board.now + horizon - board.tuning.lift_s)

    def served(self, job: Job) -> None:
        """A quantum of the lifted job ended: is it enough?"""
        board = self.board
        if job.spent >= board.tuning.lift_s:
            took = job.spent + job.model.costs.load_s
            self._next = board.now + took * (1.0 / board.tuning.lift_share - 1.0)
            board.unlift()
            board.rerank(job, int(job.klass), job.due - job.left_s())
