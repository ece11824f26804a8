"""Levels from 0 to 100: "fifty", "50 %", "half", "the maximum"."""

from __future__ import annotations

from collections.abc import Iterator

from .numbers import Words, numbers

_NAMED = {
    "maximum": 100, "max": 100, "full": 100, "highest": 100, "loudest": 100, "brightest": 100, "half": 50,
    "halfway": 50, "medium": 50, "middle": 50, "minimum": 1, "min": 1, "lowest": 1, "zero": 0, "quarter": 25,
}  # fmt: skip
_TAILS = {"percent", "percents", "points", "point", "pct"}


def levels(words: Words, at: int) -> Iterator[tuple[int, int]]:
    """Whole percentages; a number above 100 is no level, and a fraction counts as a share of the whole."""
    if at >= len(words):
        return
    start = at + 1 if words[at] in ("the", "level", "its", "number") else at
    if words[start : start + 2] and words[start] == "the":
        start += 1
    for end, value in numbers(words, start):
        tail = end < len(words) and (words[end] in _TAILS or words[end : end + 2] == ["per", "cent"])
        level = value * 100 if 0 < value < 1 and not tail else value
        if not 0 <= level <= 100:
            continue
        whole = round(level)
        yield end, whole
        if end < len(words) and words[end] in _TAILS:
            yield end + 1, whole
        elif end + 1 < len(words) and words[end] == "per" and words[end + 1] == "cent":
            yield end + 2, whole
    if start < len(words) and words[start] in _NAMED:
        end = start + 1
        yield end, _NAMED[words[start]]
        if words[end : end + 1] and words[end] in ("volume", "brightness", "level", "way"):
            yield end + 1, _NAMED[words[start]]
    if list(words[at : at + 3]) == ["all", "the", "way"]:
        yield at + 3, 100
