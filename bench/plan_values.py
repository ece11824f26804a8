"""The values' readers against Recognizers-Text's English specifications (recognizers_text_en).

Each case gives words and what they resolve to at a reference time. The words of one entity are read as one value, and
count as right when all of them are taken and the value is one of those the specification allows. Covered are cases with
one entity of a kind the readers have; not covered, and skipped by reason: what the specification itself flags as not
supported for Python, ranges and modifiers ("before friday"), lengths in months and years, kinds without a reader, and
what means something else to a watch: a day of the past that no word puts there ("friday the 22nd" said on the 27th is
a coming one here), a day that only the talk before it tells ("the day after"), and "percent of 10" for ten percent.
A date that there is not ("february 30") is right when nothing reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ..agent.values.dates import WEEKDAYS
from ..agent.values.moments import Moment
from ..agent.values.numbers import ordinals
from ..agent.values.reader import Reader
from ..agent.values.recurrence import CODES
from ..agent.values.units import unit_names
from ..agent.values.words import words

ZONE = ZoneInfo("UTC")
NONE = "0001-01-01"
"""What the specification gives for a date that there is not."""
_YEARED = re.compile(r"\d{3}|\d[/.,-]\d+[/.,-]\d|year|\bof \d\d$")
"""What names a year: 1391, 03/18/40, "of this year"."""
_PAST = {"this", "ago", "last", "past", "previous", "yesterday", "before", "back", "earlier"}
FILES = {
    "DateTime": "DateTime/English/DateTimeModel.json",
    "Time": "DateTime/English/TimeParser.json",
    "Date": "DateTime/English/DateParser.json",
    "Set": "DateTime/English/SetParser.json",
    "Number": "Number/English/NumberModelExperimentalMode.json",
    "Ordinal": "Number/English/OrdinalModel.json",
    "Percent": "Number/English/PercentModel.json",
    "Dimension": "NumberWithUnit/English/DimensionModel.json",
    "Age": "NumberWithUnit/English/AgeModel.json",
}
_UNITS = {"metric ton": "tonne", "ton": "tonne", "mile per hour": "mile per hour", "f": "fahrenheit", "c": "celsius",
          "kilometre": "kilometer", "litre": "liter", "square metre": "square meter"}  # fmt: skip


class Case(NamedTuple):
    """The words of an entity, its kind, the values allowed, and why it is not covered ('' where it is)."""

    model: str
    kind: str
    words: str
    now: datetime
    allowed: list[Any]
    skipped: str


def cases(folder: Path) -> Iterator[Case]:
    """Every case of the files above."""
    for model, name in FILES.items():
        for spec in json.loads((folder / name).read_text(encoding="utf-8-sig")):
            yield _case(model, spec)


def _case(model: str, spec: dict[str, Any]) -> Case:
    reference = str(spec.get("Context", {}).get("ReferenceDateTime", "2016-11-07T00:00:00"))
    now = datetime.fromisoformat(reference[:19]).replace(tzinfo=ZONE)
    results = spec.get("Results", [])
    empty = Case(model, "", str(spec.get("Input", "")), now, [], "")
    flags = f"{spec.get('NotSupported', '')} {spec.get('NotSupportedByDesign', '')}"
    if "python" in flags:
        return empty._replace(skipped="flagged as not supported")
    if len(results) != 1:
        return empty._replace(skipped="not one entity")
    result = results[0]
    said = str(result["Text"])
    kind = str(result.get("TypeName", result.get("Type", ""))).removeprefix("datetimeV2.")
    allowed, skipped = _allowed(kind, result)
    return Case(model, kind, said, now, allowed, skipped or _elsewise(kind, said.lower(), now, allowed))


def _elsewise(kind: str, text: str, now: datetime, allowed: list[Any]) -> str:
    """Why the words mean something else when said to a watch; '' where they do not."""
    said = words(text)
    if kind == "percentage" and said[:1] in (["percent"], ["percents"], ["per"]):
        return "percent said before its number"
    if kind == "set" and "other" in said and "INTERVAL" not in str(allowed):
        return "every other: the specification drops the interval"
    if kind not in ("date", "datetime"):
        return ""
    if [word for word in said if word not in ("the", "my")] in (["day"], ["day", "before"], ["day", "after"]):
        return "a day pointed at, not named"
    names_it = _YEARED.search(text) is not None or not _PAST.isdisjoint(said)
    if not names_it and all(NONE < str(each)[:10] < f"{now:%F}" for each in allowed):
        return "a day of the past that no word puts there"
    return ""


def _allowed(kind: str, result: dict[str, Any]) -> tuple[list[Any], str]:
    resolution = result.get("Resolution") or {}
    value = result.get("Value") or {}
    if kind in ("time", "date", "datetime") and "Timex" in value:
        found = [*value.get("FutureResolution", {}).values(), *value.get("PastResolution", {}).values()]
        return ([], "not resolved") if not found else (found, "")
    if kind == "set":
        timex = str(value.get("Timex") or (resolution.get("values") or [{}])[0].get("timex", ""))
        rule = _rule(timex)
        return ([rule], "") if rule else ([], "a set with a time or a range in it")
    if kind in ("time", "date", "datetime", "duration"):
        values = resolution.get("values", [])
        if any("Mod" in each for each in values):
            return [], "has a modifier"
        if kind == "duration" and any(each["timex"][-1] in "MY" and "T" not in each["timex"] for each in values):
            return [], "a length in months or years"
        found = [each["value"] for each in values if each.get("value") not in (None, "not resolved")]
        return (found, "") if found else ([], "not resolved")
    if kind in ("number", "ordinal", "percentage"):
        text = str(resolution.get("value", "")).removesuffix("%")
        try:
            return [float(text)], ""
        except ValueError:
            return [], "not resolved"
    if kind in ("dimension", "age"):
        unit = str(resolution.get("unit", "")).lower()
        unit = _UNITS.get(unit, unit)
        if unit not in unit_names():
            return [], "a unit without a reader"
        try:
            return [(float(resolution["value"]), unit)], ""
        except (KeyError, TypeError, ValueError):
            return [], "not resolved"
    return [], "a kind without a reader"


def _rule(timex: str) -> str:
    """The RRULE a TIMEX set means, where it is only a recurrence."""
    plain = {"P1D": "FREQ=DAILY", "P1W": "FREQ=WEEKLY", "P1M": "FREQ=MONTHLY", "P1Y": "FREQ=YEARLY",
             "P2D": "FREQ=DAILY;INTERVAL=2", "P2W": "FREQ=WEEKLY;INTERVAL=2", "P3D": "FREQ=DAILY;INTERVAL=3",
             "XXXX-WXX-WE": "FREQ=WEEKLY;BYDAY=SA,SU", "PT1H": "FREQ=HOURLY"}  # fmt: skip
    if timex in plain:
        return plain[timex]
    if timex.startswith("XXXX-WXX-") and timex[9:].isdigit() and 1 <= int(timex[9:]) <= len(set(WEEKDAYS.values())):
        return f"FREQ=WEEKLY;BYDAY={CODES[int(timex[9:]) - 1]}"
    return ""


def correct(case: Case) -> bool:
    """Some reading takes all the words and is an allowed value."""
    said = words(case.words)
    reader = Reader(said, case.now.date())
    if case.allowed and all(str(each).startswith(NONE) for each in case.allowed):
        return not any(reading.end == len(said) for reading in reader.at("date", 0))
    if case.kind == "ordinal":
        return any(end == len(said) and value in case.allowed for end, value in ordinals(said, 0))
    if case.kind in ("dimension", "age"):
        return any(
            unit.end == len(said) and (float(number.value), unit.value) in case.allowed
            for number in reader.at("number", 0)
            for unit in reader.at("unit", number.end)
        ) or _age(case, said, reader)
    kinds = {"time": ["time"], "date": ["date"], "datetime": ["time"], "duration": ["duration", "change"],
             "set": ["repeat"], "number": ["number"], "percentage": ["level", "number"]}[case.kind]  # fmt: skip
    for kind in kinds:
        for start in (0, 1) if said[:1] in (["the"], ["at"], ["on"]) else (0,):
            for reading in reader.at(kind, start):
                tail = said[reading.end :]
                if (tail == [] or (kind == "number" and tail in (["percent"], ["percentage"]))) and _is(
                    case, reading.value
                ):
                    return True
    if case.kind == "time":  # a bare number is a time of day only where a sentence asks for one
        asked = Reader(["at", *said], case.now.date())
        return any(each.end == len(said) + 1 and _is(case, each.value) for each in asked.at("time", 0))
    return False


def _age(case: Case, said: list[str], reader: Reader) -> bool:
    return any(
        unit.end < len(said)
        and said[unit.end :] in (["old"], ["of", "age"])
        and (float(n.value), unit.value) in case.allowed
        for n in reader.at("number", 0)
        for unit in reader.at("unit", n.end)
    )


def _is(case: Case, value: Any) -> bool:
    if isinstance(value, Moment):
        return _moment_is(case, value)
    if case.kind == "duration":
        return any(float(each) == float(value) for each in case.allowed)
    if case.kind == "set":
        return value in case.allowed
    return any(abs(float(value) - each) < 1e-9 for each in case.allowed)


def _moment_is(case: Case, value: Moment) -> bool:
    from ..agent.values.moments import resolve

    if case.kind == "date":
        return value.day is not None and value.day.isoformat() in case.allowed
    resolved = resolve(value, case.now)
    forms = {resolved.strftime("%H:%M:%S"), resolved.strftime("%Y-%m-%d %H:%M:%S")}
    other = resolved.replace(hour=(resolved.hour + 12) % 24) if value.clock and not value.clock.exact else resolved
    forms |= {other.strftime("%H:%M:%S"), other.strftime("%Y-%m-%d %H:%M:%S")}
    return not forms.isdisjoint(case.allowed)
