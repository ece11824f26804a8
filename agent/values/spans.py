"""Several days at once ("this week", "next weekend", "the next three days"), and lengths of days and months.

Months and years are counted on the calendar: a month after the 31st is the last day of a shorter month.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from .durations import SECONDS, calendar_spans
from .months import add_months, named
from .numbers import Words, numbers

Span = tuple[int, date, date]


def lengths(words: Words, at: int) -> Iterator[tuple[int, int, int]]:
    """(end, days, months) of a length in whole days or more."""
    for end, months in calendar_spans(words, at):
        yield end, 0, months
    heads: list[tuple[int, float]] = list(numbers(words, at))
    word = words[at] if at < len(words) else ""
    if word in ("a", "an"):
        heads.append((at + 1, 1))
    few = at + 1 if word == "a" else at
    if words[few : few + 1] in (["few"], ["several"]):
        heads.append((few + 1, 3))
    for end, count in heads:
        size = SECONDS.get(words[end], 0) if end < len(words) else 0
        if size >= 86400 and count > 0 and count == int(count) and count * size <= 86400 * 36600:
            yield end + 1, int(count * size) // 86400, 0


def spans(words: Words, at: int, today: date) -> Iterator[Span]:
    """Several days at once, as (end, first, last): "this week", "next weekend", "next month", "the next 3 days"."""
    if at >= len(words):
        return
    word = words[at]
    monday = today - timedelta(days=today.weekday())
    yield from named(words, at, today)
    if word in ("for", "on", "over", "during", "at", "in") and at + 1 < len(words):
        if words[at + 1] in ("this", "next", "the", "last", "coming", "upcoming"):
            yield from spans(words, at + 1, today)
        if word in ("for", "over", "during") and words[at + 1 : at + 3] == ["the", "week"]:
            yield at + 3, monday, monday + timedelta(days=6)
        return
    noun = words[at + 1] if at + 1 < len(words) else ""
    if word in ("coming", "upcoming") and noun in ("week", "month"):
        yield at + 2, today, today + timedelta(days=6) if noun == "week" else add_months(today, 1) - timedelta(days=1)
        return
    which = {"this": 0, "next": 1, "last": -1, "the": 0, "past": -1, "coming": 0, "upcoming": 0}.get(word)
    if which is None:
        return
    if word == "the" and noun in ("coming", "upcoming"):
        yield from spans(words, at + 1, today)
        return
    if word == "the" and noun in ("next", "last", "past"):
        yield from _counted(words, at + 1, today)
        return
    if noun == "week":
        first = monday + timedelta(days=7 * which)
        if word in ("this", "next", "last", "past"):
            yield at + 2, first, first + timedelta(days=6)
    elif noun == "weekend":
        first = monday + timedelta(days=5 + 7 * which)
        yield at + 2, first, first + timedelta(days=1)
    elif noun == "month" and word != "the":
        first = add_months(today.replace(day=1), which)
        yield at + 2, first, add_months(first, 1) - timedelta(days=1)
    elif noun == "year" and word in ("this", "next", "last", "past"):
        yield at + 2, date(today.year + which, 1, 1), date(today.year + which, 12, 31)
    else:
        yield from _counted(words, at, today)


def _counted(words: Words, at: int, today: date) -> Iterator[Span]:
    if words[at] not in ("next", "last", "past", "coming", "upcoming"):
        return
    for end, days, months in lengths(words, at + 1):
        if words[at] in ("next", "coming", "upcoming"):
            yield end, today, add_months(today, months) + timedelta(days=days - 1)
        else:
            yield end, add_months(today, -months) - timedelta(days=days - 1), today
