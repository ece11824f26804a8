"""Colours of a face: ``#RRGGBB`` and ``#AARRGGBB`` as the format writes them, integers as its functions make them.

A colour is (red, green, blue, alpha), each 0..255, alpha not multiplied in.
"""

from __future__ import annotations

from collections.abc import Iterable

from .expression.value import Colour as Computed

Colour = tuple[int, int, int, int]

WHITE: Colour = (255, 255, 255, 255)
BLACK: Colour = (0, 0, 0, 255)
CLEAR: Colour = (0, 0, 0, 0)
HEX = frozenset("0123456789abcdefABCDEF")


def read_colour(value: object) -> Colour | None:
    """The colour a value means; None if it means none.

    Texts are hexadecimal with a ``#``; whole numbers are packed as 0xAARRGGBB (negative ones as signed 32 bits).
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Computed):
        return value.rgba
    if isinstance(value, (int, float)):
        if value != value or abs(value) >= 2**33:
            return None
        packed = int(value) & 0xFFFFFFFF
        return (packed >> 16 & 255, packed >> 8 & 255, packed & 255, packed >> 24 & 255)
    text = str(value).strip()
    digits = text[1:]
    if not text.startswith("#") or not HEX.issuperset(digits):
        return None
    if len(digits) == 6:
        digits = "ff" + digits
    if len(digits) != 8:
        return None
    packed = int(digits, 16)
    return (packed >> 16 & 255, packed >> 8 & 255, packed & 255, packed >> 24 & 255)


def read_colours(value: object) -> tuple[Colour, ...]:
    """A list of colours: a text of several separated by spaces, or a sequence. What is no colour is left out."""
    if isinstance(value, Computed):
        return (value.rgba,)
    parts: Iterable[object] = (
        value.split() if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ()
    )
    return tuple(colour for part in parts if (colour := read_colour(part)) is not None)


def written(colour: Colour) -> str:
    """As the format writes it."""
    red, green, blue, alpha = colour
    return f"#{alpha:02x}{red:02x}{green:02x}{blue:02x}"


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """``share`` of the way from one colour to the other."""
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
        round(one[3] + (other[3] - one[3]) * share),
    )


def ramp(colours: tuple[Colour, ...], positions: tuple[float, ...]) -> list[Colour]:
    """256 colours between stops. ``positions`` ascend within 0..1; missing ones are spread evenly."""
    if not colours:
        return [CLEAR] * 256
    if len(colours) == 1:
        return [colours[0]] * 256
    if len(positions) != len(colours):
        positions = tuple(index / (len(colours) - 1) for index in range(len(colours)))
    table: list[Colour] = []
    at = 0
    for step in range(256):
        place = step / 255
        while at < len(positions) - 2 and place > positions[at + 1]:
            at += 1
        low, high = positions[at], positions[at + 1]
        share = 0.0 if high <= low else min(max((place - low) / (high - low), 0.0), 1.0)
        if high <= low:
            share = 1.0 if place >= high else 0.0
        table.append(mixed(colours[at], colours[at + 1], share))
    return table
