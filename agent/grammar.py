"""JSON schemas as GBNF, the grammar that llama.cpp decodes under: what a model may not say, it cannot say.

:func:`calls` is the union over the actions offered: a JSON list of ``{"name": …, "arguments": …}``, the empty list
being the legal refusal. Objects keep the order of their properties, so that no two texts mean the same call. Ranges of
integers are exact, so are lengths of strings and the formats date, time, date-time and duration; patterns are left to
whoever reads the answer (:mod:`.schema`). A string that nothing bounds is bounded by the tokens of the answer: written
as a repetition, a bound of 160 characters made llama.cpp's sampler slower than the model.
Sources: JSON Schema 2020-12; RFC 3339; ISO 8601 durations; llama.cpp's GBNF.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..kernel.errors import CallerError

__all__ = ["calls", "json_schema"]

MAX_DEPTH = 16
MAX_RULES = 4_000
MAX_REPEAT = 200
"""Repetitions written out at most: a longer bound is left open, and checked afterwards."""
_PRIMITIVES = {
    "ws": r"[ ]?",
    "char": r'[^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})',
    "string": r'"\"" char* "\""',
    "integer": r'"-"? ("0" | [1-9] [0-9]{0,17})',
    "number": r'integer ("." [0-9]{1,17})? ([eE] [-+]? [0-9]{1,3})?',
    "boolean": r'"true" | "false"',
    "null": r'"null"',
    "value": r"object | array | string | number | boolean | null",
    "object": r'"{" ws (string ":" ws value ("," ws string ":" ws value)*)? ws "}"',
    "array": r'"[" ws (value ("," ws value)*)? ws "]"',
    "day": r'[12] [0-9]{3} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])',
    "clock": r'([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] (":" [0-5] [0-9])?',
    "hms": r'count "H" (count "M")? (count "S")? | count "M" (count "S")? | count "S"',
    "count": r'[1-9] [0-9]{0,3} | "0"',
    "date": r'"\"" day "\""',
    "time": r'"\"" clock "\""',
    "date-time": r'"\"" day "T" clock "\""',
    "duration": r'"\"P" (count "W" | count "D" ("T" hms)? | "T" hms) "\""',
    "reference": r'"\"$" [1-9] "." [a-z_]{1,40} "\""',
}
"""Rules that every grammar has; ``reference`` is a field of an earlier call's result (``"$1.id"``)."""

_FORMATS = ("date", "time", "date-time", "duration")


def json_schema(schema: Mapping[str, Any]) -> str:
    """The grammar of the JSON texts of a schema. Raises CallerError for one that is no schema, or too large."""
    rules = _Rules(schema)
    return rules.text(rules.of(schema))


def calls(
    tools: Mapping[str, Mapping[str, Any]],
    *,
    least: int = 0,
    most: int = 8,
    talk: bool = False,
    references: bool = True,
) -> str:
    """The grammar of ``least`` to ``most`` calls; ``tools`` are the schemas of the arguments by name.

    With ``talk`` the model may answer in words instead: any text that does not begin like a list. With ``references``
    an argument may be a field of an earlier call's result.
    """
    if not tools and not talk:
        raise CallerError("expected at least one tool to write a grammar for")
    rules = _Rules({}, references=references)
    each = [
        rf'"{{\"name\":" ws {_literal(name)} "," ws "\"arguments\":" ws {rules.of(schema)} "}}"'
        for name, schema in tools.items()
    ]
    if not each:
        return rules.text(r"[^\[] [^\x00]*")
    one = rules.named("call", " | ".join(each))
    more = f'{one} ("," ws {one}){{{max(0, least - 1)},{most - 1}}}'
    body = f'"[" ws {more} "]"' if least else f'"[" ws ({more})? "]"'
    return rules.text(rf"{body} | [^\[] [^\x00]*" if talk else body)


