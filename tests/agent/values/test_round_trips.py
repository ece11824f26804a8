"""Whatever is said by ``spoken.py`` is read back as the same value."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bluerill.agent.values.clock import clocks
from bluerill.agent.values.dates import dates
from bluerill.agent.values.durations import durations, iso_duration, parse_iso_duration
from bluerill.agent.values.festive import easter
from bluerill.agent.values.moments import Moment, moments, resolve, shifted, wall
from bluerill.agent.values.numbers import longest, numbers, ordinals
from bluerill.agent.values.reader import TYPED_KINDS, Reader
from bluerill.agent.values.recurrence import recurrences, weekdays_of
from bluerill.agent.values.spoken import (
    MONTHS,
    say_clock,
    say_date,
    say_duration,
    say_number,
    say_ordinal,
    say_weekdays,
)  # fmt: skip
from bluerill.agent.values.words import MAX_TOKENS, tokenize, words

TODAY = date(2026, 11, 20)
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")]


@given(st.integers(-999_999, 999_999))
def test_whole_numbers(value: int) -> None:
    said = words(say_number(value))
    assert longest(numbers(said, 0)) == (len(said), value)


@given(st.integers(0, 99_999), st.integers(0, 9999))
def test_decimals(whole: int, rest: int) -> None:
    value = float(f"{whole}.{rest:04d}")
    said = words(say_number(value))
    assert longest(numbers(said, 0)) == (len(said), value)


@given(st.integers(1, 99))
def test_ordinals(value: int) -> None:
    said = words(say_ordinal(value))
    assert (len(said), value) in list(ordinals(said, 0))


@given(st.integers(1, 4 * 86400))
def test_durations(seconds: int) -> None:
    said = words(say_duration(seconds))
    assert (len(said), seconds) in list(durations(said, 0))


@given(st.integers(-(10**7), 10**7).filter(bool))
def test_iso_durations(seconds: int) -> None:
    assert parse_iso_duration(iso_duration(seconds)) == timedelta(seconds=seconds)


@given(st.integers(0, 23), st.integers(0, 59))
def test_clock_times(hour: int, minute: int) -> None:
    said = words(say_clock(hour, minute))
    assert any(end == len(said) and (c.hour, c.minute, c.exact) == (hour, minute, True) for end, c in clocks(said, 0))


@given(st.dates(TODAY, TODAY + timedelta(days=365)))
def test_dates(day: date) -> None:
    said = words(say_date(day))
    assert (len(said), day) in list(dates(said, 0, TODAY)) or (day.month, day.day) == (TODAY.month, TODAY.day)


@given(st.dates(TODAY, date(2040, 12, 31)))
def test_written_dates(day: date) -> None:
    month = MONTHS[day.month]
    for text in (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{month}-{day.day}-{day.year}",
                 f"{day.year}/{day.day}/{month[:3]}",
                 f"{day.month}/{day.day}/{day.year}", f"{day.month}/{day.day}/{day:%y}",
                 f"{month} {day.day}, {day.year}"):  # fmt: skip
        said = words(text)
        assert (len(said), day) in list(dates(said, 0, TODAY)), text


@given(st.integers(1990, 2199))
def test_easter_is_a_sunday_after_the_spring_equinox(year: int) -> None:
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


@given(st.sets(st.integers(0, 6), min_size=1))
def test_weekdays(days: set[int]) -> None:
    said = words(say_weekdays(days))
    rule = max(recurrences(said, 0))
    assert rule[0] == len(said)
    assert weekdays_of(rule[1]) == days


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.sampled_from(ZONES), st.integers(1, 12))
def test_a_bare_hour_is_always_the_next_one(local: datetime, zone: ZoneInfo, hour: int) -> None:
    now = local.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).astimezone(zone)
    _end, moment = next(iter(moments(words(f"at {say_number(hour)}"), 0, now.date())))
    found = resolve(moment, now)
    assert found > now
    assert (found.astimezone(ZoneInfo("UTC")) - now.astimezone(ZoneInfo("UTC"))) <= timedelta(hours=26)


@given(st.integers(1, 48 * 3600), st.sampled_from(ZONES))
def test_relative_moments_are_real_time(seconds: int, zone: ZoneInfo) -> None:
    now = datetime(2026, 3, 28, 22, 30, tzinfo=zone)
    utc = ZoneInfo("UTC")
    assert shifted(now, seconds).astimezone(utc) - now.astimezone(utc) == timedelta(seconds=seconds)
    assert resolve(Moment(after=float(seconds)), now) == shifted(now, seconds)


def test_a_skipped_hour_moves_on() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 3, 28, 12, tzinfo=berlin)
    _end, clock = next(each for each in clocks(words("2:30 am"), 0) if each[0] == 2)
    assert wall(date(2026, 3, 29), clock, now).isoformat() == "2026-03-29T03:30:00+02:00"


@given(st.text(max_size=300))
def test_any_text_is_read_without_harm(text: str) -> None:
    tokens = tokenize(text)
    assert len(tokens) <= MAX_TOKENS + 1
    assert all(text[token.start : token.end] for token in tokens)
    reader = Reader([token.text for token in tokens], TODAY)
    for kind in TYPED_KINDS:
        for at in range(len(tokens)):
            assert all(at < reading.end <= len(tokens) for reading in reader.at(kind, at))
