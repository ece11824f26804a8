"""Events of a calendar as plain data, and when they take place: the model of RFC 5545's VEVENT, less what a watch does
not need.

An event lies on the wall clock of the place where the watch is: all day (a date) or from one time to another. One that
repeats is kept once, with its rule and the days that were taken out of it; :func:`taking_place` works out its dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Any, NamedTuple

import msgspec

from .contract import Refusal
from .recurrence import Rule, first_from, next_after, parse_rule
from .speech import capital, clock, joined, relative_day, spoken_clock

MOST_OCCURRENCES = 400
"""Of one event in one question: a daily one over a year."""
HOUR = timedelta(hours=1)
AHEAD = timedelta(days=31)
"""How far "what is coming up" looks."""


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """``start`` and ``end`` are ISO local times, or dates for a day as a whole (``end`` is then the last day); ``end``
    may be missing. ``without`` are dates on which a repeating one is not held, ``uid`` who else knows it."""

    id: str
    title: str
    start: str
    end: str = ""
    place: str = ""
    people: str = ""
    repeat: str = ""
    without: tuple[str, ...] = ()
    uid: str = ""

    @property
    def whole_day(self) -> bool:
        return "T" not in self.start

    @property
    def begins(self) -> datetime:
        """Its first beginning, as naive wall time."""
        return datetime.fromisoformat(self.start)

    @property
    def length(self) -> timedelta:
        """How long it takes; an hour, or a day, where nothing says so."""
        if self.whole_day:
            last = date.fromisoformat(self.end[:10]) if self.end else self.begins.date()
            return max(last - self.begins.date(), timedelta()) + timedelta(days=1)
        if not self.end:
            return HOUR
        return max(datetime.fromisoformat(self.end) - self.begins, timedelta())

    @property
    def name(self) -> str:
        """``lunch with Anna``."""
        return f"{self.title} with {self.people}" if self.people else self.title


class Held(NamedTuple):
    """An event at one of its times."""

    start: datetime
    end: datetime
    event: Event


def starts(event: Event, after: datetime) -> Iterator[datetime]:
    """When the event begins, from the first time that ends after a moment on (naive wall times)."""
    if not event.repeat:
        if event.begins + event.length > after:
            yield event.begins
        return
    rule = parse_rule(event.repeat)
    if rule == Rule("YEARLY", rule.interval, until=rule.until, week_start=rule.week_start):
        yield from _anniversaries(event, rule, after)
        return
    found = first_from(rule, event.begins)
    if found is not None and found + event.length <= after:
        found = next_after(rule, event.begins, after - event.length)
    for _ in range(MOST_OCCURRENCES):
        if found is None:
            return
        if found.date().isoformat() not in event.without:
            yield found
        found = next_after(rule, event.begins, found)


def _anniversaries(event: Event, rule: Rule, after: datetime) -> Iterator[datetime]:
    """The same without looking at every day between: calendars are full of birthdays."""
    first = event.begins
    behind = max(0, after.year - 1 - first.year) // rule.interval
    for number in range(behind, behind + MOST_OCCURRENCES):
        try:
            found = first.replace(year=first.year + number * rule.interval)
        except ValueError:  # 29 February in a year without it, or the end of time
            if first.year + number * rule.interval > MAXYEAR:
                return
            continue
        if rule.until is not None and found > rule.until:
            return
        if found + event.length > after and found.date().isoformat() not in event.without:
            yield found


def taking_place(events: Iterable[Event], first: datetime, last: datetime) -> list[Held]:
    """What takes place between two moments (naive wall times; ``last`` not included), in order."""
    found: list[Held] = []
    for event in events:
        for start in starts(event, first):
            if start >= last:
                break
            found.append(Held(start, start + event.length, event))
    return sorted(found, key=lambda held: (held.start, held.event.title))


def of_day(day: date) -> tuple[datetime, datetime]:
    """A day as two moments."""
    begin = datetime.combine(day, time())
    return begin, begin + timedelta(days=1)


def said(held: Held, today: date, *, day: bool) -> str:
    """``lunch with Anna tomorrow at 12:00 PM in the office``; ``day`` False leaves the day out."""
    when = f" {relative_day(held.start.date(), today)}" if day else ""
    at = "" if held.event.whole_day else f" at {spoken_clock(held.start)}"
    return f"{held.event.name}{when}{at}{f' in {held.event.place}' if held.event.place else ''}"


def line(held: Held, today: date, *, day: bool) -> str:
    """A line of a card: ``Fri 12:00  lunch with Anna``."""
    away = (held.start.date() - today).days
    near = "" if away == 0 else f"{held.start:%a} " if 0 < away < 7 else f"{held.start.day} {held.start:%b} "
    at = "all day" if held.event.whole_day else clock(held.start)
    return f"{near if day else ''}{at}  {held.event.name}"


def listed(found: list[Held], today: date, most: int, *, day: bool) -> str:
    """Several events as one sentence part, the rest counted."""
    more = f", and {len(found) - most} more" if len(found) > most else ""
    told = [said(each, today, day=day) for each in found[:most]]
    return ("; ".join(told) if len(told) > 2 or more else joined(told)) + more


def ending(start: str, end: datetime | None) -> str:
    """The end as it is kept: of a day as a whole the last day, else a time. Raises Refusal if it is before the
    beginning."""
    if end is None:
        return ""
    whole = "T" not in start
    kept = end.date().isoformat() if whole else end.replace(tzinfo=None).isoformat(timespec="minutes")
    if kept < start or (kept == start and not whole):
        raise Refusal("That would end before it begins.")
    return kept


def period(when: str | None, now: datetime, until: date | None = None) -> tuple[datetime, datetime, str]:
    """From when to when is asked, and how that is said."""
    if when is None:
        return now, now + AHEAD, ""
    today = now.date()
    if "T" in when:
        moment = datetime.fromisoformat(when)
        return moment, moment + timedelta(minutes=1), f" {relative_day(moment.date(), today)} at {spoken_clock(moment)}"
    day = date.fromisoformat(when)
    first, last = of_day(day)
    told = relative_day(day, today)
    if until is not None and until > day:
        last = of_day(until)[1]
        told = f"from {told.removeprefix('on ')} to {relative_day(until, today).removeprefix('on ')}"
    return first, last, f" {told}"


def coming(event: Event, now: datetime) -> Held:
    """The event where it comes next, or where it was."""
    start = next(starts(event, now), event.begins)
    return Held(start, start + event.length, event)


def until(held: Held) -> str:
    return f" until {spoken_clock(held.end)}" if held.event.end and not held.event.whole_day else ""


def spanned(held: Held, today: date) -> str:
    day = capital(relative_day(held.start.date(), today).removeprefix("on "))
    return day if held.event.whole_day else f"{day}, {spoken_clock(held.start)}{until(held)}"


def public(held: Held) -> dict[str, Any]:
    whole = held.event.whole_day
    start = held.start.date().isoformat() if whole else held.start.isoformat(timespec="minutes")
    end = "" if whole else held.end.isoformat(timespec="minutes")
    return {
        "id": held.event.id, "title": held.event.title, "start": start, "end": end, "place": held.event.place,
        "people": held.event.people, "repeat": held.event.repeat,
    }  # fmt: skip
