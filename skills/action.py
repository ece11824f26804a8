"""One action as a host runs it: what a planner knows of it, the method behind it, and the schema of its arguments.

The schema is written here, from the kinds of the parameters: msgspec's generator would cost more than all the rest of
loading a skill.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from .messages import ActionInfo, ParameterInfo

__all__ = ["Action", "Parameter", "schema_of"]

_SCHEMAS: dict[str, dict[str, Any]] = {
    "duration": {"type": "string", "format": "duration", "description": "ISO 8601 duration, e.g. PT10M"},
    "change": {"type": "string", "format": "duration", "description": "signed ISO 8601 duration, e.g. -PT5M"},
    "time": {"type": "string", "format": "date-time", "description": "local time, e.g. 2026-11-21T07:00"},
    "date": {"type": "string", "format": "date"},
    "when": {"type": "string", "description": "a date (2026-11-21) or a local time (2026-11-21T07:00)"},
    "number": {"type": "number"},
    "level": {"type": "integer", "minimum": 0, "maximum": 100},
    "change-level": {"type": "integer", "minimum": -100, "maximum": 100},
    "repeat": {"type": "string", "description": "RFC 5545 recurrence, e.g. FREQ=WEEKLY;BYDAY=MO,TU"},
    "bool": {"type": "boolean"},
    "unit": {"type": "string"},
    "currency": {"type": "string"},
    "place": {"type": "string"},
    "person": {"type": "string"},
    "text": {"type": "string"},
    "expression": {"type": "string"},
}


class Parameter(msgspec.Struct, frozen=True):
    """One parameter: ``field`` is its name in Python (``from_`` for ``from``)."""

    info: ParameterInfo
    field: str


class Action(msgspec.Struct, frozen=True):
    """One action of a skill class; ``method`` is the name of its method."""

    info: ActionInfo
    method: str
    parameters: dict[str, Parameter]
    grants: frozenset[str]


def schema_of(parameters: Iterable[ParameterInfo]) -> dict[str, Any]:
    """The JSON schema of an arguments object."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for each in parameters:
        if each.kind == "choice":
            schema: dict[str, Any] = {"type": "string", "enum": list(each.choices)}
        else:
            schema = dict(_SCHEMAS[each.kind])
        if each.description:
            schema["description"] = each.description
        properties[each.name] = schema
        if each.required:
            required.append(each.name)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
