"""The simulated home: things that exist as rows of the store and nowhere else.

It is the default provider, so that the skill can be tried and tested without a house. Whatever it says is labelled.
"""

from __future__ import annotations

import msgspec

from ..contract import Device
from .provider import Setting, State, Thing

_LOCK: tuple[State, ...] = ("locked", "unlocked")
_COVER: tuple[State, ...] = ("open", "closed")
_LIT = ("kitchen", "living room", "dining room", "bedroom", "bathroom", "hallway", "office", "garage", "garden")
PERCENT = (0, 100)

THINGS = (
    *(Thing(f"light/{room}", "light", room, level=PERCENT, colours=room != "garden") for room in _LIT),
    *(Thing(f"lamp/{room}", "lamp", room, level=PERCENT, colours=True) for room in ("living room", "bedroom")),
    *(Thing(f"plug/{room}", "plug", room) for room in ("kitchen", "living room", "office")),
    *(Thing(f"fan/{room}", "fan", room, level=PERCENT) for room in ("living room", "bedroom")),
    *(Thing(f"blinds/{room}", "blinds", room, _COVER, PERCENT) for room in ("living room", "bedroom", "office")),
    Thing("curtains/bedroom", "curtains", "bedroom", _COVER, PERCENT),
    Thing("television", "television", "living room"),
    Thing("thermostat", "thermostat", level=(5, 30)),
    Thing("front door", "front door", states=_LOCK),
    Thing("back door", "back door", states=_LOCK),
    Thing("garage door", "garage door", states=(*_COVER, *_LOCK)),
)


class SimulatedHome:
    """Keeps each thing's setting under ``home/…`` in the skill's own space."""

    label = "simulated home"

    def __init__(self, device: Device) -> None:
        self._device = device

    async def things(self) -> list[Thing]:
        return list(THINGS)

    async def read(self, thing: Thing) -> Setting:
        row = await self._device.get(f"home/{thing.id}")
        return _first(thing) if row is None else msgspec.convert(row, Setting)

    async def write(self, thing: Thing, setting: Setting) -> None:
        await self._device.put(f"home/{thing.id}", msgspec.to_builtins(setting))


def _first(thing: Thing) -> Setting:
    """Before anyone touched it: lights off, covers open, doors locked, 20 degrees."""
    if thing.kind == "thermostat":
        return Setting("on", 20)
    if "locked" in thing.states:
        return Setting("locked")
    if "open" in thing.states:
        return Setting("open", 100)
    return Setting("off", 100 if thing.level is not None else None)
