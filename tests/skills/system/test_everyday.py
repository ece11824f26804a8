"""Reminders, lists, notes, sound, the watch, health, faces and the clock, as the owner meets them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import get_args

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.kernel.service import Call, Service, handles
from bluerill.skills.messages import DesignFace, FaceDesigned, FaceNotDesigned, Sense, Sensed
from bluerill.skills.system.device import APPS, App
from support.bench import World


def test_reminders_ring_at_their_time_and_are_found_by_their_words(world: World) -> None:
    async def story() -> None:
        await world.boot()
        done = await world.do("add_reminder", text="call my mum", when="2026-11-18T18:00")
        assert done.speech == "I'll remind you at 6:00 this evening: call your mum."
        assert (await world.do("add_reminder", text="bins out", when="2026-11-20")).result["when"] == "2026-11-20T09:00"
        await world.do("add_reminder", text="buy milk")
        assert (await world.do("list_reminders", when="2026-11-20")).result["reminders"][0]["text"] == "bins out"
        assert await world.refused("remove_reminder", text="dog") == "There is no reminder about dog."
        removed = await world.do("remove_reminder", text="the milk")
        assert removed.speech == "Removed the reminder: buy milk."
        await world.undo(removed)
        await world.bench.advance(6 * 3600)
        assert world.rung() == ["A reminder: call your mum."]
        snoozed = await world.do("snooze_ring")
        assert snoozed.speech == "Snoozed until 6:16 PM."
        assert snoozed.card is not None
        await world.bench.advance(601)
        assert len(world.rung()) == 2
        again = await world.do("snooze_alarm", duration="PT5M")  # what is said to an alarm is meant for any ring
        assert again.speech == "Snoozed until 6:21 PM."
        await world.bench.advance(301)
        await world.kill()
        world.bench.told.clear()
        await world.boot()
        assert world.rung() == ["A reminder: call your mum."]
        await world.do("dismiss_ring")
        texts = [each["text"] for each in (await world.do("list_reminders")).result["reminders"]]
        assert texts == ["bins out", "buy milk"]
        assert await world.refused("add_reminder", text="x", when="2026-11-18T08:00") == "That time has already passed."
        assert "Which one?" in await world.refused("remove_reminder")
        assert (await world.do("remove_reminder", all=True)).speech == "Removed 2 reminders."

    asyncio.run(story())


def test_lists_keep_each_item_once_and_pairs_together(world: World) -> None:
    async def story() -> None:
        await world.boot()
        done = await world.do("add_to_list", item="milk, eggs and mac and cheese")
        assert done.result["items"] == ["milk", "eggs", "mac and cheese"]
        assert (await world.do("add_to_list", item="some milk and bread")).result["added"] == ["bread"]
        assert (await world.do("add_to_list", item="milk")).speech == "Milk is already on your shopping list."
        await world.do("add_to_list", item="call the plumber", list="my to do list")
        assert (await world.do("show_list")).result == {"lists": {"shopping": 4, "to-do": 1}}
        assert (await world.do("show_list", list="groceries")).speech == (
            "On your shopping list: milk, eggs, mac and cheese and bread."
        )
        off = await world.do("remove_from_list", item="egg")
        assert off.result["removed"] == ["eggs"]
        await world.undo(off)
        assert await world.refused("remove_from_list", item="beer") == "Beer is not on your shopping list."
        cleared = await world.do("remove_from_list", list="shopping")
        assert cleared.speech == "Cleared your shopping list, 4 items."
        assert (await world.undo(cleared)).speech == "Your shopping list is as it was."
        await world.kill()
        await world.boot()
        assert (await world.do("show_list", list="shopping")).result["items"][1] == "eggs"
        assert await world.refused("remove_from_list") == "Which list? There are shopping and to-do."

    asyncio.run(story())


def test_notes_are_read_newest_first(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert (await world.do("list_notes")).speech == "There are no notes."
        for text in ("one", "two", "three", "four"):
            done = await world.do("add_note", text=text)
            await world.bench.advance(60)
        assert (await world.do("list_notes")).speech == (
            "There are 4 notes. 12:09: four. 12:08: three. 12:07: two. And 1 older one."
        )
        await world.undo(done)
        assert (await world.do("list_notes")).result["count"] == 3

    asyncio.run(story())


def test_volume_and_mute(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert (await world.do("set_volume", level=40)).speech == "Volume at 40 percent."
        up = await world.do("set_volume", change=30)
        assert world.glance("volume") == 70
        await world.undo(up)
        assert world.glance("volume") == 40
        await world.do("mute", on=True)
        assert world.glance("volume") == 0
        assert (await world.do("mute", on=False)).speech == "Sound on, volume at 40 percent."
        assert (await world.do("set_volume", change=90)).result["volume"] == 100
        assert (await world.do("set_volume", change=5)).speech == "The volume is already at its highest."
        assert await world.refused("set_volume") == "Set the volume to what?"
        assert "a whole number from 0 to 100, got 130" in await world.refused("set_volume", level=130)
        assert "true or false" in await world.refused("mute", on="yes")

    asyncio.run(story())


def test_the_watch_itself(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert "simulated" in (await world.do("get_battery")).speech
        dim = await world.do("set_brightness", change=-20)
        assert world.glance("brightness") == 50
        await world.undo(dim)
        assert world.glance("brightness") == 70
        quiet = await world.do("set_mode", mode="do_not_disturb", on=True)
        await world.do("set_mode", mode="airplane", on=True)
        assert world.glance("modes") == ["do_not_disturb", "airplane"]
        status = await world.do("device_status")
        assert status.speech.endswith("brightness 70, volume 50. Do not disturb and airplane are on.")
        await world.undo(quiet)
        assert world.glance("modes") == ["airplane"]
        assert (await world.do("set_mode", mode="airplane", on=True)).speech == "Airplane is already on."
        assert "simulated phone; no real one is paired" in (await world.do("find_phone")).speech
        await world.do("start_timer", duration="PT5M", label="tea")
        opened = await world.do("open_app", name="timers")
        assert opened.result["app"] == "timers"
        assert opened.card is not None
        assert opened.card.lines == ["tea  running"]
        assert set(APPS) == set(get_args(App))
        for app in sorted({*APPS} - {"weather", "news", "music"}):  # which need a place, a network, something playing
            assert (await world.do("open_app", name=app)).result["app"] == app
        assert "one of timers, alarms" in await world.refused("open_app", name="calculator")
        await world.kill()
        await world.boot()
        assert world.glance("modes") == ["airplane"]

    asyncio.run(story())


def test_health_is_simulated_and_says_so(world: World) -> None:
    async def story() -> None:
        await world.boot()
        info = next(each for each in (await world.catalogue()).skills if each.name == "health")
        assert info.simulated
        for metric in ("steps", "heart_rate", "calories", "distance", "sleep"):
            done = await world.do("get_health", metric=metric)
            assert done.speech.endswith("(simulated).")
            assert done.result["simulated"] is True
        assert "(simulated)" in (await world.do("get_health", metric="sleep", when="2026-11-17")).speech
        assert await world.refused("get_health", metric="steps", when="2026-12-01") == "That day has not come yet."
        assert (await world.do("start_workout", kind="run")).speech == "Running workout started (simulated)."
        assert "still going" in await world.refused("start_workout", kind="walk")
        await world.kill()
        await world.boot()
        await world.bench.advance(30 * 60)
        done = await world.do("stop_workout")
        assert done.speech == "Running workout finished after 30 minutes, about 330 calories (simulated)."
        assert await world.refused("stop_workout") == "No workout is going."

    asyncio.run(story())


@pytest.mark.parametrize(
    ("said", "face"),
    [("digital", "digital"), ("analogue", "analog"), ("the minimalist face", "minimal"), ("numbers", "digital")],
)
def test_faces(world: World, said: str, face: str) -> None:
    async def story() -> None:
        await world.boot()
        done = await world.do("set_face", name=said)
        assert world.glance("face") == face
        assert (await world.do("list_faces")).result["current"] == face
        await world.undo(done)
        assert world.glance("face") == "analog"
        assert "There is no face called mickey" in await world.refused("set_face", name="mickey")

    asyncio.run(story())


def test_faces_of_the_owners_folder_are_listed_and_worn(world: World, tmp_path: Path) -> None:
    (tmp_path / "Blue_Dial.zip").write_bytes(b"")
    world.settings = {"settings": {"faces": {"folder": str(tmp_path)}}}

    async def story() -> None:
        await world.boot()
        assert (await world.do("list_faces")).result["faces"][-1] == "blue dial"
        await world.do("set_face", name="the blue dial face")
        assert world.glance("face") == "blue dial"
        await world.do("set_face", name="analog")
        await world.do("wear_face", name="Blue_Dial.zip")
        assert world.glance("face") == "blue dial"
        assert "no face called" in await world.refused("wear_face", name="red dial")

    asyncio.run(story())


class Designer(Service):
    """Stands for the process that makes faces."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[DesignFace] = []

    @handles(DesignFace)
    def design(self, request: DesignFace, call: Call) -> FaceDesigned | FaceNotDesigned:
        self.asked.append(request)
        if "zebra" in request.words:
            return FaceNotDesigned("I don't know what a zebra looks like on a watch face.")
        name = f"made {len(self.asked)}"
        (self.folder / f"{name.replace(' ', '-')}.zip").write_bytes(b"")
        return FaceDesigned(name, "analog, dark glow", ["very"])


