"""Every source of every version says something, and the right thing."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bluerill.modalities.screen.wff.complications import PROVIDERS, Complications, Policy
from bluerill.modalities.screen.wff.expression import compile as compiled
from bluerill.modalities.screen.wff.expression.sources import SOURCES
from bluerill.modalities.screen.wff.sources import Sources, moon_age
from bluerill.modalities.screen.wff.weather import Day, Hour, Sky, sky_of_words
from bluerill.skills.messages import TimerView
from support.wff import NOON, device

STAMP = NOON.timestamp()
SKY = Sky(
    6, 11.6, STAMP, low=7.2, high=14.5, rain=60, uv=3,
    hours=tuple(Hour(STAMP - 600 + 3600 * i, 6, 11.0 + i, uv=1) for i in range(10)),
    days=tuple(Day(STAMP - 36_000 + 86_400 * i, 8, 5.0, 15.0, 20, 4) for i in range(7)),
    sunrise=STAMP - 7000, sunset=STAMP + 20_000,
)  # fmt: skip
SLOTS = Complications({"1": Policy((("WATCH_BATTERY", "RANGED_VALUE"),))}, {"1": frozenset(("RANGED_VALUE",))})


@pytest.mark.parametrize("name", [name for name in SOURCES if not name.startswith(("COMPLICATION.", "ANIMATION"))])
def test_every_source_of_every_version_says_something(name: str) -> None:
    assert Sources(device(sky=SKY), SLOTS).get(name.replace("#", "2")) is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOUR_1_12", 10), ("HOUR_0_23_Z", "10"), ("MINUTE_Z", "08"), ("SECOND_MILLISECOND", 36.5), ("DAY_OF_WEEK", 6),
        ("DAY_OF_WEEK_S", "Fri"), ("MONTH_F", "November"), ("DAYS_IN_MONTH", 30), ("DAY_OF_YEAR", 324),
        ("STEP_PERCENT", 62), ("AMPM_STRING", "AM"), ("UTC_TIMESTAMP", int(STAMP * 1000)), ("WEATHER.TEMPERATURE", 12),
        ("WEATHER.HOURS.1.TEMPERATURE", 12), ("WEATHER.DAYS.1.TEMPERATURE_HIGH", 15), ("WEATHER.CONDITION_NAME", "Rain"),
        ("WEATHER.HOURS.9.IS_AVAILABLE", False), ("HEART_RATE_Z", "72"), ("COMPLICATION.1.RANGED_VALUE_VALUE", 82),
        ("COMPLICATION.1.TYPE", "RANGED_VALUE"), ("COMPLICATION.2.TYPE", "EMPTY"), ("NO_SUCH_SOURCE", None),
    ],
)  # fmt: skip
def test_values(name: str, value: object) -> None:
    assert Sources(device(sky=SKY), SLOTS).get(name) == value


def test_another_zone_and_language_for_parts_that_ask() -> None:
    winter = device(moment=datetime(2026, 1, 9, 23, 30, tzinfo=UTC))
    tokyo = Sources(winter, zone="Asia/Tokyo", locales="fr_FR de_DE")
    assert (tokyo.get("HOUR_0_23"), tokyo.get("DAY")) == (8, 10)
    assert tokyo.get("DAY_OF_WEEK_F") == "samedi"
    assert compiled('icuText("HH:mm")').evaluate(tokyo) == "08:30"  # type: ignore[arg-type]
    assert Sources(winter, zone="Nowhere/At_All").get("HOUR_0_23") == 23
    summer = device(moment=datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin")))
    assert (Sources(summer).get("TIMEZONE_OFFSET"), Sources(summer).get("TIMEZONE_OFFSET_DST")) == (1.0, 2.0)


def test_overrides_win_and_nothing_known_is_null() -> None:
    assert Sources(device(overrides={"HEART_RATE": 99})).get("HEART_RATE") == 99
    bare = Sources(device(battery=None, steps=None, heart_rate=None))
    assert [bare.get(n) for n in ("BATTERY_PERCENT", "STEP_COUNT", "HEART_RATE", "WEATHER.TEMPERATURE")] == [None] * 4
    assert bare.get("WEATHER.IS_AVAILABLE") is False


def test_the_moon_of_known_nights() -> None:
    full = datetime(2026, 1, 3, 10, 3, tzinfo=UTC)
    assert abs(moon_age(full) - 14.77) < 1.0
    assert Sources(device(moment=full)).get("MOON_PHASE_TYPE_STRING") == "Full Moon"
    assert Sources(device(moment=datetime(2026, 2, 17, 12, 1, tzinfo=UTC))).get("MOON_PHASE_TYPE") == 0


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_provider_answers_with_and_without_data(name: str) -> None:
    timer = TimerView("1", "Tea", 600, ends_at=STAMP + 90)
    full = device(sky=SKY, timers=(timer,), next_alarm=datetime(2026, 11, 21, 7), stopwatch_started=STAMP - 65)
    data = PROVIDERS[name](full)
    assert (data is None) is (name in ("EMPTY", "FAVORITE_CONTACT"))
    if data is not None:
        assert data.text
    PROVIDERS[name](device(battery=None, steps=None, heart_rate=None))


def test_timers_and_alarms_as_complications() -> None:
    timer = TimerView("1", "Tea", 600, ends_at=STAMP + 90)
    slots = Complications(
        {"1": Policy((("com.other/App", "SHORT_TEXT"), ("bluerill/timer", "SHORT_TEXT"), ("DATE", "SHORT_TEXT")))},
        {"1": frozenset(("SHORT_TEXT",))},
    )
    ticking = device(timers=(timer,))
    assert (slots.value("1", "TEXT", ticking), slots.value("1", "TITLE", ticking)) == ("1:30", "Tea")
    assert slots.value("1", "TEXT", device()) == "Nov 20"


def test_a_line_of_weather_is_read() -> None:
    sky = sky_of_words("-3.5°C light snow")
    assert sky is not None
    assert (sky.condition, sky.celsius) == (11, -3.5)
    assert sky_of_words("") is None
