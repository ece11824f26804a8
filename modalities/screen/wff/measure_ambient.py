"""What the always-on picture costs: lit pixels, the pixel that burns most, and whether it changes within a minute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PIL import Image, ImageChops, ImageDraw

from .check import Metric
from .face import Face
from .subject import TIMES, Subject, device, subject

LIT_LIMIT: Final = 15.0
"""Per cent of the round screen, as Wear OS asks of always-on faces."""
DARK: Final = 8
"""Luma up to which a pixel counts as off (an 8-bit value; 3 % of full brightness)."""
BURN_SIDE: Final = 156
BURN_MINUTES: Final = 720


def ambient_lit(face: Face) -> Iterator[Metric]:
    """The share of the circle that is lit, both ways: every pixel that is not black, and by how bright they are.

    The worst of the sampled times counts; the limit is on the pixels that are not black.
    """
    bench = subject(face)
    inside = _circle(bench.side)
    pixels = sum(inside.histogram()[128:])
    worst = (0.0, 0.0, "")
    for hour, minute in TIMES[::3]:
        luma = ImageChops.multiply(bench.draw(device(hour, minute, ambient=True)).convert("L"), inside)
        histogram = luma.histogram()
        lit = 100 * sum(histogram[DARK + 1 :]) / pixels
        weighted = 100 * sum(level * count for level, count in enumerate(histogram)) / 255 / pixels
        worst = max(worst, (lit, weighted, f"at {hour:02d}:{minute:02d}"))
    yield Metric("ambient_lit", round(worst[0], 2), "%", LIT_LIMIT, worst[0] <= LIT_LIMIT, worst[2])
    yield Metric("ambient_lit_weighted", round(worst[1], 2), "%", LIT_LIMIT, None, worst[2])


def burn_in(face: Face) -> Iterator[Metric]:
    """Mean brightness of the worst pixel over twelve hours of always-on pictures, one a minute, without the watch's
    own shifting; beside it the mean over the circle."""
    import numpy as np

    bench = Subject(face, BURN_SIDE)
    total = np.zeros((BURN_SIDE, BURN_SIDE), np.float64)
    for minute in range(BURN_MINUTES):
        picture = bench.draw(device(minute // 60, minute % 60, ambient=True))
        total += np.asarray(picture.convert("L"), np.float64)
    mean = total / BURN_MINUTES / 255 * 100
    y, x = np.unravel_index(int(mean.argmax()), mean.shape)
    where = f"pixel {x * 466 // BURN_SIDE}, {y * 466 // BURN_SIDE} of 466"
    yield Metric("burn_in", round(float(mean.max()), 1), "% mean brightness", None, None, where)
    yield Metric("burn_in_mean", round(float(mean.mean() * 4 / np.pi), 2), "% mean brightness")


def ambient_still(face: Face) -> Iterator[Metric]:
    """How many different pictures one minute of ambient mode has: more than one shows seconds, and costs power."""
    bench = subject(face)
    pictures = {bench.draw(device(10, 8, second, ambient=True)).tobytes() for second in (0, 17, 42, 59)}
    yield Metric("ambient_pictures_a_minute", len(pictures), "", 1, len(pictures) == 1)


def _circle(side: int) -> Image.Image:
    """The glass: 255 inside the inscribed circle."""
    fine = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(fine).ellipse((0, 0, side * 2 - 1, side * 2 - 1), fill=255)
    return fine.reduce(2).point([0] * 128 + [255] * 128)
