"""Asking ``image`` from where no lease can be sent: a picture handed over in pieces."""

from __future__ import annotations

from typing import Protocol, TypeVar

from ...kernel.errors import CallerError
from ...kernel.message import Body
from .messages import EVERYTHING, NotSeen, SeeChunk, Seen, SeeReady, SeeStart, SeeStop, Want

__all__ = ["Asks", "look"]

PIECE = 48_000
WITHIN_S = 60.0
R = TypeVar("R", bound=Body)


class Asks(Protocol):
    """Whoever can ask a service: a front to the device."""

    async def ask(self, to: str, body: Body, expect: type[R], within: float | None = None) -> R: ...


async def look(front: Asks, data: bytes, want: tuple[Want, ...] = EVERYTHING) -> Seen:
    """What is in the picture with these bytes. Raises CallerError for what is no picture."""
    number = (await front.ask("image", SeeStart(len(data)), SeeReady, WITHIN_S)).look
    for at in range(0, len(data), PIECE):
        await front.ask("image", SeeChunk(number, data[at : at + PIECE]), SeeReady, WITHIN_S)
    seen = await front.ask("image", SeeStop(number, want), Body, WITHIN_S)
    if isinstance(seen, NotSeen):
        raise CallerError(seen.reason)
    assert isinstance(seen, Seen)
    return seen
