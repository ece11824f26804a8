"""Sample values for the slots of templates: words a person would say, with the reading each has.

For every kind there is a cycle of samples that covers what matters to a recogniser's language model: the numbers from 0
to 100, the times of the day, days and months, lengths of time, common items, names and cities. A cycle always begins
at the same place, so the same catalogue gives the same corpus.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle
from typing import Any, NamedTuple

from .values.clock import Clock
from .values.moments import Moment
from .values.recurrence import CODES
from .values.spoken import DAYS, MONTHS, say_clock, say_date, say_duration, say_number, say_ordinal, say_weekdays
from .values.units import unit_names

CITIES = """
london|paris|berlin|rome|madrid|new york|los angeles|chicago|boston|seattle|san francisco|tokyo|beijing|sydney|dublin|
amsterdam|vienna|munich|hamburg|cairo|moscow|toronto|delhi|mumbai|singapore|hong kong|shanghai|seoul|bangkok|istanbul|
athens|lisbon|oslo|stockholm|helsinki|copenhagen|brussels|zurich|geneva|prague|warsaw|budapest|dallas|houston|miami|
denver|washington|phoenix|atlanta|mexico city|rio de janeiro|buenos aires|cape town|nairobi|dubai"""
PEOPLE = """mum|dad|mom|john|mary|anna|peter|sarah|david|my wife|my husband|my brother|my sister|grandma|the office|
the doctor|alex|emma|michael|tom|lisa"""
TEXTS = {
    "item": """
milk|eggs|bread|butter|cheese|apples|bananas|coffee|tea|sugar|salt|rice|pasta|tomatoes|potatoes|onions|
chicken|fish|orange juice|toilet paper|washing powder|dog food|cat food|batteries|bread and milk|olive oil|two lemons|
chocolate|yogurt|carrots|garlic|honey|soap|shampoo|toothpaste|water|beer|wine|flour|cereal""",
    "list": "shopping|grocery|to do|packing|wish|birthday|camping|work|weekend|chores",
    "label": """
pizza|pasta|tea|eggs|laundry|bread|chicken|rice|workout|yoga|medicine|nap|homework|cake|cookies|meeting|
coffee|break|oven|potatoes|gym|work|school|study""",
    "text": """
call mum|buy milk|take out the trash|water the plants|take my pills|feed the cat|walk the dog|pay the rent|
pick up the kids|send the email|call the doctor|lock the door|check the oven|do the laundry|call john|book a table|
buy a birthday present|charge the phone|take the bread out of the oven|clean the kitchen|drink some water|
the car is on level three|the meeting was moved|my locker is number twelve|ask anna about the tickets""",
    "title": """
lunch with anna|team meeting|dentist|birthday party|yoga class|doctor's appointment|dinner|school concert""",
    "name": "music|maps|calendar|camera|weather|settings|messages|minimal|analog|digital",
    "": "tea|music|work|the garden|dinner|a walk|football|the news",
}


class Sample(NamedTuple):
    """What is said and the reading it has (None: the words themselves)."""

    words: str
    value: Any


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", "").split("|") if part.strip()]


def _durations() -> Iterator[Sample]:
    for minutes in (5, 10, 15, 20, 30, 1, 2, 3, 45, *range(4, 61)):
        yield Sample(say_duration(minutes * 60) if minutes < 60 else "sixty minutes", minutes * 60)
    for seconds in (30, 10, 15, 20, 45, 5, 40, 50, 90):
        yield Sample(f"{say_number(seconds)} seconds", seconds)
    for hours in range(1, 13):
        yield Sample(say_duration(hours * 3600), hours * 3600)
    yield from (Sample("half an hour", 1800), Sample("an hour", 3600), Sample("a minute", 60))
    yield from (Sample("an hour and a half", 5400), Sample("one and a half hours", 5400), Sample("half a minute", 30))
    yield from (Sample("two and a half minutes", 150), Sample("a quarter of an hour", 900))
    for hours, minutes in ((1, 5), (1, 10), (1, 15), (1, 20), (1, 30), (1, 45), (2, 15), (2, 30), (3, 45)):
        yield Sample(say_duration(hours * 3600 + minutes * 60), hours * 3600 + minutes * 60)
    for minutes, seconds in ((1, 30), (2, 30), (5, 30), (10, 30), (4, 15)):
        yield Sample(say_duration(minutes * 60 + seconds), minutes * 60 + seconds)


