"""Arguments to try an action with: ordinary ones, and those at the edge of what its types allow.

All are arguments that the device accepts, so an action must answer each of them, or refuse with a reason.
"""

from __future__ import annotations

import random
from typing import Any

from ...skills.action import Action

__all__ = ["arguments"]

_TEXTS = (
    "tea",
    "the green one",
    "Zoë's café",
    "x" * 500,
    "a'b\"c\\d",
    "1",
    "𝄞 اختبار",
    "DROP TABLE rows;",
    "%s {0} $1",
)
_VALUES: dict[str, tuple[Any, ...]] = {
    "duration": ("PT10M", "PT1S", "PT0S", "P1D", "PT23H59M59S", "P366D"),
    "change": ("PT5M", "-PT5M", "PT0S", "P366D", "-P366D"),
    "time": ("2026-11-21T07:00", "2026-03-29T02:30", "2026-10-25T02:30", "1971-01-01T00:00", "8999-12-31T23:59"),
    "date": ("2026-11-21", "2028-02-29", "1971-01-01", "8999-12-31"),
    "when": ("2026-11-21", "2026-11-21T07:00", "1971-01-01", "8999-12-31T23:59"),
    "number": (1, 0, -1, 2.5, 1e14, -1e14, 1e-9, 3),
    "level": (0, 100, 50, 1),
    "change-level": (0, 100, -100, 10),
    "repeat": ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    "bool": (True, False),
    "unit": ("km", "miles", "degrees celsius", "parsec"),
    "currency": ("euros", "dollars", "doubloons"),
    "place": ("berlin", "new york", "nowhere at all", *_TEXTS),
    "person": ("mum", "anna", *_TEXTS),
    "expression": ("2 + 2", "1 / 0", "9 ^ 9 ^ 9", "15 % of 80"),
    "text": _TEXTS,
}


def arguments(action: Action, count: int, seed: int = 0) -> list[dict[str, Any]]:
    """At most ``count`` sets of JSON arguments, each once: first all at their first value, then none of the optional
    ones, then by chance (the same for the same seed)."""
    rng = random.Random(f"{seed}:{action.info.name}")
    found: list[dict[str, Any]] = []
    for number in range(count * 4):
        chosen: dict[str, Any] = {}
        for parameter in action.info.parameters:
            values = tuple(parameter.choices) if parameter.kind == "choice" else _VALUES[parameter.kind]
            if number == 0:
                chosen[parameter.name] = values[0]
            elif parameter.required or (number > 1 and rng.random() < 0.7):
                chosen[parameter.name] = rng.choice(values)
        if chosen not in found:
            found.append(chosen)
        if len(found) == count:
            break
    return found
