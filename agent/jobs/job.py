"""What a job is: its parameters, and the steps it takes, as a plain generator.

A step says what is wanted of the world (``acts.py``) and is sent the answer::

    def steps(self) -> Steps:
        claimed = yield Step(Claim(self.file, self.output))
        at = 0
        while at < claimed.size:
            done = yield Step(Complete(…, at), at, claimed.size)
            at = done.next
        return Outcome(f"{at} bytes are done.")

A generator reads no clock, no file and no other service, so it is the same every time it is sent the same answers. That
makes it durable: each answer is a row of the store before the next step is taken, and after a crash the generator is
run again over the rows, up to the step that has none. It is the idea of durable execution (as in Azure Durable
Functions and Temporal) at the size of a watch.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar

import msgspec

from .acts import Act

MAX_STEPS = 4_000
"""Steps of one job; each is a row of the store, which takes 5,000 for a space."""


class Step(msgspec.Struct, frozen=True):
    """One chunk of work, and how far the job has come before it."""

    act: Act
    done: float = 0.0
    total: float = 0.0


class Outcome(msgspec.Struct, frozen=True):
    """What came of a job: one sentence to be said, lines for its card, and what a program reads."""

    said: str
    lines: list[str] = []
    value: dict[str, Any] = {}


Steps = Generator[Step, Any, Outcome]


class Job(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The base of all kinds. A field is a parameter; ``paths`` names those that are files of the owner's."""

    kind: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    unit: ClassVar[str] = "steps"
    paths: ClassVar[tuple[str, ...]] = ()
    helps: ClassVar[dict[str, str]] = {}
    """What each parameter is, for the command line."""

    @property
    def title(self) -> str:
        """A few words for lists and cards."""
        return self.kind

    def steps(self) -> Steps:
        """The steps, in order. Raises CallerError (also later, between steps) where the job cannot be done."""
        raise NotImplementedError
