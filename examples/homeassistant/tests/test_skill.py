"""The bridge against answers in the form of Home Assistant's REST interface."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from homeassistant_skill import HomeAssistant

from bluerill.kernel.errors import CallerError
from bluerill.skills.testing import Bench, Pages

URL = "http://homeassistant.local:8123"
SETTINGS = {"homeassistant": {"url": f"{URL}/", "token": "secret"}}
STATES = json.dumps(
    [
        {"entity_id": "light.desk", "state": "off", "attributes": {"friendly_name": "Desk Lamp"}},
        {"entity_id": "lock.front", "state": "locked", "attributes": {"friendly_name": "Front Door"}},
        {
            "entity_id": "sensor.living",
            "state": "21.5",
            "attributes": {"friendly_name": "Living Room Temperature", "unit_of_measurement": "°C"},
        },
    ]
)
HOUSE = {
    f"{URL}/api/states": STATES.encode(),
    f"{URL}/api/services/light/turn_on": b"[]",
    f"{URL}/api/services/light/turn_off": b"[]",
}


def test_a_lamp_is_switched_and_switched_back(tmp_path: Path) -> None:
    async def story() -> None:
        bench = await Bench.of(HomeAssistant, state=tmp_path, pages=HOUSE, settings=SETTINGS)
        done = await bench.do("switch_thing", state="on", thing="desk lamp")
        assert done.speech == "Desk Lamp is on."
        assert (await bench.undo(done)).speech == "Desk Lamp is off again."
        house = bench.services["egress"]
        assert isinstance(house, Pages)
        sent = [(each.method, each.url, each.body) for each in house.sent if each.method == "POST"]
        assert [url.rpartition("/")[2] for _, url, _ in sent] == ["turn_on", "turn_off"]
        assert json.loads(sent[0][2]) == {"entity_id": "light.desk"}
        assert all(each.headers["Authorization"] == "Bearer secret" for each in house.sent)
        await bench.close()

    asyncio.run(story())


def test_a_state_is_told_with_its_unit(tmp_path: Path) -> None:
    async def story() -> None:
        bench = await Bench.of(HomeAssistant, state=tmp_path, pages=HOUSE, settings=SETTINGS)
        assert (await bench.do("thing_state", thing="living room temperature")).speech.endswith("21.5 °C.")
        await bench.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("thing", "settings", "states", "expected"),
    [
        ("front door", SETTINGS, STATES, "not switched by voice"),
        ("aquarium", SETTINGS, STATES, "knows nothing called aquarium"),
        ("desk lamp", {}, STATES, "Write where Home Assistant is"),
        ("desk lamp", SETTINGS, "<html>", "don't understand"),
    ],
)
def test_what_cannot_be_is_said(
    tmp_path: Path, thing: str, settings: dict[str, dict[str, str]], states: str, expected: str
) -> None:
    async def story() -> None:
        pages = {**HOUSE, f"{URL}/api/states": states.encode()}
        bench = await Bench.of(HomeAssistant, state=tmp_path, pages=pages, settings=settings)
        with pytest.raises(CallerError, match=expected):
            await bench.do("switch_thing", state="on", thing=thing)
        await bench.close()

    asyncio.run(story())
