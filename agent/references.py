"""References to earlier results: an argument ``$1.field`` is that field of the first call's result.

``$n`` alone is the whole result, ``$2.items.0.name`` goes deeper. Counting begins at one, as people count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..kernel.errors import CallerError

_REFERENCE = re.compile(r"\$(\d{1,2})((?:\.\w{1,64}){0,8})")


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
    return place
