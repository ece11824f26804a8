"""Recurrence: "every weekday", "on mondays and thursdays", "daily", "every two weeks" → RFC 5545 RRULE text."""

from __future__ import annotations

from collections.abc import Iterator

from .dates import WEEKDAYS
from .numbers import Words, cardinals, ordinals

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES = {
    "minute": "MINUTELY", "hour": "HOURLY", "day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY",
    "morning": "DAILY", "afternoon": "DAILY", "evening": "DAILY", "night": "DAILY",
}  # fmt: skip
_ADVERBS = {
    "daily": "FREQ=DAILY", "weekly": "FREQ=WEEKLY", "monthly": "FREQ=MONTHLY", "yearly": "FREQ=YEARLY",
    "annually": "FREQ=YEARLY", "annual": "FREQ=YEARLY", "hourly": "FREQ=HOURLY", "everyday": "FREQ=DAILY", "biweekly":
    "FREQ=WEEKLY;INTERVAL=2", "fortnightly": "FREQ=WEEKLY;INTERVAL=2", "nightly": "FREQ=DAILY",
}  # fmt: skip
_GROUPS = {
    "weekday": "MO,TU,WE,TH,FR", "weekdays": "MO,TU,WE,TH,FR", "workday": "MO,TU,WE,TH,FR",
    "workdays": "MO,TU,WE,TH,FR", "weekend": "SA,SU", "weekends": "SA,SU", "schoolday": "MO,TU,WE,TH,FR",
    "schooldays": "MO,TU,WE,TH,FR",
}  # fmt: skip


def _weekday(word: str, *, plural_only: bool) -> int:
    if word.endswith("s") and word[:-1] in WEEKDAYS and len(word) > 4:
        return WEEKDAYS[word[:-1]]
    if word.endswith("'s") and word[:-2] in WEEKDAYS:
        return WEEKDAYS[word[:-2]]
    return -1 if plural_only else WEEKDAYS.get(word, -1)


def _weekday_list(words: Words, at: int, *, plural_only: bool) -> Iterator[tuple[int, str]]:
    chosen: set[int] = set()
    while at < len(words):
        number = _weekday(words[at], plural_only=plural_only and not chosen)
        if number < 0:
            break
        chosen.add(number)
        at += 1
        yield at, "FREQ=WEEKLY;BYDAY=" + ",".join(CODES[n] for n in sorted(chosen))
        if words[at : at + 1] == ["and"]:
            at += 1
        if words[at : at + 1] in (["every"], ["on"], ["each"]):
            at += 1


def recurrences(words: Words, at: int) -> Iterator[tuple[int, str]]:
    """Every rule said at a word."""
    if at >= len(words):
        return
    word = words[at]
    if word in _ADVERBS:
        yield at + 1, _ADVERBS[word]
        return
    if word in ("repeating", "recurring", "repeat"):
        yield from recurrences(words, at + 1)
        return
    if word in ("weekdays", "weekends", "workdays"):
        yield at + 1, f"FREQ=WEEKLY;BYDAY={_GROUPS[word]}"
        return
    if word in ("on", "during"):
        following = words[at + 1] if at + 1 < len(words) else ""
        if following in _GROUPS and following.endswith("s"):
            yield at + 2, f"FREQ=WEEKLY;BYDAY={_GROUPS[following]}"
        elif following == "the" and words[at + 2 : at + 3] in (["weekend"], ["weekends"]):
            return
        yield from _weekday_list(words, at + 1, plural_only=True)
        return
    if word in ("every", "each", "all"):
        yield from _every(words, at + 1)
        return
    if word in ("once", "twice"):
        count = 1 if word == "once" else 2
        if words[at + 1 : at + 2] in (["a"], ["every"], ["per"]) and words[at + 2 : at + 3]:
            frequency = _FREQUENCIES.get(words[at + 2], "")
            if frequency and count == 1:
                yield at + 3, f"FREQ={frequency}"
        return
    yield from _weekday_list(words, at, plural_only=True)


def _every(words: Words, at: int) -> Iterator[tuple[int, str]]:
    word = words[at] if at < len(words) else ""
    if word == "single" and at + 1 < len(words):
        at, word = at + 1, words[at + 1]
    if word in _GROUPS:
        yield at + 1, f"FREQ=WEEKLY;BYDAY={_GROUPS[word]}"
        return
    if word in _FREQUENCIES:
        yield at + 1, f"FREQ={_FREQUENCIES[word]}"
        if word == "week" and words[at + 1 : at + 2] == ["on"]:
            yield from _weekday_list(words, at + 2, plural_only=False)
        return
    if word in ("other", "second"):
        unit = words[at + 1] if at + 1 < len(words) else ""
        if unit in _FREQUENCIES:
            yield at + 2, f"FREQ={_FREQUENCIES[unit]};INTERVAL=2"
        elif _weekday(unit, plural_only=False) >= 0:
            yield at + 2, f"FREQ=WEEKLY;INTERVAL=2;BYDAY={CODES[_weekday(unit, plural_only=False)]}"
    for end, count in cardinals(words, at):
        unit = words[end].removesuffix("s") if end < len(words) else ""
        if unit in _FREQUENCIES and 1 <= count <= 366:
            interval = f";INTERVAL={count}" if count > 1 else ""
            yield end + 1, f"FREQ={_FREQUENCIES[unit]}{interval}"
    for end, day in ordinals(words, at):
        if 1 <= day <= 31 and words[end : end + 3] in (["of", "the", "month"], ["of", "each", "month"]):
            yield end + 3, f"FREQ=MONTHLY;BYMONTHDAY={day}"
    yield from _weekday_list(words, at, plural_only=False)


def weekdays_of(rule: str) -> frozenset[int]:
    """The days of the week a rule is bound to (Monday is 0); empty where it is not."""
    for part in rule.split(";"):
        if part.startswith("BYDAY="):
            return frozenset(CODES.index(code) for code in part[6:].split(",") if code in CODES)
    return frozenset()
