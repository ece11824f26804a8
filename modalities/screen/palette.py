"""The colours of the glass, and the arithmetic that says whether they can be read.

An emissive round display: black is a switched-off pixel, so backgrounds are black or nearly so and light is spent
on meaning. Contrast is that of WCAG 2.2 (relative luminance of sRGB, success criteria 1.4.3 and 1.4.11): text
needs 4.5:1 over what is behind it, large text and graphics 3:1. The tests hold every pair used here to that.
"""

from __future__ import annotations

from typing import Final

Colour = tuple[int, int, int]

BLACK: Final[Colour] = (0, 0, 0)
INK: Final[Colour] = (243, 247, 252)
SOFT: Final[Colour] = (203, 213, 225)
MUTED: Final[Colour] = (148, 163, 184)
TRACK: Final[Colour] = (34, 43, 57)
PANEL: Final[Colour] = (24, 31, 43)

AQUA: Final[Colour] = (88, 226, 209)
SKY: Final[Colour] = (92, 178, 255)
VIOLET: Final[Colour] = (176, 150, 255)
AMBER: Final[Colour] = (255, 186, 92)
CORAL: Final[Colour] = (255, 112, 92)
ROSE: Final[Colour] = (255, 110, 146)
GREEN: Final[Colour] = (112, 226, 150)
YELLOW: Final[Colour] = (255, 216, 102)
STEEL: Final[Colour] = (158, 178, 204)

ACCENTS: Final[dict[str, Colour]] = {
    "reply": AQUA,
    "timer": AMBER,
    "alarm": CORAL,
    "reminder": VIOLET,
    "weather": SKY,
    "list": GREEN,
    "health": ROSE,
    "device": STEEL,
    "notice": YELLOW,
    "face": AQUA,
}
"""One accent for each kind of card, so that a glance tells what it is before it is read."""


def luminance(colour: Colour) -> float:
    """Relative luminance 0..1 of an sRGB colour (WCAG 2.2)."""

    def linear(channel: int) -> float:
        share = channel / 255
        return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio 1..21 of two colours (WCAG 2.2)."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``one`` with ``share`` (0..1) of ``other`` mixed in."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(one, other, strict=True))
    return (r, g, b)
