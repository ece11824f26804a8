"""Checking arguments against the JSON schema of an action, for plans that a model wrote.

The subset that tool schemas use: type, enum, const, required, properties, additionalProperties, items, minimum,
maximum, minLength, maxLength, pattern and anyOf. Unknown keywords are passed over, as JSON Schema has it
(draft 2020-12, section 4.3.1).
"""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),), "dict": (dict,), "float": (int, float),
    "tuple": (list,), "any": (object,),
}  # fmt: skip
_MAX_DEPTH = 16
_MAX_PATTERN = 200


def problem(value: Any, schema: dict[str, Any], where: str = "arguments", depth: int = 0) -> str:
    """What is wrong with a value, in one line; '' where nothing is."""
    if depth > _MAX_DEPTH:
        return f"{where}: nested too deep"
    found = _type_problem(value, schema, where)
    if found:
        return found
    if "enum" in schema and value not in schema["enum"]:
        return f"{where}: expected one of {schema['enum']!r:.120}, got {value!r:.60}"
    if "const" in schema and value != schema["const"]:
        return f"{where}: expected {schema['const']!r:.60}, got {value!r:.60}"
    options = schema.get("anyOf") or schema.get("oneOf")
    if options and all(problem(value, option, where, depth + 1) for option in options):
        return f"{where}: {value!r:.60} fits none of the forms allowed"
    if isinstance(value, dict):
        return _object_problem(value, schema, where, depth)
    if isinstance(value, list):
        items = schema.get("items")
        for index, item in enumerate(value) if isinstance(items, dict) else ():
            found = problem(item, items or {}, f"{where}[{index}]", depth + 1)
            if found:
                return found
    return _bound_problem(value, schema, where)


def _type_problem(value: Any, schema: dict[str, Any], where: str) -> str:
    wanted = schema.get("type")
    names = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else []
    if not names:
        return ""
    for name in names:
        kinds = _TYPES.get(name, (object,))
        is_bool = isinstance(value, bool)
        if isinstance(value, kinds) and (not is_bool or name in ("boolean", "any")):
            return ""
        if name == "integer" and isinstance(value, float) and value.is_integer():
            return ""
    return f"{where}: expected {' or '.join(names)}, got {value!r:.60}"


def _object_problem(value: dict[str, Any], schema: dict[str, Any], where: str, depth: int) -> str:
    properties = schema.get("properties") or {}
    for name in schema.get("required") or ():
        if name not in value:
            return f"{where}: {name!r} is missing"
    for name, inner in value.items():
        if name in properties:
            found = problem(inner, properties[name], f"{where}.{name}", depth + 1)
            if found:
                return found
        elif properties and schema.get("additionalProperties", False) is False:
            return f"{where}: {name!r} is not one of {', '.join(properties)}"
    return ""


def _bound_problem(value: Any, schema: dict[str, Any], where: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            return f"{where}: expected at least {schema['minimum']}, got {value}"
        if "maximum" in schema and value > schema["maximum"]:
            return f"{where}: expected at most {schema['maximum']}, got {value}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            return f"{where}: expected at least {schema['minLength']} characters"
        if len(value) > schema.get("maxLength", 100_000):
            return f"{where}: expected at most {schema['maxLength']} characters"
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and len(pattern) <= _MAX_PATTERN and len(value) <= 1000:
            try:
                fits = re.search(pattern, value)
            except re.error:
                return ""  # a pattern in another dialect binds nobody
            if fits is None:
                return f"{where}: {value!r:.60} does not match {pattern!r}"
    return ""
