"""What happens to the policy: everything it knows of the world arrives as one of these.

Times are seconds on the caller's monotonic clock, the same that is passed to ``Scheduler.step``; sizes are bytes. A
job is a number that the caller chooses and never uses again; a model is a key: the same weights with another context
are another model. Two promises of the caller keep the policy simple:

    1. What a decision asks for is answered once: ``StartLoad`` by Loaded, LoadFailed or Died; ``Unload`` by Unloaded
       or Died; ``Run`` by one Progress or JobFailed per job; ``Pause`` by Paused (after the Progress of a quantum that
       was in flight, if there was one); ``Resume`` by Resumed or JobFailed; a terminal decision with ``held`` by
       Released. Died answers for everything that was under way in that model.
    2. Events arrive in the order in which they happened.

An answer to what is no longer wanted (the job was cancelled meanwhile) is no error; it is taken note of and dropped.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

import msgspec

from .profile import Profile


class Klass(IntEnum):
    """Who waits: smaller is more urgent."""

    VOICE = 0
    INTERACTIVE = 1
    BACKGROUND = 2


class Describe(msgspec.Struct, frozen=True, gc=False):
    """What a model costs; sent before its first job, and again whenever more is known (a new calibration)."""

    profile: Profile


class Forget(msgspec.Struct, frozen=True, gc=False):
    """A model is gone from the device (its file was removed): what waits for it fails, and it is unloaded."""

    model: str


class Submit(msgspec.Struct, frozen=True, gc=False):
    """A new job. ``n_out`` is the most it may produce; what is expected is learned from what models really produce."""

    job: int
    model: str
    klass: Klass
    n_prompt: int
    n_out: int
    deadline: float = float("inf")
    stream: bool = False
    """Its reader says with Read what it took, and it pauses when it is ahead."""


class CancelJob(msgspec.Struct, frozen=True, gc=False):
    """The client is gone or has changed its mind. An unknown or ended job is no error."""

    job: int


class Read(msgspec.Struct, frozen=True, gc=False):
    """The reader of a stream has taken ``tokens`` of it so far."""

    job: int
    tokens: int


class Progress(msgspec.Struct, frozen=True, gc=False):
    """A quantum ended: what it computed, and how long the server took for the whole group."""

    job: int
    prompt_tokens: int
    tokens: int
    elapsed_s: float
    done: bool = False


class JobFailed(msgspec.Struct, frozen=True, gc=False):
    """One job cannot go on (a bad prompt, a context too small); its model is fine. The server has let go of it."""

    job: int
    why: str


class Released(msgspec.Struct, frozen=True, gc=False):
    """The server has let go of an ended job: its sequence and memory are free."""

    job: int


class Paused(msgspec.Struct, frozen=True, gc=False):
    """A job stands still. ``how`` is what really became of its state, ``stored`` what it takes on storage."""

    job: int
    how: Literal["kept", "stored", "dropped"]
    stored: int = 0


class Resumed(msgspec.Struct, frozen=True, gc=False):
    """A job is back in its model: with its state, or to be computed again from its first token."""

    job: int
    how: Literal["restored", "recompute"]
    elapsed_s: float = 0.0


class Loaded(msgspec.Struct, frozen=True, gc=False):
    """A model is ready. ``anon`` and ``file`` are what it takes now, 0 where that was not measured."""

    model: str
    seconds: float
    anon: int = 0
    file: int = 0


class LoadFailed(msgspec.Struct, frozen=True, gc=False):
    """A model could not be loaded and holds nothing. ``oom``: it (or its cap) was too small for what it needed."""

    model: str
    why: str
    oom: bool = False


class Unloaded(msgspec.Struct, frozen=True, gc=False):
    """A model is gone, as was decided."""

    model: str


class Died(msgspec.Struct, frozen=True, gc=False):
    """A model's server ended by itself or was killed; ``oom``: because it exceeded its cap."""

    model: str
    why: str
    oom: bool = False


class Prefetch(msgspec.Struct, frozen=True, gc=False):
    """A model will probably be wanted soon. Advice: taken if there is spare memory, else forgotten."""

    model: str


class Measured(msgspec.Struct, frozen=True, gc=False):
    """The largest use of a model seen in a run: anonymous memory without what its jobs reserved, and file-backed."""

    model: str
    anon: int
    file: int


class Budget(msgspec.Struct, frozen=True, gc=False):
    """Memory for all models together, headroom included; may come at any time and may shrink below what is held."""

    bytes: int


class Pressure(msgspec.Struct, frozen=True, gc=False):
    """Memory pressure: the share of the last 10 s in which some, or all, tasks waited for memory, in percent."""

    some: float
    full: float = 0.0


class Tick(msgspec.Struct, frozen=True, gc=False):
    """Time has passed: what WakeAt asked for."""


Event = (
    Describe
    | Forget
    | Submit
    | CancelJob
    | Read
    | Progress
    | JobFailed
    | Released
    | Paused
    | Resumed
    | Loaded
    | LoadFailed
    | Unloaded
    | Died
    | Prefetch
    | Measured
    | Budget
    | Pressure
    | Tick
)
