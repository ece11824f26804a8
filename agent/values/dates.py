"""Dates: "tomorrow", "next friday", "the 3rd of may", "in three weeks", "12/24", and spans such as "this weekend".

A name of a day of the week means its next occurrence after today; "next" means the week after this one (weeks
begin on Monday, ISO 8601). Month names and days of the month without a year mean the next such date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from .durations import SECONDS, calendar_spans
from .numbers import UNITS, Words, cardinals, numbers, ordinals

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thur thurs", "friday fri", "saturday sat",
         "sunday sun")
    )
    for name in names.split()
}  # fmt: skip
MONTH_NAMES = {
    name: number + 1
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec")
    )
    for name in names.split()
}  # fmt: skip
_FESTIVE = {
    ("christmas",): (12, 25), ("christmas", "day"): (12, 25), ("christmas", "eve"): (12, 24), ("xmas",): (12, 25),
    ("boxing", "day"): (12, 26), ("new", "year's", "day"): (1, 1), ("new", "year's", "eve"): (12, 31),
    ("new", "years", "day"): (1, 1), ("new", "years", "eve"): (12, 31), ("halloween",): (10, 31),
    ("valentine's", "day"): (2, 14), ("valentines", "day"): (2, 14), ("independence", "day"): (7, 4),
}  # fmt: skip
_WEEKS = {"this": 0, "next": 1, "following": 1, "coming": 1, "last": -1, "previous": -1, "past": -1}
_COUNTED = (["minutes"], ["minute"], ["hours"], ["hour"], ["days"], ["weeks"], ["months"], ["percent"])
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{2}|\d{4}))?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
Day = tuple[int, date]
Span = tuple[int, date, date]


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(today: date, month: int, day: int) -> date | None:
    """The next such date, today included; 29 February waits for a leap year."""
    for year in range(today.year, today.year + 9):
        found = _valid(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def _years(words: Words, at: int) -> Iterator[tuple[int, int]]:
    word = words[at] if at < len(words) else ""
    if word.isdigit() and len(word) == 4 and 1900 <= int(word) <= 2199:
        yield at + 1, int(word)
        return
    for end, head in cardinals(words, at):
        if 19 <= head <= 21 and not words[at].isdigit():
            for stop, tail in cardinals(words, end):
                if 10 <= tail <= 99:
                    yield stop, head * 100 + tail
        elif 1900 <= head <= 2199 and not words[at].isdigit():
            yield end, head


def _with_year(words: Words, at: int, today: date, month: int, day: int) -> Iterator[Day]:
    plain = _coming(today, month, day)
    if plain is not None:
        yield at, plain
    start = at + 1 if words[at : at + 1] in (["of"], ["in"]) else at
    for end, year in _years(words, start):
        found = _valid(year, month, day)
        if found is not None:
            yield end, found


def _days_of_month(words: Words, at: int) -> Iterator[tuple[int, int, bool]]:
    """(end, day, said as an ordinal)."""
    for end, value in ordinals(words, at):
        if 1 <= value <= 31:
            yield end, value, True
    for end, value in cardinals(words, at):
        if 1 <= value <= 31:
            yield end, value, False


def dates(words: Words, at: int, today: date) -> Iterator[Day]:
    """Every single day that is named at a word."""
    if at >= len(words):
        return
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in ("on", "for", "by", "this") and following:
        start = at + 1
        if word != "this":
            if following in ("on", "for", "by"):
                return
            yield from dates(words, start, today)
            return
    if word == "the":
        if words[at : at + 4] == ["the", "day", "after", "tomorrow"]:
            yield at + 4, today + timedelta(days=2)
        elif words[at : at + 4] == ["the", "day", "before", "yesterday"]:
            yield at + 4, today - timedelta(days=2)
        yield from _calendar(words, at + 1, today, article=True)
        if following in ("next", "coming", "following", "last", "previous"):
            yield from dates(words, at + 1, today)
        return
    simple = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1, "tmrw": 1, "tomorow": 1, "tommorow": 1}
    if word in simple:
        yield at + 1, today + timedelta(days=simple[word])
        if word == "tomorrow" and words[at + 1 : at + 2] == ["week"]:
            yield at + 2, today + timedelta(days=8)
    if word in ("next", "last") and following == "day":
        yield at + 2, today + timedelta(days=1 if word == "next" else -1)
    if words[at : at + 3] == ["day", "after", "tomorrow"]:
        yield at + 3, today + timedelta(days=2)
    yield from _weekdays(words, at, today)
    yield from _calendar(words, at, today, article=False)
    yield from _ahead(words, at, today)


def _weekdays(words: Words, at: int, today: date) -> Iterator[Day]:
    word, start, which = words[at], at, ""
    if words[at + 1 : at + 2] == ["week"] and word in _WEEKS:  # "next week on wednesday"
        day_at = at + 3 if words[at + 2 : at + 3] == ["on"] else at + 2
        number = WEEKDAYS.get(words[day_at], -1) if day_at < len(words) else -1
        if number >= 0:
            yield day_at + 1, today + timedelta(days=7 * _WEEKS[word] + number - today.weekday())
        return
    if word in ("next", "this", "coming", "last", "past", "following", "previous") and at + 1 < len(words):
        which, start = word, at + 1
        if words[start] == "coming" and at + 2 < len(words):
            start += 1
    number = WEEKDAYS.get(words[start], -1) if start < len(words) else -1
    if number < 0 or (words[start] in ("sun", "sat", "mar") and which == "" and start == at and len(words) == 1):
        return
    monday = today - timedelta(days=today.weekday())
    ahead = (number - today.weekday() - 1) % 7 + 1
    day = today + timedelta(days=ahead)
    if which in ("next", "following"):
        day = monday + timedelta(days=7 + number)
    elif which in ("last", "past", "previous"):
        day = monday + timedelta(days=number - 7)
    elif which == "this" and monday + timedelta(days=number) >= today:
        day = monday + timedelta(days=number)
    yield start + 1, day
    if which == "" and words[start + 1 : start + 2] == ["week"]:
        yield start + 2, day + timedelta(days=7)
    tail = start + 1 + (words[start + 1 : start + 2] == ["of"])
    tail += words[tail : tail + 1] == ["the"]
    if words[tail + 1 : tail + 2] == ["week"] and words[tail] in _WEEKS:
        yield tail + 2, monday + timedelta(days=7 * _WEEKS[words[tail]] + number)
    # "friday the 27th", "friday november 27": the date decides
    comma = start + 2 if words[start + 1 : start + 2] == ["the"] else start + 1
    for end, named in _calendar(words, comma, today, article=True):
        if named.weekday() == number or any(word in MONTH_NAMES for word in words[comma:end]):
            yield end, named
    for end, of_month, _said in _days_of_month(words, comma):
        matching = _matching(today, number, of_month)
        if matching is not None and words[end : end + 1] not in (["minutes"], ["o'clock"], ["am"], ["pm"]):
            yield end, matching


def _matching(today: date, weekday: int, of_month: int) -> date | None:
    """The next day of that number in its month that is that day of the week."""
    for months in range(24):
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        found = _valid(year, month + 1, of_month)
        if found is not None and found >= today and found.weekday() == weekday:
            return found
    return None


def _calendar(words: Words, at: int, today: date, *, article: bool) -> Iterator[Day]:
    """Days of a month: "3rd of may", "may 3", "24th", "12/24", "2026-12-24", "christmas eve"."""
    if at >= len(words):
        return
    word = words[at]
    for names, (month, day) in _FESTIVE.items():
        if tuple(words[at : at + len(names)]) == names:
            yield from _with_year(words, at + len(names), today, month, day)
    found = _ISO.fullmatch(word)
    if found is not None:
        exact = _valid(int(found[1]), int(found[2]), int(found[3]))
        if exact is not None:
            yield at + 1, exact
        return
    found = _SLASHED.fullmatch(word)
    if found is not None:
        yield from _slashed(at + 1, found, today)
        return
    if word.isdigit() and len(word) == 4 and words[at + 1 : at + 2] and words[at + 1] in MONTH_NAMES:
        for end, day, _said in _days_of_month(words, at + 2):
            exact = _valid(int(word), MONTH_NAMES[words[at + 1]], day)
            if exact is not None:
                yield end, exact
        return
    month = MONTH_NAMES.get(word, 0)
    if month:
        start = at + 2 if words[at + 1 : at + 2] == ["the"] else at + 1
        for end, day, _said in _days_of_month(words, start):
            yield from _with_year(words, end, today, month, day)
        return
    for end, day, said in _days_of_month(words, at):
        start = end + 1 if words[end : end + 1] == ["of"] else end
        name = words[start] if start < len(words) else ""
        if name in MONTH_NAMES and (said or start == end):
            yield from _with_year(words, start + 1, today, MONTH_NAMES[name], day)
        elif words[start : start + 2] in (["this", "month"], ["next", "month"]):
            first = add_months(today.replace(day=1), 1 if words[start] == "next" else 0)
            of_month = _valid(first.year, first.month, day)
            if of_month is not None:
                yield start + 2, of_month
        elif (said or (article and words[end : end + 1] not in _COUNTED)) and (
            article or not word.isalpha() or end > at + 1
        ):
            for months in range(3):
                first = add_months(today.replace(day=1), months)
                later = _valid(first.year, first.month, day)
                if later is not None and later >= today:
                    yield end, later
                    break
    yield from _nth_weekday(words, at, today)


def _slashed(end: int, found: re.Match[str], today: date) -> Iterator[Day]:
    month, day = int(found[1]), int(found[2])
    if month > 12:
        month, day = day, month
    if found[3]:
        year = int(found[3])
        exact = _valid(year + (2000 if year < 70 else 1900 if year < 100 else 0), month, day)
    else:
        exact = _coming(today, month, day) if 1 <= month <= 12 else None
    if exact is not None:
        yield end, exact


def _nth_weekday(words: Words, at: int, today: date) -> Iterator[Day]:
    """ "first friday of january", "last monday in this month"."""
    heads = [(end, value) for end, value in ordinals(words, at) if 1 <= value <= 5]
    if words[at] == "last":
        heads.append((at + 1, -1))
    for end, which in heads:
        number = WEEKDAYS.get(words[end], -1) if end < len(words) else -1
        if number < 0 or words[end + 1 : end + 2] not in (["of"], ["in"]):
            continue
        start = end + 2
        name = words[start] if start < len(words) else ""
        if words[start : start + 2] in (["this", "month"], ["next", "month"], ["the", "month"]):
            first, stop = add_months(today.replace(day=1), 1 if name == "next" else 0), start + 2
        elif name in MONTH_NAMES:
            coming = _coming(today.replace(day=1), MONTH_NAMES[name], 1)
            if coming is None:
                continue
            first, stop = coming, start + 1
        else:
            continue
        days = [
            first + timedelta(days=n)
            for n in range(monthrange(first.year, first.month)[1])
            if (first + timedelta(days=n)).weekday() == number
        ]
        if which == -1 or which <= len(days):
            yield stop, days[which if which < 0 else which - 1]


def _lengths(words: Words, at: int) -> Iterator[tuple[int, int, int]]:
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


def _ahead(words: Words, at: int, today: date) -> Iterator[Day]:
    """ "in three weeks", "two days from now", "a week from friday", "three days ago"."""
    if words[at] in ("in", "after", "within"):
        for end, days, months in _lengths(words, at + 1):
            stop = end + 1 if words[end : end + 1] == ["time"] else end
            yield stop, add_months(today, months) + timedelta(days=days)
        return
    if words[at] not in ("a", "an", "one", "few", "several") and words[at] not in UNITS and not words[at][:1].isdigit():
        return
    for end, days, months in _lengths(words, at):
        rest = words[end : end + 2]
        if rest in (["from", "now"], ["from", "today"]):
            yield end + 2, add_months(today, months) + timedelta(days=days)
        elif rest[:1] == ["ago"]:
            yield end + 1, add_months(today, -months) - timedelta(days=days)
        elif rest[:1] in (["from"], ["after"]) and end + 1 < len(words):
            for stop, base in dates(words, end + 1, today) if words[end + 1] not in ("a", "in") else ():
                yield stop, add_months(base, months) + timedelta(days=days)


def spans(words: Words, at: int, today: date) -> Iterator[Span]:
    """Several days at once, as (end, first, last): "this week", "next weekend", "next month", "the next 3 days"."""
    if at >= len(words):
        return
    word = words[at]
    if word in ("for", "on", "over", "during", "at", "in") and at + 1 < len(words):
        if words[at + 1] in ("this", "next", "the", "last"):
            yield from spans(words, at + 1, today)
        return
    monday = today - timedelta(days=today.weekday())
    which = {"this": 0, "next": 1, "last": -1, "the": 0, "past": -1}.get(word)
    if which is None:
        return
    noun = words[at + 1] if at + 1 < len(words) else ""
    if word == "the" and noun in ("next", "last", "past", "coming"):
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
    elif noun == "year" and word != "the":
        yield at + 2, date(today.year + which, 1, 1), date(today.year + which, 12, 31)
    else:
        yield from _counted(words, at, today)


def _counted(words: Words, at: int, today: date) -> Iterator[Span]:
    if words[at] not in ("next", "last", "past", "coming"):
        return
    for end, days, months in _lengths(words, at + 1):
        if words[at] in ("next", "coming"):
            yield end, today, add_months(today, months) + timedelta(days=days - 1)
        else:
            yield end, add_months(today, -months) - timedelta(days=days - 1), today
