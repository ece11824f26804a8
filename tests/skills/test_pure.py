# ruff: noqa: E501 - tables of cases
"""The small pure parts: recurrence, local time, speech, names, measures, places, sensors, arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.skills import measures, sensors
from bluerill.skills.currencies import code_of, exchange, read_rates
from bluerill.skills.localtime import device_zone, instant, wall, zone_named
from bluerill.skills.matching import best, words
from bluerill.skills.places import known_places, place_name, zone_of
from bluerill.skills.recurrence import first_from, in_words, next_after, parse_rule
from bluerill.skills.speech import joined, part_of_day, plural, relative_day, relative_moment, short_span, span
from bluerill.skills.system.lists import split_items
from bluerill.skills.tap import Tap

PARIS = ZoneInfo("Europe/Paris")


def occurrences(rule: str, start: str, count: int) -> list[str]:
    parsed, first = parse_rule(rule), datetime.fromisoformat(start)
    found: list[str] = []
    each = first_from(parsed, first)
    while each is not None and len(found) < count:
        found.append(each.isoformat(timespec="minutes"))
        each = next_after(parsed, first, each)
    return found


@pytest.mark.parametrize(
    ("rule", "start", "dates"),
    [
        ("FREQ=DAILY;INTERVAL=2", "2026-11-18T07:00", ["18", "20", "22"]),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,FR", "2026-11-18T07:00", ["20", "23", "27"]),
        ("freq=weekly", "2026-11-18T07:00", ["18", "25"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2026-11-02T07:00", ["03", "17"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-01T07:00", ["27"]),
        ("FREQ=MONTHLY;BYDAY=3TH", "2026-11-01T07:00", ["19"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-01T07:00", ["30"]),
        ("FREQ=DAILY;COUNT=2", "2026-11-18T07:00", ["18", "19"]),
        ("FREQ=DAILY;UNTIL=20261119", "2026-11-18T07:00", ["18", "19"]),
    ],
)
def test_recurrence(rule: str, start: str, dates: list[str]) -> None:
    wanted = [f"2026-11-{day}T07:00" for day in dates]
    limited = "COUNT" in rule or "UNTIL" in rule
    assert occurrences(rule, start, len(dates) + limited) == wanted


def test_days_that_do_not_exist_are_skipped() -> None:
    assert occurrences("FREQ=MONTHLY", "2026-12-31T07:00", 3) == [
        "2026-12-31T07:00", "2027-01-31T07:00", "2027-03-31T07:00",
    ]  # fmt: skip
    assert occurrences("FREQ=YEARLY", "2028-02-29T07:00", 2) == ["2028-02-29T07:00", "2032-02-29T07:00"]
    assert (
        next_after(parse_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), datetime(2026, 1, 1), datetime(2026, 1, 1))
        is None
    )


@pytest.mark.parametrize(
    "text",
    ["", "DAILY", "FREQ=HOURLY", "FREQ=DAILY;FREQ=DAILY", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=1MO",
     "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;BYSETPOS=1", "FREQ=DAILY;UNTIL=soon", "FREQ=MONTHLY;BYMONTHDAY=32",
     "FREQ=DAILY;COUNT=99999999", "FREQ=DAILY;INTERVAL=x"],
)  # fmt: skip
def test_rules_that_are_not_understood_are_one_line(text: str) -> None:
    with pytest.raises(CallerError, match="recurrence") as caught:
        parse_rule(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=DAILY", "every day"), ("FREQ=DAILY;INTERVAL=3", "every 3 days"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"), ("FREQ=WEEKLY;BYDAY=SU,SA", "at weekends"),
        ("FREQ=WEEKLY;BYDAY=TU,MO,FR", "every Monday, Tuesday and Friday"), ("FREQ=YEARLY", "every year"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "on the last Friday of every month"),
    ],
)  # fmt: skip
def test_rules_in_words(rule: str, said: str) -> None:
    assert in_words(parse_rule(rule)) == said


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-11-18T12:00", "Europe/Paris", "2026-11-18T11:00"),
        ("2027-03-28T02:30", "Europe/Paris", "2027-03-28T01:00"),  # skipped: the first moment after
        ("2027-03-28T02:00", "Europe/Paris", "2027-03-28T01:00"),
        ("2026-10-25T02:30", "Europe/Paris", "2026-10-25T00:30"),  # twice: the first
        ("2027-03-14T02:15", "America/New_York", "2027-03-14T07:00"),
        ("2027-10-03T02:10", "Australia/Lord_Howe", "2027-10-02T15:30"),  # a gap of half an hour
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00"),  # a whole day that was not
    ],
)
def test_wall_times_mean_one_moment(local: str, zone: str, utc: str) -> None:
    moment = instant(datetime.fromisoformat(local), zone_named(zone))
    assert moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="minutes") == utc


def test_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CallerError, match="no time zone is named 'Mars/Base'"):
        zone_named("Mars/Base")
    for bad in ("../../etc/passwd", "", "Europe"):
        with pytest.raises(CallerError):
            zone_named(bad)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert str(device_zone()) == "Asia/Tokyo"
    monkeypatch.setenv("TZ", ":America/Lima")
    assert str(device_zone()) == "America/Lima"
    monkeypatch.setenv("TZ", "CET-1CEST")
    assert device_zone() is not None
    assert str(device_zone("Europe/Rome")) == "Europe/Rome"
    assert wall(datetime(2026, 11, 18, 11, tzinfo=UTC), PARIS) == datetime(2026, 11, 18, 12)


NOW = datetime(2026, 11, 18, 12, 6, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-19T07:00", "7:00 tomorrow morning"), ("2026-11-18T19:30", "7:30 this evening"),
        ("2026-11-18T23:00", "11:00 tonight"), ("2026-11-20T15:05", "3:05 on Friday afternoon"),
        ("2026-12-03T08:00", "8:00 AM on 3 December"), ("2027-01-02T08:00", "8:00 AM on 2 January 2027"),
        ("2026-11-19T01:30", "1:30 AM tomorrow"), ("2026-11-19T22:30", "10:30 tomorrow night"),
    ],
)  # fmt: skip
def test_moments_are_said(moment: str, said: str) -> None:
    assert relative_moment(datetime.fromisoformat(moment), NOW) == said


@pytest.mark.parametrize(
    ("seconds", "said", "short"),
    [(0, "0 seconds", "0:00"), (1, "1 second", "0:01"), (600, "10 minutes", "10:00"), (5400, "1 hour and 30 minutes", "1:30:00"),
     (90061, "1 day, 1 hour and 1 minute", "25:01:01"), (59.6, "1 minute", "1:00"), (-30, "30 seconds", "0:30")],
)  # fmt: skip
def test_spans_are_said(seconds: float, said: str, short: str) -> None:
    assert span(timedelta(seconds=seconds)) == said
    assert short_span(timedelta(seconds=seconds)) == short


def test_small_words() -> None:
    assert [plural(1, "egg"), plural(2, "egg"), plural(2, "box", "boxes")] == ["1 egg", "2 eggs", "2 boxes"]
    assert [joined([]), joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"], "or")] == [
        "",
        "a",
        "a and b",
        "a, b or c",
    ]
    assert [part_of_day(NOW.replace(hour=hour)) for hour in (3, 4, 12, 18, 22)] == [
        "night", "morning", "afternoon", "evening", "night",
    ]  # fmt: skip
    assert relative_day(date(2026, 11, 17), NOW.date()) == "yesterday"


def test_names_are_matched_by_their_words() -> None:
    assert words("The twenty five minutes timer's") == ["25", "minute", "timer"]
    things = ["pizza", "pizza dough", "tea", "10 minute timer"]

    def find(said: str) -> list[str]:
        return best(things, said, lambda each: [each])

    assert find("pizza") == ["pizza"]
    assert find("the dough") == ["pizza dough"]
    assert find("ten minutes") == ["10 minute timer"]
    assert find("my tea timer") == ["tea"]
    assert find("soup") == []
    assert find("the") == []


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("milk", ["milk"]), ("milk and eggs", ["milk", "eggs"]), ("milk, eggs, and bread", ["milk", "eggs", "bread"]),
        ("mac and cheese and beer", ["mac and cheese", "beer"]), ("some apples plus a melon", ["apples", "melon"]),
        ("milk and milk", ["milk"]), ("sandpaper", ["sandpaper"]),
    ],
)  # fmt: skip
def test_items_are_split(text: str, items: list[str]) -> None:
    assert split_items(text) == items


@pytest.mark.parametrize(
    ("value", "source", "target", "answer"),
    [
        (10, "miles", "km", Fraction("16.09344")), (0, "celsius", "fahrenheit", 32), (100, "c", "kelvin", Fraction("373.15")),
        (-40, "fahrenheit", "centigrade", -40), (1, "kilo", "grams", 1000), (2, "pounds", "oz", 32), (1, "stone", "lbs", 14),
        (3, "feet", "yard", 1), (1, "hour", "seconds", 3600), (36, "km/h", "metres per second", 10),
        (1, "gigabyte", "megabytes", 1000), (1, "imperial pint", "ml", Fraction("568.26125")), (1, "k", "m", 1000),
        (0, "k", "celsius", Fraction("-273.15")), (1, "square mile", "acres", 640 + Fraction(0)),
    ],
)  # fmt: skip
def test_measures_are_exact(value: int, source: str, target: str, answer: Fraction) -> None:
    found = measures.convert(Fraction(value), source, target)
    assert found is not None
    assert abs(found[0] - answer) < Fraction(1, 10**4)
    if "mile" not in source:
        assert found[0] == answer


def test_measures_that_do_not_fit() -> None:
    assert measures.convert(Fraction(1), "pound", "km") is None
    assert measures.find("smoot") == []
    assert len(measures.unit_names()) > 80


def test_currencies_and_their_file() -> None:
    assert [code_of(name) for name in ("dollars", "Swiss francs", "the euro", "quid", "jpy", "gold")] == [
        "USD", "CHF", "EUR", "GBP", "JPY", None,
    ]  # fmt: skip
    assert read_rates("<html>") is None
    assert read_rates("time='2026-11-17' currency='USD' rate='1.08'") == ("2026-11-17", {"USD": "1.08"})
    assert exchange(Fraction(108), "USD", "EUR", {"USD": "1.08"}) == 100
    assert exchange(Fraction(1), "USD", "XXX", {"USD": "1.08"}) is None


def test_every_place_of_the_table_has_a_zone() -> None:
    places = known_places()
    assert len(places) > 250
    missing = [place for place in places if zone_of(place) is None]
    assert missing == []
    assert str(zone_of("Buenos Aires")) == "America/Argentina/Buenos_Aires"
    assert str(zone_of("the Netherlands")) == "Europe/Amsterdam"
    assert str(zone_of("reykjavik")) == "Atlantic/Reykjavik"
    assert str(zone_of("Phoenix")) == "America/Phoenix"
    for nonsense in ("", "atlantis", "../x", "x" * 500, "é", "\x00"):
        assert zone_of(nonsense) is None
    assert place_name("new york") == "New York"
    assert place_name("rio de janeiro") == "Rio de Janeiro"


def test_sensors_follow_the_day_and_repeat_exactly() -> None:
    day = datetime(2026, 11, 18, tzinfo=PARIS)
    times = [day + timedelta(minutes=minutes) for minutes in range(0, 1440, 7)]
    steps = [sensors.reading("steps", each) for each in times]
    assert all(later >= earlier for earlier, later in pairwise(steps))
    assert 3000 < steps[-1] < 16000
    battery = [sensors.reading("battery", each) for each in times]
    assert all(0 < each <= 100 for each in battery)
    assert battery[80] > battery[190]
    heart = {sensors.reading("heart_rate", each) for each in times}
    assert min(heart) > 45
    assert max(heart) < 120
    assert len(heart) > 10
    assert [sensors.reading("steps", each) for each in times] == steps
    with pytest.raises(CallerError, match="no sensor measures 'blood'"):
        sensors.reading("blood", day)


def test_a_tap_lets_some_through_in_a_while_and_each_for_itself() -> None:
    tap = Tap(3, 10.0)
    assert [tap.passes("a", float(at)) for at in range(5)] == [True, True, True, False, False]
    assert tap.passes("b", 4.0)
    assert (tap.first_refusal("a"), tap.first_refusal("a")) == (True, False)
    assert tap.passes("a", 10.0)
    assert tap.first_refusal("a")
    assert not tap.passes("a", 10.5)
    assert tap.passes("a", 11.0)
