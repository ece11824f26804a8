"""The calendar: events with and without a time, that repeat, that clash, that announce themselves, and iCalendar."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.skills.events import Event, starts, taking_place
from bluerill.skills.ical import calendar_of, read_calendar
from bluerill.skills.messages import Happened
from support.bench import World

PARIS = ZoneInfo("Europe/Paris")


def told(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_an_event_is_kept_listed_and_removed(world: World) -> None:
    async def story() -> None:
        await world.boot()
        added = await world.do("add_event", title="lunch", people="Anna", start="2026-11-20T12:00", place="the park")
        assert added.speech == "Lunch with Anna on Friday at 12:00 PM in the park is in your calendar."
        day = await world.do("list_events", when="2026-11-20")
        assert day.speech == "On Friday you have lunch with Anna at 12:00 PM in the park."
        assert [each["title"] for each in day.result["events"]] == ["lunch"]
        assert (await world.do("list_events", when="2026-11-20T12:30")).result["count"] == 1
        assert "free" in (await world.do("list_events", when="2026-11-20T15:00")).speech
        assert "nothing" in (await world.do("list_events", when="2026-11-21")).speech
        gone = await world.do("remove_event", title="lunch")
        assert (await world.do("list_events")).result["events"] == []
        await world.undo(gone)
        assert (await world.do("list_events")).result["count"] == 1
        await world.undo(added)
        assert (await world.do("list_events")).result["count"] == 0

    told(story())


def test_it_announces_itself_ten_minutes_before_and_after_a_restart_too(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("add_event", title="standup", start="2026-11-18T13:00", repeat="FREQ=DAILY")
        await world.bench.advance(44 * 60)
        said = [each.speech for each in world.bench.bodies("session", Happened)]
        assert said == ["In 10 minutes: standup."]
        await world.kill()
        await world.boot()
        await world.bench.advance(24 * 3600)
        said = [each.speech for each in world.bench.bodies("session", Happened)]
        assert said == ["In 10 minutes: standup."] * 2

    told(story())


def test_a_word_that_means_any_event_finds_what_bears_another_name(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("add_event", title="lunch", start="2026-11-20T12:00")
        assert "lunch" in (await world.do("list_events", title="meeting")).speech
        await world.do("add_event", title="budget meeting", start="2026-11-20T15:00")
        assert "lunch" not in (await world.do("list_events", title="meeting")).speech

    told(story())


def test_one_day_of_a_repeating_event_goes_and_the_others_stay(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("add_event", title="yoga", start="2026-11-23T18:00", repeat="FREQ=WEEKLY;BYDAY=MO")
        await world.do("remove_event", title="yoga", when="2026-11-30")
        held = (await world.do("list_events")).result["events"]
        assert [each["start"][:10] for each in held] == ["2026-11-23", "2026-12-07", "2026-12-14"]

    told(story())


def test_what_clashes_is_said_and_what_is_over_refused(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("add_event", title="dentist", start="2026-11-20T15:00")
        clash = await world.do("add_event", title="call", start="2026-11-20T15:30", end="2026-11-20T16:00")
        assert "At the same time there is dentist." in clash.speech
        assert "until 4:00 PM" in clash.speech
        assert "over" in await world.refused("add_event", title="x", start="2026-11-01T10:00")
        assert "before it begins" in await world.refused(
            "add_event", title="x", start="2026-11-20T10:00", end="2026-11-20T09:00"
        )

    told(story())


def test_several_are_never_removed_by_a_guess(world: World) -> None:
    async def story() -> None:
        await world.boot()
        for day in (19, 20):
            await world.do("add_event", title="team meeting", start=f"2026-11-{day}T10:00")
        assert (await world.refused("remove_event", title="meeting")).startswith("Which one?")
        assert "all 2 events" in await world.refused("remove_event")
        gone = await world.do("remove_event", when="2026-11-20")
        assert len(gone.result["removed"]) == 1
        assert (await world.do("remove_event", title="next")).result["removed"][0]["start"] == "2026-11-19T10:00"
        assert "nothing" in await world.refused("remove_event", title="next")

    told(story())


def test_days_as_a_whole_and_their_last_one() -> None:
    holiday = Event("event:1", "holidays", "2026-12-24", "2026-12-26")
    held = taking_place([holiday], datetime(2026, 12, 26), datetime(2026, 12, 27))
    assert [each.start.day for each in held] == [24]
    assert not taking_place([holiday], datetime(2026, 12, 27), datetime(2026, 12, 28))
    endless = Event("event:2", "walk", "2020-01-01T08:00", repeat="FREQ=DAILY")
    assert next(starts(endless, datetime(2026, 11, 18, 9, 30))) == datetime(2026, 11, 19, 8)
    assert next(starts(endless, datetime(2026, 11, 18, 8, 30))) == datetime(2026, 11, 18, 8)


FILE = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:one
DTSTART;TZID=America/New_York:20261203T090000
DURATION:PT90M
SUMMARY:Board call
LOCATION:Room 5
ATTENDEE;CN=Anna Berg:mailto:anna@example.org
END:VEVENT
BEGIN:VEVENT
UID:two
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261227
SUMMARY:Holidays
END:VEVENT
BEGIN:VEVENT
UID:three
DTSTART:20261130T170000Z
SUMMARY:Gym
RRULE:FREQ=WEEKLY;BYDAY=MO
EXDATE:20261207T170000Z
END:VEVENT
BEGIN:VEVENT
UID:four
DTSTART:20261130T170000Z
SUMMARY:Pills
RRULE:FREQ=HOURLY
END:VEVENT
BEGIN:VEVENT
UID:five
SUMMARY:Never
END:VEVENT
END:VCALENDAR
"""


