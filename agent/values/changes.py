"""Signed changes: "ten more minutes", "five minutes less", "up by twenty percent".

The sign may stand in the words of the value; where it does not, the sentence around it gives it (taking away,
lowering and shortening are listed in :data:`DOWNWARD`).
"""

from __future__ import annotations

from collections.abc import Iterator

from .durations import SECONDS, durations
from .levels import levels
from .numbers import Words

DOWNWARD = frozenset(
    [
        "remove", "take", "subtract", "decrease", "reduce", "lower", "less", "fewer", "shorten", "shorter", "cut",
        "minus", "down", "off", "drop", "deduct", "quieter", "softer", "dim", "dimmer", "darker", "knock", "lose",
        "earlier", "sooner", "shave", "decreased", "lessen", "diminish", "soften",
    ]
)  # fmt: skip
_MORE = ("more", "longer", "extra", "additional", "later", "further", "louder", "brighter", "higher")
_LESS = ("less", "fewer", "shorter", "earlier", "sooner", "off", "quieter", "softer", "lower", "dimmer", "darker")
_LEAD = ("another", "extra", "additional", "plus")


def _signed(words: Words, at: int, inner: Iterator[tuple[int, float]]) -> Iterator[tuple[int, float]]:
    for end, value in inner:
        yield end, value
        if end < len(words) and words[end] in _MORE:
            yield end + 1, value
        elif end < len(words) and words[end] in _LESS:
            yield end + 1, -value


def changes(words: Words, at: int) -> Iterator[tuple[int, float]]:
    """Signed lengths of time in seconds."""
    if at >= len(words):
        return
    yield from _signed(words, at, durations(words, at))
    word = words[at]
    if word in _LEAD or (word == "an" and words[at + 1 : at + 2] and words[at + 1] in _LEAD):
        start = at + (1 if word in _LEAD else 2)
        yield from _signed(words, start, durations(words, start))
        if start < len(words) and words[start] in SECONDS:
            yield start + 1, SECONDS[words[start]]
    elif word in ("minus", "-"):
        for end, value in durations(words, at + 1):
            yield end, -value


def level_changes(words: Words, at: int) -> Iterator[tuple[int, int]]:
    """Signed steps of a level, in percent points."""
    if at >= len(words):
        return
    if words[at] in ("minus", "-"):
        for end, level in levels(words, at + 1):
            yield end, -level
        return
    start = at + 1 if words[at] in ("another", "plus", "+") else at
    for end, value in _signed(words, start, ((end, float(value)) for end, value in levels(words, start))):
        yield end, int(value)
