"""The owner's yes or no to a call that a stranger's words led to.

One question is open at a time and fades; what is agreed to is the call that was shown, to the letter, and only the
owner's own words (or hand) answer it: what came from a stranger can neither ask twice in one breath nor say yes.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..kernel.message import Taint
from .messages import PlannedCall
from .values.words import words

__all__ = ["Consent", "Open", "answer"]

OPEN_S = 45.0
_YES = frozenset(
    ["yes", "yes please", "yeah", "yep", "sure", "okay", "ok", "do it", "go ahead", "yes do it", "confirm", "please do",
     "allow", "allow it", "that is right", "yes go ahead"]
)  # fmt: skip
_NO = frozenset(
    ["no", "no thanks", "no thank you", "nope", "don't", "do not", "cancel", "cancel that", "never mind", "don't do it",
     "stop", "deny", "no way", "forget it", "leave it"]
)  # fmt: skip


def answer(text: str, taint: Taint) -> Literal["yes", "no", ""]:
    """What a text answers to an open question; '' if it is something else, or not the owner's."""
    if taint & Taint.UNTRUSTED:
        return ""
    said = " ".join(words(text))
    return "yes" if said in _YES else "no" if said in _NO else ""


class Open(NamedTuple):
    """Calls that wait for a yes, as they were shown, and until when (the port's clock)."""

    calls: list[PlannedCall]
    until: float


class Consent:
    """The open question of a session."""

    def __init__(self) -> None:
        self._open: Open | None = None

    def ask(self, calls: list[PlannedCall], now: float) -> None:
        """These calls wait; a question that was open before is withdrawn."""
        self._open = Open(calls, now + OPEN_S)

    def take(self, now: float) -> list[PlannedCall]:
        """Close the question; what waited for it, nothing if none was open or it has faded."""
        held, self._open = self._open, None
        return held.calls if held is not None and now <= held.until else []

    def waits(self, now: float) -> bool:
        """Whether a question is open."""
        return self._open is not None and now <= self._open.until
