"""Open-Meteo's two documents, geocoding and forecast, read strictly and kept small.

See https://open-meteo.com/en/docs and https://open-meteo.com/en/docs/geocoding-api (no key needed, CC BY 4.0 data).
What comes from outside is decoded into typed structs, bounded, and only then used; weather codes are WMO table 4677 as
Open-Meteo documents them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

FORECAST_HOST = "api.open-meteo.com"
GEOCODING_HOST = "geocoding-api.open-meteo.com"
DAYS = 8
_CURRENT = "temperature_2m,apparent_temperature,relative_humidity_2m,wind_speed_10m,weather_code"
_HOURLY = "temperature_2m,precipitation_probability,weather_code,wind_speed_10m,relative_humidity_2m"
_DAILY = (
    "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max,precipitation_sum,snowfall_sum,"
    "wind_speed_10m_max,sunrise,sunset,uv_index_max"
)

_WORDS = {
    0: "clear", 1: "mostly clear", 2: "partly cloudy", 3: "overcast", 45: "foggy", 48: "foggy with rime",
    51: "light drizzle", 53: "drizzle", 55: "heavy drizzle", 56: "freezing drizzle", 57: "freezing drizzle",
    61: "light rain", 63: "rain", 65: "heavy rain", 66: "freezing rain", 67: "heavy freezing rain",
    71: "light snow", 73: "snow", 75: "heavy snow", 77: "snow grains", 80: "light showers", 81: "showers",
    82: "violent showers", 85: "snow showers", 86: "heavy snow showers", 95: "thunderstorms",
    96: "thunderstorms with hail", 99: "thunderstorms with heavy hail",
}  # fmt: skip

_Column = list[float | None]


class Spot(msgspec.Struct, frozen=True):
    """A place on the map."""

    name: str
    latitude: float
    longitude: float
    timezone: str = "UTC"
    country: str = ""


class _Spots(msgspec.Struct, frozen=True):
    results: list[Spot] = []


class _Current(msgspec.Struct, frozen=True):
    temperature_2m: float
    apparent_temperature: float
    relative_humidity_2m: float
    wind_speed_10m: float
    weather_code: int


class _Hourly(msgspec.Struct, frozen=True):
    time: list[str]
    temperature_2m: _Column
    precipitation_probability: _Column
    weather_code: _Column
    wind_speed_10m: _Column
    relative_humidity_2m: _Column


class _Daily(msgspec.Struct, frozen=True):
    time: list[str]
    weather_code: _Column
    temperature_2m_max: _Column
    temperature_2m_min: _Column
    precipitation_probability_max: _Column
    precipitation_sum: _Column
    snowfall_sum: _Column
    wind_speed_10m_max: _Column
    sunrise: list[str]
    sunset: list[str]
    uv_index_max: _Column


class Forecast(msgspec.Struct, frozen=True):
    """A forecast in Celsius, km/h and mm, times local to the place."""

    current: _Current
    hourly: _Hourly
    daily: _Daily


class View(msgspec.Struct, frozen=True):
    """The weather of one day or one hour, or now; None where the forecast does not say."""

    code: int
    temperature: float | None
    high: float | None
    low: float | None
    feels: float | None
    rain_chance: float | None
    rain_mm: float | None
    snow_cm: float | None
    wind: float | None
    humidity: float | None
    uv: float | None
    sunrise: str
    sunset: str


def spot_url(name: str) -> str:
    return f"https://{GEOCODING_HOST}/v1/search?" + urlencode(
        {"name": name[:80], "count": 1, "language": "en", "format": "json"}
    )


def forecast_url(spot: Spot) -> str:
    query = {
        "latitude": f"{spot.latitude:.3f}", "longitude": f"{spot.longitude:.3f}", "current": _CURRENT,
        "hourly": _HOURLY, "daily": _DAILY, "timezone": "auto", "forecast_days": DAYS,
    }  # fmt: skip
    return f"https://{FORECAST_HOST}/v1/forecast?" + urlencode(query, safe=",")


def read_spot(data: bytes) -> Spot | None:
    """The best match of a geocoding answer; None if there is none. Raises ValueError if it is no such document."""
    found = msgspec.json.decode(data, type=_Spots).results
    if not found:
        return None
    spot = found[0]
    if not (-90 <= spot.latitude <= 90 and -180 <= spot.longitude <= 180):
        raise ValueError("a place off the map")
    clean = "".join(letter for letter in spot.name if letter.isprintable())[:60]
    return msgspec.structs.replace(spot, name=clean, country=spot.country[:60])


def read_forecast(data: bytes) -> Forecast:
    """A forecast document. Raises ValueError if it is none, or its columns do not have one length."""
    found = msgspec.json.decode(data, type=Forecast)
    for table, most in ((found.hourly, 24 * 17), (found.daily, 17)):
        lengths = {len(getattr(table, name)) for name in table.__struct_fields__}
        if len(lengths) != 1 or not 0 < max(lengths) <= most:
            raise ValueError(f"columns of lengths {sorted(lengths)}")
    return found


def words_of(code: int) -> str:
    return _WORDS.get(code, "changeable")


def view_now(forecast: Forecast) -> View:
    """Now, with today's figures beside."""
    day = view_day(forecast, date.fromisoformat(forecast.daily.time[0]))
    assert day is not None
    current = forecast.current
    return msgspec.structs.replace(
        day, code=current.weather_code, temperature=current.temperature_2m, feels=current.apparent_temperature,
        wind=current.wind_speed_10m, humidity=current.relative_humidity_2m,
    )  # fmt: skip


def view_day(forecast: Forecast, day: date) -> View | None:
    """One day; None if the forecast does not reach it."""
    table = forecast.daily
    if day.isoformat() not in table.time:
        return None
    at = table.time.index(day.isoformat())
    return View(
        int(table.weather_code[at] or 0), None, table.temperature_2m_max[at], table.temperature_2m_min[at], None,
        table.precipitation_probability_max[at], table.precipitation_sum[at], table.snowfall_sum[at],
        table.wind_speed_10m_max[at], None, table.uv_index_max[at], table.sunrise[at], table.sunset[at],
    )  # fmt: skip


def view_hour(forecast: Forecast, moment: datetime) -> View | None:
    """The hour a local moment lies in; None if the forecast does not reach it."""
    day, table = view_day(forecast, moment.date()), forecast.hourly
    hour = moment.replace(minute=0, second=0, microsecond=0).isoformat(timespec="minutes")
    if day is None or hour not in table.time:
        return None
    at = table.time.index(hour)
    return msgspec.structs.replace(
        day, code=int(table.weather_code[at] or 0), temperature=table.temperature_2m[at],
        rain_chance=table.precipitation_probability[at], wind=table.wind_speed_10m[at],
        humidity=table.relative_humidity_2m[at],
    )  # fmt: skip


def plain(value: Any) -> Any:
    """A struct as a row of the store."""
    return msgspec.to_builtins(value)
