"""Simulated sensors: what a wrist would measure, as a function of the time of day.

There is no hardware behind them, and every skill that shows a reading says so. They are deterministic (the same
moment gives the same reading on every device) so that tests and demonstrations can be repeated: a day follows one
rhythm (sleep, commute, lunch walk, evening exercise) and a hash of the date varies it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta

from ..kernel.errors import CallerError

STEP_M = 0.74
"""Metres a step."""
STEP_KCAL = 0.042
REST_KCAL_H = 68.0

_STEPS_BY_HOUR = (
    0,
    0,
    0,
    0,
    0,
    0,
    90,
    640,
    980,
    310,
    280,
    330,
    1250,
    620,
    270,
    290,
    340,
    910,
    1180,
    760,
    340,
    190,
    60,
    0,
)
_SLEEP_ENDS_H = 6.6
_CHARGED_AT_H = 7.0
_DRAIN_H = 3.1
"""Per cent of battery an hour."""


def reading(metric: str, now: datetime) -> float:
    """A local moment's reading: battery (%), charging and connection (0 or 1), steps, heart_rate (a minute), calories
    (kcal), distance (km), sleep (h).

    Steps, calories and distance count from midnight; sleep is the night that ended that day. Raises CallerError for
    another metric.
    """
    try:
        return _METRICS[metric](now)
    except KeyError:
        raise CallerError(f"no sensor measures {metric!r}; there are {', '.join(sorted(_METRICS))}") from None


RANGES: dict[str, tuple[float, float]] = {
    "battery": (0, 100),
    "charging": (0, 1),
    "connection": (0, 1),
    "steps": (0, 200_000),
    "heart_rate": (20, 250),
    "calories": (0, 30_000),
    "distance": (0, 500),
    "sleep": (0, 24),
    "compass": (0, 360),
    "light": (0, 200_000),
}
"""What may be injected."""


class Sensors:
    """The sensors of one device: what the day gives, but for readings that somebody injected."""

    def __init__(self) -> None:
        self._injected: dict[str, float] = {}

    def inject(self, metric: str, value: float | None) -> None:
        """Let a sensor read ``value``; None takes that back. Raises CallerError: another metric, or out of range."""
        if metric not in RANGES:
            raise CallerError(f"no sensor measures {metric[:40]!r}; there are {', '.join(sorted(RANGES))}")
        low, high = RANGES[metric]
        if value is None:
            self._injected.pop(metric, None)
        elif low <= value <= high:
            self._injected[metric] = value
        else:
            raise CallerError(f"{metric} is between {low:g} and {high:g}, got {value:g}")

    def reading(self, metric: str, now: datetime) -> float:
        """As the function of this name."""
        return self._injected[metric] if metric in self._injected else reading(metric, now)


def day_total(metric: str, day: date) -> float:
    """A whole day's steps, calories, distance or sleep."""
    return reading(metric, datetime(day.year, day.month, day.day, 23, 59, 59))


def _vary(day: date, what: str, share: float) -> float:
    """A factor between 1 - share and 1 + share, the same for the same day."""
    return 1 + share * (zlib.crc32(f"{what}{day.isoformat()}".encode()) / 0x7FFFFFFF - 1)


def _hours(now: datetime) -> float:
    return now.hour + now.minute / 60 + now.second / 3600


def _steps(now: datetime) -> float:
    walked = sum(_STEPS_BY_HOUR[: now.hour]) + _STEPS_BY_HOUR[now.hour] * (_hours(now) - now.hour)
    return float(int(walked * _vary(now.date(), "steps", 0.3)))


def _heart_rate(now: datetime) -> float:
    hour = _hours(now)
    asleep = hour < _SLEEP_ENDS_H
    effort = _STEPS_BY_HOUR[now.hour] / 1250
    wave = 3 * math.sin(now.minute / 60 * 2 * math.pi) + 2 * math.sin(now.second / 60 * 2 * math.pi)
    return float(round((54 if asleep else 66) + 34 * effort + wave))


def _calories(now: datetime) -> float:
    return float(round(_steps(now) * STEP_KCAL + _hours(now) * REST_KCAL_H))


def _distance(now: datetime) -> float:
    return round(_steps(now) * STEP_M / 1000, 2)


def _sleep(now: datetime) -> float:
    night = 7.3 * _vary(now.date(), "sleep", 0.15)
    if _hours(now) >= _SLEEP_ENDS_H:
        return round(night, 1)
    return round(max(0.0, night - (_SLEEP_ENDS_H - _hours(now))), 1)


def _battery(now: datetime) -> float:
    """Charged full by seven in the morning, draining till then."""
    charged = now.replace(hour=int(_CHARGED_AT_H), minute=0, second=0, microsecond=0)
    if charged > now:
        charged -= timedelta(days=1)
    since = (now - charged).total_seconds() / 3600
    if since > 22.5:  # on the charger in the last hour and a half of the night
        low = 100 - 22.5 * _DRAIN_H
        return float(round(low + (100 - low) * (since - 22.5) / 1.5))
    return float(round(100 - since * _DRAIN_H))


def _charging(now: datetime) -> float:
    """On the charger before seven in the morning."""
    return float(_CHARGED_AT_H - 1.5 <= _hours(now) < _CHARGED_AT_H)


def _connection(_now: datetime) -> float:
    return 1.0


def _compass(_now: datetime) -> float:
    """A watch that lies on the table, twelve o'clock to the north."""
    return 0.0


def _light(now: datetime) -> float:
    """A room by day, a lamp in the evening, dark while one sleeps."""
    hour = _hours(now)
    return 5.0 if hour < _SLEEP_ENDS_H or hour >= 23 else 120.0 if hour >= 18 else 400.0


_METRICS: dict[str, Callable[[datetime], float]] = {
    "battery": _battery,
    "charging": _charging,
    "connection": _connection,
    "steps": _steps,
    "heart_rate": _heart_rate,
    "calories": _calories,
    "distance": _distance,
    "sleep": _sleep,
    "compass": _compass,
    "light": _light,
}
