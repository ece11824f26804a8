"""The device as a face sees it at one moment: what the watch really knows. A reading that is not known is None."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ....skills.messages import TimerView
from ..view import STEP_GOAL, View
from .expression import Value
from .weather import Sky, sky_of, sky_of_words

LOW_BATTERY = 15


class Device(NamedTuple):
    """``moment`` is local, with zone and fraction of a second."""

    moment: datetime
    ambient: bool = False
    day24: bool = True
    language: str = "en_US"
    zone: str = ""
    """The IANA name of the zone, if it is known."""
    battery: int | None = None
    charging: bool = False
    battery_celsius: float = 30.0
    steps: int | None = None
    step_goal: int = STEP_GOAL
    heart_rate: int | None = None
    unread: int = 0
    sky: Sky | None = None
    next_alarm: datetime | None = None
    timers: tuple[TimerView, ...] = ()
    stopwatch_started: float = 0.0
    locked: bool = False
    tilt: tuple[float, float, float] = (0.0, 0.0, 9.81)
    """Acceleration in m/s² along x, y, z; lying flat, face up, unless there is a sensor."""
    sensor: bool = False
    overrides: Mapping[str, Value] = {}
    """Sources that say something else than the device does (``--set``)."""

    @property
    def as_set(self) -> Device:
        """The device whose readings are those that were set, for who takes them from the device (complications)."""
        found: dict[str, Any] = {
            field: None if value is None else int(value)
            for name, field in _READINGS.items()
            if name in self.overrides
            and not isinstance(value := self.overrides[name], bool)
            and (value is None or (isinstance(value, (int, float)) and abs(value) < 1e9))
        }
        return self._replace(**found) if found else self


_READINGS = {"BATTERY_PERCENT": "battery", "STEP_COUNT": "steps", "HEART_RATE": "heart_rate"}


def device_of(view: View, *, zone: str = "", fahrenheit: bool = False) -> Device:
    """What a face described by code sees, for one described by data."""
    return Device(
        moment=view.moment,
        ambient=view.ambient,
        zone=zone or str(getattr(view.moment.tzinfo, "key", "")),
        battery=view.battery,
        steps=view.steps,
        heart_rate=view.heart_rate,
        unread=view.unread,
        sky=sky_of(view.sky) or sky_of_words(view.weather, fahrenheit=fahrenheit),
        next_alarm=view.next_alarm,
        timers=view.timers,
        stopwatch_started=view.stopwatch_started,
    )
