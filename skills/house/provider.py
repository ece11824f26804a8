"""What a provider of a home does: list its things, read one, change one.

A provider speaks for a hub, a bridge or a simulation. It knows nothing of sentences and replies: the skill ``home``
finds the things that are meant, asks the provider to change them and says what became of it, with the provider's
label. Everything a thing can take is declared in its :class:`Thing`, so that what it cannot is refused before it is
asked.
"""

from __future__ import annotations

from typing import Literal, Protocol, get_args

import msgspec

Kind = Literal[
    "light", "lamp", "plug", "fan", "thermostat", "blinds", "curtains", "front door", "back door", "garage door",
    "doors", "television",
]  # fmt: skip
"""Kinds of things. ``doors`` is no thing of its own: it means every thing that can be locked."""
Room = Literal[
    "kitchen", "living room", "dining room", "bedroom", "bathroom", "hallway", "office", "garage", "garden", "house",
]  # fmt: skip
"""Rooms. ``house`` is all of them."""
State = Literal["on", "off", "locked", "unlocked", "open", "closed"]
Colour = Literal["white", "warm white", "red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink"]
DOORS = tuple(kind for kind in get_args(Kind) if "door" in kind)


class Thing(msgspec.Struct, frozen=True):
    """One device of a home, and what it can take."""

    id: str
    kind: Kind
    room: str = ""
    """'' for what belongs to the house as a whole."""
    states: tuple[State, ...] = ("on", "off")
    level: tuple[int, int] | None = None
    """Least and most of its level: percent, or degrees Celsius for a thermostat."""
    colours: bool = False

    @property
    def name(self) -> str:
        """As it is spoken of: ``kitchen light``, ``front door``."""
        return f"{self.room} {self.kind}".strip()


class Setting(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a thing is set now, or is to be."""

    state: State
    level: int | None = None
    colour: str = ""


class Provider(Protocol):
    """A home. Every method may raise ServiceFault when the home cannot be reached."""

    label: str
    """Whose home it is, in words that are added to every reply."""

    async def things(self) -> list[Thing]:
        """All things, at most a few hundred."""
        ...

    async def read(self, thing: Thing) -> Setting:
        """How one is set."""
        ...

    async def write(self, thing: Thing, setting: Setting) -> None:
        """Set one; durable (or done, for real ones) when it returns."""
        ...
