"""One job, from Submit to its terminal decision.

              start                quantum            leave memory          confirmed
    WAITING ---------> READY <---------------> RUNNING
       ^                 |  \\____ pause: store | drop ____> PAUSING -------------------> PARKED
       |  server died    |                                                                | resume
       +-----------------+ <------------------------------ RESUMING <---------------------+

READY, RUNNING, PAUSING and RESUMING hold a seat and memory in a server. So does a job that has ENDED while it did,
until the server has let go of it.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from .events import Klass, Submit

if TYPE_CHECKING:
    from .resident import Resident

Rank = tuple[int, float, int]
"""(class in force, latest start, order of arrival): smaller goes first."""


class Phase(Enum):
    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    PAUSING = "pausing"
    PARKED = "parked"
    RESUMING = "resuming"
    ENDED = "ended"


class Job:
    """What is known of a job. Times in seconds, ``kv`` in bytes reserved."""

    __slots__ = (
        "ahead", "arrived", "begun", "bucket", "cutting", "deadline", "due", "how", "id", "klass", "kv", "model",
        "n_out", "n_prompt", "phase", "prompt", "prompt_done", "rank", "read", "served_at", "since", "spent", "stream",
        "ticket", "tokens", "tried", "work",
    )  # fmt: skip

    def __init__(self, submit: Submit, model: Resident, now: float, order: int, horizon: float, service_s: float):
        self.id = submit.job
        self.model = model
        self.klass = Klass(submit.klass)
        self.n_out = submit.n_out
        self.deadline = submit.deadline
        self.due = min(submit.deadline, now + max(horizon, service_s))
        self.stream = submit.stream
        self.arrived = self.served_at = now
        self.n_prompt = self.prompt = submit.n_prompt  # prompt: what to prefill, tokens to recompute included
        self.prompt_done = 0
        self.tokens = 0
        self.read = 0
        self.ahead = False
        self.begun = False
        self.cutting = False  # told to stop in the middle of a quantum
        self.phase = Phase.WAITING
        self.how = "dropped"  # what became of the state of a parked job
        self.kv = 0
        self.rank: Rank = (int(self.klass), self.due - service_s, order)
        self.ticket = 0  # which entry of its queue is the valid one; 0: none
        self.work = 0.0  # seconds of computing left, as the backlog counts it
        self.bucket = 0
        self.since = now  # when its server was last told to pause or end it
        self.tried: tuple[int, float] = (
            -1,
            0.0,
        )  # when no room could be made for it (look), and until when not to try again
        self.spent = 0.0  # seconds of service since it was lifted

    @property
    def prefilled(self) -> bool:
        return self.prompt_done >= self.prompt

    @property
    def length(self) -> int:
        """Tokens in its state now."""
        return self.n_prompt + self.tokens if self.prompt_done >= self.prompt else self.prompt_done

    def left_s(self) -> float:
        """Seconds of computing left."""
        return self.model.costs.service_s(self.prompt - self.prompt_done, self.n_out, self.tokens)

    def slack_s(self, now: float) -> float:
        """How long it could stand still and yet be in time."""
        return self.due - now - self.left_s()

    def to_recompute(self) -> None:
        """Its state is gone: the prompt and what was produced have to be prefilled again."""
        self.prompt = self.n_prompt + self.tokens
        self.prompt_done = 0
