"""What words come to at one fixed now (Friday 20 November 2026, 14:05 in Berlin), one table a kind."""

from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.arguments import written
from bluerill.agent.values.reader import Reader
from bluerill.agent.values.words import words
from support.small_catalogue import NOW


def read(kind: str, text: str, *, early: bool = False) -> Any:
    """The value of a text that is wholly one reading; None where it is not."""
    said = words(text)
    found = Reader(said, NOW.date()).at(kind, 0)
    return written(kind, found[0].value, NOW, early=early) if found and found[0].end == len(said) else None


TABLE: dict[str, dict[str, Any]] = {
    "duration": {
        "ten minutes": "PT10M", "an hour and a half": "PT1H30M", "1h30": "PT1H30M", "two and a half hours": "PT2H30M",
        "half an hour": "PT30M", "1 hour 5 minutes 30 seconds": "PT1H5M30S", "a quarter of an hour": "PT15M",
        "one hour thirty": "PT1H30M", "half a minute": "PT30S", "10min": "PT10M", "ninety seconds": "PT1M30S",
        "5½ minutes": "PT5M30S", "a couple of minutes": "PT2M", "1 1/2 hours": "PT1H30M", "two days": "P2D",
        "three quarters of an hour": "PT45M", "an hour and thirty minutes": "PT1H30M", "a week": "P7D",
        "all day": "P1D",
        "two nights": "P2D",
        "ten": None, "no minutes": None, "zero minutes": None, "minutes": None, "1 hour 2 hours": None,
    },
    "change": {
        "ten more minutes": "PT10M", "another ten minutes": "PT10M", "five minutes less": "-PT5M",
        "minus 5 minutes": "-PT5M", "an extra hour": "PT1H", "ten minutes longer": "PT10M",
    },
    "time": {
        "at dinner time": "2026-11-20T19:00", "tomorrow at lunch": "2026-11-21T12:00", "at tea": None,
        "quarter to seven": "2026-11-20T18:45", "7 30 pm": "2026-11-20T19:30", "7:30pm": "2026-11-20T19:30",
        "half past six": "2026-11-20T18:30", "noon": "2026-11-21T12:00", "seven in the morning": "2026-11-21T07:00",
        "oh seven hundred": "2026-11-21T07:00", "two thirty": "2026-11-20T14:30",
        "seven tomorrow": "2026-11-21T07:00", "tomorrow at seven": "2026-11-21T07:00",
        "friday at 6": "2026-11-27T06:00", "in ten minutes": "2026-11-20T14:15", "tonight at 8": "2026-11-20T20:00",
        "8 p.m.": "2026-11-20T20:00", "next friday at noon": "2026-11-27T12:00", "ten to nine": "2026-11-20T20:50",
        "seven oh five": "2026-11-20T19:05", "nineteen thirty": "2026-11-20T19:30", "midnight": "2026-11-21T00:00",
        "tomorrow morning": "2026-11-21T09:00", "tomorrow morning at 7": "2026-11-21T07:00",
        "the 3rd of may at 5 pm": "2027-05-03T17:00", "at 2": "2026-11-21T02:00", "half six": "2026-11-20T18:30",
        "7 tomorrow morning": "2026-11-21T07:00", "ten at night": "2026-11-20T22:00",
        "2026-12-24T18:00": "2026-12-24T18:00", "meeting tomorrow at three": None, "tomorrow at three":
        "2026-11-21T15:00", "tomorrow": None, "seven": None, "25:00": None, "7:61": None,
        "six p m": "2026-11-20T18:00", "9a": "2026-11-21T09:00", "8:45p": "2026-11-20T20:45", "8p.m.":
        "2026-11-20T20:00", "22nd of april at 5pm": "2027-04-22T17:00", "eod": "2026-11-20T23:59:59",
        "by the end of the day": "2026-11-20T23:59:59", "end of tomorrow": "2026-11-21T23:59:59",
        "ten minutes to seven thirty": "2026-11-20T19:20", "three quarters past 9 pm": "2026-11-20T21:45",
        "one o'clock midnight": "2026-11-21T01:00", "tonight at three": "2026-11-21T03:00", "sunday early morning at 8":
        "2026-11-22T08:00", "may/22(sat)-11:30 am": "2027-05-22T11:30", "7 am or pm": "2026-11-20T19:00",
        "tonight at 5": "2026-11-20T17:00", "end of": None,
    },
    "date": {
        "tomorrow": "2026-11-21", "next friday": "2026-11-27", "friday": "2026-11-27", "this friday": "2026-11-20",
        "the 3rd of may": "2027-05-03", "in three weeks": "2026-12-11", "on 12/24": "2026-12-24", "may 3": "2027-05-03",
        "the day after tomorrow": "2026-11-22", "the twenty first": "2026-11-21", "a week from friday": "2026-12-04",
        "december twenty fourth two thousand twenty seven": "2027-12-24", "christmas eve": "2026-12-24",
        "first friday in december": "2026-12-04", "2 days ago": "2026-11-18", "last monday": "2026-11-09",
        "monday next week": "2026-11-23", "next week on tuesday": "2026-11-24", "24/12/2026": "2026-12-24",
        "4.22": "2027-04-22", "4-22": "2027-04-22", "22.4": "2027-04-22", "dec-24-2026": "2026-12-24",
        "2026/24/dec": "2026-12-24", "24-2026-december": "2026-12-24", "20261224": "2026-12-24",
        "2026 12 24": "2026-12-24", "22 of april": "2027-04-22", "5/12, 2030": "2030-05-12", "1/2/46": "2046-01-02",
        "1/2/47": "1947-01-02", "friday 5/12": "2027-05-12", "two sundays from now": "2026-11-29",
        "thanksgiving": "2026-11-26", "easter": "2027-03-28", "mother's day of next year": "2027-05-09",
        "last friday of next month": "2026-12-25", "halloween of last year": "2025-10-31", "3 days from now":
        "2026-11-23", "this day": "2026-11-20", "february of 30": None, "13.13": None, "20261324": None,
        "2026-02-30": None, "february 30": None, "the 32nd": None,
    },
    "when": {
        "in march": "2027-03-01", "next november": "2027-11-01", "this november": "2026-11-20", "in may": "2027-05-01",
        "last february": "2026-02-01", "this winter": "2026-12-01", "in the summer": "2027-06-01", "the march": None,
        "feb first 2034": "2034-02-01", "tomorrow's": "2026-11-21", "this week's": "2026-11-20",
        "twenty seventh march": "2027-03-27", "twenty seventh march two thousand seventeen": "2017-03-27",
        "this week": "2026-11-20", "next weekend": "2026-11-28", "tonight": "2026-11-20T20:00",
        "this afternoon": "2026-11-20T15:00", "yesterday": "2026-11-19", "last night": "2026-11-19T21:00",
        "in two days": "2026-11-22", "in two hours": "2026-11-20T16:05", "on monday at 9": "2026-11-23T09:00",
        "on 4.22": "2027-04-22", "at 4.22": "2026-11-20T16:22",
    },
    "repeat": {
        "every weekday": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "on weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "every monday and thursday": "FREQ=WEEKLY;BYDAY=MO,TH", "daily": "FREQ=DAILY", "on mondays":
        "FREQ=WEEKLY;BYDAY=MO", "every two weeks": "FREQ=WEEKLY;INTERVAL=2", "every other day": "FREQ=DAILY;INTERVAL=2",
        "every mon, wed and fri": "FREQ=WEEKLY;BYDAY=MO,WE,FR", "weekends": "FREQ=WEEKLY;BYDAY=SA,SU",
        "on monday": None, "every": None,
    },
    "level": {"fifty": 50, "50%": 50, "half": 50, "maximum": 100, "the lowest": 1, "one hundred percent": 100,
              "zero point five percent": 0, "1.5 %": 2, "zero point five": 50, "one hundred percents": 100,
              "101": None},
    "change-level": {"twenty percent": 20, "minus ten": -10, "ten percent louder": 10, "five percent less": -5},
    "number": {
        "three point one four": 3.14, "minus five": -5, "two and a half": 2.5, "a hundred and one": 101, "2,500": 2500,
        "one million two hundred thousand": 1_200_000, "a dozen": 12, "three quarters": 0.75, "nineteen hundred": 1900,
        "point five": 0.5, "25 lakh": 2_500_000, "two crore five lakh": 20_500_000, "hello": None,
    },
    "expression": {
        "twelve times eight plus two": "12 * 8 + 2", "15 percent of 80": "15 / 100 * 80",
        "square root of 81": "sqrt(81)",
        "2+2": "2 + 2", "five squared": "5 ** 2", "two to the power of ten": "2 ** 10", "(2+3)*4": "(2 + 3) * 4",
        "half of 90": "0.5 * 90", "three minus minus two": "3 - (-2)", "seven": None, "((((1": None,
    },
    "unit": {"kilometres": "kilometer", "miles per hour": "mile per hour", "°F": "fahrenheit",
             "square feet": "square foot", "km2": "square kilometer", "m²": "square meter", "(kg)": "kilogram"},
    "currency": {"dollars": "USD", "€": "EUR", "british pounds": "GBP", "monopoly money": None},
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, rows in TABLE.items() for text in rows])
def test_readings(kind: str, text: str) -> None:
    assert read(kind, text) == TABLE[kind][text]


def test_early_requests_take_small_hours_as_said() -> None:
    assert read("time", "tomorrow at five", early=True) == "2026-11-21T05:00"
    assert read("time", "tomorrow at five") == "2026-11-21T17:00"


def test_all_ends_are_offered() -> None:
    said = words("ten minutes thirty seconds")
    assert [reading.end for reading in Reader(said, NOW.date()).at("duration", 0)] == [4, 2]
