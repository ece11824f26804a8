"""References to earlier results: an argument ``$1.field`` is that field of the first call's result.

``$n`` alone is the whole result, ``$2.items.0.name`` goes deeper, ``$1.said`` is what was said of it. A moment may be
moved: ``$1.sunset-PT30M`` is half an hour before it. Counting begins at one, as people count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..kernel.errors import CallerError
from .values.durations import parse_iso_duration

__all__ = ["SAID", "has_words", "needs", "resolved"]

SAID = "said"
"""The field of every result that holds the words it was answered with."""
_REFERENCE = re.compile(r"\$(\d{1,2})((?:\.\w{1,64}){0,8})(?:([+-])(P[\dTWDHMS.]{1,30}))?")


def needs(value: Any) -> set[int]:
    """The numbers of the calls whose results are referred to."""
    if isinstance(value, dict):
        return set().union(*(needs(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(needs(inner) for inner in value))
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return {int(found[1])} if found is not None else set()


def has_words(value: Any, after: Any) -> bool:
    """Whether a reference in ``value`` brought words with it: text that is no moment. ``after`` is ``value``
    resolved. What is only a number or a moment can persuade nobody of anything."""
    if isinstance(value, dict):
        return any(has_words(inner, after[name]) for name, inner in value.items())
    if isinstance(value, list):
        return any(has_words(inner, other) for inner, other in zip(value, after, strict=True))
    return bool(needs(value)) and not isinstance(after, int | float | bool | None) and not _is_moment(after)


def _is_moment(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


def resolved(value: Any, results: Sequence[dict[str, Any] | None]) -> Any:
    """The value with every reference in it replaced. Raises CallerError for one that leads nowhere."""
    if isinstance(value, dict):
        return {name: resolved(inner, results) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, results) for inner in value]
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    number = int(found[1])
    if not 1 <= number <= len(results):
        raise CallerError(f"{value!r} refers to call {number}, but only {len(results)} came before it")
    place: Any = results[number - 1]
    if place is None:
        raise CallerError(f"{value!r} refers to call {number}, which failed")
    for key in found[2].split(".")[1:]:
        if isinstance(place, dict) and key in place:
            place = place[key]
        elif isinstance(place, list) and key.isdigit() and int(key) < len(place):
            place = place[int(key)]
        else:
            raise CallerError(f"{value!r}: the result of call {number} has no {key!r}")
    return place if found[3] is None else _moved(place, found[3], found[4], value)


def _moved(moment: Any, sign: str, length: str, shown: str) -> str:
    """A moment as ISO text, moved by an ISO 8601 duration."""
    try:
        by = parse_iso_duration(length)
        moved = datetime.fromisoformat(moment) + (by if sign == "+" else -by)
    except (TypeError, ValueError, OverflowError):
        raise CallerError(f"{shown!r}: expected a moment to move by a duration, got {moment!r:.60}") from None
    return moved.isoformat(timespec="minutes")
