# ruff: noqa: E501 - what is said stays on one line
"""Weather and currencies: fresh, kept, offline, and when the service answers nonsense."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest

from bluerill.kernel.errors import ServiceFault
from bluerill.kernel.lease import Lease
from bluerill.kernel.service import Call, Leased, Service, handles
from bluerill.skills.messages import Fetch, Fetched
from support.bench import World

SPOT = {
    "results": [{"name": "London", "latitude": 51.5, "longitude": -0.12, "timezone": "Europe/London", "country": "UK"}]
}
DAYS = [f"2026-11-{day}" for day in range(18, 26)]
FORECAST: dict[str, Any] = {
    "current": {
        "time": "2026-11-18T12:00", "temperature_2m": 8.6, "apparent_temperature": 5.2, "relative_humidity_2m": 81,
        "wind_speed_10m": 17.4, "weather_code": 3,
    },
    "hourly": {
        "time": [f"{day}T{hour:02}:00" for day in DAYS for hour in range(24)],
        "temperature_2m": [round(5 + hour / 4, 1) for _ in DAYS for hour in range(24)],
        "precipitation_probability": [10 for _ in DAYS for _ in range(24)],
        "weather_code": [2 for _ in DAYS for _ in range(24)],
        "wind_speed_10m": [12.0 for _ in DAYS for _ in range(24)],
        "relative_humidity_2m": [70 for _ in DAYS for _ in range(24)],
    },
    "daily": {
        "time": DAYS, "weather_code": [3, 61, 71, 0, 1, 2, 3, 95], "temperature_2m_max": [10.1, 9, -1, 4, 5, 6, 7, 8],
        "temperature_2m_min": [4.2, 5, -6, -2, 1, 1, 2, None], "precipitation_probability_max": [5, 80, 60, 0, 0, 0, 0, 90],
        "precipitation_sum": [0, 6.2, 3, 0, 0, 0, 0, 9], "snowfall_sum": [0, 0, 4.5, 0, 0, 0, 0, 0],
        "wind_speed_10m_max": [20, 30, 10, 10, 10, 10, 10, 60], "sunrise": [f"{day}T07:58" for day in DAYS],
        "sunset": [f"{day}T17:03" for day in DAYS], "uv_index_max": [1, 1, 1, 1, 1, 1, 1, 1],
    },
}  # fmt: skip
RATES = (
    "<gesmes:Envelope><Cube><Cube time='2026-11-17'><Cube currency='USD' rate='1.0800'/>"
    "<Cube currency='GBP' rate='0.8640'/><Cube currency='JPY' rate='162.00'/></Cube></Cube></gesmes:Envelope>"
)


class Net(Service):
    """The network, as far as these tests need it."""

    def __init__(self) -> None:
        self.online = True
        self.asked: list[str] = []
        self.forecast: bytes = json.dumps(FORECAST).encode()
        self.spot: bytes = json.dumps(SPOT).encode()

    @handles(Fetch)
    async def fetch(self, request: Fetch, call: Call) -> Leased:
        self.asked.append(request.url)
        if not self.online:
            raise ServiceFault("api.open-meteo.com could not be reached: no route")
        body = RATES.encode() if "ecb" in request.url else self.spot if "geocoding" in request.url else self.forecast
        return Leased(Fetched(200, b""), Lease.offer(body))


async def connected(world: World) -> Net:
    net = Net()
    await world.bench.add("egress", net)
    await world.boot()
    return net


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"place": "london"}, "It's 9 degrees and overcast in London, up to 10 degrees today, 5 percent chance of rain."),
        ({"place": "london", "when": "2026-11-19"}, "Tomorrow in London: light rain, 5 to 9 degrees, 80 percent chance of rain."),
        ({"place": "london", "when": "2026-11-20"}, "On Friday in London: light snow, minus 6 to minus 1 degree, 60 percent chance of rain."),
        ({"place": "london", "when": "2026-11-19T18:00"}, "Tomorrow evening at 6:00 PM in London: partly cloudy, 10 degrees, 10 percent chance of rain."),
        ({"place": "london", "what": "rain"}, "No rain expected in London, 5 percent chance."),
        ({"place": "london", "what": "rain", "when": "2026-11-19"}, "Yes, expect rain in London tomorrow, 80 percent chance."),
        ({"place": "london", "what": "snow", "when": "2026-11-20"}, "Expect snow in London on Friday, 4.5 centimetres."),
        ({"place": "london", "what": "temperature"}, "9 degrees in London, feels like 5."),
        ({"place": "london", "what": "wind", "when": "2026-11-25"}, "Wind up to 60 kilometres an hour in London on 25 November."),
        ({"place": "london", "what": "sun"}, "Overcast in London, sunrise at 7:58 AM, sunset at 5:03 PM."),
        ({}, "It's 9 degrees and overcast in London, up to 10 degrees today, 5 percent chance of rain."),
    ],
)  # fmt: skip
def test_weather_is_said_naturally(world: World, arguments: dict[str, Any], said: str) -> None:
    async def story() -> None:
        await connected(world)
        done = await world.do("get_weather", **arguments)
        assert done.speech == said
        assert done.result["offline"] is False

    asyncio.run(story())


def test_weather_is_kept_and_labelled_when_offline(world: World) -> None:
    async def story() -> None:
        net = await connected(world)
        await world.do("get_weather")
        assert len(net.asked) == 2
        await world.do("get_weather", what="wind")
        assert len(net.asked) == 2, "a fresh answer is used again"
        assert world.glance("weather") == "9° overcast"
        net.online = False
        await world.bench.advance(3600)
        done = await world.do("get_weather")
        assert done.speech.endswith("chance of rain (offline, from 12:06).")
        assert done.result["offline"] is True
        assert done.card is not None
        assert done.card.lines[-1] == "offline, from 12:06"
        await world.bench.advance(86_400)
        assert "(offline, from 12:06 yesterday)" in (await world.do("get_weather", when="2026-11-20")).speech
        net.online = True
        assert "offline" not in (await world.do("get_weather")).speech
        assert "no earlier forecast" not in (await world.do("get_weather")).speech

    asyncio.run(story())


def test_faces_are_told_the_forecast_by_the_hour_and_the_day(world: World) -> None:
    async def story() -> None:
        await connected(world)
        await world.do("get_weather")
        sky = world.glance("sky")
        assert (sky.code, sky.celsius, sky.low, sky.high, sky.day) == (3, 8.6, 4.2, 10.1, True)
        # 11:06 in London, where the forecast is for: the hour that runs, and those after it
        hours = [(hour.at - sky.updated) / 3600 for hour in sky.hours]
        assert -1 < hours[0] <= 0
        assert len(hours) == 48
        assert {round(later - hour, 6) for hour, later in pairwise(hours)} == {1.0}
        assert [day.low for day in sky.days[:3]] == [4.2, 5, -6]
        assert sky.sunrise < sky.updated < sky.sunset

    asyncio.run(story())


def test_offline_with_nothing_kept_it_says_so(world: World) -> None:
    async def story() -> None:
        net = await connected(world)
        net.online = False
        assert await world.refused("get_weather", place="london") == (
            "I can't reach the weather service, and I have no earlier forecast for London."
        )

    asyncio.run(story())


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"<html>", b"{}", b'{"results": 5}', b"[" * 5000, json.dumps({**FORECAST, "daily": {**FORECAST["daily"], "time": []}}).encode()],
)  # fmt: skip
def test_nonsense_from_the_service_is_not_believed(world: World, nonsense: bytes) -> None:
    async def story() -> None:
        net = await connected(world)
        net.forecast = nonsense
        assert "I don't understand the weather service" in await world.refused("get_weather", place="london")
        net.forecast, net.spot = json.dumps(FORECAST).encode(), b'{"results": []}'
        assert await world.refused("get_weather", place="nowhere") == "I know no place called Nowhere."
        net.spot = json.dumps({"results": [{"name": "X\nY", "latitude": 951.5, "longitude": 0.0}]}).encode()
        assert "I don't understand" in await world.refused("get_weather", place="nowhere")

    asyncio.run(story())


def test_imperial_units_and_home_place_come_from_the_settings(world: World) -> None:
    async def story() -> None:
        world.settings = {"settings": {"weather": {"units": "imperial", "place": "London"}}}
        net = await connected(world)
        assert (await world.do("get_weather", what="temperature")).speech == "47 degrees in London, feels like 41."
        assert "name=London" in net.asked[0]
        assert (await world.do("get_weather", what="wind")).speech == "Wind at 11 miles an hour in London."

    asyncio.run(story())


def test_the_owner_can_say_where_home_is(world: World) -> None:
    async def story() -> None:
        world.zone = "UTC"
        world.settings["settings"] = {"weather": {"place": "leeds"}}
        net = await connected(world)
        done = await world.do("set_home_place", place="london")
        assert done.speech == "Your home is London now."
        await world.do("get_weather")
        assert "name=London" in net.asked[0]
        assert (await world.undo(done)).speech == "I have forgotten your home."
        await world.do("get_weather")
        assert "name=leeds" in net.asked[2], "the settings' place is next"
        await world.kill()
        world.settings = {}
        await world.boot()
        assert await world.refused("get_weather") == (
            "I don't know where you are. Say where, for example: my home is in Berlin."
        )

    asyncio.run(story())


def test_currencies_are_exact_dated_and_honest(world: World) -> None:
    async def story() -> None:
        net = await connected(world)
        net.online = False
        assert await world.refused("convert_currency", amount=100, **{"from": "dollars", "to": "euros"}) == (
            "I can't reach the exchange rates, and I have none from before."
        )
        net.online = True
        done = await world.do("convert_currency", amount=100, **{"from": "pounds", "to": "dollars"})
        assert done.speech == "100 British pounds are 125.00 US dollars."
        assert done.card is not None
        assert done.card.lines == ["rates of 17 November"]
        net.online = False
        await world.bench.advance(86_400)
        old = await world.do("convert_currency", amount=1, **{"from": "eur", "to": "yen"})
        assert old.speech == "1 euro is 162.00 yen (offline, rates of 17 November)."
        assert await world.refused("convert_currency", amount=1, **{"from": "gold", "to": "yen"}) == (
            "I don't know the currency gold."
        )
        assert "There is no rate" in await world.refused("convert_currency", amount=1, **{"from": "baht", "to": "yen"})

    asyncio.run(story())
