"""Values to words, the way a person says them: the inverse of the readers, for sample sentences and for tests."""

from __future__ import annotations

from datetime import date

from .dates import WEEKDAYS
from .months import MONTH_NAMES
from .numbers import ORDINAL_TENS, ORDINAL_UNITS, TENS, UNITS

_UNIT_NAMES = {value: name for name, value in UNITS.items()}
_TEN_NAMES = {value: name for name, value in TENS.items() if name != "fourty"}
_ORDINALS = {value: name for name, value in (ORDINAL_UNITS | ORDINAL_TENS).items()}
MONTHS = {number: name for name, number in MONTH_NAMES.items() if len(name) > 4 or name in ("may", "june", "july")}
DAYS = {number: name for name, number in WEEKDAYS.items() if name.endswith("day")}


def say_number(value: float) -> str:
    """ "twenty five", "minus three point two", "one hundred and four". Below a thousand million."""
    if value < 0:
        return "minus " + say_number(-value)
    if value != int(value):
        whole, _, decimals = f"{value:.6f}".rstrip("0").partition(".")
        return say_number(int(whole)) + " point " + " ".join(_UNIT_NAMES[int(digit)] for digit in decimals)
    number = int(value)
    if number < 20:
        return _UNIT_NAMES[number]
    if number < 100:
        ten, unit = number - number % 10, number % 10
        return _TEN_NAMES[ten] + (f" {_UNIT_NAMES[unit]}" if unit else "")
    for size, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            head, rest = divmod(number, size)
            joint = " and " if rest and rest < 100 else " "
            return f"{say_number(head)} {name}" + (f"{joint}{say_number(rest)}" if rest else "")
    raise AssertionError(number)


def say_ordinal(number: int) -> str:
    """ "first" to "ninety ninth"."""
    if number in _ORDINALS:
        return _ORDINALS[number]
    return f"{_TEN_NAMES[number - number % 10]} {_ORDINALS[number % 10]}"


def say_duration(seconds: int) -> str:
    """ "one hour and five minutes"."""
    parts: list[str] = []
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{say_number(count)} {name}{'' if count == 1 else 's'}")
    return " ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]


def say_clock(hour: int, minute: int, *, meridiem: bool = True) -> str:
    """ "seven thirty p m", "eight o'clock", "ten oh five a m"; without the half of the day: "seven thirty"."""
    name = say_number((hour - 1) % 12 + 1)
    if minute:
        name += f" {'oh ' if minute < 10 else ''}{say_number(minute)}"
    elif not meridiem:
        name += " o'clock"
    return name + (f" {'a' if hour < 12 else 'p'} m" if meridiem else "")


def say_date(day: date) -> str:
    """ "the third of may"."""
    return f"the {say_ordinal(day.day)} of {MONTHS[day.month]}"


def say_weekdays(numbers: frozenset[int] | set[int]) -> str:
    """ "every monday and thursday"."""
    names = [DAYS[number] for number in sorted(numbers)]
    return "every " + " ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
