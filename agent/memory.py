"""What a session remembers: its last turns for the monitor, and the last calls for follow-ups.

Both are bounded. Context fades: what was said longer than :data:`CONTEXT_S` ago is not what "it" means. A reply that
was cut off keeps how much of it had been said, so that the record of the dialogue stays true.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from msgspec.structs import replace

from ..kernel.message import Taint
from .hearsay import Hearsay
from .messages import PlannedCall, Turn

CONTEXT_S = 120.0
MAX_TURNS = 50
MAX_CALLS = 6
"""As many as a plan has, so that all of it can be taken back."""
ANSWER_S = 30.0
"""How long a question for a missing value can be answered."""
CHARACTERS_A_SECOND = 15.0
"""Speaking rate (about 180 words a minute), to know how much of a reply was said when it is cut off."""


class Done(NamedTuple):
    """A call that was carried out, and the token that takes it back ('' where nothing can)."""

    call: PlannedCall
    undo: str


class Memory:
    """The last turns and calls of one session. Times are seconds on the port's clock."""

    def __init__(self) -> None:
        self.turns: deque[Turn] = deque(maxlen=MAX_TURNS)
        self._last: list[Done] = []
        self._at = 0.0
        self._asked = ("", Taint.NONE, 0.0)
        self._wanted: tuple[PlannedCall, str, float] | None = None
        self.hearsay = Hearsay()
        self._offered: tuple[list[PlannedCall], Taint, float] = ([], Taint.NONE, 0.0)

    def context(self, now: float) -> list[PlannedCall]:
        """The calls of the last turn that did something, oldest first; none once they have faded."""
        return [done.call for done in self.last(now)]

    def last(self, now: float) -> list[Done]:
        """What the last turn did, with its undo tokens."""
        if now - self._at > CONTEXT_S:
            self._last = []
        return self._last

    def did(self, done: list[Done], now: float) -> None:
        """A turn did this (nothing: what was done before still counts)."""
        if done:
            self._last = done[-MAX_CALLS:]
            self._at = now

    def ask(self, text: str, taint: Taint, now: float) -> None:
        """A value is missing in this text ('': in none), and the owner was asked for it."""
        self._asked = (text, taint, now + ANSWER_S)

    def asked(self, now: float) -> tuple[str, Taint]:
        """The text that the next one may complete, with its labels; '' where none is waiting."""
        text, taint, until = self._asked
        return (text, taint) if now <= until else ("", Taint.NONE)

    def want(self, call: PlannedCall, parameter: str, now: float) -> None:
        """The action of this call asked the owner for a parameter of it."""
        self._wanted = (call, parameter, now + ANSWER_S)

    def wanted(self, now: float) -> tuple[PlannedCall, str] | None:
        """What an action asked for, once: whatever is said next, the question is closed."""
        held, self._wanted = self._wanted, None
        return held[:2] if held is not None and now <= held[2] else None

    def offer(self, options: list[PlannedCall], taint: Taint, now: float) -> None:
        """The owner was asked which of these is meant (none: nothing was asked)."""
        self._offered = (options, taint, now + ANSWER_S)

    def offered(self, now: float) -> tuple[list[PlannedCall], Taint]:
        """What the owner was asked to choose between, with the labels of that request; nothing once it has faded."""
        options, taint, until = self._offered
        return (options, taint) if now <= until else ([], Taint.NONE)

    def forget(self) -> None:
        """What was done last has been taken back."""
        self._last = []

    def keep(self, turn: Turn) -> None:
        """Remember a finished turn."""
        self.turns.append(turn)

    def cut(self, reply: str, seconds: float) -> str:
        """The reply that is being spoken was cut off after ``seconds``; what had been said of it."""
        said = reply[: max(0, int(seconds * CHARACTERS_A_SECOND))]
        if len(said) < len(reply):
            said = said.rpartition(" ")[0]
        for index in range(len(self.turns) - 1, -1, -1):
            if self.turns[index].reply == reply:
                self.turns[index] = replace(self.turns[index], interrupted=said or "…")
                break
        return said
