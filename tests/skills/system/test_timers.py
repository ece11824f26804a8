"""Timers and the stopwatch, as the owner meets them."""

from __future__ import annotations

import asyncio

import pytest

from support.bench import World


def test_several_timers_are_told_apart_by_label_length_or_asking(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert (await world.do("start_timer", duration="PT10M")).speech == "Timer set for 10 minutes."
        done = await world.do("start_timer", duration="PT5M", label="the pizza timer")
        assert done.speech == "Pizza timer set for 5 minutes."
        assert done.card is not None
        assert (done.card.title, done.card.text, done.card.value) == ("Pizza", "5:00", 1.0)
        assert await world.refused("cancel_timer") == (
            "Which one? There are 2 timers: 10 minute timer and pizza timer."
        )
        assert await world.refused("cancel_timer", label="egg") == "There is no timer called egg."
        assert (await world.do("pause_timer", label="ten minutes")).speech == (
            "Paused the 10 minute timer with 10 minutes left."
        )
        await world.bench.advance(60)
        status = (await world.do("timer_status")).speech
        assert status == (
            "There are 2 timers: the 10 minute timer is paused with 10 minutes left "
            "and the pizza timer has 4 minutes left."
        )
        assert (await world.do("cancel_timer", label="pizza")).speech == "Cancelled the pizza timer."
        assert (await world.do("resume_timer")).speech == "The 10 minute timer runs on, 10 minutes left."
        await world.bench.advance(600)
        assert world.rung() == ["Your 10 minute timer finished."]

    asyncio.run(story())


def test_adjusting_moves_the_end_and_stops_at_zero(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("start_timer", duration="PT5M")
        done = await world.do("adjust_timer", change="PT2M")
        assert (done.speech, done.result["left_s"]) == ("Added 2 minutes. 7 minutes left.", 420)
        assert (await world.undo(done)).speech == "Took off 2 minutes. 5 minutes left."
        assert "has only 5 minutes left" in await world.refused("adjust_timer", change="-PT5M")
        await world.do("pause_timer")
        assert (await world.do("adjust_timer", change="-PT1M")).result["left_s"] == 240
        await world.bench.advance(1000)
        assert world.rung() == []
        await world.do("resume_timer")
        await world.bench.advance(240)
        assert len(world.rung()) == 1

    asyncio.run(story())


def test_undo_of_start_and_cancel(world: World) -> None:
    async def story() -> None:
        await world.boot()
        started = await world.do("start_timer", duration="PT5M", label="tea")
        assert (await world.undo(started)).speech == "Cancelled the tea timer."
        assert (await world.do("timer_status")).speech == "There is no timer running."
        await world.do("start_timer", duration="PT5M", label="tea")
        await world.do("start_timer", duration="PT8M", label="egg")
        await world.bench.advance(60)
        gone = await world.do("cancel_timer", all=True)
        assert gone.speech == "Cancelled all 2 timers."
        await world.bench.advance(600)
        assert world.rung() == []
        await world.undo(gone)
        lefts = [each["left_s"] for each in (await world.do("timer_status")).result["timers"]]
        assert lefts == [240, 420]

    asyncio.run(story())


def test_what_rings_is_stopped_by_cancel_and_comes_again_by_snooze(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("start_timer", duration="PT1M")
        await world.do("start_timer", duration="PT1H", label="roast")
        await world.bench.advance(61)
        assert [ring.title for ring in world.glance("rings")] == ["1 minute timer"]
        snoozed = await world.do("snooze_ring", id="timer:1", duration="PT2M")
        assert snoozed.result == {"snoozed": ["timer:1"]}
        assert world.glance("rings") == []
        await world.bench.advance(121)
        assert len(world.rung()) == 2
        assert (await world.do("cancel_timer")).speech == "Stopped the 1 minute timer."
        assert [timer.label for timer in world.glance("timers")] == ["roast"]

    asyncio.run(story())


@pytest.mark.parametrize("length", ["PT0S", "-PT5M", "PT100H"])
def test_impossible_lengths_are_refused(world: World, length: str) -> None:
    async def story() -> None:
        await world.boot()
        assert "between one second and 4 days and 3 hours" in await world.refused("start_timer", duration=length)

    asyncio.run(story())


def test_timers_are_bounded(world: World) -> None:
    async def story() -> None:
        await world.boot()
        for _ in range(30):
            await world.do("start_timer", duration="PT5M")
        assert "30 timers already" in await world.refused("start_timer", duration="PT5M")

    asyncio.run(story())


def test_the_stopwatch_counts_over_a_restart_and_a_set_clock(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert await world.refused("stop_stopwatch") == "The stopwatch is not running."
        await world.do("start_stopwatch")
        await world.bench.advance(65)
        lap = await world.do("lap_stopwatch")
        assert lap.speech == "Lap 1: 1 minute and 5 seconds."
        world.bench.set_wall(world.bench.wall() + 86_400)
        await world.kill()
        await world.boot()
        await world.bench.advance(10)
        assert world.glance("stopwatch_laps") == 1
        assert world.bench.wall() - world.glance("stopwatch_started") == pytest.approx(75, abs=11)
        done = await world.do("stop_stopwatch")
        assert done.speech == "Stopped at 1 minute and 15 seconds with 1 lap."
        assert (await world.undo(done)).speech == "The stopwatch runs on."
        await world.bench.advance(5)
        assert (await world.do("stop_stopwatch")).result["elapsed_s"] == 80.0

    asyncio.run(story())
