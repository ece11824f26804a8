"""Seats: where the things on a face stand, so that no two share a place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from .brief import MAX_FACTS, Fact, Place

_DIAL_PLACES: Final[tuple[Place, ...]] = ("bottom", "left", "right", "top")
_ROW_PLACES: Final[tuple[Place, ...]] = ("bottom", "bottom-left", "bottom-right", "top", "top-left", "top-right")
_AROUND: Final[dict[Place, tuple[Place, ...]]] = {
    "bottom": ("bottom-left", "bottom-right", "left", "right"),
    "top": ("top-left", "top-right", "left", "right"),
    "left": ("bottom-left", "top-left", "bottom"),
    "right": ("bottom-right", "top-right", "bottom"),
    "": ("bottom", "left", "right", "top"),
}
Seat = Place | Literal["none"]


def seats(
    facts: Sequence[Fact], date: Place | None, style: str, digits: Place, small_seconds: bool = False
) -> tuple[tuple[Fact, ...], Seat, Seat]:
    """A place for everything, none twice: what asked for one sits there or beside it, the rest where there is room.

    ``date`` is '' for anywhere and None for none. Gives the facts that found a place, the date's and the digits'.
    """
    taken: set[Place] = set()
    order = _ROW_PLACES if style == "digital" else _DIAL_PLACES
    at_digits: Seat = "none"
    if style == "hybrid":
        at_digits = digits or "bottom"
        taken.add(at_digits)
    if style != "digital" and small_seconds and at_digits != "bottom":
        taken.add("bottom")
    at_date: Seat = _taken(_near(date, order), taken) or "none" if date else "none"
    found: list[Fact] = []
    for fact in [*(fact for fact in facts if fact.place), *(fact for fact in facts if not fact.place)][:MAX_FACTS]:
        seat = _taken(_near(fact.place, order), taken)
        if seat:
            found.append(msgspec.structs.replace(fact, place=seat))
    if date == "":
        anywhere: tuple[Place, ...] = ("top",) if style == "digital" else ("right", "top", "bottom", "left")
        at_date = _taken(anywhere, taken) or "none"
    return tuple(found), at_date, at_digits


def _near(wish: Place, order: Sequence[Place]) -> tuple[Place, ...]:
    """The place wished for, those beside it, and all others."""
    return (wish, *_AROUND.get(wish, ()), *order) if wish else tuple(order)


def _taken(places: Iterable[Place], taken: set[Place]) -> Place:
    """The first free one, which is free no longer; '' if there is none."""
    for place in places:
        if place not in taken:
            taken.add(place)
            return place
    return ""
