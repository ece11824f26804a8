"""What every data source of the format says at one moment, from what the device really knows.

Times are the device's, or those of another zone for parts that ask for one. Values are worked out when they are asked
for and kept for the moment. A source that the device has nothing for says ``null``.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .device import LOW_BATTERY, Device
from .expression import Value
from .expression.names import Names, names
from .weather import weather_value

MOONS: Final = (
    "New Moon", "Waxing Crescent", "First Quarter", "Waxing Gibbous", "Full Moon", "Waning Gibbous", "Third Quarter",
    "Waning Crescent",
)  # fmt: skip
SYNODIC_DAYS: Final = 29.530588853
_NEW_MOON: Final = datetime(2000, 1, 6, 18, 14, tzinfo=UTC)


class Slots(Protocol):
    """Who knows what the complication slots show."""

    def value(self, slot: str, name: str, device: Device) -> Value:
        """One field of a slot's data (``TYPE``, ``TEXT`` and so on)."""
        ...


class Sources:
    """The sources at a moment, seen from a zone and in a language ('' for the device's own).

    ``chosen`` are the configurations' values. Raises nothing: an unknown zone is the device's own.
    """

    def __init__(
        self, device: Device, slots: Slots | None = None, chosen: Mapping[str, Value] | None = None, *,
        zone: str = "", locales: str = "",
    ) -> None:  # fmt: skip
        self.device = device
        self._slots = slots
        self._chosen = chosen or {}
        self._moment = _moved(device.moment, zone)
        self._zone = zone if zone and self._moment.tzinfo is not device.moment.tzinfo else device.zone
        self._language = _language(device.language, locales)
        self._names = names(self._language)
        self._kept: dict[str, Value] = {}

    def get(self, name: str, /) -> Value:
        """What a source says; None for an unknown one."""
        if name not in self._kept:
            self._kept[name] = self._value(name)
        return self._kept[name]

    def _value(self, name: str) -> Value:
        device = self.device
        if name in device.overrides:
            return device.overrides[name]
        time = _TIME.get(name)
        if time is not None:
            return time(self._moment, self._names)
        own = _DEVICE.get(name)
        if own is not None:
            return own(device)
        head, _, rest = name.partition(".")
        if head == "WEATHER":
            return weather_value(rest, device.sky, device.moment)
        if head == "COMPLICATION":
            slot, _, field = rest.rpartition(".")
            return self._slots.value(slot, field, device) if self._slots is not None else None
        if head in ("CONFIGURATION", "OPTION"):
            return self._chosen.get(name)
        return self._of_place(name)

    def _of_place(self, name: str) -> Value:
        language, _, country = self._language.partition("_")
        if name == "IS_24_HOUR_MODE":
            return self.device.day24
        values: dict[str, Value] = {
            "TIMEZONE_ID": self._zone,
            "LANGUAGE_CODE": language,
            "LANGUAGE_COUNTRY_CODE": country,
            "LANGUAGE_LOCALE_NAME": self._language,
            "LANGUAGE_TEXT_DIRECTION": "RTL" if language in ("ar", "fa", "he", "ur") else "LTR",
            "FIRST_DAY_OF_WEEK": 1 if country in ("US", "CA", "JP", "") else 2,
        }
        return values.get(name)


def _moved(moment: datetime, zone: str) -> datetime:
    if not zone:
        return moment
    try:
        return moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return moment


def _language(own: str, locales: str) -> str:
    """The device's language if it is among those asked for (or none is), else the first of them."""
    wanted = [part.replace("-", "_") for part in locales.split()]
    if not wanted or own in wanted:
        return own
    return next((part for part in wanted if part.partition("_")[0] == own.partition("_")[0]), wanted[0])


def moon_age(moment: datetime) -> float:
    """Days since the last new moon, from the mean length of a lunation (within 0.6 days of the true phase)."""
    return (moment - _NEW_MOON).total_seconds() / 86_400 % SYNODIC_DAYS


def _hour12(moment: datetime) -> int:
    return (moment.hour + 11) % 12 + 1


def _part(moment: datetime) -> float:
    """The share of the hour that is over."""
    return moment.minute / 60 + moment.second / 3600


def _days_in_month(moment: datetime) -> int:
    return calendar.monthrange(moment.year, moment.month)[1]


def _week_in_month(moment: datetime) -> int:
    first = (moment.replace(day=1).weekday() + 1) % 7
    return (moment.day + first + 6) // 7


