"""The weather as a watch face shows it; part of what ``skills`` tells the screen (``messages.Glance``)."""

from __future__ import annotations

import msgspec

__all__ = ["SkyDay", "SkyHour", "SkyView"]


class SkyHour(msgspec.Struct, frozen=True, omit_defaults=True):
    """The weather of an hour that begins at ``at`` (Unix seconds): WMO code 4677, degrees Celsius."""

    at: float
    code: int
    celsius: float | None = None
    day: bool = True
    uv: float | None = None


class SkyDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """The weather of a day that begins at ``at``; ``rain`` is its chance in per cent."""

    at: float
    code: int
    low: float | None = None
    high: float | None = None
    rain: float | None = None
    uv: float | None = None


class SkyView(msgspec.Struct, frozen=True, omit_defaults=True):
    """The weather as a watch face shows it: now, the next hours, the next days. Times are Unix seconds."""

    code: int
    celsius: float | None = None
    updated: float = 0.0
    day: bool = True
    low: float | None = None
    high: float | None = None
    rain: float | None = None
    uv: float | None = None
    sunrise: float = 0.0
    sunset: float = 0.0
    fahrenheit: bool = False
    hours: list[SkyHour] = []
    days: list[SkyDay] = []
