"""From the slots that a template bound to the JSON arguments of a call.

Each kind of value has one written form (see the catalogue's page): ISO 8601 for times, dates and lengths of time,
RFC 5545 for recurrence, plain numbers for the rest, and free text as it was said. Some things depend on the whole
sentence: the sign of a change ("take ten minutes off"), the first day of something that repeats, when something that
goes from one time to another ends, and whether a bare hour on another day is early (alarms) or not. Of several days
("next week") an action that has a parameter ``until`` is given the last one there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ..skills.messages import ActionInfo
from .matcher import Bound, Way
from .values.changes import DOWNWARD
from .values.dates import dates
from .values.durations import iso_duration
from .values.moments import Moment, iso_local, resolve, wall, when_text
from .values.recurrence import weekdays_of
from .values.words import Token, quote

_EARLY = ("alarm", "wake")
_TRIMMED = ' \t\n,.;:!?"“”'


def written(kind: str, value: Any, now: datetime, *, early: bool = False, downward: bool = False) -> Any:
    """The JSON form of a reading."""
    if kind == "duration":
        return iso_duration(value)
    if kind == "change":
        return iso_duration(-value if downward and value > 0 else value)
    if kind == "change-level":
        return -value if downward and value > 0 else value
    if isinstance(value, Moment):
        if kind == "date":
            return (value.day or now.date()).isoformat()
        if kind == "time":
            return iso_local(resolve(value, now, early=early))
        return when_text(value, now, early=early)
    return value


def is_early(action: ActionInfo) -> bool:
    """Bare hours of this action are meant as said ("an alarm tomorrow at five")."""
    return any(word in action.name for word in _EARLY)


def arguments_of(
    action: ActionInfo, fixed: dict[str, Any], way: Way, text: str, tokens: Sequence[Token], now: datetime
) -> tuple[dict[str, Any], dict[str, str]]:
    """The arguments of a call and the words each came from."""
    early = is_early(action)
    downward = any(word in DOWNWARD for word in way.said)
    offered = {p.name for p in action.parameters}
    arguments: dict[str, Any] = {}
    spans: dict[str, str] = {}
    for bound in _dated(way.bound, tokens, now):
        said = quote(text, tokens, bound.start, bound.end)
        spans[bound.slot.name] = said
        if bound.slot.kind in ("text", "place", "person"):
            arguments[bound.slot.name] = said.strip(_TRIMMED)
        else:
            arguments[bound.slot.name] = written(bound.slot.kind, bound.value, now, early=early, downward=downward)
        if isinstance(bound.value, Moment) and bound.value.last is not None and "until" in offered:
            arguments["until"] = bound.value.last.isoformat()
    for name, value in fixed.items():
        arguments.setdefault(name, value)
    rule = next((b.value for b in way.bound if b.slot.kind == "repeat"), None)
    if rule is not None:
        for bound in way.bound:
            moment = bound.value
            if bound.slot.kind in ("time", "when") and isinstance(moment, Moment) and moment.day is None:
                arguments[bound.slot.name] = _first(moment, rule, now, early=early)
    ends = {b.slot.name: b.value for b in way.bound if isinstance(b.value, Moment)}
    if "start" in ends and "end" in ends:
        arguments.update(_from_to(ends["start"], ends["end"], arguments["start"], now))
    return arguments, spans


def _dated(bound: Sequence[Bound], tokens: Sequence[Token], now: datetime) -> list[Bound]:
    """What was bound, where words taken for free text are the day of a time that was said: "the six am alarm for
    wednesday"."""
    said = [token.text for token in tokens]
    timed = next((b for b in bound if isinstance(b.value, Moment) and b.value.clock and b.value.day is None), None)
    if timed is None:
        return list(bound)
    for text in bound:
        if text.slot.kind != "text" or not text.start or said[text.start - 1] not in ("for", "on"):
            continue
        day = next((day for end, day in dates(said, text.start, now.date()) if end == text.end), None)
        if day is not None:
            whole = timed._replace(value=timed.value._replace(day=day))
            return [whole if b is timed else b for b in bound if b is not text]
    return list(bound)


def _from_to(start: Moment, end: Moment, begins: str, now: datetime) -> dict[str, str]:
    """From when to when: a day that was said once is that of both, and the end is the next such hour after the start
    ("tomorrow from eleven to one")."""
    if not (start.timed and end.timed and start.after is None and end.after is None):
        return {}
    if start.day is None and end.day is not None:
        begins = when_text(start._replace(day=end.day), now)
    first = datetime.fromisoformat(begins)
    clock = end.clock
    if clock is None or (end.day is not None and start.day is not None and end.day != start.day):
        return {"start": begins}
    hours = (clock.hour,) if clock.exact else (clock.hour % 12, clock.hour % 12 + 12)
    day = first.replace(minute=clock.minute, second=clock.second)
    found = [day.replace(hour=hour % 24) + timedelta(days=ahead) for ahead in (0, 1) for hour in hours]
    return {"start": begins, "end": iso_local(min(each for each in found if each > first))}


def _first(moment: Moment, rule: str, now: datetime, *, early: bool) -> str:
    """The first time of a repeating moment: its time of day on the first day the rule allows.

    Said without the half of the day it is taken as said ("seven every weekday" is 07:00), because "next" has no
    meaning for what comes again and again.
    """
    if moment.clock is None or moment.after is not None:
        return when_text(moment, now, early=early)
    clock = moment.clock
    if not clock.exact and 1 <= clock.hour <= 5 and not early:
        clock = clock._replace(hour=clock.hour + 12)
    days = weekdays_of(rule) or frozenset(range(7))
    for ahead in range(8):
        day = now.date() + timedelta(days=ahead)
        found = wall(day, clock, now)
        if day.weekday() in days and found > now:
            return iso_local(found)
    return when_text(moment, now, early=early)
