"""Moments: a date, a time of day, or both, and what they come to at a given now.

Reading and resolving are apart, so that a follow-up ("no, seven thirty") can keep the date of what it corrects.
Resolving chooses the next future reading: "seven" at 14:05 is 19:00 today. On another day "seven" is 07:00;
one to five o'clock there are afternoons, unless the request is an early one (alarms). Times that a clock change
skips move on by the length of the gap (PEP 495), and "in ten minutes" is counted in real time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from .clock import Clock, clocks
from .dates import WEEKDAYS, dates
from .durations import durations
from .months import MONTH_NAMES
from .numbers import ORDINAL_TENS, ORDINAL_UNITS, TENS, Words
from .spans import spans

_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})[ t](\d{2}):(\d{2})(?::(\d{2}))?")
_CALENDAR_ENDS = frozenset([*MONTH_NAMES, *ORDINAL_UNITS, *ORDINAL_TENS])
_YEAR = re.compile(r"(?:19|20)\d\d")
PART_HOURS = {
    "morning": 9, "afternoon": 15, "evening": 19, "night": 21, "tonight": 20, "lunchtime": 12, "noon": 12,
    "midday": 12, "midnight": 0,
}  # fmt: skip
"""What a part of the day means when no time is given."""
MEAL_HOURS = {"breakfast": 8, "brunch": 11, "lunch": 12, "tea": 17, "dinner": 19, "supper": 19}
PART_HOURS |= MEAL_HOURS
_BEFORE_CLOCK = ("at", "around", "about", "by", "from", "for", "-")
_END = Clock(23, 59, 59, exact=True)
"""The end of a day, as ISO 8601 counts: its last second."""
_LEADS = ("at", "on", "for", "by", "around", "about", "from", "until", "till", "before", "starting", "in")


class Moment(NamedTuple):
    """What was said of a moment; what is None was not said."""

    day: date | None = None
    clock: Clock | None = None
    part: str = ""
    after: float | None = None
    """Seconds from now."""
    last: date | None = None
    """The end of a span of days that begins with ``day``."""

    @property
    def bare(self) -> bool:
        """Nothing but a number was said."""
        return self.clock is not None and self.clock.bare and self.day is None and not self.part

    @property
    def timed(self) -> bool:
        """It names a time of day (or can be given one), and not only a day."""
        return self.clock is not None or self.after is not None or bool(self.part)


Reading = tuple[int, Moment]


def _part_of_day(words: Words, at: int) -> Iterator[tuple[int, str, int]]:
    """(end, part, days ahead where said): "this morning", "tonight", "in the evening", "at night", "morning"."""
    word = words[at] if at < len(words) else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if word == "tonight":
        yield at + 1, "tonight", 0
    elif word == "this" and after in PART_HOURS:
        yield at + 2, after, 0
    elif word == "last" and after == "night":
        yield at + 2, "night", -1
    elif word in ("in", "during") and after in ("the", "early", "late"):
        part = words[at + 2] if at + 2 < len(words) else ""
        if part in PART_HOURS:
            yield at + 3, part, -9
    elif (word in ("early", "late") and after in PART_HOURS) or (word == "at" and after in ("night", "lunchtime")):
        yield at + 2, after, -9
    elif word in ("at", "around", "by") and after in MEAL_HOURS:
        timed = words[at + 2 : at + 3] == ["time"]
        if timed or after != "tea":
            yield at + 2 + timed, after, -9
    elif word in MEAL_HOURS and after == "time":
        yield at + 2, word, -9
    elif word in ("morning", "afternoon", "evening", "night"):
        yield at + 1, word, -9


def moments(words: Words, at: int, today: date) -> Iterator[Reading]:
    """Every moment said at a word. Days without a time are moments too (see :attr:`Moment.timed`)."""
    if at >= len(words):
        return
    word = words[at]
    if word in ("now", "immediately"):
        yield at + 1, Moment(after=0.0)
    if word == "right" and words[at + 1 : at + 2] == ["now"]:
        yield at + 2, Moment(after=0.0)
    found = _ISO.fullmatch(word)
    if found is not None and int(found[2]) < 24 and int(found[3]) < 60:
        try:
            yield at + 1, Moment(date.fromisoformat(found[1]), Clock(int(found[2]), int(found[3]), exact=True))
        except ValueError:
            return
    if word in ("in", "after"):
        for end, seconds in durations(words, at + 1):
            yield (end + 1 if words[end : end + 1] in (["time"], ["now"]) else end), Moment(after=seconds)
    for end, seconds in durations(words, at):
        if words[end : end + 2] == ["from", "now"]:
            yield end + 2, Moment(after=seconds)
        elif words[end : end + 1] == ["later"]:
            yield end + 1, Moment(after=seconds)
        elif words[end : end + 1] == ["ago"] and seconds % 86400:
            yield end + 1, Moment(after=-seconds)
    lead = at + 1 if word in _LEADS else at
    if lead > at and lead < len(words) and words[lead] in ("about", "around", "exactly"):
        lead += 1
    # a time of day, then perhaps a day
    for end, clock in clocks(words, lead):
        if word == "on" and clock.bare:
            continue  # "on 4.22" is a day
        if words[end - 1] in TENS and words[end : end + 1] and words[end] in ORDINAL_UNITS:
            continue  # "twenty seventh march" is no eight in the evening
        said = clock._replace(bare=clock.bare and lead == at)
        yield end, Moment(clock=said)
        yield from _then_day(words, end, said, today)
    # a day, then perhaps a time of day
    for end, day in dates(words, at, today) if word != "tonight" else ():
        yield end, Moment(day)
        yield from _then_time(words, end, day)
    for end, first, last in spans(words, at, today):
        yield end, Moment(first, last=last)
    yield from _ends(words, at, today)
    for end, part, ahead in _part_of_day(words, at):
        base = None if ahead == -9 else today + timedelta(days=ahead)
        yield end, Moment(base, part=part)
        for stop, clock in _at_clock(words, end):
            chosen = clock.in_part(part)
            if chosen is not None:
                yield stop, Moment(base, chosen, part if part == "tonight" else "")
        for stop, day in dates(words, end, today):
            if words[end] != "today":
                yield stop, Moment(day, part=part)


def _ends(words: Words, at: int, today: date) -> Iterator[Reading]:
    """ "eod", "the end of the day", "by the end of tomorrow", "at the end of friday"."""
    start = at + 1 if words[at] in ("by", "at", "before", "until") and at + 1 < len(words) else at
    start += words[start] == "the"
    if words[start : start + 1] == ["eod"]:
        yield start + 1, Moment(today, _END)
    if words[start : start + 2] not in (["end", "of"], ["close", "of"]):
        return
    day_at = start + 2
    if words[day_at : day_at + 1] in (["the"], ["this"]) and words[day_at + 1 : day_at + 2] != ["week"]:
        day_at += words[day_at] == "the" or words[day_at + 1 : day_at + 2] == ["day"]
    if words[day_at : day_at + 1] in (["day"], ["business"]):
        yield day_at + 1, Moment(today, _END)
    for end, day in dates(words, day_at, today):
        yield end, Moment(day, _END)


def _at_clock(words: Words, at: int) -> Iterator[tuple[int, Clock]]:
    yield from clocks(words, at + 1 if words[at : at + 1] and words[at] in _BEFORE_CLOCK else at)


def _then_day(words: Words, at: int, clock: Clock, today: date) -> Iterator[Reading]:
    for end, day in dates(words, at, today):
        if words[at] == "tonight":
            chosen = clock.in_part("tonight")
            if chosen is not None:
                yield end, Moment(day, chosen, "tonight")
            continue
        said = clock._replace(bare=False)
        yield end, Moment(day, said)
        for stop, part, _ahead in _part_of_day(words, end):
            chosen = said.in_part(part)
            if chosen is not None:
                yield stop, Moment(day, chosen)
    for end, part, ahead in _part_of_day(words, at):
        if ahead == -9 and words[at] in ("morning", "afternoon", "evening", "night"):
            continue
        chosen = clock.in_part(part)
        if chosen is None:
            continue
        base = None if ahead == -9 else today + timedelta(days=ahead)
        yield end, Moment(base, chosen, part if part == "tonight" else "")
        for stop, day in dates(words, end, today):
            yield stop, Moment(day, chosen)


def _then_time(words: Words, at: int, day: date) -> Iterator[Reading]:
    if words[at : at + 1] == ["("] and words[at + 1 : at + 2] and words[at + 1] in WEEKDAYS:
        at += 3  # "22 may (tue) 11:30"
    for end, clock in _at_clock(words, at):
        if _YEAR.fullmatch(words[at]) and (words[at - 1] in _CALENDAR_ENDS or words[at - 1][0].isdigit()):
            continue  # "may first 2034" is no twenty to nine in the evening
        if clock.bare and words[at] not in _BEFORE_CLOCK:
            following = words[end] if end < len(words) else ""
            if following in ("minutes", "minute", "hours", "hour", "percent", "degrees"):
                continue
        yield end, Moment(day, clock._replace(bare=False))
    for end, part, _ahead in _part_of_day(words, at):
        if words[at] in ("this",):
            continue
        yield end, Moment(day, part=part)
        for stop, clock in _at_clock(words, end):
            chosen = clock.in_part(part)
            if chosen is not None:
                yield stop, Moment(day, chosen)


def wall(day: date, clock: Clock, now: datetime) -> datetime:
    """A local time in now's zone; one that a clock change skips moves on by the gap."""
    local = datetime.combine(day, time(clock.hour, clock.minute, clock.second), now.tzinfo)
    return local.astimezone(UTC).astimezone(now.tzinfo)


