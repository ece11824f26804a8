"""The timetable against answers written down here, in the form of the interface's documentation."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from transit_skill import HOST, Transit

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.skills.testing import Bench

FIND = f"https://{HOST}/locations?query=alexanderplatz&results=1&addresses=false&poi=false"
LEAVE = f"https://{HOST}/stops/900100003/departures?duration=60&results=12"
STOPS = json.dumps([{"type": "stop", "id": "900100003", "name": "S+U Alexanderplatz", "products": {"bus": True}}])
# The bench begins at 12:06:40 in Paris.
TIMES = json.dumps(
    {
        "departures": [
            {"when": "2026-11-18T12:05:00+01:00", "line": {"name": "M4"}, "direction": "gone"},
            {"when": None, "line": {"name": "U2"}, "direction": "cancelled"},
            {"when": "2026-11-18T12:11:00+01:00", "delay": 60, "line": {"name": "U8"}, "direction": "Wittenau"},
            {"when": "2026-11-18T12:07:10+01:00", "line": {"name": "100"}, "direction": None},
        ]
    }
)


def pages(find: str = STOPS, leave: str = TIMES) -> dict[str, bytes]:
    return {FIND: find.encode(), LEAVE: leave.encode()}


def test_it_tells_what_has_not_gone_yet(tmp_path: Path) -> None:
    async def story() -> None:
        bench = await Bench.of(Transit, state=tmp_path, pages=pages())
        told = await bench.do("next_departure", stop="alexanderplatz")
        assert told.speech == "U8 to Wittenau in 4 min."
        assert told.card is not None
        assert told.card.lines == ["in 4 min  U8 Wittenau", "now  100"]
        await bench.close()

    asyncio.run(story())


def test_the_usual_stop_is_remembered_and_can_be_forgotten(tmp_path: Path) -> None:
    async def story() -> None:
        bench = await Bench.of(Transit, state=tmp_path, pages=pages())
        with pytest.raises(CallerError, match="don't know your usual stop"):
            await bench.do("next_departure")
        done = await bench.do("remember_stop", stop="alexanderplatz")
        assert (await bench.do("next_departure")).result["stop"] == "S+U Alexanderplatz"
        await bench.undo(done)
        with pytest.raises(CallerError, match="don't know your usual stop"):
            await bench.do("next_departure")
        await bench.close()

    asyncio.run(story())


@pytest.mark.parametrize("answer", ["", "[]", '{"departures": 3}', "<html>", '{"departures": [{"when": "soon"}]}'])
def test_nonsense_from_the_host_is_one_sentence(tmp_path: Path, answer: str) -> None:
    async def story() -> None:
        bench = await Bench.of(Transit, state=tmp_path, pages=pages(leave=answer))
        with pytest.raises(CallerError, match=r"don't understand|Nothing leaves"):
            await bench.do("next_departure", stop="alexanderplatz")
        await bench.close()

    asyncio.run(story())


def test_without_the_network_it_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        bench = await Bench.of(Transit, state=tmp_path)
        with pytest.raises(ServiceFault, match="cannot be reached"):
            await bench.do("next_departure", stop="alexanderplatz")
        await bench.close()

    asyncio.run(story())
