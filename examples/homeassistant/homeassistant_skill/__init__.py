"""A bridge to Home Assistant by its REST interface: an example of a skill that reaches a device in the house.

The owner writes where it is and a long-lived access token into settings.toml; the grant ``network:@url`` covers that
one address and no other::

    [homeassistant]
    url = "http://homeassistant.local:8123"
    token = "…"

https://developers.home-assistant.io/docs/api/rest/
"""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import Any, Literal

import msgspec

from bluerill.skills.contract import Card, Refusal, Reply, Skill, Text, action

SWITCHED = ("light", "switch", "fan", "input_boolean")
"""What may be switched by voice. Locks, doors and alarms may not: a voice is no key."""
ALIKE = 0.6


class State(msgspec.Struct):
    """One entity as ``/api/states`` gives it."""

    entity_id: str
    state: str
    attributes: dict[str, Any] = {}

    @property
    def name(self) -> str:
        return str(self.attributes.get("friendly_name", self.entity_id))[:80]

    @property
    def domain(self) -> str:
        return self.entity_id.partition(".")[0]


class HomeAssistant(Skill):
    """Switches lights, switches and fans of Home Assistant, and tells their state."""

    name = "homeassistant"
    grants = ("network:@url",)
    options = {
        "url": "where Home Assistant is, such as http://homeassistant.local:8123",
        "token": "a long-lived access token, made in your profile there",
    }

    @action(
        "(ask|tell) home assistant to (turn|switch) {state} [the|my] {thing}",
        "(ask|tell) home assistant to (turn|switch) [the|my] {thing} {state}",
        examples=["tell home assistant to turn on the desk lamp"],
    )
    async def switch_thing(self, state: Literal["on", "off"], thing: Text) -> Reply:
        """Switch a thing on or off.

        state: on or off
        thing: what it is called in Home Assistant
        """
        found = await self._find(thing, SWITCHED)
        await self._ask(f"/api/services/{found.domain}/turn_{state}", {"entity_id": found.entity_id})
        return Reply(
            f"{found.name} is {state}.",
            result={"entity": found.entity_id, "state": state},
            card=Card(kind="device", title=found.name, text=state),
            undo={"entity": found.entity_id, "name": found.name, "state": found.state},
        )

    @action(
        "ask home assistant (about|how is|for) [the|my] {thing}",
        "what does home assistant say about [the|my] {thing}",
        examples=["ask home assistant about the living room temperature"],
        reads=True,
    )
    async def thing_state(self, thing: Text) -> Reply:
        """Tell the state of a thing.

        thing: what it is called in Home Assistant
        """
        found = await self._find(thing, ())
        unit = str(found.attributes.get("unit_of_measurement", ""))[:20]
        value = f"{found.state[:60]} {unit}".strip()
        return Reply(
            f"{found.name}: {value}.",
            result={"entity": found.entity_id, "state": found.state[:60]},
            card=Card(kind="device", title=found.name, text=value),
        )

    async def undo(self, what: Any) -> Reply:
        if what["state"] not in ("on", "off"):
            raise Refusal(f"I don't know how {what['name']} was before.")
        domain = str(what["entity"]).partition(".")[0]
        await self._ask(f"/api/services/{domain}/turn_{what['state']}", {"entity_id": what["entity"]})
        return Reply(f"{what['name']} is {what['state']} again.")

    async def _find(self, thing: str, domains: tuple[str, ...]) -> State:
        """The thing whose name is nearest to what was said. Raises Refusal if none is near."""
        states = await self._states()
        wanted = thing.lower()
        likely = sorted(states, key=lambda each: SequenceMatcher(None, wanted, each.name.lower()).ratio())
        best = likely[-1] if likely else None
        if best is None or SequenceMatcher(None, wanted, best.name.lower()).ratio() < ALIKE:
            raise Refusal(f"Home Assistant knows nothing called {thing[:60]}.")
        if domains and best.domain not in domains:
            raise Refusal(f"{best.name} is not switched by voice.")
        return best

    async def _states(self) -> list[State]:
        body = await self._ask("/api/states", None)
        try:
            return msgspec.json.decode(body, type=list[State])[:2000]
        except msgspec.DecodeError:
            raise Refusal("Home Assistant answers something I don't understand.") from None

    async def _ask(self, path: str, given: dict[str, Any] | None) -> bytes:
        settings = self.device.settings
        url, token = str(settings.get("url", "")).rstrip("/"), str(settings.get("token", ""))
        if not url or not token:
            raise Refusal("Write where Home Assistant is, and a token, into the table homeassistant of settings.toml.")
        headers = {"Authorization": f"Bearer {token}"}
        if given is None:
            return await self.device.fetch(url + path, headers=headers)
        headers["Content-Type"] = "application/json"
        body = json.dumps(given).encode()
        return await self.device.fetch(url + path, method="POST", headers=headers, body=body)
