"""Lettering: the bundled typeface, and setting words into a round window.

The face is Inter (SIL OFL 1.1, ``fonts/OFL.txt``): text weights with tabular digits, display cuts for large
numerals. Setting text into a circle is the one hard thing here: a line may be as wide as the chord at its height,
so lines near the middle hold more words. ``fit`` tries sizes from large to small and, for each, line counts from
few to many, and takes the first that holds everything; what cannot be held at the smallest size is cut with an
ellipsis. Cost is bounded by cutting the input to MAX_CHARACTERS first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from PIL import ImageFont

FONTS: Final = Path(__file__).parent / "fonts"
REGULAR: Final = "Inter-Regular"
MEDIUM: Final = "Inter-Medium"
BOLD: Final = "Inter-SemiBold"
LIGHT_DISPLAY: Final = "InterDisplay-Light"
BOLD_DISPLAY: Final = "InterDisplay-SemiBold"

MAX_CHARACTERS: Final = 600
"""More than the glass can ever hold; longer text is cut before it is measured."""


@lru_cache(maxsize=96)
def font(name: str, pixels: int) -> ImageFont.FreeTypeFont:
    """A bundled font at a size in pixels. Basic layout: the same pixels with and without libraqm."""
    return ImageFont.truetype(FONTS / f"{name}.otf", max(pixels, 4), layout_engine=ImageFont.Layout.BASIC)


def forget_fonts() -> None:
    """Close the fonts that are kept open."""
    font.cache_clear()


def width(text: str, name: str, pixels: int) -> float:
    """Advance width of a line in pixels."""
    return font(name, pixels).getlength(text)


def tidy(text: str) -> str:
    """One line of printable text: controls and odd spaces become single spaces; at most MAX_CHARACTERS."""
    plain = "".join(c if c.isprintable() else " " for c in text[: MAX_CHARACTERS * 4])
    return " ".join(plain.split())[:MAX_CHARACTERS]


class Setting(NamedTuple):
    """Lines of text placed in the circle: ``lines`` are (text, centre x, baseline-middle y)."""

    lines: list[tuple[str, float, float]]
    pixels: int
    leading: float
    whole: bool


def cut(text: str, name: str, pixels: int, room: float) -> str:
    """The text, shortened with an ellipsis until it is no wider than ``room`` pixels."""
    if width(text, name, pixels) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + "…", name, pixels) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def wrap(text: str, name: str, pixels: int, rooms: Sequence[float]) -> tuple[list[str], str]:
    """Fill lines of the given widths greedily; returns the lines and what did not fit."""
    words = text.split(" ")
    lines: list[str] = []
    at = 0
    for room in rooms:
        line = ""
        while at < len(words):
            longer = f"{line} {words[at]}" if line else words[at]
            if width(longer, name, pixels) > room:
                break
            line = longer
            at += 1
        if not line and at < len(words):
            # A single word wider than the line is broken, so that no input can stop the setting.
            count = len(words[at])
            while count > 1 and width(words[at][:count], name, pixels) > room:
                count -= 1
            line, words[at] = words[at][:count], words[at][count:]
            if not words[at]:
                at += 1
        lines.append(line)
        if at >= len(words):
            break
    return lines, " ".join(words[at:])


def chord(radius: float, offset: float) -> float:
    """Width of a circle of ``radius`` at ``offset`` from its centre."""
    return 2 * math.sqrt(max(radius * radius - offset * offset, 0.0))


def fit(
    text: str,
    name: str,
    sizes: Sequence[int],
    *,
    radius: float,
    top: float,
    bottom: float,
    centre: float,
    leading: float = 1.22,
) -> Setting:
    """Set ``text`` into the band ``top``..``bottom`` (y) of a circle of ``radius`` round (centre, centre).

    The block is centred in the band. All lengths are pixels; ``sizes`` go from large to small.
    """
    text = tidy(text)
    middle = (top + bottom) / 2
    last: Setting | None = None
    for pixels in sizes:
        step = pixels * leading
        most = max(int((bottom - top) / step), 1)
        for count in range(1, most + 1):
            ys = [middle + (i - (count - 1) / 2) * step for i in range(count)]
            rooms = [chord(radius, max(abs(y - step / 2 - centre), abs(y + step / 2 - centre))) for y in ys]
            lines, left = wrap(text, name, pixels, rooms)
            if not left:
                # Fewer lines than counted: centre what there is.
                shift = (count - len(lines)) / 2 * step
                placed = [(line, centre, y + shift) for line, y in zip(lines, ys, strict=False)]
                return Setting(placed, pixels, step, True)
            if count == most:
                tail = cut(f"{lines[-1]} {left}", name, pixels, rooms[len(lines) - 1])
                placed = [(line, centre, y) for line, y in zip([*lines[:-1], tail], ys, strict=False)]
                last = Setting(placed, pixels, step, False)
    assert last is not None, "fit needs at least one size"
    return last