def _offset(moment: datetime, *, dst: bool) -> float:
    """Minutes east of Greenwich, with summer time or without it."""
    offset = moment.utcoffset() or timedelta()
    return (offset - (timedelta() if dst else moment.dst() or timedelta())).total_seconds() / 60


def _ampm(moment: datetime, language: Names) -> str:
    return language.halves[moment.hour >= 12]


Time = Callable[[datetime, Names], Value]

_TIME: Final[dict[str, Time]] = {
    "UTC_TIMESTAMP": lambda m, _: int(m.timestamp() * 1000),
    "MILLISECOND": lambda m, _: m.microsecond // 1000,
    "SECOND": lambda m, _: m.second,
    "SECOND_Z": lambda m, _: f"{m.second:02d}",
    "SECOND_MILLISECOND": lambda m, _: m.second + m.microsecond // 1000 / 1000,
    "SECONDS_IN_DAY": lambda m, _: m.hour * 3600 + m.minute * 60 + m.second,
    "SECONDS_SINCE_EPOCH": lambda m, _: int(m.timestamp()),
    "SECOND_TENS_DIGIT": lambda m, _: m.second // 10,
    "SECOND_UNITS_DIGIT": lambda m, _: m.second % 10,
    "MINUTE": lambda m, _: m.minute,
    "MINUTE_Z": lambda m, _: f"{m.minute:02d}",
    "MINUTE_SECOND": lambda m, _: m.minute + m.second / 60,
    "MINUTES_SINCE_EPOCH": lambda m, _: int(m.timestamp()) // 60,
    "MINUTE_TENS_DIGIT": lambda m, _: m.minute // 10,
    "MINUTE_UNITS_DIGIT": lambda m, _: m.minute % 10,
    "HOUR_0_11": lambda m, _: m.hour % 12,
    "HOUR_0_11_Z": lambda m, _: f"{m.hour % 12:02d}",
    "HOUR_0_11_MINUTE": lambda m, _: m.hour % 12 + m.minute / 60,
    "HOUR_1_12": lambda m, _: _hour12(m),
    "HOUR_1_12_Z": lambda m, _: f"{_hour12(m):02d}",
    "HOUR_1_12_MINUTE": lambda m, _: _hour12(m) + m.minute / 60,
    "HOUR_0_23": lambda m, _: m.hour,
    "HOUR_0_23_Z": lambda m, _: f"{m.hour:02d}",
    "HOUR_0_23_MINUTE": lambda m, _: m.hour + m.minute / 60,
    "HOUR_1_24": lambda m, _: m.hour or 24,
    "HOUR_1_24_Z": lambda m, _: f"{m.hour or 24:02d}",
    "HOUR_1_24_MINUTE": lambda m, _: (m.hour or 24) + m.minute / 60,
    "HOUR_TENS_DIGIT": lambda m, _: m.hour // 10,
    "HOUR_UNITS_DIGIT": lambda m, _: m.hour % 10,
    "HOURS_SINCE_EPOCH": lambda m, _: int(m.timestamp()) // 3600,
    "DAY": lambda m, _: m.day,
    "DAY_Z": lambda m, _: f"{m.day:02d}",
    "DAY_HOUR": lambda m, _: m.day + (m.hour + _part(m)) / 24,
    "DAY_0_30": lambda m, _: m.day - 1,
    "DAY_0_30_HOUR": lambda m, _: m.day - 1 + (m.hour + _part(m)) / 24,
    "DAY_OF_YEAR": lambda m, _: m.timetuple().tm_yday,
    "DAY_OF_WEEK": lambda m, _: m.isoweekday() % 7 + 1,
    "DAY_OF_WEEK_F": lambda m, n: n.days[m.isoweekday() % 7],
    "DAY_OF_WEEK_S": lambda m, n: n.days_short[m.isoweekday() % 7],
    "DAYS_IN_MONTH": lambda m, _: _days_in_month(m),
    "MONTH": lambda m, _: m.month,
    "MONTH_Z": lambda m, _: f"{m.month:02d}",
    "MONTH_F": lambda m, n: n.months[m.month - 1],
    "MONTH_S": lambda m, n: n.months_short[m.month - 1],
    "MONTH_DAY": lambda m, _: m.month + (m.day - 1) / _days_in_month(m),
    "MONTH_0_11": lambda m, _: m.month - 1,
    "MONTH_0_11_DAY": lambda m, _: m.month - 1 + (m.day - 1) / _days_in_month(m),
    "YEAR": lambda m, _: m.year,
    "YEAR_S": lambda m, _: f"{m.year % 100:02d}",
    "YEAR_MONTH": lambda m, _: m.year + (m.month - 1) / 12,
    "YEAR_MONTH_DAY": lambda m, _: m.year + (m.month - 1 + (m.day - 1) / _days_in_month(m)) / 12,
    "WEEK_IN_MONTH": lambda m, _: _week_in_month(m),
    "WEEK_IN_YEAR": lambda m, _: m.isocalendar().week,
    "IS_DAYLIGHT_SAVING_TIME": lambda m, _: bool(m.dst()),
    "TIMEZONE": lambda m, _: m.tzname() or "UTC",
    "TIMEZONE_ABB": lambda m, _: m.tzname() or "UTC",
    "TIMEZONE_OFFSET": lambda m, _: _offset(m, dst=False) / 60,
    "TIMEZONE_OFFSET_DST": lambda m, _: _offset(m, dst=True) / 60,
    "TIMEZONE_OFFSET_MINUTES": lambda m, _: _offset(m, dst=False),
    "TIMEZONE_OFFSET_MINUTES_DST": lambda m, _: _offset(m, dst=True),
    "AMPM_STATE": lambda m, _: int(m.hour >= 12),
    "AMPM_POSITION": lambda m, _: 1,
    "AMPM_STRING": _ampm,
    "AMPM_STRING_ENG": lambda m, _: "PM" if m.hour >= 12 else "AM",
    "AMPM_STRING_SHORT": lambda m, n: _ampm(m, n)[:1],
    "MOON_PHASE_POSITION": lambda m, _: moon_age(m),
    "MOON_PHASE_TYPE": lambda m, _: round(moon_age(m) / SYNODIC_DAYS * 8) % 8,
    "MOON_PHASE_TYPE_STRING": lambda m, _: MOONS[round(moon_age(m) / SYNODIC_DAYS * 8) % 8],
}


