"""From a planner's JSON to the values an action takes; what does not fit is said by argument, expected and found.

Arguments come from a planner, so from outside: texts are bounded and cleaned of control characters, numbers must be
finite, times without a zone are the watch's local time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import msgspec

from ..kernel.errors import CallerError
from .action import Action, Parameter
from .recurrence import parse_rule

MAX_TEXT = 500
MAX_SPAN = timedelta(days=366)
_WEEKS = re.compile(r"([+-]?)P(\d{1,4})W\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def convert(action: Action, arguments: dict[str, Any], zone: tzinfo) -> dict[str, Any]:
    """Keyword arguments for the method. ``None`` counts as absent. Raises CallerError naming the argument."""
    name = action.info.name
    unknown = [each for each in arguments if each not in action.parameters]
    if unknown:
        takes = ", ".join(action.parameters) or "none"
        raise CallerError(f"action {name!r} has no argument {unknown[0][:40]!r}; it takes {takes}")
    values: dict[str, Any] = {}
    for key, parameter in action.parameters.items():
        value = arguments.get(key)
        if value is None:
            if parameter.info.required:
                raise CallerError(f"action {name!r} needs the argument {key!r} ({parameter.info.kind})")
            continue
        try:
            values[parameter.field] = _converted(parameter, value, zone)
        except (ValueError, TypeError, OverflowError, CallerError) as error:
            raise CallerError(f"argument {key!r} of {name!r}: {error}") from None
    return values


def _converted(parameter: Parameter, value: Any, zone: tzinfo) -> Any:
    if parameter.info.kind == "choice":
        if isinstance(value, str) and value in parameter.info.choices:
            return value
        raise _wrong(f"one of {', '.join(parameter.info.choices)}", value)
    return _READERS[parameter.info.kind](value, zone)


def _wrong(expected: str, value: Any) -> ValueError:
    shown = repr(value)
    return ValueError(f"expected {expected}, got {shown if len(shown) <= 60 else shown[:57] + '...'}")


def _duration(value: Any, zone: tzinfo) -> timedelta:
    if isinstance(value, str):
        weeks = _WEEKS.match(value)
        try:
            length = timedelta(weeks=int(weeks[1] + weeks[2])) if weeks else msgspec.convert(value, timedelta)
        except (msgspec.ValidationError, OverflowError):
            raise _wrong("an ISO 8601 duration like 'PT10M'", value) from None
        if abs(length) > MAX_SPAN:
            raise _wrong(f"at most {MAX_SPAN.days} days", value)
        return length
    raise _wrong("an ISO 8601 duration like 'PT10M'", value)


def _moment(value: Any, zone: tzinfo) -> datetime:
    if isinstance(value, str) and len(value) <= 40 and "T" in value.upper():
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise _wrong("a local time like '2026-11-21T07:00'", value) from None
        if not 1970 < moment.year < 9000:
            raise _wrong("a year between 1971 and 8999", value)
        # a wall time that a clock change skips stays as it was said: its action decides what it means that day
        return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    raise _wrong("a local time like '2026-11-21T07:00'", value)


def _day(value: Any, zone: tzinfo) -> date:
    if isinstance(value, str) and len(value) <= 20:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise _wrong("a date like '2026-11-21'", value) from None
        if 1970 < day.year < 9000:
            return day
    raise _wrong("a date like '2026-11-21'", value)


def _when(value: Any, zone: tzinfo) -> str:
    if isinstance(value, str) and "T" in value.upper():
        return _moment(value, zone).replace(tzinfo=None).isoformat(timespec="minutes")
    try:
        return _day(value, zone).isoformat()
    except ValueError:
        raise _wrong("a date or a local time, like '2026-11-21' or '2026-11-21T07:00'", value) from None


def _number(value: Any, zone: tzinfo) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e15:
        return float(value)
    raise _wrong("a number", value)


def _whole(low: int, high: int) -> Callable[[Any, tzinfo], int]:
    def read(value: Any, zone: tzinfo) -> int:
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return round(value)
        raise _wrong(f"a whole number from {low} to {high}", value)

    return read


def _text(value: Any, zone: tzinfo) -> str:
    if not isinstance(value, str):
        raise _wrong("text", value)
    if len(value) > MAX_TEXT:
        raise ValueError(f"expected at most {MAX_TEXT} characters, got {len(value)}")
    clean = " ".join(_CONTROL.sub(" ", value).split())
    if not clean:
        raise _wrong("some text", value)
    return clean


def _repeat(value: Any, zone: tzinfo) -> str:
    text = _text(value, zone).removeprefix("RRULE:")
    parse_rule(text)
    return text


def _truth(value: Any, zone: tzinfo) -> bool:
    if isinstance(value, bool):
        return value
    raise _wrong("true or false", value)


_READERS: dict[str, Callable[[Any, tzinfo], Any]] = {
    "duration": _duration,
    "change": _duration,
    "time": _moment,
    "date": _day,
    "when": _when,
    "number": _number,
    "level": _whole(0, 100),
    "change-level": _whole(-100, 100),
    "repeat": _repeat,
    "bool": _truth,
    **dict.fromkeys(("unit", "currency", "place", "person", "text", "expression"), _text),
}
