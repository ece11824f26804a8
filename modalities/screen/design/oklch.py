"""Colours as lightness, chroma and hue: OKLCH, in which equal steps look equal.

OKLab: Björn Ottosson, "A perceptual color space for image processing" (2020). Contrast: WCAG 2.2, 1.4.3. No array
library: a face has a dozen colours.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple


class Tone(NamedTuple):
    """Lightness 0..1, chroma 0..0.4, hue in degrees."""

    light: float
    chroma: float
    hue: float

    def lit(self, light: float) -> Tone:
        """The same hue and chroma at another lightness."""
        return self._replace(light=min(max(light, 0.0), 1.0))

    def turned(self, degrees: float) -> Tone:
        """The same at another hue."""
        return self._replace(hue=(self.hue + degrees) % 360)

    def toned(self, chroma: float) -> Tone:
        """The same with another chroma."""
        return self._replace(chroma=max(chroma, 0.0))

    @property
    def hex(self) -> str:
        """``#rrggbb``, with less chroma where the screen cannot show as much."""
        return hex_of(self)


def hex_of(tone: Tone) -> str:
    """The nearest colour a screen shows: chroma gives way, lightness and hue stay."""
    low, high = 0.0, tone.chroma
    if not _inside(_linear(tone)):
        for _ in range(12):
            middle = (low + high) / 2
            if _inside(_linear(tone.toned(middle))):
                low = middle
            else:
                high = middle
        tone = tone.toned(low)
    return "#" + "".join(f"{round(255 * _encoded(min(max(part, 0.0), 1.0))):02x}" for part in _linear(tone))


def tone_of(colour: str) -> Tone:
    """The tone of ``#rrggbb``."""
    red, green, blue = (_decoded(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return Tone(light, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG) of ``#rrggbb``."""
    red, green, blue = (_decoded(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def standing_out(tone: Tone, grounds: tuple[str, ...], ratio: float) -> Tone:
    """The tone, moved in lightness only as far as it must to stand out from all grounds; else black or white."""
    if _least(tone, grounds) >= ratio:
        return tone
    brighter = sum(luminance(ground) for ground in grounds) / len(grounds) < 0.18
    for step in range(1, 41):
        moved = tone.lit(tone.light + step * 0.02 * (1 if brighter else -1))
        if _least(moved, grounds) >= ratio:
            return moved
    return max((Tone(0.0, 0.0, 0.0), Tone(1.0, 0.0, 0.0)), key=lambda end: _least(end, grounds))


def mixed(one: str, other: str, share: float) -> str:
    """Two colours mixed evenly to the eye; ``share`` of the other."""
    a, b = _lab(tone_of(one)), _lab(tone_of(other))
    light, x, y = (p + (q - p) * share for p, q in zip(a, b, strict=True))
    return hex_of(Tone(light, math.hypot(x, y), math.degrees(math.atan2(y, x)) % 360))


def difference(one: str, other: str) -> float:
    """How far two colours are apart to the eye: the distance in OKLab."""
    return math.dist(_lab(tone_of(one)), _lab(tone_of(other)))


def _least(tone: Tone, grounds: tuple[str, ...]) -> float:
    return min(contrast(tone.hex, ground) for ground in grounds)


def _lab(tone: Tone) -> tuple[float, float, float]:
    angle = math.radians(tone.hue)
    return tone.light, tone.chroma * math.cos(angle), tone.chroma * math.sin(angle)


def _linear(tone: Tone) -> tuple[float, float, float]:
    light, a, b = _lab(tone)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


_SLACK: Final = 1e-4


def _inside(linear: tuple[float, float, float]) -> bool:
    return all(-_SLACK <= part <= 1 + _SLACK for part in linear)


def _decoded(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _encoded(linear: float) -> float:
    return linear * 12.92 if linear <= 0.0031308 else float(1.055 * linear ** (1 / 2.4) - 0.055)
