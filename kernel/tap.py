"""Who listens in on all that is said: a session that is being recorded, and nobody otherwise.

A tap sees every message that passes the core, as it is handed over, and every answer that a service of the core gets.
It must not wait, must not change anything, and keeps its own troubles to itself.
"""

from __future__ import annotations

from typing import Protocol

from .local_ask import LocalAsk
from .port import Envelope

__all__ = ["Tap"]


class Tap(Protocol):
    """See :attr:`~.loop.Kernel.tap`."""

    def sent(self, envelope: Envelope) -> None:
        """A message is about to be delivered, or to wait for a place."""
        ...

    def signalled(self, sender: str, to: str, signal: int) -> None:
        """A notification."""
        ...

    def answered(self, ask: LocalAsk) -> None:
        """A service of the core has its answer, or its error."""
        ...