def test_faces_are_made_and_changed_and_taken_back(world: World, tmp_path: Path) -> None:
    world.settings = {"settings": {"faces": {"folder": str(tmp_path)}}}
    designer = Designer(tmp_path)

    async def story() -> None:
        await world.boot()
        await world.bench.add("designer", designer)
        assert "cannot be changed by words" in await world.refused("change_face", hands="thicker")
        assert "cannot be changed by words" in await world.refused("alter_face", name="orbit", words="red")
        assert "no face called" in await world.refused("alter_face", name="nobody", words="red")
        done = await world.do("create_face", description="blue hands", details="steps at the bottom")
        assert designer.asked == [DesignFace("blue hands with steps at the bottom")]
        assert world.glance("face") == "made 1"
        assert done.speech == "Here is your new face. I don't know what very would be on a face."
        changed = await world.do("change_face", hands="thicker", less="date")
        assert designer.asked[-1] == DesignFace("hands in thicker, no date", "made 1")
        assert world.glance("face") == "made 2"
        await world.undo(changed)
        assert world.glance("face") == "made 1"
        await world.undo(done)
        assert world.glance("face") == "analog"
        assert "zebra" in await world.refused("create_face", description="zebra")
        assert world.glance("face") == "analog"

    asyncio.run(story())