def shifted(now: datetime, seconds: float) -> datetime:
    """So many real seconds after now, in now's zone."""
    return (now.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(now.tzinfo)


def resolve(moment: Moment, now: datetime, *, early: bool = False) -> datetime:
    """The local time a moment means. Raises ValueError if it names only days."""
    if moment.after is not None:
        return shifted(now, moment.after)
    clock = moment.clock
    if clock is None:
        if not moment.part:
            raise ValueError("expected a time of day, got a date only")
        clock = Clock(PART_HOURS[moment.part], exact=True)
    today = now.date()
    if moment.day is not None and moment.day != today:
        if not clock.exact:
            afternoon = 1 <= clock.hour <= 5 and not early
            clock = clock._replace(hour=clock.hour + 12 if afternoon else clock.hour)
        return wall(moment.day, clock, now)
    hours = (clock.hour,) if clock.exact else (clock.hour % 12, clock.hour % 12 + 12)
    for hour in hours:
        found = wall(today, clock._replace(hour=hour), now)
        if found > now:
            return found
    if moment.day is not None:
        small = moment.part == "tonight" and hours[-1] < 5 <= now.hour  # tonight's three o'clock is after midnight
        return wall(today + timedelta(days=small), clock._replace(hour=hours[-1]), now)
    return wall(today + timedelta(days=1), clock._replace(hour=hours[0]), now)


def iso_local(moment: datetime) -> str:
    """Local ISO 8601 without zone, seconds only where there are some: ``2026-11-21T07:00``."""
    return moment.replace(tzinfo=None).isoformat(timespec="seconds" if moment.second else "minutes")


def when_text(moment: Moment, now: datetime, *, early: bool = False) -> str:
    """ISO text of whatever was said: a moment or a date; of several days the first that is not over."""
    if moment.timed:
        return iso_local(resolve(moment, now, early=early))
    today = now.date()
    day = moment.day or today
    return (today if moment.last is not None and day < today <= moment.last else day).isoformat()
