"""A sequence inside a model server: its session, and what it made that nobody has been given yet."""

from __future__ import annotations

import asyncio

import msgspec

from ..kernel.errors import BluerillError, ServiceFault
from .engines.contract import Session, Step
from .messages import InferChunk, InferStop, Tensor

__all__ = ["Entry", "moved"]


class Entry:
    """One sequence. ``asked`` while a quantum of it is wanted, ``abandoned`` once its asker gave up on that."""

    __slots__ = ("abandoned", "ahead", "asked", "elapsed", "made", "paused", "session", "unwanted")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.made: Step | BluerillError | None = None
        self.elapsed = 0.0
        self.asked = False
        self.abandoned = False
        self.ahead: asyncio.Future[None] | None = None  # a quantum that nobody has asked for yet
        self.paused = False
        self.unwanted = False

    @property
    def ended(self) -> bool:
        """Its last step was made, or it failed."""
        return isinstance(self.made, BluerillError) or (self.made is not None and bool(self.made.finish))

    def owe(self, step: Step | Exception, elapsed_s: float) -> None:
        """A quantum made this, besides what is owed from before."""
        self.made = _joined(self.made, step)
        self.elapsed += elapsed_s

    def told(self, number: int) -> InferChunk | InferStop | BluerillError:
        """What it made, handed over as the answer for the sequence ``number``."""
        self.asked = False
        made, self.made = self.made, None
        elapsed, self.elapsed = self.elapsed, 0.0
        session = self.session
        if isinstance(made, BluerillError):
            return made
        made = made or Step()
        if not made.finish:
            return InferChunk(
                number, made.text, made.tokens, session.position, made.prefilled, elapsed, made.tensors, made.data
            )
        return InferStop(
            number, made.text, made.tokens, made.finish, session.usage(), session.timings(), session.position,
            made.prefilled, elapsed, made.tensors, made.data,
        )  # fmt: skip


def _joined(before: Step | BluerillError | None, step: Step | Exception) -> Step | BluerillError:
    """What was made before and is still owed, followed by what was made now."""
    if isinstance(step, BluerillError):
        return step
    if isinstance(step, Exception):
        return ServiceFault(f"the engine failed: {type(step).__name__}: {step}")
    if not isinstance(before, Step):
        return step
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
