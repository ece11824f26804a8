"""Recurrence: the part of RFC 5545 section 3.3.10 that people say ("every weekday", "the first Monday of the month").

A rule works on naive wall time; ``localtime.instant`` says what a wall time means where clocks change. Supported:
FREQ (DAILY, WEEKLY, MONTHLY, YEARLY), INTERVAL, BYDAY (with ordinals for MONTHLY), BYMONTHDAY, BYMONTH, COUNT, UNTIL,
WKST. Days that do not exist (31 February) are skipped, as the RFC says.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from ..kernel.errors import CallerError
from .localtime import month_days

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_SEARCH_DAYS = 366 * 12
"""How far ahead an occurrence is looked for: leap days are at most eight years apart."""


class Rule(msgspec.Struct, frozen=True):
    """A parsed rule; ``days`` are (ordinal or 0, weekday with Monday 0)."""

    freq: str
    interval: int = 1
    days: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    count: int = 0
    until: datetime | None = None
    week_start: int = 0


def parse_rule(text: str) -> Rule:
    """Parse RRULE text (with or without ``RRULE:``). Raises CallerError saying which part is not understood."""
    fields: dict[str, str] = {}
    for part in text.strip().removeprefix("RRULE:").upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or name in fields:
            raise CallerError(f"recurrence {text!r}: expected NAME=VALUE parts, each once, got {part!r}")
        fields[name] = value
    try:
        return _build(fields)
    except (ValueError, KeyError) as error:
        raise CallerError(f"recurrence {text!r} is not understood: {error}") from None


def _build(fields: dict[str, str]) -> Rule:
    freq = fields.pop("FREQ", "")
    if freq not in _FREQUENCIES:
        raise ValueError(f"expected FREQ of {', '.join(_FREQUENCIES)}, got {freq!r}")
    days = tuple(_day(each) for each in fields.pop("BYDAY", "").split(",") if each)
    if any(ordinal for ordinal, _ in days) and freq != "MONTHLY":
        raise ValueError("numbered days need FREQ=MONTHLY")
    month_days = _numbers(fields.pop("BYMONTHDAY", ""), 31, negative=True)
    months = _numbers(fields.pop("BYMONTH", ""), 12)
    interval, count = int(fields.pop("INTERVAL", "1")), int(fields.pop("COUNT", "0"))
    if not (1 <= interval <= 1000 and 0 <= count <= 10_000):
        raise ValueError("INTERVAL is 1 to 1000, COUNT at most 10000")
    until = _until(fields.pop("UNTIL", ""))
    week_start = DAYS.index(fields.pop("WKST", "MO"))
    if fields:
        raise ValueError(f"part {next(iter(fields))} is not supported")
    return Rule(freq, interval, days, month_days, months, count, until, week_start)


def _day(text: str) -> tuple[int, int]:
    ordinal = int(text[:-2] or "0")
    if not -5 <= ordinal <= 5 or text[-2:] not in DAYS:
        raise ValueError(f"BYDAY={text}")
    return ordinal, DAYS.index(text[-2:])


def _numbers(text: str, most: int, negative: bool = False) -> tuple[int, ...]:
    numbers = tuple(int(each) for each in text.split(",") if each)
    if any(not 1 <= abs(each) <= most or (each < 0 and not negative) for each in numbers):
        raise ValueError(f"{text} is out of range")
    return numbers


def _until(text: str) -> datetime | None:
    if not text:
        return None
    text = text.removesuffix("Z")
    return datetime.strptime(text, "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d").replace(
        **({} if "T" in text else {"hour": 23, "minute": 59, "second": 59})  # type: ignore[arg-type]
    )


def next_after(rule: Rule, start: datetime, after: datetime) -> datetime | None:
    """The first occurrence strictly after ``after`` of a rule that begins at ``start`` (both naive wall time)."""
    if rule.count:
        for number, each in enumerate(_days_from(rule, start, start.date())):
            if number >= rule.count:
                return None
            if each > after:
                return each if rule.until is None or each <= rule.until else None
        return None
    first = max(start.date(), after.date())
    for each in _days_from(rule, start, first):
        if each > after:
            return each if rule.until is None or each <= rule.until else None
    return None


def first_from(rule: Rule, start: datetime) -> datetime | None:
    """The first occurrence at or after ``start``: a rule's start itself need not match it."""
    return next_after(rule, start, start - timedelta(microseconds=1))


def _days_from(rule: Rule, start: datetime, first: date) -> Iterator[datetime]:
    day = first
    for _ in range(_SEARCH_DAYS):
        if _fits(rule, start.date(), day):
            yield datetime.combine(day, start.time())
        try:
            day += timedelta(days=1)
        except OverflowError:
            return


def _fits(rule: Rule, start: date, day: date) -> bool:
    if day < start or (rule.months and day.month not in rule.months):
        return False
    if rule.month_days and not _in_month_days(rule, day):
        return False
    if rule.days and not any(weekday == day.weekday() and _is_nth(ordinal, day) for ordinal, weekday in rule.days):
        return False
    if rule.freq == "DAILY":
        return (day - start).days % rule.interval == 0
    if rule.freq == "WEEKLY":
        weeks = (_week(day, rule.week_start) - _week(start, rule.week_start)).days // 7
        return weeks % rule.interval == 0 and (bool(rule.days) or day.weekday() == start.weekday())
    chosen = bool(rule.days or rule.month_days)
    if rule.freq == "MONTHLY":
        months = (day.year - start.year) * 12 + day.month - start.month
        return months % rule.interval == 0 and (chosen or day.day == start.day)
    same_month = bool(rule.months) or chosen or day.month == start.month
    return (day.year - start.year) % rule.interval == 0 and same_month and (chosen or day.day == start.day)


def _in_month_days(rule: Rule, day: date) -> bool:
    length = month_days(day.year, day.month)
    return day.day in rule.month_days or day.day - length - 1 in rule.month_days


def _is_nth(ordinal: int, day: date) -> bool:
    if ordinal == 0:
        return True
    if ordinal > 0:
        return (day.day - 1) // 7 + 1 == ordinal
    return (month_days(day.year, day.month) - day.day) // 7 + 1 == -ordinal


def _week(day: date, week_start: int) -> date:
    return day - timedelta(days=(day.weekday() - week_start) % 7)


def in_words(rule: Rule) -> str:
    """The rule as people say it: ``every weekday``, ``every Monday and Friday``, ``every 2 weeks``."""
    every = "every" if rule.interval == 1 else f"every {rule.interval}"
    weekdays = {weekday for _, weekday in rule.days}
    if rule.freq == "MONTHLY" and rule.days:
        named = _joined([f"{_ordinal(ordinal)} {DAY_NAMES[weekday]}".strip() for ordinal, weekday in rule.days])
        return f"on the {named} of {every} month{'s' if rule.interval > 1 else ''}"
    if rule.days:
        which = (
            "every day" if len(weekdays) == 7
            else "every weekday" if weekdays == {0, 1, 2, 3, 4}
            else "at weekends" if weekdays == {5, 6}
            else "every " + _joined([DAY_NAMES[day] for day in sorted(weekdays)])
        )  # fmt: skip
        return which if rule.interval == 1 else f"{which}, every {rule.interval} weeks"
    noun = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}[rule.freq]
    return f"{every} {noun}" + ("s" if rule.interval > 1 else "")


def _ordinal(number: int) -> str:
    return {0: "", 1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second to last"}.get(
        number, f"{-number}th to last"
    )


def _joined(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
