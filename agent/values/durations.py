"""Lengths of time: "ten minutes", "an hour and a half", "1h30", "half an hour". Written as ISO 8601 durations.

Only fixed units (weeks to seconds) make a duration; months and years are spans of the calendar and are read by
``dates.py`` through :func:`calendar_spans`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from .numbers import Words, numbers, tidy

SECONDS = {
    "second": 1, "seconds": 1, "sec": 1, "s": 1, "minute": 60, "minutes": 60, "min": 60, "m": 60, "hour": 3600,
    "hours": 3600, "hr": 3600, "h": 3600, "day": 86400, "days": 86400, "d": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
    "fortnight": 1209600, "fortnights": 1209600, "night": 86400, "nights": 86400,
}  # fmt: skip
MONTHS = {"month": 1, "months": 1, "year": 12, "years": 12}
_SHORT = {"s", "m", "h", "d", "w"}
MAX_SECONDS = 100 * 366 * 86400
_ISO = re.compile(r"([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def iso_duration(seconds: float) -> str:
    """ISO 8601 text of a length in seconds, carried into days, hours and minutes: 5400 → ``PT1H30M``."""
    sign = "-" if seconds < 0 else ""
    left = tidy(abs(seconds))
    days, left = int(left // 86400), left % 86400
    hours, left = int(left // 3600), left % 3600
    minutes, rest = int(left // 60), tidy(round(left % 60, 3))
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + (f"{rest}S" if rest else "")
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{sign}P{text or 'T0S'}"


def parse_iso_duration(text: str) -> timedelta:
    """The length an ISO 8601 text says. Raises ValueError if it is not one with fixed units."""
    found = _ISO.fullmatch(text)
    if found is None or text[-1] in "PT":
        raise ValueError(f"expected an ISO 8601 duration such as 'PT10M', got {text[:40]!r}")
    sign, weeks, days, hours, minutes, seconds = found.groups()
    length = timedelta(
        weeks=int(weeks or 0),
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=float(seconds or 0),
    )
    return -length if sign == "-" else length


def _counts(words: Words, at: int) -> Iterator[tuple[int, float]]:
    """How many of a unit: a number, "a", "an", "half a", "a quarter of an", "a few"."""
    word = words[at] if at < len(words) else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if word in ("a", "an"):
        yield at + 1, 1
        if after == "few":
            yield at + 2, 3
    elif word in ("few", "several", "some"):
        yield at + 1, 3
    elif word == "all" and after in ("day", "week", "night"):
        yield at + 1, 1
    for end, value in numbers(words, at):
        if value < 0:
            continue
        yield end, value
        if value < 1 or value in (2,):
            rest = end + 1 if end < len(words) and words[end] == "of" else end
            if rest < len(words) and words[rest] in ("a", "an") and value < 1:
                yield rest + 1, value
            elif rest > end and value == 2:
                yield rest, value


def _parts(words: Words, at: int) -> Iterator[tuple[int, float, int]]:
    """One amount and its unit: (end, seconds, unit in seconds)."""
    for end, count in _counts(words, at):
        if end < len(words) and words[end] == "more" and end + 1 < len(words) and words[end + 1] in SECONDS:
            end += 1
        unit = words[end] if end < len(words) else ""
        size = SECONDS.get(unit, 0)
        if not size:
            continue
        if unit in _SHORT and not words[end - 1][-1].isdigit():
            continue  # "a m" is no minute
        yield end + 1, count * size, size
        tail = words[end + 1 : end + 4]
        if list(tail[:3]) in (["and", "a", "half"], ["and", "a", "quarter"]):
            yield end + 4, count * size + size * (0.5 if tail[2] == "half" else 0.25), 0
        elif list(tail[:3]) == ["and", "three", "quarters"]:
            yield end + 4, count * size + size * 0.75, 0
        elif list(tail[:2]) == ["and", "half"]:
            yield end + 3, count * size + size * 0.5, 0


def durations(words: Words, at: int) -> Iterator[tuple[int, float]]:
    """Lengths beginning at a word, in seconds, never zero: units must descend ("one hour five minutes")."""
    for end, seconds in _series(words, at, 10**9, 0):
        if 0 < seconds <= MAX_SECONDS:
            yield end, tidy(seconds)


def _series(words: Words, at: int, below: int, depth: int) -> Iterator[tuple[int, float]]:
    for end, seconds, size in _parts(words, at):
        if size >= below or (size == 0 and depth and seconds >= below):
            continue
        yield end, seconds
        if not size or depth >= 4:
            continue
        rest = end + 1 if end < len(words) and words[end] == "and" else end
        for stop, more in _series(words, rest, size, depth + 1):
            yield stop, seconds + more
        if size in (3600, 60):  # "one hour thirty", "1h30": the next smaller unit is left out
            for stop, count in numbers(words, rest):
                following = words[stop] if stop < len(words) else ""
                if isinstance(count, int) and 0 < count < 60 and following not in SECONDS and following != "percent":
                    yield stop, seconds + count * size / 60


def calendar_spans(words: Words, at: int) -> Iterator[tuple[int, int]]:
    """Whole months: "three months", "a year", "two years"."""
    for end, count in _counts(words, at):
        size = MONTHS.get(words[end], 0) if end < len(words) else 0
        months = count * size
        if size and months == int(months) and 0 < months <= 1200:
            yield end + 1, int(months)
