"""What the broker knows of a model: how to load it, and what that costs."""

from __future__ import annotations

from typing import Protocol

import msgspec

from ..kernel.limits import MIB
from ..kernel.scheduler.profile import Profile
from .messages import LoadOptions, ModelFile

__all__ = ["Catalogue", "Known", "smaller"]

MIN_CTX, MIN_UBATCH = 256, 32


class Known(msgspec.Struct, frozen=True):
    """One model. ``key`` is what the policy calls it: the same weights with other options are another model."""

    key: str
    name: str
    engine: str
    files: tuple[ModelFile, ...]
    options: LoadOptions
    profile: Profile
    identity: str = ""
    """The same for the same weights, whatever they are called."""
    spare_bytes: int = 512 * MIB
    """Address space beyond the cap that its server may reserve (RLIMIT_DATA): libraries take more than they touch."""


class Catalogue(Protocol):
    """Where names become models, and where what was learned of them is kept."""

    async def find(self, name: str) -> Known:
        """The model of a card's name or a path. Raises CallerError if there is none, or it cannot run here."""
        ...

    def learned(self, known: Known, anon: int, file: int, oom: bool) -> Known:
        """A run ended: the largest memory it used, and whether it was killed for it. The model as known from now on."""
        ...

    def stamped(self, known: Known, stamps: dict[str, str]) -> None:
        """A server verified the files; it need not hash them again while they have these stamps."""
        ...


def smaller(options: LoadOptions, step: int) -> LoadOptions:
    """Options for a load that ran out of memory ``step`` times: half the context and micro-batch each time."""
    if step <= 0:
        return options
    return msgspec.structs.replace(
        options,
        ctx=max(min(MIN_CTX, options.ctx), options.ctx >> step),
        ubatch=max(min(MIN_UBATCH, options.ubatch), options.ubatch >> step),
        batch=max(min(MIN_UBATCH, options.batch), options.batch >> step),
    )
