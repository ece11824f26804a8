"""Dates: "tomorrow", "next friday", "the 3rd of may", "in three weeks", "12/24", "4.22" where a date is asked for.

A name of a day of the week means its next occurrence after today; "next" means the week after this one (weeks
begin on Monday, ISO 8601). Month names and days of the month without a year mean the next such date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from .festive import NAMES, festive, nth_weekday
from .months import MONTH_NAMES, add_months
from .numbers import UNITS, Words, cardinals, ordinals
from .spans import lengths

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thur thurs", "friday fri", "saturday sat",
         "sunday sun")
    )
    for name in names.split()
}  # fmt: skip
_WEEKS = {"this": 0, "next": 1, "following": 1, "coming": 1, "last": -1, "previous": -1, "past": -1}
_COUNTED = (["minutes"], ["minute"], ["hours"], ["hour"], ["days"], ["weeks"], ["months"], ["percent"])
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{2}|\d{4}))?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_COMPACT = re.compile(r"((?:19|20|21)\d{2})(\d{2})(\d{2})")
_AMBIGUOUS = ("may", "march", "mar")
"""Months that are words of their own: "22 of may" needs an ordinal."""
Day = tuple[int, date]


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
    spelled = list(cardinals(words, at))
    longest = max((end for end, _head in spelled), default=at)
    for end, head in spelled:
        if 19 <= head <= 21 and not words[at].isdigit():
            for stop, tail in cardinals(words, end):
                if 10 <= tail <= 99:
                    yield stop, head * 100 + tail
        elif 1900 <= head <= 2199 and not words[at].isdigit() and end == longest:
            yield end, head  # "two thousand seventeen" is not 2000, at seventeen


def _with_year(words: Words, at: int, today: date, month: int, day: int) -> Iterator[Day]:
    plain = _coming(today, month, day)
    if plain is not None:
        yield at, plain
    for end, year in _years_after(words, at, today):
        found = _valid(year, month, day)
        if found is not None:
            yield end, found


def _years_after(words: Words, at: int, today: date) -> Iterator[tuple[int, int]]:
    """The year said after a date: "2027", "of twenty twenty seven", "of next year", "of 87"."""
    start = at + 1 if words[at : at + 1] in (["of"], ["in"]) else at
    yield from _years(words, start)
    if words[start + 1 : start + 2] == ["year"] and words[start] in _WEEKS:
        yield start + 2, today.year + _WEEKS[words[start]]
    word = words[start] if start < len(words) else ""
    if start > at and words[at] == "of" and word.isdigit() and len(word) == 2:
        yield start + 1, _full_year(int(word), today)


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
    if following == "day" and word in ("next", "this", "last", "past", "previous"):
        yield at + 2, today + timedelta(days=_WEEKS[word])
    if words[at : at + 3] == ["day", "after", "tomorrow"]:
        yield at + 3, today + timedelta(days=2)
    yield from _weekdays(words, at, today)
    yield from _calendar(words, at, today, article=False)
    yield from _ahead(words, at, today)


def _weekdays(words: Words, at: int, today: date) -> Iterator[Day]:
    word, start, which = words[at], at, ""
    if words[at + 1 : at + 2] == ["week"] and word in _WEEKS:  # "next week on wednesday"
        day_at = at + 3 if words[at + 2 : at + 3] in (["on"], ["-"]) else at + 2
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
        if named.weekday() == number or any(_written(word) for word in words[comma:end]):
            yield end, named
    for end, of_month, _said in _days_of_month(words, comma):
        matching = _matching(today, number, of_month)
        if matching is not None and words[end : end + 1] not in (["minutes"], ["o'clock"], ["am"], ["pm"]):
            yield end, matching


def _written(word: str) -> bool:
    """Part of a whole date, whatever weekday was said before it: a month, or numbers joined by a sign."""
    return word in MONTH_NAMES or (word[0].isdigit() and not word.isalnum()) or word == "-"


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
    for names in NAMES.get(word, ()):
        if tuple(words[at : at + len(names)]) == names:
            yield from _festive(words, at + len(names), today, names)
    if word[0].isdigit():
        numeric = list(_numeric(words, at, today))
        if numeric:
            yield from numeric
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
        if name in MONTH_NAMES and (said or start == end or name not in _AMBIGUOUS):
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


def _festive(words: Words, at: int, today: date, names: tuple[str, ...]) -> Iterator[Day]:
    """A day with a name that ends before ``at``, in the year that is said or the next time it comes."""
    for year in (today.year, today.year + 1):
        found = festive(names, year)
        if found is not None and found >= today:
            yield at, found
            break
    for end, year in _years_after(words, at, today):
        found = festive(names, year)
        if found is not None:
            yield end, found


def _full_year(year: int, today: date) -> int:
    """Two digits mean the year that is at most 20 ahead of now, else one of the 80 before (as ICU has it)."""
    if year >= 100:
        return year
    near = today.year - today.year % 100 + year
    return near - 100 if near > today.year + 20 else near + 100 if near <= today.year - 80 else near


def bare_numbers(words: Words, at: int, end: int) -> bool:
    """A date of two numbers alone ("4.22", "4-22"), which is one only where a date is asked for."""
    return (end == at + 1 and _DOTTED.fullmatch(words[at]) is not None) or (
        end == at + 3 and words[at + 1] == "-" and words[at].isdigit()
    )


def _numeric(words: Words, at: int, today: date) -> Iterator[Day]:
    """Dates written in numbers: "2026-12-24", "20261224", "2026 12 24", "12/24", "24.12.2026", "12/24, 2026", "4.22",
    "4-22". Month first, unless that is no month."""
    word = words[at]
    found = _ISO.fullmatch(word) or _COMPACT.fullmatch(word)
    spaced = words[at : at + 3]
    if found is None and len(spaced) == 3 and all(part.isdigit() for part in spaced) and len(word) == 4:
        exact = _valid(int(word), int(spaced[1]), int(spaced[2])) if 1900 <= int(word) <= 2199 else None
        if exact is not None:
            yield at + 3, exact
        return
    if found is not None:
        exact = _valid(int(found[1]), int(found[2]), int(found[3]))
        if exact is not None:
            yield at + 1, exact
        return
    end, said_year = at + 1, ""
    found = _SLASHED.fullmatch(word)
    if found is not None:
        said_year = found[3] or ""
    found = found or _DOTTED.fullmatch(word)
    if found is not None:
        month, day = int(found[1]), int(found[2])
    elif spaced[1:2] == ["-"] and len(spaced) == 3 and word.isdigit() and spaced[2].isdigit():
        month, day, end = int(word), int(spaced[2]), at + 3
    else:
        return
    if month > 12:
        month, day = day, month
    if not 1 <= month <= 12:
        return
    if not said_year:
        yield from _with_year(words, end, today, month, day)
        return
    exact = _valid(_full_year(int(said_year), today), month, day)
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
        start += words[start : start + 1] == ["the"] and words[start + 1 : start + 2] != ["month"]
        name = words[start] if start < len(words) else ""
        if words[start + 1 : start + 2] == ["month"] and (name == "the" or name in _WEEKS):
            first, stop = add_months(today.replace(day=1), _WEEKS.get(name, 0)), start + 2
        elif name in MONTH_NAMES:
            coming = _coming(today.replace(day=1), MONTH_NAMES[name], 1)
            if coming is None:
                continue
            first, stop = coming, start + 1
        else:
            continue
        found = nth_weekday(first.year, first.month, number, which)
        if found is not None:
            yield stop, found


def _ahead(words: Words, at: int, today: date) -> Iterator[Day]:
    """ "in three weeks", "two days from now", "a week from friday", "three days ago"."""
    if words[at] in ("in", "after", "within"):
        for end, days, months in lengths(words, at + 1):
            stop = end + 1 if words[end : end + 1] == ["time"] else end
            yield stop, add_months(today, months) + timedelta(days=days)
        return
    if words[at] not in ("a", "an", "one", "few", "several") and words[at] not in UNITS and not words[at][:1].isdigit():
        return
    for end, count in cardinals(words, at):
        number = WEEKDAYS.get(words[end].removesuffix("s"), -1) if end < len(words) else -1
        if number >= 0 and 1 <= count <= 104 and words[end + 1 : end + 3] == ["from", "now"]:
            yield end + 3, today + timedelta(days=(number - today.weekday() - 1) % 7 + 1 + 7 * (count - 1))
    for end, days, months in lengths(words, at):
        rest = words[end : end + 2]
        if rest in (["from", "now"], ["from", "today"]):
            yield end + 2, add_months(today, months) + timedelta(days=days)
        elif rest[:1] == ["ago"]:
            yield end + 1, add_months(today, -months) - timedelta(days=days)
        elif rest[:1] in (["from"], ["after"]) and end + 1 < len(words):
            for stop, base in dates(words, end + 1, today) if words[end + 1] not in ("a", "in") else ():
                yield stop, add_months(base, months) + timedelta(days=days)
