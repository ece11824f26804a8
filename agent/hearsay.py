"""What strangers' words the owner has just been told, so that they are known again when somebody seems to say them.

A result that holds a stranger's words is read out and shown. "Text that to Sam", a finger on a row of a card, or a
correction of the last call make arguments of them in a request that is the owner's own. So an argument is a stranger's
if it consists mostly of what a stranger was heard to say a short while ago and the owner did not say now. Names and
short choices (fewer than three words) are left alone: they persuade nobody. Pure: times are given.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from ..skills.strange import Words, marks_of
from .messages import PlannedCall

__all__ = ["HEARD_S", "Hearsay"]

HEARD_S: Final = 300.0
"""How long what was told may be meant."""
MOST: Final = 128
LEAST: Final = 3


class Hearsay:
    """Strange words by when they were told (seconds of the port's clock)."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, Words]] = deque(maxlen=MOST)

    def note(self, value: Any, now: float) -> None:
        """Words of a stranger stand in this."""
        self._heard.extend((now, words) for words in marks_of(msgspec.to_builtins(value)))

    def repeated(self, calls: Iterable[PlannedCall], said: str, now: float) -> bool:
        """Whether an argument of these calls is what a stranger said, and not what the owner says now."""
        while self._heard and now - self._heard[0][0] > HEARD_S:
            self._heard.popleft()
        if not self._heard:
            return False
        own: Words = frozenset().union(*marks_of(said))
        arguments = [words for call in calls for words in marks_of(call.arguments) if len(words) >= LEAST]
        return any(
            2 * len(words & own) <= len(words) and any(2 * len(words & mark) > len(words) for _, mark in self._heard)
            for words in arguments
        )
