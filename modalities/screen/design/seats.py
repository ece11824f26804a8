"""Seats: where the things on a face stand, so that no two share a place, nor run into each other round a dial."""

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
_ROUND: Final[tuple[Place, ...]] = (
    "top", "top-right", "right", "bottom-right", "bottom", "bottom-left", "left", "top-left",
)  # fmt: skip
Seat = Place | Literal["none"]


class _Seats:
    """Who sits where. Round a dial a place also takes up those beside it: what stands there is wider than the way."""

    def __init__(self, *, round_a_dial: bool) -> None:
        self._round = round_a_dial
        self._taken: set[Place] = set()

    def free(self, place: Place) -> bool:
        if not self._round or place not in _ROUND:
            return place not in self._taken
        at = _ROUND.index(place)
        return self._taken.isdisjoint(_ROUND[(at + step) % len(_ROUND)] for step in (-1, 0, 1))

    def first(self, places: Iterable[Place]) -> Place:
        """The first free one, which is free no longer; '' if there is none."""
        for place in places:
            if self.free(place):
                self._taken.add(place)
                return place
        return ""

    def take(self, place: Place) -> None:
        self._taken.add(place)


def seats(
    facts: Sequence[Fact], date: Place | None, style: str, digits: Place, small_seconds: bool = False
) -> tuple[tuple[Fact, ...], Seat, Seat]:
    """A place for everything, none twice: what asked for one sits there or beside it, the rest where there is room.

    ``date`` is '' for anywhere and None for none. Gives the facts that found a place, the date's and the digits'.
    """
    taken = _Seats(round_a_dial=style != "digital")
    order = _ROW_PLACES if style == "digital" else _DIAL_PLACES
    at_digits: Seat = "none"
    if style == "hybrid":
        at_digits = digits or _room_for_digits({date or "", *(fact.place for fact in facts)}, small_seconds)
        taken.take(at_digits)
    if style != "digital" and small_seconds and at_digits != "bottom":
        taken.take("bottom")
    at_date: Seat = taken.first(_near(date, order)) or "none" if date else "none"
    found: list[Fact] = []
    for fact in [*(fact for fact in facts if fact.place), *(fact for fact in facts if not fact.place)][:MAX_FACTS]:
        seat = taken.first(_near(fact.place, order))
        if seat:
            found.append(msgspec.structs.replace(fact, place=seat))
    if date == "":
        anywhere: tuple[Place, ...] = ("top",) if style == "digital" else ("right", "top", "bottom", "left")
        at_date = taken.first(anywhere) or "none"
    return tuple(found), at_date, at_digits


def _near(wish: Place, order: Sequence[Place]) -> tuple[Place, ...]:
    """The place wished for, those beside it, and all others."""
    return (wish, *_AROUND.get(wish, ()), *order) if wish else tuple(order)


def _room_for_digits(wished: set[Place], small_seconds: bool) -> Place:
    """Where digital time goes that nobody gave a place: down, unless something else is wanted there."""
    down = {"bottom", "bottom-left", "bottom-right"} & wished or small_seconds
    up = {"top", "top-left", "top-right"} & wished
    return "top" if down and not up else "bottom"
