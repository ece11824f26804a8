"""From the words of an argument to its JSON value, by the schema of the parameter. Rules, no network.

Numbers in words and digits, "8%" as 0.08 where a fraction is wanted, lists in brackets or with "and", flags, closed
lists whatever their spelling; moments and lengths of time where the schema's ``format`` asks for them, in the forms of
``agent/arguments.py``; everything else as it was said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from ...models.decoder.stems import word_list
from ..arguments import written
from ..values.numbers import NUMBER_WORDS, numbers, tidy
from ..values.reader import Reader
from ..values.words import words
from .forms import coded_currency, day_of, formula, in_form, with_state
from .lexicon import FREQUENCIES, TOPICS

__all__ = ["kind_of", "spelled_numbers", "value_of"]

_FORMATS = {"date": "date", "date-time": "when", "time": "time", "duration": "duration"}
_NUMERIC = {"integer": "integer", "int": "integer", "number": "number", "float": "number", "double": "number"}
_LISTS = frozenset(["array", "tuple", "list"])
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_NUMBER = re.compile(r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_FRACTION = re.compile(r"(\d+)\s*/\s*(\d+)")
_AND = re.compile(r"\s*(?:,\s*and\s+|,\s*or\s+|,(?!\d{3}\b)|;|\band\b|\s&\s|\bor\b)\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*[,;]\s*")
_SOUTH = re.compile(r"\d\s*°?\s*[sw](?:outh|est)?\W*$")
_TRIMMED = " \t\n,.;:!?\"'“”‘’()[]"
_DATE_FORM = re.compile(
    r"\b(?:yyyy[-/.]mm[-/.]dd|mm[-/.]dd[-/.]yyyy|dd[-/.]mm[-/.]yyyy|month-day-year|day-month-year|year-month-day)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"percent", re.IGNORECASE)
_CITY_STATE = re.compile(r"city(?: and|,| &) state", re.IGNORECASE)
_RATE = re.compile(r"rate|ratio|percent|interest|discount|yield|probab|growth|return|tax", re.IGNORECASE)


def kind_of(schema: Mapping[str, Any]) -> str:
    """``integer``, ``number``, ``boolean``, ``array``, ``object`` or ``string``: the first kind that is not null."""
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "string")
    kind = str(kind)
    if kind in _NUMERIC:
        return _NUMERIC[kind]
    if kind in _LISTS:
        return "array"
    return {"bool": "boolean", "boolean": "boolean", "dict": "object", "object": "object"}.get(kind, "string")


def spelled_numbers(text: str) -> list[str]:
    """The numbers of a text that are written out in words, as they stand in it: the longest ones."""
    said = re.findall(r"[a-z]+(?:-[a-z]+)*|\d[\d.,]*|[^\sa-z\d]", text)
    found: list[str] = []
    at = 0
    while at < len(said):
        parts = [part for word in said[at:] for part in word.split("-")]
        ends = [end for end, _ in numbers(parts, 0)] if said[at].split("-")[0] in NUMBER_WORDS else []
        if not ends or said[at] in ("a", "point", "oh", "second"):
            at += 1
            continue
        pattern = r"[\s-]+".join(re.escape(part) for part in parts[: max(ends)])
        match = re.search(rf"\b{pattern}\b", text)
        if match is not None:
            found.append(match[0])
        at += max(1, max(ends))
    return found


def value_of(said: str, schema: Mapping[str, Any], name: str, now: datetime) -> Any:
    """The JSON value of some words; None where they are no value of this kind."""
    kind = kind_of(schema)
    if isinstance(schema.get("enum"), list) and kind != "array":
        return _chosen(said, schema["enum"])
    if kind in ("integer", "number"):
        about = f"{name} {schema.get('description', '')}"
        fraction = _RATE.search(about) is not None and (_PERCENT.search(about) is None or "decimal" in about)
        return number_of(said, whole=kind == "integer", fraction=fraction)
    if kind == "boolean":
        return _flag(said)
    if kind == "array":
        items = schema.get("items")
        inner = items if isinstance(items, Mapping) else {}
        if said.lstrip().startswith(("[[", "[ [")) and (rows := _nested(said)) is not None:
            return rows
        values = [value_of(part, inner, name, now) for part in listed(said)]
        return [value for value in values if value is not None] or None
    if kind == "object":
        return None
    form = schema.get("format")
    if form in _FORMATS:
        return _moment(said, _FORMATS[str(form)], now)
    return _text(said, name, str(schema.get("description", "")), now)


def _text(said: str, name: str, description: str, now: datetime) -> str | None:
    """A text as programs want it: a day as the description spells it (or ISO 8601, if all of it was said), a currency's
    code, a formula without what it is called, a city with its state where both are asked for."""
    parts = frozenset(word_list(name))
    trimmed = said.strip(_TRIMMED) or said.strip()
    form = _DATE_FORM.search(description)
    if form is not None or parts & TOPICS["date"]:
        day = day_of(said)
        relative = _moment(re.sub(r"(?<=[a-z])\.", " ", said), "date", now) if form is not None and not day else ""
        if form is not None and (day or (isinstance(relative, str) and len(relative) == len("2026-11-20"))):
            return in_form(day or str(relative), form[0])
        return day or trimmed or None
    if parts & TOPICS["currency"]:
        return coded_currency(trimmed) or None
    if parts & TOPICS["expression"]:
        return formula(said.strip(" \t\n,.;:!?\"'")) or None
    if parts & TOPICS["place"] and _CITY_STATE.search(description):
        return with_state(trimmed) or None
    return trimmed or None


def _nested(said: str) -> list[Any] | None:
    """Lists within lists, as JSON writes them."""
    try:
        rows = json.loads(said)
    except ValueError:
        return None
    return rows if isinstance(rows, list) else None


def number_of(said: str, *, whole: bool, fraction: bool) -> float | int | None:
    """A number; a percentage is a fraction where that is asked for and a fraction can be."""
    text = said.strip().lower()
    if text in FREQUENCIES:
        return FREQUENCIES[text]
    found = _FRACTION.fullmatch(text.strip(_TRIMMED))
    value: float | None = None
    if found is not None and int(found[2]):
        value = int(found[1]) / int(found[2])
    elif (match := _NUMBER.search(text)) is not None and any(letter.isdigit() for letter in match[0]):
        value = float(match[0].replace(",", ""))
        following = text[match.end() :].strip().split()[:1]
        value *= _SCALES.get(following[0].strip(_TRIMMED), 1.0) if following else 1.0
    else:
        parts = [part for word in words(text) for part in word.split("-")]
        readings = [(end, read) for end, read in numbers(parts, 0)] if parts else []
        value = float(max(readings)[1]) if readings else None
    if value is None or not isfinite(value):
        return None
    if ("%" in text or "percent" in text) and fraction and not whole:
        value /= 100
    if _SOUTH.search(text) and value > 0:
        value = -value
    if whole and value != int(value):
        return None
    return tidy(value)


def listed(said: str) -> list[str]:
    """The parts of a list as it was said."""
    inside = said.strip().strip("[](){} ")
    joints = _COMMA if said.strip().startswith(("[", "(")) else _AND
    return [part.strip(_TRIMMED) for part in joints.split(inside) if part and part.strip(_TRIMMED)]


def _chosen(said: str, choices: Sequence[Any]) -> Any:
    flat = _flat(said)
    for choice in choices:
        if _flat(str(choice)) == flat:
            return choice
    near = [choice for choice in choices if flat and (_flat(str(choice)) in flat or flat in _flat(str(choice)))]
    return near[0] if len(near) == 1 else None


def _flat(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _flag(said: str) -> bool | None:
    text = said.strip().lower()
    if text in ("true", "yes", "on", "1", "enabled", "with"):
        return True
    return False if text in ("false", "no", "off", "0", "disabled", "without") else None


def _moment(said: str, kind: str, now: datetime) -> Any:
    """The written form of a moment or length of time that the words say wholly or begin with."""
    given = words(said)
    reader = Reader(given, now.date())
    for start in range(min(2, len(given))):
        readings = reader.at(kind, start)
        if readings:
            return written(kind, readings[0].value, now)
    return None
