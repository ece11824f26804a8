"""What a change comes to at one thing: its new setting or why there is none, and the words for a setting."""

from __future__ import annotations

from ..speech import joined
from .provider import Setting, State, Thing


def wanted(thing: Thing, old: Setting, state: State | None, level: int | None, colour: str | None) -> Setting | None:
    """What the thing is to be; None if it cannot."""
    if (state is not None and state not in thing.states) or (colour is not None and not thing.colours):
        return None
    if level is not None:
        if thing.level is None or not thing.level[0] <= level <= thing.level[1]:
            return None
        if state is None:
            lit, dark = thing.states[:2]
            state = lit if level > 0 else dark
    if state in ("open", "closed") and thing.level is not None and level is None:
        level = 100 if state == "open" else 0
    if colour is not None and state is None:
        state = "on"
    if state == "on" and level is None and old.level == 0:
        level = thing.level[1] if thing.level else None
    kept = old.level if level is None or (level == 0 and state == "off") else level
    return Setting(state or old.state, kept, colour or old.colour)


def cannot(thing: Thing, state: str | None, level: int | None, colour: str | None) -> str:
    """Why a thing does not take it, with what it takes."""
    if level is not None and thing.level is not None:
        return f"The {thing.name} takes {thing.level[0]} to {thing.level[1]}{_unit(thing)}, not {level}"
    if colour is not None:
        return f"The {thing.name} has no colours"
    if level is not None:
        return f"The {thing.name} has no levels; it can be {joined(thing.states, 'or')}"
    return f"The {thing.name} can't be {state}; it can be {joined(thing.states, 'or')}"


def _unit(thing: Thing) -> str:
    return " degrees" if thing.kind == "thermostat" else " percent"


def shown(thing: Thing, setting: Setting) -> str:
    """``on``, ``on at 30 percent, blue``, ``locked``, ``half open``."""
    at = setting.level
    if at is None or setting.state not in ("on", "open") or (at == 100 and thing.kind != "thermostat"):
        shown: str = setting.state
    elif setting.state == "open":
        shown = f"{at} percent open"
    else:
        shown = f"{setting.state} at {at}{_unit(thing)}" if thing.kind != "thermostat" else f"set to {at} degrees"
    return f"{shown}, {setting.colour}" if setting.colour and setting.state == "on" else shown


def share(thing: Thing, setting: Setting) -> float | None:
    """The level as 0..1 of what the thing takes, for the card's ring."""
    if thing.level is None or setting.level is None or setting.state not in ("on", "open"):
        return None
    least, most = thing.level
    return (setting.level - least) / (most - least)