def _angle(one: float, other: float) -> float:
    return math.degrees(math.atan2(one, other))


def _tilt(device: Device, axis: int) -> float:
    """How far the watch leans along x or y, in degrees (-90..90)."""
    x, y, z = device.tilt
    return _angle(x, math.hypot(y, z)) if axis == 0 else _angle(y, math.hypot(x, z))


_DEVICE: Final[dict[str, Callable[[Device], Value]]] = {
    "BATTERY_PERCENT": lambda d: d.battery,
    "BATTERY_CHARGING_STATUS": lambda d: d.charging,
    "BATTERY_IS_LOW": lambda d: d.battery is not None and d.battery <= LOW_BATTERY,
    "BATTERY_TEMPERATURE_CELSIUS": lambda d: d.battery_celsius,
    "BATTERY_TEMPERATURE_FAHRENHEIT": lambda d: d.battery_celsius * 9 / 5 + 32,
    "STEP_COUNT": lambda d: d.steps,
    "STEP_GOAL": lambda d: d.step_goal,
    "STEP_PERCENT": lambda d: None if d.steps is None else min(d.steps * 100 // max(d.step_goal, 1), 100),
    "HEART_RATE": lambda d: d.heart_rate,
    "HEART_RATE_Z": lambda d: None if d.heart_rate is None else f"{d.heart_rate:02d}",
    "UNREAD_NOTIFICATION_COUNT": lambda d: d.unread,
    "STATE.IS_AMBIENT": lambda d: d.ambient,
    "STATE.IS_DEVICE_LOCKED": lambda d: d.locked,
    "ACCELEROMETER_IS_SUPPORTED": lambda d: d.sensor,
    "ACCELEROMETER_X": lambda d: d.tilt[0],
    "ACCELEROMETER_Y": lambda d: d.tilt[1],
    "ACCELEROMETER_Z": lambda d: d.tilt[2],
    "ACCELEROMETER_ANGLE_X": lambda d: _tilt(d, 0),
    "ACCELEROMETER_ANGLE_Y": lambda d: _tilt(d, 1),
    "ACCELEROMETER_ANGLE_Z": lambda d: _angle(math.hypot(d.tilt[0], d.tilt[1]), d.tilt[2]),
    "ACCELEROMETER_ANGLE_XY": lambda d: _tilt(d, 0) + _tilt(d, 1),
}
