"""Weather as the format has it: sixteen conditions, the next hours and days, each told by its distance from now."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, NamedTuple

from ....skills.sky_view import SkyView
from .expression import Value

CONDITIONS: Final = (
    "Unknown", "Clear", "Cloudy", "Fog", "Heavy rain", "Heavy snow", "Rain", "Snow", "Sunny", "Thunderstorm", "Sleet",
    "Light snow", "Light rain", "Mist", "Partly cloudy", "Windy",
)  # fmt: skip
HOURS: Final = 8
DAYS: Final = 5

_WMO: Final = {
    0: 1, 1: 1, 2: 14, 3: 2, 45: 3, 48: 3, 51: 12, 53: 12, 55: 6, 56: 10, 57: 10, 61: 12, 63: 6, 65: 4, 66: 10, 67: 10,
    71: 11, 73: 7, 75: 5, 77: 11, 80: 12, 81: 6, 82: 4, 85: 11, 86: 5, 95: 9, 96: 9, 99: 9,
}  # fmt: skip
"""WMO table 4677, as Open-Meteo uses it, to the format's conditions."""
_WORDS: Final = (
    ("thunder", 9), ("storm", 9), ("heavy rain", 4), ("violent", 4), ("light rain", 12), ("drizzle", 12), ("shower", 6),
    ("freezing", 10), ("sleet", 10), ("rain", 6), ("heavy snow", 5), ("light snow", 11), ("snow", 7), ("mist", 13),
    ("fog", 3), ("partly", 14), ("overcast", 2), ("cloud", 2), ("sun", 8), ("clear", 1), ("wind", 15),
)  # fmt: skip


class Hour(NamedTuple):
    """One hour: when it begins (Unix seconds), its condition, and degrees Celsius."""

    at: float
    condition: int
    celsius: float | None
    day: bool = True
    uv: float | None = None


class Day(NamedTuple):
    """One day: when it begins, its condition, degrees Celsius, chance of rain in per cent."""

    at: float
    condition: int
    low: float | None
    high: float | None
    rain: float | None = None
    uv: float | None = None


class Sky(NamedTuple):
    """The weather now, and what is forecast."""

    condition: int
    celsius: float | None
    updated: float = 0.0
    day: bool = True
    low: float | None = None
    high: float | None = None
    rain: float | None = None
    uv: float | None = None
    fahrenheit: bool = False
    hours: tuple[Hour, ...] = ()
    days: tuple[Day, ...] = ()
    sunrise: float = 0.0
    sunset: float = 0.0

    def degrees(self, celsius: float | None) -> int | None:
        """Whole degrees in the unit of the device."""
        if celsius is None:
            return None
        return round(celsius * 9 / 5 + 32 if self.fahrenheit else celsius)


def condition_of(code: int, *, day: bool = True) -> int:
    """The format's condition of a WMO code; a clear sky by day is sunny."""
    found = _WMO.get(code, 0)
    return 8 if found == 1 and day else found


def sky_of(view: SkyView | None) -> Sky | None:
    """The forecast that the weather skill told."""
    if view is None:
        return None
    hours = tuple(Hour(h.at, condition_of(h.code, day=h.day), h.celsius, h.day, h.uv) for h in view.hours[:48])
    days = tuple(Day(d.at, condition_of(d.code), d.low, d.high, d.rain, d.uv) for d in view.days[:10])
    condition = condition_of(view.code, day=view.day)
    return Sky(
        condition, view.celsius, view.updated, view.day, view.low, view.high, view.rain, view.uv, view.fahrenheit,
        hours, days, view.sunrise, view.sunset,
    )  # fmt: skip


def sky_of_words(line: str, *, fahrenheit: bool = False) -> Sky | None:
    """What a line such as ``12° light rain`` says; None for an empty one."""
    if not line:
        return None
    lower = line.lower()
    condition = next((number for word, number in _WORDS if word in lower), 0)
    found = re.search(r"-?\d+(?:\.\d+)?(?=\s*°)", line)
    degrees = float(found.group()) if found else None
    if degrees is not None and fahrenheit:
        degrees = (degrees - 32) * 5 / 9
    return Sky(condition, degrees, fahrenheit=fahrenheit)


def weather_value(name: str, sky: Sky | None, moment: datetime) -> Value:
    """What a source ``WEATHER.…`` says (the name without that)."""
    if sky is None:
        return name == "IS_ERROR" if name.startswith("IS_") else None
    parts = name.split(".")
    if len(parts) == 3 and parts[1].isdigit():
        index = int(parts[1])
        return _hour(sky, index, parts[2], moment) if parts[0] == "HOURS" else _day(sky, index, parts[2], moment)
    degrees = sky.degrees
    values: dict[str, Value] = {
        "IS_AVAILABLE": True,
        "IS_ERROR": False,
        "CONDITION": sky.condition,
        "CONDITION_NAME": CONDITIONS[sky.condition],
        "IS_DAY": sky.day,
        "TEMPERATURE": degrees(sky.celsius),
        "TEMPERATURE_UNIT": 2 if sky.fahrenheit else 1,
        "TEMPERATURE_LOW": degrees(sky.low),
        "TEMPERATURE_HIGH": degrees(sky.high),
        "DAY_TEMPERATURE_LOW": degrees(sky.low),
        "DAY_TEMPERATURE_HIGH": degrees(sky.high),
        "CHANCE_OF_PRECIPITATION": _whole(sky.rain),
        "UV_INDEX": _whole(sky.uv),
        "LAST_UPDATED": int(sky.updated * 1000),
    }
    return values.get(name)


def _hour(sky: Sky, index: int, name: str, moment: datetime) -> Value:
    now = moment.timestamp()
    coming = [hour for hour in sky.hours if hour.at > now - 3600]
    if not 0 <= index <= HOURS or index >= len(coming):
        return False if name.startswith("IS_") else None
    hour = coming[index]
    values: dict[str, Value] = {
        "IS_AVAILABLE": True,
        "CONDITION": hour.condition,
        "CONDITION_NAME": CONDITIONS[hour.condition],
        "IS_DAY": hour.day,
        "TEMPERATURE": sky.degrees(hour.celsius),
        "UV_INDEX": _whole(hour.uv),
    }
    return values.get(name)


def _day(sky: Sky, index: int, name: str, moment: datetime) -> Value:
    now = moment.timestamp()
    coming = [day for day in sky.days if day.at > now - 86_400]
    if not 0 <= index <= DAYS or index >= len(coming):
        return False if name.startswith("IS_") else None
    day = coming[index]
    night = 1 if day.condition == 8 else day.condition
    values: dict[str, Value] = {
        "IS_AVAILABLE": True,
        "CONDITION_DAY": day.condition,
        "CONDITION_DAY_NAME": CONDITIONS[day.condition],
        "CONDITION_NIGHT": night,
        "CONDITION_NIGHT_NAME": CONDITIONS[night],
        "TEMPERATURE_LOW": sky.degrees(day.low),
        "TEMPERATURE_HIGH": sky.degrees(day.high),
        "CHANCE_OF_PRECIPITATION": _whole(day.rain),
        "CHANCE_OF_PRECIPITATION_NIGHT": _whole(day.rain),
        "UV_INDEX": _whole(day.uv),
    }
    return values.get(name)


def _whole(value: float | None) -> Value:
    return None if value is None else round(value)