def _clocks() -> Iterator[Sample]:
    for minute in (0, 30, 15, 45, 10, 20, 40, 50, 5, 25, 35, 55):
        for hour in (7, 6, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5):
            for half in (0, 12):
                clock = Clock(hour % 12 + half, minute, exact=True)
                yield Sample(say_clock(clock.hour, minute), Moment(clock=clock))
            loose = Clock(hour, minute)
            if hour <= 12:
                yield Sample(say_clock(hour, minute, meridiem=False), Moment(clock=loose))
            if minute == 30:
                yield Sample(f"half past {say_number(hour)}", Moment(clock=loose))
            elif minute == 15:
                yield Sample(f"quarter past {say_number(hour)}", Moment(clock=loose))
            elif minute == 45:
                yield Sample(f"quarter to {say_number(hour % 12 + 1)}", Moment(clock=Clock(hour, 45)))
            elif minute == 0 and 5 <= hour <= 11:
                morning = Moment(clock=Clock(hour, 0, exact=True))
                yield Sample(f"{say_number(hour)} in the morning", morning)
                yield Sample(f"{say_number(hour)} in the evening", Moment(clock=Clock(hour + 12, 0, exact=True)))
            elif minute in (10, 20, 5, 25):
                yield Sample(f"{say_number(minute)} past {say_number(hour)}", Moment(clock=loose))
            elif minute in (40, 50, 35, 55):
                yield Sample(f"{say_number(60 - minute)} to {say_number(hour % 12 + 1)}", Moment(clock=loose))
    yield Sample("noon", Moment(clock=Clock(12, exact=True)))
    yield Sample("midnight", Moment(clock=Clock(0, exact=True)))


def _dates(today: date) -> Iterator[Sample]:
    yield Sample("tomorrow", Moment(today + timedelta(days=1)))
    yield Sample("today", Moment(today))
    yield Sample("the day after tomorrow", Moment(today + timedelta(days=2)))
    for number, name in DAYS.items():
        ahead = (number - today.weekday() - 1) % 7 + 1
        yield Sample(f"on {name}", Moment(today + timedelta(days=ahead)))
        monday = today - timedelta(days=today.weekday())
        yield Sample(f"next {name}", Moment(monday + timedelta(days=7 + number)))
    for month in MONTHS:
        for day in range(month, 29, 12):
            year = today.year if (month, day) >= (today.month, today.day) else today.year + 1
            when = date(year, month, day)
            yield Sample(f"on {say_date(when)}", Moment(when))
            yield Sample(f"on {MONTHS[month]} {say_ordinal(day)}", Moment(when))
    for weeks in (1, 2, 3):
        said = f"in {say_number(weeks)} week{'s' if weeks > 1 else ''}"
        yield Sample(said, Moment(today + timedelta(days=7 * weeks)))


def _moments(today: date) -> Iterator[Sample]:
    clocks = cycle(_clocks())
    days = cycle(_dates(today))
    for number in range(1200):
        clock = next(clocks)
        shape = number % 8
        if shape < 4:
            yield clock
        elif shape < 6:
            yield Sample(f"{clock.words} tomorrow", clock.value._replace(day=today + timedelta(days=1)))
        elif shape == 6:
            day = next(days)
            yield Sample(f"{day.words} at {clock.words}", clock.value._replace(day=day.value.day))
        else:
            yield Sample("tomorrow morning", Moment(today + timedelta(days=1), part="morning"))