def test_a_made_face_is_changed_by_the_words_for_choosing_one(world: World, tmp_path: Path) -> None:
    world.settings = {"settings": {"faces": {"folder": str(tmp_path)}}}
    designer = Designer(tmp_path)

    async def story() -> None:
        await world.boot()
        await world.bench.add("designer", designer)
        await world.do("create_face", description="blue")
        await world.do("set_face", name="bolder")
        assert designer.asked[-1] == DesignFace("bolder", "made 1")
        assert "There is no face called zebra" in await world.refused("set_face", name="zebra")

    asyncio.run(story())


def test_the_clock_here_and_elsewhere(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert (await world.do("get_time")).speech == "It's 12:06 PM."
        assert (await world.do("get_time", place="new york")).speech == "It's 6:06 AM in New York."
        assert (await world.do("get_time", place="Auckland")).speech == "It's 12:06 AM tomorrow in Auckland."
        assert "I don't know what time zone Atlantis is in" in await world.refused("get_time", place="atlantis")
        assert (await world.do("get_date")).speech == "It's Wednesday, 18 November."
        assert (await world.do("get_date", when="2026-12-25")).speech == "That is Friday, 25 December."
        assert (await world.do("get_date", when="2026-11-19")).speech == "Tomorrow is Thursday, 19 November."
        done = await world.do("convert_time", time="2026-11-18T22:00", from_place="london", to_place="tokyo")
        assert done.speech == "10:00 PM in London is 7:00 AM the next day in Tokyo."
        assert world.glance("zone") == "Europe/Paris"

    asyncio.run(story())


def test_sensors_read_what_was_injected_until_the_day_takes_over_again(world: World) -> None:
    async def story() -> None:
        await world.boot()

        async def sense(metric: str, value: float | None) -> float:
            answer = await world.bench.ask("control", "skills", Sense(metric, value))
            assert isinstance(answer, Sensed)
            return answer.value

        of_the_day = (await world.do("get_battery")).result["battery"]
        assert await sense("battery", 12) == 12
        await world.bench.advance(0.1)  # it is told beside the answer
        assert world.glance("battery") == 12
        assert await sense("charging", 1) == 1
        assert (await world.do("get_battery")).speech == "The simulated battery is at 12 percent and charging."
        assert await sense("heart_rate", 151) == 151
        assert (await world.do("get_health", metric="heart_rate")).result["value"] == 151
        assert await sense("battery", None) == of_the_day
        for metric, value in (("battery", 101.0), ("mood", 1.0), ("steps", float("nan"))):
            with pytest.raises(CallerError):
                await sense(metric, value)
        await sense("connection", 0)
        assert "can't reach the weather" in await world.refused("get_weather", place="berlin")

    asyncio.run(story())
