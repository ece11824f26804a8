"""Alarms: setting, listing, cancelling, snoozing and repeating."""

from __future__ import annotations

import asyncio

import pytest

from support.bench import World


def test_set_list_and_cancel(world: World) -> None:
    async def story() -> None:
        await world.boot()
        first = await world.do("set_alarm", time="2026-11-19T07:00")
        assert first.speech == "Alarm set for 7:00 tomorrow morning."
        assert world.glance("next_alarm") == "2026-11-19T07:00"
        second = await world.do("set_alarm", time="2026-11-18T19:00", label="gym")
        assert second.speech == "Gym alarm set for 7:00 this evening."
        assert world.glance("next_alarm") == "2026-11-18T19:00"
        assert (await world.do("list_alarms")).speech == (
            "There are 2 alarms: gym at 7:00 this evening and 7:00 tomorrow morning."
        )
        assert (await world.do("list_alarms", when="2026-11-19")).result["alarms"][0]["id"] == "alarm:1"
        assert (await world.do("list_alarms", when="2026-11-20")).speech == "There are no alarms on Friday."
        assert "Which one? There are alarms for gym at 7:00" in await world.refused("cancel_alarm")
        assert (await world.do("cancel_alarm", label="gym")).speech == "Cancelled the alarm for 7:00 this evening."
        gone = await world.do("cancel_alarm", time="2026-11-19T07:00")
        assert await world.refused("cancel_alarm") == "There are no alarms."
        assert (await world.undo(gone)).speech == "The alarm for 7:00 tomorrow morning is set again."
        assert world.glance("next_alarm") == "2026-11-19T07:00"

    asyncio.run(story())


def test_the_same_alarm_twice_is_one(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("set_alarm", time="2026-11-19T07:00")
        again = await world.do("set_alarm", time="2026-11-19T07:00")
        assert again.speech == "You already have an alarm for 7:00 tomorrow morning."
        assert len((await world.do("list_alarms")).result["alarms"]) == 1

    asyncio.run(story())


def test_a_time_that_has_passed_today_means_tomorrow(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert (await world.do("set_alarm", time="2026-11-18T07:00")).result["time"] == "2026-11-19T07:00"
        assert await world.refused("set_alarm", time="2026-11-10T07:00") == "That time has already passed."

    asyncio.run(story())


@pytest.mark.parametrize(
    ("rule", "first", "said"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-19T07:00", "7:00 AM, every weekday"),
        ("FREQ=WEEKLY;BYDAY=SA,SU", "2026-11-21T07:00", "7:00 AM, at weekends"),
        ("FREQ=DAILY", "2026-11-19T07:00", "7:00 AM, every day"),
        ("FREQ=WEEKLY;BYDAY=MO,FR", "2026-11-20T07:00", "7:00 AM, every Monday and Friday"),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-12-07T07:00", "7:00 AM, on the first Monday of every month"),
    ],
)
def test_repeated_alarms_begin_at_the_first_day_that_fits(world: World, rule: str, first: str, said: str) -> None:
    async def story() -> None:
        await world.boot()
        done = await world.do("set_alarm", time="2026-11-18T07:00", repeat=rule)
        assert (done.result["time"], done.speech) == (first, f"Alarm set for {said}.")

    asyncio.run(story())


def test_a_weekday_alarm_rings_on_weekdays(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("set_alarm", time="2026-11-19T07:00", repeat="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
        rang = []
        for _ in range(9):
            before = len(world.rung())
            await world.bench.advance(86_400)
            rang.append(len(world.rung()) - before)
            await world.do("dismiss_ring")
        assert rang == [1, 1, 0, 0, 1, 1, 1, 1, 1]

    asyncio.run(story())


def test_snooze_rings_again_and_cancel_silences(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert await world.refused("snooze_alarm") == "Nothing is ringing."
        await world.do("set_alarm", time="2026-11-18T12:10", repeat="FREQ=DAILY")
        await world.bench.advance(300)
        assert [ring.id for ring in world.glance("rings")] == ["alarm:1"]
        assert (await world.do("snooze_alarm")).speech == "Snoozed for 9 minutes."
        assert world.glance("rings") == []
        await world.kill()
        await world.boot()
        await world.bench.advance(9 * 60)
        assert len(world.rung()) == 2
        assert (await world.do("cancel_alarm")).speech == "Alarm stopped."
        assert (await world.do("list_alarms")).result["alarms"][0]["time"] == "2026-11-19T12:10"
        await world.bench.advance(86_400)
        assert len(world.rung()) == 3

    asyncio.run(story())


def test_the_alarms_of_a_day_or_of_a_part_of_it_can_be_cancelled(world: World) -> None:
    async def story() -> None:
        await world.boot()
        for time in ("2026-11-20T06:30", "2026-11-20T07:00", "2026-11-21T19:00"):
            await world.do("set_alarm", time=time)
        assert await world.refused("cancel_alarm", day="2026-11-25") == "There is no alarm on 25 November."
        assert "Which one?" in await world.refused("cancel_alarm", day="2026-11-20")
        assert (await world.do("cancel_alarm", label="evening")).speech == (
            "Cancelled the alarm for 7:00 on Saturday evening."
        )
        assert (await world.do("cancel_alarm", day="2026-11-20", all=True)).speech == "Cancelled 2 alarms."
        assert await world.refused("cancel_alarm") == "There are no alarms."

    asyncio.run(story())


def test_cancel_all_is_one_and_can_be_undone(world: World) -> None:
    async def story() -> None:
        await world.boot()
        for hour in (13, 14, 15):
            await world.do("set_alarm", time=f"2026-11-18T{hour}:00")
        gone = await world.do("cancel_alarm", all=True)
        assert gone.speech == "Cancelled 3 alarms."
        await world.bench.advance(2 * 3600)
        assert world.rung() == []
        assert (await world.undo(gone)).speech == "The alarm for 3:00 this afternoon is set again."

    asyncio.run(story())


def test_an_alarm_keeps_its_wall_time_when_the_watch_moves(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("set_alarm", time="2026-11-19T07:00")
        await world.kill()
        world.zone = "America/New_York"
        await world.boot()
        await world.bench.advance(19 * 3600)  # 7:06 in Paris
        assert world.rung() == []
        await world.bench.advance(6 * 3600)
        assert world.rung() == ["It's 7:00 AM. Your alarm."]

    asyncio.run(story())