class _Rules:
    """The rules of one grammar, as they are needed."""

    def __init__(self, root: Mapping[str, Any], *, references: bool = False) -> None:
        self._root = root
        self._references = references
        self._rules: dict[str, str] = {}
        self._known: dict[str, str] = {}  # by the $ref
        self._argument = 0

    def text(self, root: str) -> str:
        lines = [f"root ::= {root}", *(f"{name} ::= {body}" for name, body in self._rules.items())]
        lines += [f"{name} ::= {body}" for name, body in _PRIMITIVES.items()]
        return "\n".join(lines) + "\n"

    def named(self, hint: str, body: str) -> str:
        if len(self._rules) >= MAX_RULES:
            raise CallerError(f"a grammar has at most {MAX_RULES} rules; these schemas need more")
        name = f"{hint}-{len(self._rules)}"
        self._rules[name] = body
        return name

    def of(self, schema: Any, depth: int = 0) -> str:
        """An expression for a schema."""
        if depth > MAX_DEPTH:
            return "value"
        if schema is True or schema is None:
            return "value"
        if not isinstance(schema, Mapping):
            raise CallerError(f"expected a JSON schema, got {schema!r:.80}")
        if "$ref" in schema:
            return self._ref(str(schema["$ref"]), depth)
        if "const" in schema:
            return _literal(schema["const"])
        if "enum" in schema:
            return self._either([_literal(value) for value in schema["enum"]])
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return self._either([self.of(each, depth + 1) for each in schema[union]])
        if "allOf" in schema and len(schema["allOf"]) == 1:
            return self.of(schema["allOf"][0], depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            return self._either([self.of({**schema, "type": each}, depth + 1) for each in kind])
        if kind is None and "properties" in schema:
            kind = "object"
        return self._typed(str(kind), schema, depth)

    def _typed(self, kind: str, schema: Mapping[str, Any], depth: int) -> str:
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        if kind == "string":
            low, high = schema.get("minLength", 0), schema.get("maxLength")
            if (form := schema.get("format")) in _FORMATS:
                return str(form)
            return "string" if not low and high is None else rf'"\"" char{_times(low, high)} "\""'
        if kind == "integer":
            return self._integer(schema)
        return kind if kind in ("number", "boolean", "null") else "value"

    def _either(self, options: Sequence[str]) -> str:
        if not options:
            raise CallerError("a schema offers nothing: its list of values is empty")
        return self.named("any", " | ".join(dict.fromkeys(options)))

    def _ref(self, ref: str, depth: int) -> str:
        if ref not in self._known:
            if not ref.startswith("#/"):
                raise CallerError(f"a schema refers to {ref[:80]!r}; only its own parts (#/…) can be read")
            found: Any = self._root
            for step in ref[2:].split("/"):
                found = found.get(step) if isinstance(found, Mapping) else None
            if found is None:
                raise CallerError(f"a schema refers to {ref[:80]!r}, which it does not have")
            name = self._known[ref] = self.named("part", "value")  # it may refer to itself
            self._rules[name] = self.of(found, depth + 1)
        return self._known[ref]

    def _object(self, schema: Mapping[str, Any], depth: int) -> str:
        """In order; from each property on there are two ways: nothing was written yet, or a comma is due."""
        root = self._root
        if "$defs" in schema:
            self._root, self._known = schema, {}
        properties, required = schema.get("properties") or {}, set(schema.get("required") or ())
        if not properties:
            return "object" if schema.get("additionalProperties", True) not in (False, None) else '"{" ws "}"'
        first, after = '""', '""'
        for name, inner in reversed(list(properties.items())):
            value = self.of(inner, depth + 1)
            if self._references and depth == 0:
                value = f"({value} | reference)"
            pair = rf'{_literal(name)} ":" ws {value}'
            begun = self.named("and", f'"," ws {pair} {after}' + ("" if name in required else f" | {after}"))
            first = self.named("with", f"{pair} {after}" + ("" if name in required else f" | {first}"))
            after = begun
        self._root = root
        return rf'"{{" ws {first} ws "}}"'

    def _array(self, schema: Mapping[str, Any], depth: int) -> str:
        item = self.named("item", self.of(schema.get("items", True), depth + 1))
        low, high = int(schema.get("minItems", 0)), schema.get("maxItems")
        if high == 0:
            return '"[" ws "]"'
        more = f'("," ws {item}){_times(max(0, low - 1), None if high is None else high - 1)}'
        some = f"{item} {more}"
        return f'"[" ws {some} "]"' if low else f'"[" ws ({some})? "]"'

    def _integer(self, schema: Mapping[str, Any]) -> str:
        low, high = schema.get("minimum"), schema.get("maximum")
        if isinstance(step := schema.get("exclusiveMinimum"), int):
            low = step + 1
        if isinstance(step := schema.get("exclusiveMaximum"), int):
            high = step - 1
        if low is None and high is None:
            return "integer"
        least = int(low) if low is not None else -(10**18)
        most = int(high) if high is not None else 10**18
        if least > most:
            raise CallerError(f"a schema asks for an integer of at least {least} and at most {most}")
        parts = []
        if least < 0:
            parts += [f'"-" {body}' for body in _naturals(max(1, -most), -least)]
        if most >= 0:
            parts += _naturals(max(0, least), most)
        return self._either(parts)


def _naturals(low: int, high: int) -> list[str]:
    """Expressions that together are the decimal numbers from ``low`` to ``high``."""
    found: list[str] = []
    while low <= high:
        # The longest block that begins here, has all last digits free, and does not go beyond.
        size = 1
        while low and low % (size * 10) == 0 and low + size * 10 - 1 <= high:
            size *= 10
        last = min(high, low + size * (9 - (low // size) % 10) + size - 1)
        last = low + (last - low + 1) // size * size - 1
        head, free = str(low // size), len(str(size)) - 1
        digit = f"[{head[-1]}-{(last // size) % 10}]"
        fixed = f'"{head[:-1]}" ' if head[:-1] else ""
        found.append(f"{fixed}{digit}" + (f" [0-9]{{{free}}}" if free else ""))
        low = last + 1
    return found


def _times(low: int, high: int | None) -> str:
    if high is not None and high > MAX_REPEAT:
        high = None
    low = min(low, MAX_REPEAT)
    if high is None:
        return "*" if low == 0 else f"{{{low},}}"
    return f"{{{low},{high}}}"


def _literal(value: Any) -> str:
    """A JSON value as a terminal."""
    text = json.dumps(value, ensure_ascii=False)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
