"""The forecast as a watch face shows it: now, the next two days by the hour, and the days, as Unix times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .meteo import Forecast, view_now
from .sky_view import SkyDay, SkyHour, SkyView

MAX_HOURS = 48
MAX_DAYS = 8


def sky_view(forecast: Forecast, zone: str, made: datetime) -> SkyView:
    """What of a forecast a face may show; ``zone`` is that of the place, ``made`` when it was fetched."""
    at = _reader(zone, made)
    daily, hourly = forecast.daily, forecast.hourly
    suns = [(at(rise), at(fall)) for rise, fall in zip(daily.sunrise, daily.sunset, strict=True)]

    def day(time: float) -> bool:
        return any(rise <= time < fall for rise, fall in suns) if suns else True

    first = made.timestamp() - 3600
    hours = [
        SkyHour(time, int(code or 0), celsius, day(time))
        for time, code, celsius in zip(map(at, hourly.time), hourly.weather_code, hourly.temperature_2m, strict=True)
        if time > first
    ]
    days = [
        SkyDay(at(f"{day_}T00:00"), int(code or 0), low, high, rain, uv)
        for day_, code, low, high, rain, uv in zip(
            daily.time, daily.weather_code, daily.temperature_2m_min, daily.temperature_2m_max,
            daily.precipitation_probability_max, daily.uv_index_max, strict=True,
        )
    ]  # fmt: skip
    now = view_now(forecast)
    rise, fall = suns[0] if suns else (0.0, 0.0)
    return SkyView(
        now.code, now.temperature, made.timestamp(), day(made.timestamp()), now.low, now.high, now.rain_chance, now.uv,
        rise, fall, False, hours[:MAX_HOURS], days[:MAX_DAYS],
    )  # fmt: skip


def _reader(zone: str, made: datetime) -> Callable[[str], float]:
    """Local ISO times of a place to Unix seconds; a time that is none counts as long ago."""
    try:
        here: tzinfo | None = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        here = made.tzinfo

    def at(text: str) -> float:
        try:
            return datetime.fromisoformat(text).replace(tzinfo=here).timestamp()
        except (ValueError, OverflowError):
            return 0.0

    return at
