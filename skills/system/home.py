"""The home: lights, plugs, heating, blinds and locks, through a provider.

Who is meant is found here (a kind of thing, and perhaps a room), what may happen is checked against what each thing
takes, and every reply ends with the provider's label: the simulated home must never be taken for a real door. Words
without a room mean all things of the kind; doors and locks are sensitive.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..contract import Card, Level, Refusal, Reply, Say, Skill, action
from ..house.change import cannot, share, shown, wanted
from ..house.provider import DOORS, Colour, Kind, Provider, Room, Setting, State, Thing
from ..house.simulated import SimulatedHome
from ..speech import capital, joined, plural

DIM, BRIGHT = 30, 100
"""What "dim the lights" and "brighten the lights" mean without a number."""


class Home(Skill):
    """Lights, plugs, heating, blinds and door locks of the home. The home is simulated."""

    name = "home"
    grants = ("store", "screen", "home.control")
    simulated = True
    words = {
        "light": ["lights", "lighting", "ceiling light", "overhead light", "overhead lights"],
        "lamp": ["lamps", "table lamp", "floor lamp", "bedside lamp"],
        "plug": [
            "plugs",
            "socket",
            "sockets",
            "smart plug",
            "smart plugs",
            "smart socket",
            "plug socket",
            "smart plug socket",
            "outlet",
        ],
        "fan": ["fans", "ceiling fan"],
        "thermostat": ["heating", "heater", "central heating"],
        "blinds": ["blind", "shades", "shutters"],
        "curtains": ["curtain", "drapes"],
        "front door": ["main door", "house door", "entrance door"],
        "back door": ["rear door"],
        "garage door": ["garage", "garage doors"],
        "doors": ["locks", "every door"],
        "television": ["tv", "telly"],
        "living room": ["lounge", "sitting room"],
        "hallway": ["hall", "corridor"],
        "bathroom": ["bath"],
        "office": ["study"],
        "garden": ["outside", "outdoor", "yard", "patio", "porch"],
        "house": ["home", "whole house", "flat", "apartment"],
        "locked": ["bolted"],
        "closed": ["shut"],
        "turquoise": ["teal", "cyan"],
        "purple": ["violet"],
        "warm white": ["warm"],
    }
    rules = {
        "the": "[all|any|every|both] [of] [the|my|our|this|these|those|a]",
        "in": "[[in|of|inside|at|for] [the|my|our|all the] {place}]",
        "thing": "<the> ({device} <in>|{place} {device})",
        "lights": "<the> ((light|lights|lighting) <in>|{place} (light|lights|lighting))",
        "lamps": "<the> ((lamp|lamps) <in>|{place} (lamp|lamps))",
        "front": "[the|my|our] (front door|main door|house door|entrance door)",
        "back": "[the|my|our] (back door|rear door)",
        "garage": "[the|my|our] (garage|garage door)",
        "doors": "<the> (doors|locks)",
        "covers": "<the> [{place}] (blinds|blind|shades|shutters) <in>",
        "bit": "[a bit|a little|a little bit|down|low|please]",
        "pct": "[percent|%|per cent]",
    }

    @property
    def _home(self) -> Provider:
        return SimulatedHome(self.device)

    @action(
        Say("(turn|switch|put|power|flick) on <thing>", {"state": "on"}),
        Say("(turn|switch|put|power|flick) <thing> on <in>", {"state": "on"}),
        Say("(activate|enable|start) <thing>", {"state": "on"}),
        Say("<thing> [turn|switch] on <in>", {"state": "on"}),
        Say("(i want|i would like|i need) <thing> [turned|switched] on", {"state": "on"}),
        Say("make sure [that] <thing> (is|are) on", {"state": "on"}),
        Say("(turn|switch|shut|power|cut|put) off <thing>", {"state": "off"}),
        Say("(turn|switch|shut|power|cut|put) <thing> off <in>", {"state": "off"}),
        Say("(power|shut) down <thing>", {"state": "off"}),
        Say("(deactivate|disable|stop) <thing>", {"state": "off"}),
        Say("<thing> [turn|switch] off <in>", {"state": "off"}),
        Say("(i want|i would like|i need) <thing> [turned|switched] off", {"state": "off"}),
        Say("put out <lights>", {"device": "light", "state": "off"}),
        Say("make sure [that] <thing> (is|are) off", {"state": "off"}),
        Say("(light|lights) out <in>", {"device": "light", "state": "off"}),
        "(set|dim|turn|change|put|lower|raise|brighten|bring|adjust|open) <thing> [brightness|speed|temperature] [up|down] (to|at) {level} <pct>",
        "<thing> [brightness] (to|at) {level} <pct>",
        Say(
            "(set|turn|put|change|adjust|bring) [the] (thermostat|heating|heat|temperature) [up|down] (to|at) {level} (degrees|degree) [celsius]",
            {"device": "thermostat"},
        ),
        Say(
            "set [the] (room|house|inside) temperature to {level} [degrees|degree] [celsius]", {"device": "thermostat"}
        ),
        Say(
            "(dim|darken|lower|soften|reduce|turn down|bring down) [[the] (brightness|intensity) of] <lights> <bit>",
            {"device": "light", "level": DIM},
        ),
        Say("<lights> (down|dimmer|darker)", {"device": "light", "level": DIM}),
        Say("(turn|bring) <lights> down <bit>", {"device": "light", "level": DIM}),
        Say("make <lights> <bit> (dimmer|darker|softer|less bright)", {"device": "light", "level": DIM}),
        Say("(dim|darken|lower|turn down) <lamps> <bit>", {"device": "lamp", "level": DIM}),
        Say(
            "(brighten|brighten up|raise|increase|turn up|bring up) [[the] (brightness|intensity) of] <lights> <bit>",
            {"device": "light", "level": BRIGHT},
        ),
        Say("(<lights> (up|brighter)|more light <in>)", {"device": "light", "level": BRIGHT}),
        Say("(turn|bring) <lights> up <bit>", {"device": "light", "level": BRIGHT}),
        Say("make <lights> <bit> brighter", {"device": "light", "level": BRIGHT}),
        Say("(brighten|brighten up|turn up) <lamps> <bit>", {"device": "lamp", "level": BRIGHT}),
        "(turn|make|set|change|switch|put) <thing> [colour|color|colours|colors] [to|in|into|on] [a] {colour}",
        "(change|set|turn|switch) [the|my] (colour|color|colours|colors) of <thing> to {colour}",
        "(change|turn|switch) <thing> from (white|red|orange|yellow|green|blue|purple|pink) to {colour}",
        "<thing> [colour|color] [to|in] {colour}",
        Say("(color|colour) <lights> {colour}", {"device": "light"}),
        Say(
            "(i want|i would like|give me|turn on|switch on|switch to) [the] {colour} (light|lights|lighting) <in>",
            {"device": "light"},
        ),
        Say("(lock|lock up|bolt) <front>", {"device": "front door", "state": "locked"}),
        Say("(lock|lock up|bolt) <back>", {"device": "back door", "state": "locked"}),
        Say("(lock|lock up) <garage>", {"device": "garage door", "state": "locked"}),
        Say("(lock|lock up) <doors>", {"device": "doors", "state": "locked"}),
        Say("(lock up|lock up the house|lock the house)", {"device": "doors", "state": "locked"}),
        Say("make sure [that] <thing> (is|are) locked", {"state": "locked"}),
        Say("(unlock|unbolt) <front>", {"device": "front door", "state": "unlocked"}),
        Say("(unlock|unbolt) <back>", {"device": "back door", "state": "unlocked"}),
        Say("unlock <garage>", {"device": "garage door", "state": "unlocked"}),
        Say("unlock <doors>", {"device": "doors", "state": "unlocked"}),
        Say("(open|roll up|pull up) <thing>", {"state": "open"}),
        Say("raise <covers>", {"device": "blinds", "state": "open"}),
        Say("(close|shut|pull down) <thing>", {"state": "closed"}),
        Say("lower <covers>", {"device": "blinds", "state": "closed"}),
        examples=("turn on the kitchen light", "lock the front door", "dim the bedroom lamp to 30 percent"),
        sensitive={"device": DOORS},
        purpose="change the [{place}] {device}",
    )
    async def set_home_device(
        self,
        device: Kind,
        state: State | None = None,
        place: Room | None = None,
        level: Level | None = None,
        colour: Colour | None = None,
    ) -> Reply:
        """Change things of the home (simulated): lights, plugs, heating, blinds, door locks.

        device: kind of thing
        state: on, off, locked, unlocked, open or closed
        place: room; without one all things of the kind
        level: percent, or degrees Celsius for the thermostat
        colour: of a light
        """
        home = self._home
        if state is None and level is None and colour is None:
            raise Refusal(f"What should I do with the {device} ({home.label})?")
        meant = await self._meant(home, device, place)
        takes = [(thing, wanted(thing, await home.read(thing), state, level, colour)) for thing in meant]
        able = [(thing, new) for thing, new in takes if new is not None]
        if not able:
            raise Refusal(f"{cannot(meant[0], state, level, colour)} ({home.label}).")
        before = {thing.id: msgspec.to_builtins(await home.read(thing)) for thing, _ in able}
        changed = [(thing, new) for thing, new in able if msgspec.to_builtins(new) != before[thing.id]]
        for thing, new in changed:
            await home.write(thing, new)
        first, new = able[0]
        now = shown(first, new)
        name = _plural(first, device, place, len(able)) if len(able) > 1 else first.name
        said = f"{capital(_all(name, len(able)))} {_are(name)} {'' if changed else 'already '}{now}"
        undo = {thing.id: before[thing.id] for thing, _ in changed} or None
        result = {
            "device": device, "place": place or "", **_result(new), "count": len(able), "simulated": True,
            "things": [thing.name for thing, _ in able],
        }  # fmt: skip
        card = Card("device", capital(name), f"{capital(now)} ({home.label})", [], _icon(first), share(first, new))
        return Reply(f"{said} ({home.label}).", result, card, undo=undo)

    @action(
        "(is|are) <thing> [still|currently|now] (on|off|locked|unlocked|open|closed|shut|dimmed|running) [now] <in>",
        "(is|are) <thing> on or off",
        "(is|are) there any (light|lights) on <in>",
        "did i (lock|unlock|close|shut|leave|turn off|switch off) <thing> [on|open|unlocked]",
        "(what's|what is|check|tell me|get) [the] (state|status|level|brightness|colour|color) of <thing>",
        "(check|check on) <thing>",
        "(what's|what is) <thing> (set to|at|set at|doing)",
        "how bright (is|are) <thing>",
        "(what|which) colour (is|are) <thing>",
        Say("(is|are) the (house|home|flat) locked [up]", {"device": "doors"}),
        Say("(which|what|how many) lights are on <in>", {"device": "light"}),
        Say("(what's|what is) the temperature (inside|indoors|in the house|at home|in here)", {"device": "thermostat"}),
        Say("how warm is it (inside|indoors|in the house|at home|in here)", {"device": "thermostat"}),
        examples=("is the front door locked", "are the lights on in the kitchen"),
        reads=True,
        purpose="check the [{place}] [{device}]",
    )
    async def get_home_device(self, device: Kind = "light", place: Room | None = None) -> Reply:
        """Say how things of the home are (simulated).

        device: kind of thing
        place: room; without one all things of the kind
        """
        home = self._home
        meant = await self._meant(home, device, place)
        settings = [(thing, await home.read(thing)) for thing in meant]
        thing, setting = settings[0]
        lines = [f"{capital(each.name)}  {shown(each, how)}" for each, how in settings]
        things = [{"name": each.name, **_result(how)} for each, how in settings]
        result = {"device": device, "place": place or "", **_result(setting), "things": things, "simulated": True}
        if len(settings) == 1:
            now = shown(thing, setting)
            card = Card(
                "device", capital(thing.name), f"{capital(now)} ({home.label})", [], _icon(thing), share(thing, setting)
            )
            return Reply(f"The {thing.name} {_are(thing.name)} {now} ({home.label}).", result, card)
        name = _plural(thing, device, place, len(settings))
        card = Card("list", capital(name), lines=[*lines, home.label], icon=_icon(thing))
        return Reply(f"{_counted(settings, name)} ({home.label}).", {**result, "state": _common(settings)}, card)

    async def undo(self, what: Any) -> Reply:
        home = self._home
        things = {thing.id: thing for thing in await home.things()}
        back: list[str] = []
        for key, setting in what.items():
            if key in things:
                await home.write(things[key], old := msgspec.convert(setting, Setting))
                back.append(f"the {things[key].name} {_are(things[key].name)} {shown(things[key], old)}")
        return Reply(f"As it was: {joined(back) if len(back) < 4 else plural(len(back), 'thing')} ({home.label}).")

    async def _meant(self, home: Provider, device: str, place: str | None) -> list[Thing]:
        """The things of a kind in a room. Raises Refusal if there are none."""
        everywhere = place in (None, "house")
        found = [
            thing
            for thing in await home.things()
            if (thing.kind == device or (device == "doors" and "locked" in thing.states))
            and (everywhere or thing.room in ("", place))
        ]
        if not found:
            raise Refusal(f"There {_are(device)} no {device} in the {place} ({home.label}).")
        return found


def _result(setting: Setting) -> dict[str, Any]:
    return {"state": setting.state, "level": setting.level, "colour": setting.colour}


def _icon(thing: Thing) -> str:
    return "lock" if "locked" in thing.states else "home"


def _plural(thing: Thing, device: str, place: str | None, count: int) -> str:
    """``9 lights``, ``kitchen lights``."""
    noun = device if device.endswith("s") else f"{device}s"
    room = thing.room if place not in (None, "house") else ""
    return f"{count} {noun}" if not room else f"{room} {noun}"


def _are(name: str) -> str:
    return "are" if name.endswith("s") else "is"


def _all(name: str, count: int) -> str:
    """``the kitchen light``, ``both fans``, ``all 9 lights``."""
    return f"both {name[2:]}" if name.startswith("2 ") else f"all {name}" if count > 1 else f"the {name}"


def _common(settings: list[tuple[Thing, Setting]]) -> str:
    states = {setting.state for _, setting in settings}
    return states.pop() if len(states) == 1 else "mixed"


def _counted(settings: list[tuple[Thing, Setting]], name: str) -> str:
    """``All 9 lights are off``; ``2 of 9 lights are on: kitchen light and office light``."""
    common = _common(settings)
    if common != "mixed":
        return f"{capital(_all(name, len(settings)))} are {common}"
    telling = next(
        state for state in ("on", "unlocked", "open", "locked", "off") for _, s in settings if s.state == state
    )
    those = [thing.name for thing, setting in settings if setting.state == telling]
    return f"{len(those)} of {name} {'is' if len(those) == 1 else 'are'} {telling}: {joined(those)}"
