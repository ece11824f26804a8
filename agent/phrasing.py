"""What stands around a request: politeness before and after it, and the joints between several requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .values.numbers import NUMBER_WORDS
from .values.words import Token

_BEFORE = [
    phrase.split()
    for phrase in (
        "hey", "hi", "hello", "okay", "please", "could you", "can you", "would you", "will you", "can we",
        "i want you to", "i would like you to", "i would like to", "i want to", "i need to", "i need you to",
        "go ahead and", "just", "now", "kindly", "would you mind", "do you mind", "let us", "so", "well", "um",
        "uh", "bluerill", "watch", "computer", "okay nabu", "hey nabu", "quickly", "also", "and", "then", "all right",
        "you should", "you can", "be so kind and", "i am going to need you to", "i would love you to", "say",
        "do me a favor and", "yo", "dear", "oh", "yes", "yeah", "can you tell me", "could you tell me", "tell me",
        "please tell me", "let me know", "can you let me know", "i want to know", "i need to know",
        "i would like to know", "do you know", "may i know", "can you see", "i was wondering", "can you please",
        "could you please", "please see for me", "help me to", "can you help me",
    )
]  # fmt: skip
_AFTER = [
    phrase.split()
    for phrase in (
        "please", "thanks", "thank you", "for me", "right now", "now", "will you", "would you", "could you",
        "can you", "okay", "immediately", "right away", "at once", "quickly", "if you can", "if you could", "again",
        "if you would", "thank you very much", "at the moment", "currently", "too", "as well", "then", "there",
        "if you do not mind", "to me", "a s a p", "asap", "buddy", "will ya", "already",
    )
]  # fmt: skip
_AFTER_REVERSED = [phrase[::-1] for phrase in _AFTER]
_BEFORE_FIRST = frozenset(phrase[0] for phrase in _BEFORE)
_AFTER_LAST = frozenset(phrase[-1] for phrase in _AFTER)
_MOST_EDGES = 6
_JOINTS = [
    phrase.split()
    for phrase in (
        "and then also", "and after that", "and then", "and also", "and please", "after that", "then also", "then",
        "and", "also", "plus", "as well as", "next",
    )
]  # fmt: skip
MAX_REQUESTS = 6
COMMANDING = frozenset(
    [
        "set", "start", "stop", "cancel", "turn", "add", "remove", "delete", "remind", "mute", "unmute", "pause",
        "resume", "show", "tell", "give", "make", "create", "take", "put", "wake", "read", "convert", "calculate",
        "enable", "disable", "switch", "increase", "decrease", "raise", "lower", "dim", "clear", "snooze", "change",
        "check", "note", "find", "what", "how", "will", "is", "when", "who", "which", "list", "begin", "restart",
    ]
)  # fmt: skip
"""Words that a request of its own begins with."""
_ANOTHER = [
    phrase.split()
    for phrase in (
        "one", "another", "another one", "one more", "a second one", "a new one", "a second", "a third", "a third one",
        "one other", "also one", "the other", "the second",
    )
]  # fmt: skip


def stripped(tokens: Sequence[Token], *, coarse: bool = False) -> Iterator[Sequence[Token]]:
    """The tokens as they are, then with ever more politeness taken off, ends before fronts.

    A shorter phrase is tried before a longer one: of "please tell me the date" also "tell me the date" is left.
    ``coarse``: each end has nothing or all of it taken off, because what follows is slow.
    """
    if not tokens:
        return
    said = [token.text for token in tokens]
    fronts = _edges(said, _BEFORE, _BEFORE_FIRST)
    backs = _edges(said[::-1], _AFTER_REVERSED, _AFTER_LAST)
    backs = sorted({backs[0], backs[-1]})
    if coarse:
        fronts = sorted({fronts[0], fronts[-1]})
    for front in fronts:
        for back in backs:
            if front + back < len(said):
                yield tokens[front : len(said) - back]


def _edges(said: Sequence[str], phrases: Sequence[Sequence[str]], first: frozenset[str]) -> list[int]:
    """How many words may be taken off the beginning, fewest first: the sums of phrases one after the other."""
    found = [0]
    for start in found:  # grows while it is walked
        for phrase in phrases if said[start] in first else ():
            end = start + len(phrase)
            if end not in found and end < len(said) and list(said[start:end]) == phrase:
                found.append(end)
        if len(found) >= _MOST_EDGES:
            break
    return sorted(found)


def unled(said: Sequence[str]) -> int:
    """How many words only say that there is one more: "another one for" ten minutes."""
    size = max((len(p) for p in _ANOTHER if list(said[: len(p)]) == p), default=0)
    size += bool(size) and said[size : size + 1] in (["for"], ["at"], ["in"], ["to"], ["of"])
    return size if size < len(said) else 0


_PAIRS = {
    "antigua": "barbuda", "bosnia": "herzegovina", "kitts": "nevis", "newfoundland": "labrador", "pierre": "miquelon",
    "tome": "principe", "trinidad": "tobago", "turks": "caicos", "vincent": "grenadines",
    "wallis": "futuna", "tyne": "wear", "rock": "roll", "drum": "bass", "rhythm": "blues", "salt": "pepper",
    "black": "white", "macaroni": "cheese", "mac": "cheese", "fish": "chips",
}  # fmt: skip
"""Names of one place, or of one thing, with an "and" in them."""


def _in_one_name(said: Sequence[str], at: int) -> bool:
    """The "and" of "eight hundred and ninety", or of "Bosnia and Herzegovina"."""
    if said[at] != "and":
        return False
    after = said[at + 2] if said[at + 1] == "the" and at + 2 < len(said) else said[at + 1]
    return (said[at - 1] in ("hundred", "thousand") and after in NUMBER_WORDS) or _PAIRS.get(said[at - 1]) == after


def joints(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Places where one request may end and the next begin: (end of the first, start of the second)."""
    said = [token.text for token in tokens]
    found: list[tuple[int, int]] = []
    at = 1
    while at < len(said):
        size = max((len(p) for p in _JOINTS if said[at : at + len(p)] == p), default=0)
        if size and at + size < len(said) and not _in_one_name(said, at):
            found.append((at, at + size))
            at += size
            continue
        if tokens[at].pause:
            found.append((at, at))
        at += 1
    return found