def test_an_icalendar_file_comes_in_on_the_watchs_wall_clock() -> None:
    read = read_calendar(FILE, PARIS)
    board, holidays, gym, pills = read.events
    assert board == {
        "title": "Board call", "start": "2026-12-03T15:00", "end": "2026-12-03T16:30", "uid": "one",
        "place": "Room 5", "people": "Anna Berg",
    }  # fmt: skip
    assert (holidays["start"], holidays["end"]) == ("2026-12-24", "2026-12-26")
    assert (gym["start"], gym["repeat"], gym["without"]) == ("2026-11-30T18:00", "FREQ=WEEKLY;BYDAY=MO", "2026-12-07")
    assert "repeat" not in pills
    assert [line[:8] for line in read.problems] == ["Pills: k", "event 5 "]


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\xfe", b"BEGIN:VEVENT", b"x" * (8 * 1024 * 1024 + 1)])
def test_what_is_no_calendar_is_one_line(data: bytes) -> None:
    with pytest.raises(CallerError) as caught:
        read_calendar(data, PARIS)
    assert "\n" not in str(caught.value)


def test_what_goes_out_comes_in_the_same(world: World) -> None:
    async def story() -> None:
        await world.boot()
        for event in read_calendar(FILE, PARIS).events:
            await world.do("import_event", **event)
            assert not (await world.do("import_event", **event)).result["new"]
        rows = (await world.do("export_events")).result["events"]
        events = [Event(**{**row, "without": tuple(row.get("without", ()))}) for row in rows]
        data = calendar_of(events, PARIS, datetime(2026, 11, 18, tzinfo=PARIS))
        again = read_calendar(data, PARIS)
        assert again.problems == []
        for before, after in zip(events, again.events, strict=True):
            same = {"title": before.title, "start": before.start, "uid": before.uid, "repeat": before.repeat}
            assert {key: after.get(key, "") for key in same} == same
            assert after.get("without", "") == ",".join(before.without)

    told(story())


def test_several_days_are_asked_about_at_once(world: World) -> None:
    async def story() -> None:
        await world.boot()
        for day in (19, 21, 25):
            await world.do("add_event", title=f"walk {day}", start=f"2026-11-{day}T10:00")
        week = await world.do("list_events", when="2026-11-18", until="2026-11-22")
        assert [each["title"] for each in week.result["events"]] == ["walk 19", "walk 21"]
        assert week.speech.startswith("From today to Sunday: walk 19 tomorrow at 10:00 AM and walk 21 on Saturday")
        gone = await world.do("remove_event", when="2026-11-18", until="2026-11-22")
        assert gone.speech == "Removed 2 events from today to Sunday."

    told(story())


def test_birthdays_come_once_a_year_and_leap_days_when_there_is_one() -> None:
    birthday = Event("event:1", "birthday", "1990-11-20", repeat="FREQ=YEARLY", without=("2027-11-20",))
    found = starts(birthday, datetime(2026, 11, 18))
    assert [next(found).year for _ in range(3)] == [2026, 2028, 2029]
    leap = starts(Event("event:2", "leap", "2024-02-29T10:00", repeat="FREQ=YEARLY"), datetime(2025, 1, 1))
    assert next(leap) == datetime(2028, 2, 29, 10)
    over = Event("event:3", "x", "2020-05-01", repeat="FREQ=YEARLY;UNTIL=20250101")
    assert list(starts(over, datetime(2026, 1, 1))) == []
    assert next(starts(birthday, datetime(2026, 11, 20, 12))).year == 2026


def test_a_rule_that_never_comes_is_not_imported(world: World) -> None:
    async def story() -> None:
        await world.boot()
        never = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"
        assert "never" in await world.refused("import_event", title="x", start="2026-01-01", uid="x", repeat=never)

    told(story())
