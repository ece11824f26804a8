"""The values of expressions and their types."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import NamedTuple, TypeAlias


class Colour(NamedTuple):
    """A colour, each part 0 to 255; not premultiplied."""

    a: int
    r: int
    g: int
    b: int

    @property
    def rgba(self) -> tuple[int, int, int, int]:
        """The order Pillow wants."""
        return self.r, self.g, self.b, self.a

    def __str__(self) -> str:
        return f"#{self.a:02X}{self.r:02X}{self.g:02X}{self.b:02X}"


Value: TypeAlias = "bool | int | float | str | Colour | tuple[Colour, ...] | tuple[float, ...] | bytes | None"
"""What a source or an expression can be. ``None`` is the format's ``null``; ``bytes`` are an encoded picture, which
only a source can be (``[COMPLICATION.SMALL_IMAGE]``)."""


class Type(StrEnum):
    """What is known of a value before it is there; ``ANY`` fits everywhere."""

    ANY = "any"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    COLOUR = "colour"
    COLOURS = "colours"
    NUMBERS = "numbers"
    IMAGE = "image"
    NULL = "null"


NAMED = {
    "black": 0x000000, "darkgray": 0x444444, "gray": 0x888888, "lightgray": 0xCCCCCC, "white": 0xFFFFFF,
    "red": 0xFF0000, "green": 0x00FF00, "blue": 0x0000FF, "yellow": 0xFFFF00, "cyan": 0x00FFFF, "magenta": 0xFF00FF,
    "aqua": 0x00FFFF, "fuchsia": 0xFF00FF, "darkgrey": 0x444444, "grey": 0x888888, "lightgrey": 0xCCCCCC,
    "lime": 0x00FF00, "maroon": 0x800000, "navy": 0x000080, "olive": 0x808000, "purple": 0x800080,
    "silver": 0xC0C0C0, "teal": 0x008080,
}  # fmt: skip
"""The colour names of the platform the format comes from (android.graphics.Color), lower case."""


def colour(text: str) -> Colour | None:
    """``#RRGGBB``, ``#AARRGGBB`` or a name, as a colour; None for anything else."""
    named = NAMED.get(text.lower())
    if named is not None:
        return Colour(255, named >> 16, named >> 8 & 255, named & 255)
    digits = text[1:]
    if not text.startswith("#") or len(digits) not in (6, 8):
        return None
    try:
        number = int(digits, 16)
    except ValueError:
        return None
    return Colour(number >> 24 if len(digits) == 8 else 255, number >> 16 & 255, number >> 8 & 255, number & 255)


def number(value: Value) -> float | int:
    """A value where a number is needed: ``null`` and what is no number count as 0, texts as what they spell."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        return spelled(value) or 0
    return 0


def spelled(text: str) -> float | int | None:
    """The number a text spells, or None; no exponents and no words such as ``nan``, as in the format."""
    plain = text.strip()
    digits = plain.removeprefix("-").removeprefix("+")
    if not digits or len(digits) > 400 or not digits.replace(".", "", 1).isdecimal() or not digits.isascii():
        return None
    return float(plain) if "." in plain or len(digits) > 18 else int(plain)


def truth(value: Value) -> bool:
    """A value where a condition is needed; NaN, ``null``, 0, empty texts and ``"FALSE"`` are false."""
    if isinstance(value, str):
        if value.upper() in ("TRUE", "FALSE", ""):
            return value.upper() == "TRUE"
        count = spelled(value)
        return count is None or count != 0
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value) if not isinstance(value, Colour) else True


def text_of(value: Value) -> str:
    """A value as a text is shown: whole numbers without a point, ``null`` as nothing."""
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            return "NaN" if math.isnan(value) else ("∞" if value > 0 else "-∞")
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if isinstance(value, tuple) and not isinstance(value, Colour):
        return " ".join(text_of(each) for each in value)
    return str(value)


def equal(left: Value, right: Value) -> bool:
    """The format's ``==``: numbers by value, a text beside a number by what it spells, colours by their parts."""
    if left is None or right is None:
        return left is right
    if isinstance(left, str) or isinstance(right, str):
        if isinstance(left, Colour) or isinstance(right, Colour):
            pair = [colour(side) if isinstance(side, str) else side for side in (left, right)]
            return pair[0] == pair[1]
        if isinstance(left, (bool, str)) and isinstance(right, (bool, str)):
            one, other = text_of(left), text_of(right)
            return one.upper() == other.upper() if isinstance(left, bool) or isinstance(right, bool) else one == other
        one_number = spelled(left) if isinstance(left, str) else left
        other_number = spelled(right) if isinstance(right, str) else right
        return one_number is not None and one_number == other_number
    return left == right
