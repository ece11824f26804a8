"""When the next bus or train goes: an example of a skill that reaches one host of the internet, granted by its owner.

The host is a public REST interface to the timetable of Berlin and Brandenburg (https://v6.bvg.transport.rest, no key).
What it answers is a stranger's: it is read strictly, bounded, and never taken for words that could do something.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from bluerill.skills.contract import Card, Refusal, Reply, Skill, Text, action

HOST = "v6.bvg.transport.rest"
SHOWN = 3


class Stop(msgspec.Struct):
    """A stop as ``/locations`` gives it."""

    id: str
    name: str


class Line(msgspec.Struct):
    name: str


class Departure(msgspec.Struct):
    """One departure as ``/stops/ID/departures`` gives it; ``when`` is None for one that was cancelled."""

    line: Line
    direction: str | None = None
    when: datetime | None = None


class Departures(msgspec.Struct):
    departures: list[Departure] = []


class Transit(Skill):
    """Tells when the next bus or train goes."""

    name = "transit"
    grants = ("store", f"network:{HOST}")

    @action(
        "(when|what time) (is|goes|leaves) the next (bus|train|tram|departure) [from {stop}]",
        "next (bus|train|tram|departure|departures) [from {stop}]",
        "departures [from {stop}]",
        examples=["when is the next bus", "next train from alexanderplatz"],
        reads=True,
    )
    async def next_departure(self, stop: Text | None = None) -> Reply:
        """Say the next departures from a stop.

        stop: the name of the stop; without one, the usual stop
        """
        place = await self._find(stop) if stop else await self._usual()
        query = urlencode({"duration": 60, "results": 12})
        found = await self._get(f"/stops/{quote(place.id, safe='')}/departures?{query}", Departures)
        now = self.device.now()
        going = [each for each in found.departures if each.when is not None and each.when >= now][:SHOWN]
        if not going:
            raise Refusal(f"Nothing leaves {place.name} within the next hour.")
        lines = [f"{_in(each, now)}  {each.line.name[:12]} {(each.direction or '')[:40]}".rstrip() for each in going]
        first = going[0]
        towards = f" to {first.direction[:60]}" if first.direction else ""
        return Reply(
            f"{first.line.name[:20]}{towards} {_in(first, now)}.",
            result={"stop": place.name, "departures": lines},
            card=Card(kind="list", title=place.name[:60], lines=lines),
        )

    @action(
        "[please] (my|the) (usual|home) stop is {stop}",
        "remember {stop} as my (usual|home) stop",
        examples=["my usual stop is alexanderplatz"],
    )
    async def remember_stop(self, stop: Text) -> Reply:
        """Remember the usual stop.

        stop: the name of the stop
        """
        place = await self._find(stop)
        before = await self.device.get("usual")
        await self.device.put("usual", msgspec.to_builtins(place))
        return Reply(f"Your usual stop is {place.name}.", result={"stop": place.name}, undo={"usual": before})

    async def undo(self, what: Any) -> Reply:
        await self.device.put("usual", what["usual"])
        return Reply("Your usual stop is what it was before.")

    async def _usual(self) -> Stop:
        row = await self.device.get("usual")
        if row is None:
            raise Refusal("I don't know your usual stop. Say, for example: my usual stop is Alexanderplatz.")
        return msgspec.convert(row, Stop)

    async def _find(self, name: str) -> Stop:
        query = urlencode({"query": name[:100], "results": 1, "addresses": "false", "poi": "false"})
        stops = await self._get(f"/locations?{query}", list[Stop])
        if not stops:
            raise Refusal(f"I know no stop called {name[:60]}.")
        return Stop(stops[0].id[:40], stops[0].name[:80])

    async def _get(self, path: str, kind: Any) -> Any:
        """The answer to a question, as ``kind``. Raises Refusal if the host says nonsense."""
        body = await self.device.fetch(f"https://{HOST}{path}")
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.DecodeError:
            raise Refusal("The timetable answers something I don't understand.") from None


def _in(departure: Departure, now: datetime) -> str:
    assert departure.when is not None
    minutes = int((departure.when - now).total_seconds() // 60)
    return "now" if minutes < 1 else f"in {minutes} min"
