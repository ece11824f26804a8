"""A sequence inside a model server: its session, and what it made that nobody has been given yet."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from typing import NamedTuple

import msgspec

from ..kernel.errors import BluerillError, ServiceFault
from .engines.contract import Session, Step
from .messages import InferChunk, InferStop, Tensor

__all__ = ["Entry", "moved"]


class Made(NamedTuple):
    """What one quantum made: its place among the sequence's quanta, the step, seconds, and the position after it."""

    number: int
    step: Step | Exception
    elapsed: float
    position: int


class Entry:
    """One sequence. ``asked`` while a quantum of it is wanted, ``abandoned`` once its asker gave up on that.

    What it made is left here by the worker and taken by the event loop, possibly while the worker makes more.
    """

    __slots__ = ("_made", "abandoned", "ahead", "asked", "due", "finished", "paused", "quanta", "session", "unwanted")

    def __init__(self, session: Session) -> None:
        self.session = session
        self._made: deque[Made] = deque()  # appended by the worker, popped by the event loop
        self.quanta = 0  # computed
        self.due = 0  # the last one that was asked for
        self.finished = False  # there is nothing more to compute
        self.asked = False
        self.abandoned = False
        self.ahead: Future[int] | None = None  # a quantum that nobody has asked for yet
        self.paused = False
        self.unwanted = False

    @property
    def owed(self) -> bool:
        """Something was made that can be told now."""
        return bool(self._made) and (self.ahead is None or self._made[0].number <= self.due)

    @property
    def ended(self) -> bool:
        """Everything is made, and nothing is under way."""
        return self.finished and self.ahead is None

    def owe(self, step: Step | Exception, elapsed_s: float) -> None:
        """A quantum made this, besides what is owed from before."""
        self.finished = isinstance(step, Exception) or bool(step.finish)
        self.quanta += 1
        self._made.append(Made(self.quanta, step, elapsed_s, self.session.position))

    def told(self, number: int) -> InferChunk | InferStop | BluerillError:
        """What was asked for, handed over as the answer for the sequence ``number``; what is ahead of that stays."""
        step, elapsed, position = Step(), 0.0, self.session.position
        while self.owed:
            made = self._made.popleft()
            if isinstance(made.step, BluerillError):
                return made.step
            if isinstance(made.step, Exception):
                return ServiceFault(f"the engine failed: {type(made.step).__name__}: {made.step}")
            step, elapsed, position = _joined(step, made.step), elapsed + made.elapsed, made.position
        if not step.finish:
            return InferChunk(
                number, step.text, step.tokens, position, step.prefilled, elapsed, step.tensors, step.data
            )
        session = self.session
        return InferStop(
            number, step.text, step.tokens, step.finish, session.usage(), session.timings(), position,
            step.prefilled, elapsed, step.tensors, step.data,
        )  # fmt: skip


def _joined(before: Step, step: Step) -> Step:
    """What was made before and is still owed, followed by what was made now."""
    return Step(
        before.text + step.text,
        before.tokens + step.tokens,
        before.prefilled + step.prefilled,
        step.finish,
        before.tensors + [moved(tensor, len(before.data)) for tensor in step.tensors],
        before.data + step.data,
    )


def moved(tensor: Tensor, by: int) -> Tensor:
    """The tensor, its bytes ``by`` further on."""
    return msgspec.structs.replace(tensor, offset=tensor.offset + by)
