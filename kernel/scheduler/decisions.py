"""What the policy decides. The caller carries decisions out in their order; see events.py for how each is answered.

Every Submit is answered by exactly one of the four *terminal* decisions: Done, Refuse, Fail, Cancelled. Where ``held``
is true the job has a sequence in a server, which the caller ends (``Cancel``) and confirms with Released; until then
its memory stays reserved.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec


class Reason(StrEnum):
    """Why a job was refused or failed."""

    UNKNOWN = "unknown"  # no such model was described
    QUEUE = "queue"  # its class has as many jobs as it may
    DEADLINE = "deadline"  # it cannot be (or was not) done in time
    MEMORY = "memory"  # its model does not fit the budget, even alone
    PRESSURE = "pressure"  # the system is short of memory: background work is shed
    BROKEN = "broken"  # its model failed again and again and is left alone for a time
    DIED = "died"  # its model's server ended under it
    OOM = "oom"  # its model's server was killed for exceeding its memory
    LOAD = "load"  # its model could not be loaded
    HUNG = "hung"  # its model's server did not answer
    BUDGET = "budget"  # the budget shrank and this was the least important work
    ENGINE = "engine"  # the engine said so
    GONE = "gone"  # its model was removed


class StartLoad(msgspec.Struct, frozen=True, gc=False):
    """Start a server for ``model`` under a cap of ``anon`` + ``file`` bytes and load it.

    ``step`` counts how much smaller than usual: 0 as described; 1 after it ran out of memory: halve context and
    micro-batch.
    """

    model: str
    anon: int
    file: int
    step: int = 0


class Resize(msgspec.Struct, frozen=True, gc=False):
    """Move the cap of a loaded model; comes before the Run that needs more, after the job that needs it no more."""

    model: str
    anon: int
    file: int


class Unload(msgspec.Struct, frozen=True, gc=False):
    """End a model's server; ``kill`` if it hangs and will not answer."""

    model: str
    kill: bool = False


class Run(msgspec.Struct, frozen=True, gc=False):
    """Give these jobs of one model a quantum: prefill what is left of the prompt, or decode, at most so much.

    A job that never ran is started first. More than one job: one batch, all of them decoding.
    """

    model: str
    jobs: tuple[int, ...]
    max_tokens: int
    budget_s: float


class Pause(msgspec.Struct, frozen=True, gc=False):
    """Stop a job between tokens. keep: its state stays in memory; store: write it out; drop: recompute it later."""

    job: int
    keep: Literal["keep", "store", "drop"]


class Resume(msgspec.Struct, frozen=True, gc=False):
    """Put a stored or dropped job back into its loaded model."""

    job: int


class Done(msgspec.Struct, frozen=True, gc=False):
    """Terminal: the job is complete."""

    job: int


class Refuse(msgspec.Struct, frozen=True, gc=False):
    """Terminal: the job was not taken on; trying again before ``retry_after_s`` is useless."""

    job: int
    reason: Reason
    retry_after_s: float
    text: str


class Fail(msgspec.Struct, frozen=True, gc=False):
    """Terminal: the job was taken on and cannot be completed."""

    job: int
    reason: Reason
    text: str
    retry_after_s: float = 0.0
    held: bool = False


class Cancelled(msgspec.Struct, frozen=True, gc=False):
    """Terminal: as CancelJob wished."""

    job: int
    held: bool = False


class WakeAt(msgspec.Struct, frozen=True, gc=False):
    """Send a Tick at ``at``; replaces the WakeAt before it."""

    at: float


Terminal = Done | Refuse | Fail | Cancelled
Decision = StartLoad | Resize | Unload | Run | Pause | Resume | Done | Refuse | Fail | Cancelled | WakeAt