def _whens(today: date) -> Iterator[Sample]:
    dated, timed, relative = cycle(_dates(today)), cycle(_clocks()), cycle(_durations())
    monday = today - timedelta(days=today.weekday())
    saturday = monday + timedelta(days=5)
    for number in range(1200):
        shape = number % 8
        if shape < 3:
            yield next(dated)
        elif shape < 5:
            sample = next(timed)
            yield Sample(f"at {sample.words}", sample.value)
        elif shape == 5:
            sample = next(timed)
            yield Sample(f"tomorrow at {sample.words}", sample.value._replace(day=today + timedelta(days=1)))
        elif shape == 6:
            sample = next(relative)
            yield Sample(f"in {sample.words}", Moment(after=float(sample.value)))
        elif number % 16 == 7:
            yield Sample("tonight", Moment(today, part="tonight"))
        else:
            yield Sample("this weekend", Moment(saturday, last=saturday + timedelta(days=1)))


def _repeats() -> Iterator[Sample]:
    yield Sample("every day", "FREQ=DAILY")
    yield Sample("every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
    yield Sample("on weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
    yield Sample("on weekends", "FREQ=WEEKLY;BYDAY=SA,SU")
    for number in range(7):
        yield Sample(say_weekdays({number}), f"FREQ=WEEKLY;BYDAY={CODES[number]}")
        pair = sorted({number, (number + 2) % 7})
        yield Sample(say_weekdays(set(pair)), "FREQ=WEEKLY;BYDAY=" + ",".join(CODES[n] for n in pair))


def _levels() -> Iterator[Sample]:
    for number in (50, 20, 80, 10, 30, 40, 60, 70, 90, 100, 25, 75, *range(101)):
        yield Sample(say_number(number), number)
        yield Sample(f"{say_number(number)} percent", number)


def _steps() -> Iterator[Sample]:
    for number in (10, 20, 5, 15, 25, 30, 40, 50):
        yield Sample(f"{say_number(number)} percent", number)
        yield Sample(say_number(number), number)


def _expressions() -> Iterator[Sample]:
    signs = (("plus", "+"), ("minus", "-"), ("times", "*"), ("divided by", "/"))
    for number in range(2, 100):
        said, sign = signs[number % 4]
        other = (number * 7) % 23 + 2
        yield Sample(f"{say_number(number)} {said} {say_number(other)}", f"{number} {sign} {other}")
        if number % 5 == 0:
            yield Sample(f"{say_number(number)} percent of {say_number(other * 10)}", f"{number} / 100 * {other * 10}")
        if number % 9 == 0:
            yield Sample(f"the square root of {say_number(number)}", f"sqrt({number})")


def _plural(unit: str) -> str:
    head, per, tail = unit.partition(" per ")
    irregular = {"foot": "feet", "inch": "inches", "celsius": "celsius", "fahrenheit": "fahrenheit", "kelvin": "kelvin",
                 "stone": "stone", "horsepower": "horsepower", "psi": "psi", "square foot": "square feet",
                 "cubic meter": "cubic meters"}  # fmt: skip
    return irregular.get(head, head + "s") + per + tail


def samples(kind: str, name: str, today: date) -> list[Sample]:
    """The samples of a slot, of one full cycle; ``name`` is the parameter's."""
    if kind in ("duration", "change"):
        return list(_durations())
    if kind == "time":
        return list(_moments(today))
    if kind == "when":
        return list(_whens(today))
    if kind == "date":
        return list(_dates(today))
    if kind == "number":
        return [Sample(say_number(number), number) for number in (*range(1, 101), 150, 200, 250, 500, 1000)]
    if kind == "level":
        return list(_levels())
    if kind == "change-level":
        return list(_steps())
    if kind == "repeat":
        return list(_repeats())
    if kind == "unit":
        return [Sample(_plural(unit), unit) for unit in unit_names()]
    if kind == "currency":
        return [Sample("dollars", "USD"), Sample("euros", "EUR"), Sample("pounds", "GBP"), Sample("yen", "JPY")]
    if kind == "expression":
        return list(_expressions())
    if kind == "place":
        return [Sample(city, None) for city in _split(CITIES)]
    if kind == "person":
        return [Sample(person, None) for person in _split(PEOPLE)]
    return [Sample(text, None) for text in _split(TEXTS.get(name, TEXTS[""]))]
