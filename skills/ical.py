"""iCalendar (RFC 5545) to and from the events of the calendar, by the library ``icalendar``.

Times with a zone become the watch's wall time; a recurrence keeps its wall time, as people mean it. What the watch's
calendar cannot say (a rule with hours in it, a changed single occurrence) is named, not guessed. Only the command
imports this module: the core has no room for the library.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

import icalendar

from ..kernel.errors import CallerError
from .events import Event
from .recurrence import parse_rule

__all__ = ["MAX_BYTES", "Read", "calendar_of", "read_calendar"]

MAX_BYTES = 8 * 1024 * 1024
MAX_TITLE, MAX_WITHOUT = 200, 40
PRODUCT = "-//Bluerill//Calendar//EN"


class Read(NamedTuple):
    """The arguments of ``import_event`` for each event of a file, and a line for what could not be taken over."""

    events: list[dict[str, str]]
    problems: list[str]


def read_calendar(data: bytes, zone: tzinfo) -> Read:
    """What an iCalendar file holds, on the wall clock of a zone. Raises CallerError if it is none."""
    if len(data) > MAX_BYTES:
        raise CallerError(f"a calendar file has at most {MAX_BYTES} bytes, got {len(data)}")
    try:
        calendar = icalendar.Calendar.from_ical(data)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise CallerError(f"expected an iCalendar file (BEGIN:VCALENDAR), got something else: {error}"[:300]) from None
    events: list[dict[str, str]] = []
    problems: list[str] = []
    for number, each in enumerate(calendar.walk("VEVENT"), 1):
        title = _text(each, "SUMMARY")[:MAX_TITLE] or "event"
        try:
            events.append(_event(each, title, zone, problems))
        except (CallerError, ValueError, TypeError, AttributeError, OverflowError) as error:
            problems.append(f"event {number} ({title[:40]}) is left out: {error}"[:200])
    return Read(events, problems)


def _event(each: Any, title: str, zone: tzinfo, problems: list[str]) -> dict[str, str]:
    if each.get("RECURRENCE-ID") is not None:
        raise CallerError("it changes one day of a repeating event, which this calendar cannot")
    if each.get("DTSTART") is None:
        raise CallerError("it does not say when it begins")
    start = each.decoded("DTSTART")
    whole = not isinstance(start, datetime)
    begins = _iso(start, zone)
    found = {"title": title, "start": begins, "uid": _text(each, "UID")[:200] or f"{title} {begins}"[:200]}
    end = each.decoded("DTEND", None)
    if end is None and each.get("DURATION") is not None:
        end = start + each.decoded("DURATION")
    if end is not None:
        if whole and not isinstance(end, datetime):
            end -= timedelta(days=1)  # RFC 5545: the day after the last one
        if _iso(end, zone) > begins:
            found["end"] = _iso(end, zone)
    for name, key in (("LOCATION", "place"), ("RRULE", "repeat")):
        text = each[name].to_ical().decode() if name == "RRULE" and each.get(name) is not None else _text(each, name)
        if text:
            found[key] = text[:MAX_TITLE]
    people = [str(who.params.get("CN", "")) for who in _many(each.get("ATTENDEE")) if hasattr(who, "params")]
    if any(people):
        found["people"] = ", ".join(name for name in people if name)[:MAX_TITLE]
    if "repeat" in found:
        _check_rule(found, title, problems)
    without = [_iso(moment.dt, zone)[:10] for dates in _many(each.get("EXDATE")) for moment in dates.dts]
    if without:
        if len(without) > MAX_WITHOUT:
            problems.append(f"{title[:40]}: only {MAX_WITHOUT} of {len(without)} cancelled days are kept")
        found["without"] = ",".join(sorted(without)[-MAX_WITHOUT:])
    return found


def _check_rule(found: dict[str, str], title: str, problems: list[str]) -> None:
    try:
        parse_rule(found["repeat"])
    except CallerError as error:
        problems.append(f"{title[:40]}: kept once, its recurrence is not understood ({error})"[:200])
        del found["repeat"]


def _many(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _text(each: Any, name: str) -> str:
    return " ".join(str(each.get(name, "")).split())


def _iso(moment: date | datetime, zone: tzinfo) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    local = moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)
    return local.isoformat(timespec="minutes")


def calendar_of(events: Iterable[Event], zone: tzinfo, now: datetime) -> bytes:
    """The events as an iCalendar file; times carry the zone's name, where it has one."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    for event in events:
        item = icalendar.Event()
        item.add("UID", event.uid or f"{event.id.replace(':', '-')}@bluerill")
        item.add("DTSTAMP", now)
        item.add("SUMMARY", event.title)
        begins = event.begins
        if event.whole_day:
            item.add("DTSTART", begins.date())
            item.add("DTEND", begins.date() + event.length)
        else:
            item.add("DTSTART", begins.replace(tzinfo=zone))
            item.add("DTEND", (begins + event.length).replace(tzinfo=zone))
        if event.place:
            item.add("LOCATION", event.place)
        if event.people:
            item.add("COMMENT", f"with {event.people}")
        if event.repeat:
            item.add("RRULE", icalendar.vRecur.from_ical(event.repeat))
        for day in event.without:
            held = date.fromisoformat(day)
            item.add("EXDATE", held if event.whole_day else datetime.combine(held, begins.time(), zone))
        calendar.add_component(item)
    calendar.add_missing_timezones()
    data: bytes = calendar.to_ical()
    return data
