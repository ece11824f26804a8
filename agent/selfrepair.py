"""People who correct themselves in one breath: "wake me at six, sorry, seven tomorrow".

The form is old knowledge (Levelt 1983, Monitoring and self-repair in speech): what is wrong, an editing term, what is
right. So the editing term goes, with the one to four words before it that what is right stands for: from a preposition
on, if it begins with one. "No" and "sorry" are editing terms only between two values, since they are words of messages
and reminders too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .values.numbers import NUMBER_WORDS
from .values.words import Token, quote

__all__ = ["repaired"]

_PLAIN = [
    phrase.split()
    for phrase in (
        "no wait", "wait no", "i mean", "i meant", "or rather", "no make it", "no make that", "sorry i mean",
        "no i mean", "no i meant", "actually no", "no actually", "no sorry", "sorry no", "scratch that", "wait i mean",
        "make that",
    )
]  # fmt: skip
_BETWEEN_VALUES = [phrase.split() for phrase in ("no", "sorry", "rather", "actually", "wait")]
_LEADS = frozenset(["at", "in", "for", "to", "on", "from", "by", "with", "about", "until"])
_DAYS = frozenset(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "tomorrow", "tonight",
     "noon", "midnight", "morning", "evening", "afternoon", "am", "pm"]
)  # fmt: skip
_MOST_WRONG = 4
_LEAST_RIGHT = 1
_VALUE_WITHIN = 2


def repaired(text: str, tokens: Sequence[Token], *, understood: bool) -> Iterator[str]:
    """The sentences that a text with an editing term may have been meant as. One that is ``understood`` as it stands
    (with free words in it) is only doubted between two values."""
    said = [token.text for token in tokens]
    for at in range(2, len(said) - _LEAST_RIGHT):
        size = max((len(each) for each in _PLAIN if said[at : at + len(each)] == each), default=0)
        plain = bool(size)
        if not plain:
            size = max((len(each) for each in _BETWEEN_VALUES if said[at : at + len(each)] == each), default=0)
        end = at + size
        if not size or end >= len(said):
            continue
        led = said[end] in _LEADS
        for wrong in range(1, min(_MOST_WRONG, at - 1) + 1):
            if (said[at - wrong] in _LEADS) != led or any(word in _LEADS for word in said[at - wrong + 1 : at]):
                continue  # "at six" gives way to "at seven", "six" to "seven"
            values = _valued(said[at - wrong : at]) and _valued(said[end : end + _VALUE_WITHIN])
            if not values and (understood or not (plain or led)):
                continue
            yield f"{quote(text, tokens, 0, at - wrong)} {quote(text, tokens, end, len(tokens))}"
        return


def _valued(some: Sequence[str]) -> bool:
    return any(word in NUMBER_WORDS or word in _DAYS or word[0].isdigit() for word in some)
