"""The world behind the scheduler: what its decisions do (``Effects``), and the one loop that joins them (``Driver``).

The policy is pure; whoever implements Effects decides nothing. Everything an effect brings about comes back as an
event, through ``Driver.post``, in the order in which it happened. An effect may post at once (a fake does): events that
arrive while decisions are being carried out wait until all of these are, so that no step sees half of another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal, Protocol

from .scheduler import Scheduler
from .scheduler import decisions as de
from .scheduler.events import Event


class Effects(Protocol):
    """What decisions do. No method waits, and none raises for what the outside world does: that is an event."""

    def start_load(self, model: str, anon: int, file: int, step: int) -> None:
        """Answer: Loaded, LoadFailed or Died."""

    def resize(self, model: str, anon: int, file: int) -> None:
        """Move a cap. No answer."""

    def unload(self, model: str, kill: bool) -> None:
        """Answer: Unloaded or Died."""

    def run(self, model: str, jobs: tuple[int, ...], max_tokens: int, budget_s: float) -> None:
        """Answer: one Progress or JobFailed for each job."""

    def pause(self, job: int, keep: Literal["keep", "store", "drop"]) -> None:
        """Answer: Paused, after the Progress of the quantum that was cut off."""

    def resume(self, job: int) -> None:
        """Answer: Resumed or JobFailed."""

    def end(self, end: de.Terminal) -> None:
        """Tell the client. Answer, if it is ``held``: Released."""

    def wake_at(self, at: float) -> None:
        """Answer: a Tick at that time. Replaces the wish before it."""


def apply(decision: de.Decision, effects: Effects) -> None:
    """Carry one decision out."""
    match decision:
        case de.Run(model, jobs, tokens, budget):
            effects.run(model, jobs, tokens, budget)
        case de.WakeAt(at):
            effects.wake_at(at)
        case de.Resize(model, anon, file):
            effects.resize(model, anon, file)
        case de.Pause(job, keep):
            effects.pause(job, keep)
        case de.Resume(job):
            effects.resume(job)
        case de.StartLoad(model, anon, file, step):
            effects.start_load(model, anon, file, step)
        case de.Unload(model, kill):
            effects.unload(model, kill)
        case de.Done() | de.Refuse() | de.Fail() | de.Cancelled():
            effects.end(decision)


class Driver:
    """The only writer: takes events one at a time, in order. ``clock`` is monotonic, in seconds."""

    def __init__(self, scheduler: Scheduler, effects: Effects, clock: Callable[[], float]) -> None:
        self.scheduler = scheduler
        self.effects = effects
        self._clock = clock
        self._events: deque[Event] = deque()
        self._busy = False

    def post(self, event: Event) -> None:
        """Something has happened."""
        self._events.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._events:
                for decision in self.scheduler.step(self._events.popleft(), self._clock()):
                    apply(decision, self.effects)
        finally:
            self._busy = False
