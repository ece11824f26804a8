"""Presence: how the watch looks while it listens, thinks and speaks.

Three signs that cannot be mistaken for each other even without colour: listening is a row of moving bars under the
words heard so far, thinking is a light that runs round the edge, speaking is three small bars below the card.
"""

from __future__ import annotations

import math
from typing import Final

from PIL import Image, ImageFilter

from .lettering import MEDIUM, fit, font
from .paint import MIDDLE, Canvas, round_mask, sweep_gradient
from .palette import AQUA, BLACK, INK, SKY, SOFT, VIOLET, mix

_SIZES: Final = (44, 38, 33, 29, 26)


def backdrop(face: Image.Image) -> Image.Image:
    """The face behind frosted, darkened glass."""
    small = face.resize((face.width // 4, face.height // 4), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(4)).resize(face.size, Image.Resampling.BICUBIC)
    dark = Image.blend(soft, Image.new("RGB", face.size, BLACK), 0.72)
    ground = Image.new("RGB", face.size, BLACK)
    ground.paste(dark, (0, 0), round_mask(face.width))
    return ground


def bars(canvas: Canvas, y: float, now: float, count: int, pitch: float, tall: float) -> None:
    """Rounded bars that breathe in a travelling wave."""
    half = pitch * 0.3
    for index in range(count):
        place = index - (count - 1) / 2
        wave = math.sin(now * 6.1 + index * 0.9) * 0.5 + math.sin(now * 9.7 - index * 1.7) * 0.3
        share = 0.28 + 0.72 * abs(wave) * math.cos(place / count * 2.2)
        high = max(tall * share / 2, half)
        x = MIDDLE + place * pitch
        across = index / max(count - 1, 1) * 2
        colour = mix(AQUA, SKY, across) if across < 1 else mix(SKY, VIOLET, across - 1)
        canvas.pill(x - half, y - high, x + half, y + high, colour)


def words(canvas: Canvas, text: str, top: float, bottom: float, *, hint: bool = False) -> None:
    """Words in the middle of the glass."""
    k = canvas.scale
    setting = fit(
        text, MEDIUM, [round(size * k) for size in _SIZES],
        radius=200 * k, top=top * k, bottom=bottom * k, centre=MIDDLE * k,
    )  # fmt: skip
    for line, x, y in setting.lines:
        canvas.image_text(line, x, y, font(MEDIUM, setting.pixels), SOFT if hint else INK)


def paint_listening(canvas: Canvas, ground: Image.Image, text: str, now: float) -> None:
    """The words heard so far above moving bars."""
    canvas.image.paste(ground)
    words(canvas, text or "Listening…", 84, 292, hint=not text)
    bars(canvas, 348, now, 9, 17, 74)


def paint_thinking(canvas: Canvas, ground: Image.Image, text: str, now: float) -> None:
    """The words that are being worked on, inside a light that runs round."""
    canvas.image.paste(ground)
    words(canvas, text or "One moment…", 100, 366, hint=not text)
    head = now * 300 % 360
    gradient = sweep_gradient(canvas.side, (AQUA, SKY, VIOLET, SKY, AQUA))
    for share, alpha in ((1.0, 0.25), (0.45, 0.6)):
        canvas.arc(222, 6, head - 100 * share, head, gradient, alpha=alpha, caps=False)
    canvas.arc(222, 6, head - 3, head, gradient)


def paint_speaking(canvas: Canvas, now: float) -> None:
    """A small sign on top of a card that it is being spoken."""
    bars(canvas, 432, now, 3, 10, 18)
