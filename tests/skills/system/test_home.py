"""The home: who is meant, what each thing takes, and that nobody takes the simulation for a house."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bluerill.agent.plan import Planner
from bluerill.bench.catalogue import device_catalogue
from support.bench import World

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=ZoneInfo("Europe/Berlin"))


def test_things_change_stay_changed_and_come_back(world: World) -> None:
    async def story() -> None:
        await world.boot()
        lit = await world.do("set_home_device", device="light", place="kitchen", state="on")
        assert lit.speech == "The kitchen light is on (simulated home)."
        assert lit.card is not None
        assert lit.card.text == "On (simulated home)"
        dimmed = await world.do("set_home_device", device="lamp", place="bedroom", level=30)
        assert dimmed.result["things"] == ["bedroom lamp"]
        assert dimmed.speech == "The bedroom lamp is on at 30 percent (simulated home)."
        blue = await world.do("set_home_device", device="light", place="kitchen", colour="blue")
        assert blue.speech == "The kitchen light is on, blue (simulated home)."
        await world.undo(blue)
        await world.kill()
        await world.boot()
        told = await world.do("get_home_device", device="light")
        assert told.speech == "1 of 9 lights is on: kitchen light (simulated home)."
        assert (told.result["state"], told.result["simulated"]) == ("mixed", True)
        assert {"name": "kitchen light", "state": "on", "level": 100, "colour": ""} in told.result["things"]
        dark = await world.do("set_home_device", device="light", state="off")
        assert dark.speech == "All 9 lights are off (simulated home)."
        await world.undo(dark)
        assert (await world.do("get_home_device", device="light", place="kitchen")).result["state"] == "on"

    asyncio.run(story())


def test_doors_lock_and_say_so(world: World) -> None:
    async def story() -> None:
        await world.boot()
        opened = await world.do("set_home_device", device="front door", state="unlocked")
        assert opened.speech == "The front door is unlocked (simulated home)."
        assert (await world.do("get_home_device", device="doors")).speech.startswith("1 of 3 doors is unlocked: front")
        await world.do("set_home_device", device="doors", state="locked")
        told = await world.do("get_home_device", device="front door")
        assert told.speech == "The front door is locked (simulated home)."
        again = await world.do("set_home_device", device="front door", state="locked")
        assert (again.speech, again.undo) == ("The front door is already locked (simulated home).", "")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({"device": "front door", "state": "open"}, "The front door can't be open; it can be locked or unlocked"),
        ({"device": "thermostat", "level": 45}, "The thermostat takes 5 to 30 degrees, not 45"),
        ({"device": "plug", "place": "office", "level": 5}, "The office plug has no levels; it can be on or off"),
        ({"device": "fan", "place": "bedroom", "colour": "red"}, "The bedroom fan has no colours"),
        ({"device": "blinds", "place": "kitchen", "state": "open"}, "There are no blinds in the kitchen"),
        ({"device": "light"}, "What should I do with the light"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(world: World, asked: dict[str, object], answer: str) -> None:
    async def story() -> None:
        await world.boot()
        said = await world.refused("set_home_device", **asked)
        assert said.startswith(answer)
        assert "(simulated home)" in said

    asyncio.run(story())


def test_it_is_labelled_and_doors_are_sensitive(world: World) -> None:
    async def story() -> None:
        await world.boot()
        catalogue = await world.catalogue()
        assert next(each for each in catalogue.skills if each.name == "home").simulated
        setting = next(each for each in catalogue.actions if each.name == "set_home_device")
        assert setting.sensitive
        assert setting.sensitive_when == {"device": ["front door", "back door", "garage door", "doors"]}

    asyncio.run(story())


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(device_catalogue())


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("lock the front door", {"device": "front door", "state": "locked"}),
        ("turn on the kitchen light", {"device": "light", "place": "kitchen", "state": "on"}),
        ("dim the bedroom lamp to 30 percent", {"device": "lamp", "place": "bedroom", "level": 30}),
        ("turn off all the lights in the living room", {"device": "light", "place": "living room", "state": "off"}),
        ("set the thermostat to 21 degrees", {"device": "thermostat", "level": 21}),
        ("make the office lights green", {"device": "light", "place": "office", "colour": "green"}),
        ("close the blinds", {"device": "blinds", "state": "closed"}),
    ],
)
def test_how_people_say_it(planner: Planner, said: str, arguments: dict[str, object]) -> None:
    (call,) = planner.plan(said, NOW).calls
    assert (call.name, call.arguments) == ("set_home_device", arguments)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("is the front door locked", "get_home_device"),
        ("turn the volume down", "set_volume"),
        ("turn it down", "set_volume"),
        ("dim the screen", "set_brightness"),
        ("turn off do not disturb", "set_mode"),
        ("turn off the alarm", "cancel_alarm"),
        ("stop the timer", "cancel_timer"),
        ("open the weather app", "open_app"),
        ("what's the temperature in paris", "get_weather"),
        ("look up a lamp", None),
        ("turn it off", None),
    ],
)
def test_it_takes_nothing_that_is_not_its_own(planner: Planner, said: str, name: str | None) -> None:
    calls = planner.plan(said, NOW).calls
    assert [call.name for call in calls] == ([name] if name else [])
