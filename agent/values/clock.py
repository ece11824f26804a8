"""Clock times: "quarter to seven", "7:30 pm", "nineteen thirty", "noon", "oh seven hundred".

A reading says whether it names one time of day (:attr:`Clock.exact`) or two, twelve hours apart, and whether it
is only a bare number (:attr:`Clock.bare`), which is a time of day only where the sentence asks for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .numbers import TENS, UNITS, Words, cardinals

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{2})")
_MILITARY = re.compile(r"([01]\d|2[0-4])([0-5]\d)")
_NAMED = {"noon": 12, "midday": 12, "midnight": 0, "noontime": 12, "noonish": 12, "midmorning": 10, "midafternoon": 14}
_EITHER = (["ampm"], ["am", "pm"], ["am", "or", "pm"])
_MID = {"morning": 10, "day": 12, "afternoon": 14, "night": 0}
_PAST = {"past": 1, "after": 1, "to": -1, "before": -1, "till": -1, "until": -1, "of": -1, "til": -1}
_PARTS = {
    "morning": (0, 11), "afternoon": (12, 19), "evening": (15, 23), "night": (18, 5), "lunchtime": (11, 14),
    "noon": (11, 14), "midday": (11, 14), "midnight": (21, 5), "tonight": (17, 4),
}  # fmt: skip
"""Parts of the day with the hours they choose between."""


class Clock(NamedTuple):
    """A time of day. Where not ``exact``, twelve hours later is meant as well as this."""

    hour: int
    minute: int = 0
    second: int = 0
    exact: bool = False
    bare: bool = False

    def in_part(self, part: str) -> Clock | None:
        """The reading of this time that lies in a part of the day; None if none does."""
        first, last = _PARTS.get(part, (0, 23))
        hours = (self.hour,) if self.exact else (self.hour % 12, self.hour % 12 + 12)
        for hour in hours:
            if (first <= hour <= last) if first <= last else (hour >= first or hour <= last):
                return self._replace(hour=hour, exact=True, bare=False)
        return None


def _of(hour: float, minute: int = 0, *, second: int = 0, bare: bool = False, leading_zero: bool = False) -> Clock:
    whole = int(hour)
    return Clock(whole % 24, minute, second, leading_zero or whole > 12 or whole == 0, bare)


def _minutes(words: Words, at: int) -> Iterator[tuple[int, int]]:
    """Minutes said after the hour: "thirty", "oh five", "05", never a lone digit ("seven five")."""
    word = words[at] if at < len(words) else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if word in ("oh", "o", "zero") and 1 <= UNITS.get(after, 0) <= 9:
        yield at + 2, UNITS[after]
    elif word in ("oh", "o", "0") and len(after) == 1 and after.isdigit():
        yield at + 2, int(after)
    elif word.isdigit() and len(word) == 2 and int(word) < 60:
        yield at + 1, int(word)
    elif word in TENS or UNITS.get(word, 0) >= 10:
        for end, value in cardinals(words, at):
            if 10 <= value < 60:
                yield end, value


def _plain(words: Words, at: int) -> Iterator[tuple[int, Clock]]:
    """Hour and minutes without a part of the day."""
    word = words[at]
    found = _CLOCK.fullmatch(word)
    if found is not None:
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
        if hour <= 24 and minute < 60 and second < 60:
            yield at + 1, _of(hour, minute, second=second, leading_zero=word.startswith("0"))
        return
    found = _DOTTED.fullmatch(word)
    if found is not None and int(found[1]) <= 24 and int(found[2]) < 60:
        yield at + 1, _of(int(found[1]), int(found[2]), bare=True)
        return
    found = _MILITARY.fullmatch(word)
    if found is not None:
        hours = words[at + 1 : at + 2] in (["hours"], ["hour"])
        yield at + (2 if hours else 1), _of(int(found[1]), int(found[2]), leading_zero=True, bare=not hours)
        return
    if word.isdigit() and len(word) == 3 and int(word[1:]) < 60 and word[0] != "0":
        yield at + 1, _of(int(word[0]), int(word[1:]), bare=True)
        return
    if word in ("oh", "zero", "o") and UNITS.get(words[at + 1] if at + 1 < len(words) else "", 0) in range(1, 10):
        hour = UNITS[words[at + 1]]  # "oh seven hundred", "oh seven thirty"
        if words[at + 2 : at + 3] == ["hundred"]:
            end = at + 4 if words[at + 3 : at + 4] == ["hours"] else at + 3
            yield end, Clock(hour, exact=True)
        for end, minute in _minutes(words, at + 2):
            yield end, Clock(hour, minute, exact=True)
        return
    if word in _NAMED:
        yield at + 1, Clock(_NAMED[word], exact=True)
        return
    if word == "mid" and at + 1 < len(words) and words[at + 1] in _MID:
        yield at + 2, Clock(_MID[words[at + 1]], exact=True)
        return
    for end, hour in cardinals(words, at):
        if hour == 100 * (hour // 100) and 1300 <= hour <= 2400 and words[end - 1] == "hundred":
            stop = end + 1 if words[end : end + 1] == ["hours"] else end
            yield stop, Clock(hour // 100 % 24, exact=True)
        if not 0 <= hour <= 24 or words[end - 1] == "hundred":
            continue
        after = words[end] if end < len(words) else ""
        if after in _NAMED and hour == 12:
            yield end + 1, Clock(_NAMED[after], exact=True)
        yield end, _of(hour, bare=True)
        if after == "hundred" and (hour == 0 or 13 <= hour <= 24):
            stop = end + 2 if words[end + 1 : end + 2] == ["hours"] else end + 1
            yield stop, Clock(hour % 24, exact=True)
        if after in ("o'clock", "clock"):
            yield end + 1, _of(hour)
        elif after == "o" and words[end + 1 : end + 2] == ["clock"]:
            yield end + 2, _of(hour)
        for stop, minute in _minutes(words, end):
            yield stop, _of(hour, minute)


def _relative(words: Words, at: int) -> Iterator[tuple[int, Clock]]:
    """ "quarter to seven", "twenty past six", "half six"."""
    start = at + 1 if words[at] == "a" else at
    word = words[start] if start < len(words) else ""
    amounts: list[tuple[int, int]] = []
    exactly = False  # "ten minutes to seven thirty": what is counted from may have minutes of its own
    if words[at : at + 2] in (["three", "quarters"], ["3", "quarters"]):
        amounts.append((at + 2, 45))
    if word == "quarter":
        amounts.append((start + 1, 15))
    elif word == "half":
        amounts.append((start + 1, 30))
    elif start == at:
        for end, value in cardinals(words, at):
            if 0 < value < 60:
                exactly = end < len(words) and words[end] in ("minutes", "minute", "min")
                amounts.append((end + 1 if exactly else end, value))
    for end, amount in amounts:
        sign = _PAST.get(words[end], 0) if end < len(words) else 0
        if word == "half" and sign == 0:
            hours = list(_hour(words, end))  # British "half six"
            for stop, clock in hours:
                yield stop, clock._replace(minute=30)
            continue
        if not sign or (sign < 0 and not exactly and at and words[at - 1] in ("from", "between")):
            continue  # "from 3 to 4" is an hour long
        for stop, clock in _hour(words, end + 1, minutes=exactly):
            total = clock.hour * 60 + clock.minute + sign * amount
            hour, minute = divmod(total % 1440, 60)
            if not clock.exact and hour == 0 and sign < 0:
                hour = 12
            yield stop, clock._replace(hour=hour, minute=minute, bare=False)


def _hour(words: Words, at: int, *, minutes: bool = False) -> Iterator[tuple[int, Clock]]:
    if at < len(words):
        for end, clock in _plain(words, at):
            if clock.minute == 0 or minutes:
                yield end, clock._replace(bare=False)


def _meridiem(words: Words, at: int) -> tuple[int, str]:
    """Where "am" or "pm" ends, also spelt "p m"; (at, "") where there is none."""
    word = words[at] if at < len(words) else ""
    if word in ("am", "pm"):
        return at + 1, word
    if word in ("a", "p") and words[at + 1 : at + 2] == ["m"]:
        return at + 2, word + "m"
    return at, ""


def clocks(words: Words, at: int) -> Iterator[tuple[int, Clock]]:
    """Every time of day that begins at a word."""
    if at >= len(words):
        return
    for end, clock in (*_plain(words, at), *_relative(words, at)):
        yield end, clock
        either = next((len(each) for each in _EITHER if words[end : end + len(each)] == each), 0)
        if either and not clock.exact:
            yield end + either, clock._replace(bare=False)
        if words[end : end + 1] in (["ish"], ["sharp"], ["exactly"]):
            yield end + 1, clock._replace(bare=False)
        stop, half = _meridiem(words, end)
        if half and clock.hour <= 12 and not (clock.exact and clock.hour in (0, 12) and words[at] in _NAMED):
            yield stop, clock._replace(hour=clock.hour % 12 + (12 if half == "pm" else 0), exact=True, bare=False)
        elif half and half == "pm" and clock.hour > 12:
            yield stop, clock._replace(bare=False)
        for stop, part in _part(words, end):
            chosen = clock.in_part(part)
            if chosen is not None:
                yield stop, chosen


def _part(words: Words, at: int) -> Iterator[tuple[int, str]]:
    """ "in the morning", "at night", "this evening" is a date's business."""
    start = at + 2 if words[at : at + 2] in (["in", "the"], ["of", "the"]) else at
    if words[start : start + 1] in (["early"], ["late"]):
        start += 1
    if start < len(words) and words[start] in _PARTS and (start > at or words[start] != "night"):
        yield start + 1, words[start]
    elif words[at : at + 1] == ["at"] and words[at + 1 : at + 2] and words[at + 1] in ("night", "noon", "midday"):
        yield at + 2, words[at + 1]
