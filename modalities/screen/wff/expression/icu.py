"""Times and numbers as texts, after patterns: the part of ICU's date patterns (UTS 35) and of Java's DecimalFormat
that faces use.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from zoneinfo import ZoneInfo

from .names import Names, names
from .value import Value, number, text_of

_FIELD = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'")
_LATEST_MS = 253_402_300_799_000
"""The last millisecond of the year 9999."""


def format_time(values: Mapping[str, Value], pattern: str, timestamp: float | None = None) -> str:
    """``icuText``: a time after a pattern such as ``EEE d MMM`` in the device's language and time zone.

    ``timestamp`` is in milliseconds since 1970 (UTC); without one it is ``[UTC_TIMESTAMP]``. Letters that are no field
    stand for themselves.
    """
    moment = _moment(values, timestamp)
    language = names(text_of(values.get("LANGUAGE_LOCALE_NAME")))
    return "".join(_piece(match, moment, language) for match in _FIELD.finditer(pattern))


def best_pattern(values: Mapping[str, Value], skeleton: str, timestamp: float | None = None) -> str:
    """``icuBestText``: the fields a skeleton names, in the order and with the signs of the device's language."""
    language = names(text_of(values.get("LANGUAGE_LOCALE_NAME")))
    return format_time(values, pattern_for(skeleton, language), timestamp)


def pattern_for(skeleton: str, language: Names) -> str:
    """The pattern of a language for the fields of a skeleton."""
    fields: dict[str, str] = {}
    for match in _FIELD.finditer(skeleton):
        if match[2]:
            fields.setdefault({"y": "y", "M": "M", "L": "M", "E": "E", "c": "E"}.get(match[2], match[2]), match[0])
    if "j" in fields:
        fields["h" if language.halves == ("AM", "PM") and not language.day_first else "H"] = fields.pop("j")
    hour = next((fields[letter] for letter in "hHKk" if letter in fields), "")
    clock = ":".join(part for part in (hour, _two(fields.get("m", ""), hour), _two(fields.get("s", ""), True)) if part)
    if hour[:1] in ("h", "K") and hour:
        clock += f" {fields.get('a', 'a')}"
    parts = [part for part in (_date(fields, language), clock, fields.get("z", fields.get("O", ""))) if part]
    return ", ".join(parts[:2]) + (f" {parts[2]}" if len(parts) > 2 else "")


def _two(field: str, after: object) -> str:
    """Minutes behind hours and seconds behind minutes have two digits."""
    return field * 2 if field and after and len(field) == 1 else field


def _date(fields: Mapping[str, str], language: Names) -> str:
    year, month, day, weekday = (fields.get(letter, "") for letter in "yMdE")
    if len(month) < 3 and month:
        order = [day, month, year] if language.day_first else [month, day, year]
        date = ("." if language.day_first else "/").join(part for part in order if part)
        return f"{weekday}, {date}" if weekday else date
    if language.day_first:
        date = " ".join(part for part in (day, month, year) if part)
    else:
        date = " ".join(part for part in (month, day) if part)
        date = f"{date}, {year}" if year and day else f"{date} {year}".strip()
    return f"{weekday}, {date}" if weekday and date else weekday or date


def _moment(values: Mapping[str, Value], timestamp: float | None) -> datetime:
    raw = number(values.get("UTC_TIMESTAMP")) if timestamp is None else timestamp
    stamp = 0 if isinstance(raw, float) and not math.isfinite(raw) else int(max(0, min(raw, _LATEST_MS)))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=stamp)
    zone = text_of(values.get("TIMEZONE_ID"))
    if re.fullmatch(r"[A-Za-z][\w+\-]*(/[\w+\-]+)*", zone):
        try:
            return moment.astimezone(ZoneInfo(zone))
        except (KeyError, ValueError, OSError, OverflowError):
            return moment
    return moment


def _piece(match: re.Match[str], moment: datetime, language: Names) -> str:
    if match[2]:
        return _field(match[2], len(match[0]), moment, language)
    if match[1] is not None:
        return match[1].replace("''", "'") or "'"
    return match[0]


def _pad(value: int, width: int) -> str:
    return str(value).zfill(min(width, 20))


