"""Texts in the form that programs take them in: days, currencies' codes, formulas, cities with their states."""

from __future__ import annotations

import re
from datetime import date

from .lexicon import CURRENCIES, STATES

__all__ = ["coded_currency", "day_of", "formula", "in_form", "with_state"]

_CODES = frozenset(CURRENCIES.values())
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORD_FIRST = re.compile(r"([a-z]{3})[a-z]*[. ]\s?(\d{1,2})(?:st|nd|rd|th)?\b,?\s?(\d{4})", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?,? (?:of )?([a-z]{3})[a-z]*\.?[ ,]\s?(\d{4})", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4}),? ([a-z]{3})[a-z]* (\d{1,2})(?:st|nd|rd|th)?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_CALLED = re.compile(
    r"^(?:(?:the )?(?:function|equation|curve|expression|polynomial|formula)\s+)?(?:(?:[a-z]\([a-z]\)|y)\s*=\s*)?",
    re.IGNORECASE,
)


def day_of(said: str) -> str:
    """The day in ISO 8601 if words say all of it, its year included; '' otherwise, as for a day there is not."""
    if found := _ISO.search(said):
        return _iso(found[1], found[2], found[3])
    if found := _YEAR_FIRST.search(said):
        return _iso(found[1], _month(found[2]), found[3])
    if found := _WORD_FIRST.search(said):
        return _iso(found[3], _month(found[1]), found[2])
    if found := _DAY_FIRST.search(said):
        return _iso(found[3], _month(found[2]), found[1])
    return ""


def _month(word: str) -> str:
    return str(_MONTHS.index(word.lower()) + 1) if word.lower() in _MONTHS else "0"


def _iso(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def in_form(day: str, form: str) -> str:
    """A day of ISO 8601 in the form that a description spells out ("MM/DD/YYYY")."""
    parts = {"y": day[:4], "m": day[5:7], "d": day[8:]}
    marks = form.lower()
    order = sorted("ymd", key=marks.find)
    mark = next((each for each in "-/." if each in form), "-")
    return mark.join(parts[letter] for letter in order)


def coded_currency(said: str) -> str:
    """A currency's code of ISO 4217 where the words are what people call one; else the words."""
    flat = said.lower()
    return (flat if flat in _CODES else CURRENCIES.get(flat, "")).upper() or said


def formula(said: str) -> str:
    """What a function is, without what it is called: "y = x^2" is "x^2"."""
    return _CALLED.sub("", said.strip())


def with_state(said: str) -> str:
    """A large city of the United States with its state's letters, where it was said without."""
    state = STATES.get(said.lower(), "") if "," not in said else ""
    return f"{said}, {state}" if state else said