def _field(letter: str, width: int, moment: datetime, language: Names) -> str:
    weekday = (moment.weekday() + 1) % 7
    match letter:
        case "G":
            return "AD" if width < 4 else "Anno Domini" if width == 4 else "A"
        case "y" | "u" | "Y":
            year = moment.isocalendar().year if letter == "Y" else moment.year
            return f"{year % 100:02}" if width == 2 else _pad(year, width)
        case "M" | "L":
            return _name(language.months, language.months_short, moment.month - 1, width, _pad(moment.month, width))
        case "Q" | "q":
            quarter = (moment.month + 2) // 3
            return f"Q{quarter}" if width == 3 else _pad(quarter, width) if width < 3 else f"{quarter}. quarter"
        case "d":
            return _pad(moment.day, width)
        case "D":
            return _pad(moment.timetuple().tm_yday, width)
        case "F":
            return _pad((moment.day + 6) // 7, width)
        case "w":
            return _pad(moment.isocalendar().week, width)
        case "W":
            first = (moment.replace(day=1).weekday() + 1) % 7
            return _pad((moment.day + first + 6) // 7, width)
        case "E" | "e" | "c":
            if letter != "E" and width < 3:
                return _pad(weekday + 1, width)
            return _name(language.days, language.days_short, weekday, max(width, 3), "")
        case "a" | "b" | "B":
            half = language.halves[moment.hour >= 12]
            return half[:1].lower() if width == 5 else half
        case "h":
            return _pad((moment.hour + 11) % 12 + 1, width)
        case "H":
            return _pad(moment.hour, width)
        case "K":
            return _pad(moment.hour % 12, width)
        case "k":
            return _pad(moment.hour or 24, width)
        case "m":
            return _pad(moment.minute, width)
        case "s":
            return _pad(moment.second, width)
        case "S":
            return f"{moment.microsecond:06}"[:width].ljust(min(width, 9), "0")
        case "A":
            passed = (moment.hour * 60 + moment.minute) * 60 + moment.second
            return _pad(passed * 1000 + moment.microsecond // 1000, width)
        case "z" | "v" | "V" | "Z" | "O" | "X" | "x":
            return _zone(letter, width, moment)
        case _:
            return letter * width


def _name(full: tuple[str, ...], short: tuple[str, ...], index: int, width: int, digits: str) -> str:
    if width < 3:
        return digits
    return short[index] if width == 3 or width > 5 else full[index] if width == 4 else full[index][:1].upper()


def _zone(letter: str, width: int, moment: datetime) -> str:
    name = getattr(moment.tzinfo, "key", "UTC")
    offset = moment.utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds()) // 60
    sign, hours, rest = "-" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60
    if letter == "V":
        return name
    if letter in "zv" and width < 4:
        short = moment.tzname() or ""
        return short if short.isalpha() else _gmt(sign, hours, rest, 1)
    if letter in "zvO":
        return _gmt(sign, hours, rest, width)
    if letter == "X" and minutes == 0:
        return "Z"
    if letter in "Xx" and width == 1:
        return f"{sign}{hours:02}" + (f"{rest:02}" if rest else "")
    if letter == "Z" and width == 4:
        return _gmt(sign, hours, rest, 4)
    colon = ":" if (width in (3, 5) and letter in "Xx") or (letter == "Z" and width == 5) else ""
    return f"{sign}{hours:02}{colon}{rest:02}"


def _gmt(sign: str, hours: int, rest: int, width: int) -> str:
    if not hours and not rest:
        return "GMT"
    if width >= 4:
        return f"GMT{sign}{hours:02}:{rest:02}"
    return f"GMT{sign}{hours}" + (f":{rest:02}" if rest else "")


MAX_PATTERN = 100
"""A longer pattern of numbers is not followed."""

_NUMBER = re.compile(r"^(?P<prefix>(?:'[^']*'|[^#0,.'])*)(?P<body>[#0,.]*)(?P<suffix>(?:'[^']*'|[^'])*)$", re.DOTALL)


def format_number(pattern: str, value: float, rounding: str = ROUND_HALF_EVEN) -> str:
    """``numberFormat``: a number after a pattern of DecimalFormat, halves to even: ``#,##0.00``."""
    if math.isnan(value):
        return "NaN"
    positive, _, negative = pattern.partition(";")
    match = _NUMBER.match(positive) if len(pattern) <= MAX_PATTERN else None
    if match is None:
        return text_of(value)
    prefix, suffix = match["prefix"].replace("'", ""), match["suffix"].replace("'", "")
    below = value < 0 or (value == 0 and math.copysign(1, value) < 0)
    if below and negative and (other := _NUMBER.match(negative)) is not None:
        prefix, suffix = other["prefix"].replace("'", ""), other["suffix"].replace("'", "")
    elif below:
        prefix = "-" + prefix
    if math.isinf(value):
        return f"{prefix}∞{suffix}"
    scale = 100 if "%" in prefix + suffix else 1000 if "‰" in prefix + suffix else 1
    return prefix + _digits(match["body"] or "#", abs(value), scale, rounding) + suffix


def _digits(body: str, value: float, scale: int, rounding: str) -> str:
    whole, _, fraction = body.partition(".")
    fraction = fraction.replace(",", "").replace(".", "")
    group = len(whole) - whole.rfind(",") - 1 if "," in whole else 0
    least, most = whole.count("0"), len(fraction)
    with localcontext() as context:
        context.prec = 700
        exact = (Decimal(repr(value)) if isinstance(value, float) else Decimal(value)) * scale
        rounded = format(exact.quantize(Decimal(1).scaleb(-min(most, 340)), rounding), "f")
    left, _, right = rounded.partition(".")
    right = right.rstrip("0").ljust(fraction.count("0"), "0")
    left = left.lstrip("0").rjust(least, "0")
    if not left and not right:
        left = "0"
    if group > 0:
        left = ",".join(reversed([left[max(0, end - group) : end] for end in range(len(left), 0, -group)]))
    return left + ("." + right if right else "")
