"""A reader of clocks that knows nothing of how a face was made: it looks at pictures taken at different times.

Hands: what moves between the pictures is what tells the time. For each of the 720 minutes of a dial the light that
moved is summed along the two directions in which hands would point; the brightest minute is the time read. Figures:
the part of the glass that changes with the minute (and with the hour) is compared, as black and white, with the numbers
00 to 59 (and the hours) set by Pillow from font files.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Times = Mapping[tuple[int, int], Image.Image]
Grey = NDArray[np.float64]

RAY: Final = np.arange(0.12, 0.92, 0.01)
"""Where along a hand is looked, in shares of the radius."""
ACROSS: Final = tuple(
    (sign * side, share)
    for side, share in ((1.0, 0.6), (3.0, 0.5), (5.0, 0.4), (7.0, 0.3), (9.0, 0.25), (11.0, 0.25))
    for sign in (-1, 1)
)
"""Pixels beside a ray, and how much they count."""
HUB: Final = 0.2
"""Nearer to the middle all hands run into each other."""
HOUR_END: Final = 0.54
"""An hour hand is at least so long, as a share of the minute hand."""
LIT: Final = 0.35
"""Light that counts as a hand's."""
WIDE: Final = 16
"""Half degrees within which one hand hides the other."""
CELL: Final = (72, 64)
INK: Final = 0.25
BOLDER: Final = (0, 2)
"""A font as it is, and thickened by a fiftieth of its size: a heavier cut is the same letters."""


def read_hands(pictures: Times) -> dict[tuple[int, int], tuple[int, int]]:
    """The time of each picture, hours of twelve."""
    greys = {when: np.asarray(picture.convert("RGB"), np.float64) / 255 for when, picture in pictures.items()}
    still = np.median(np.stack(list(greys.values())), axis=0)
    lit = {when: _rays(np.abs(grey - still).max(-1)) for when, grey in greys.items()}
    # the minute hand's tip: in every picture it is the light that lies farthest out
    ends = [RAY[np.nonzero((rays > LIT).any(0))[0].max()] for rays in lit.values() if (rays > LIT).any()]
    tip = float(np.median(ends)) if ends else float(RAY[-1])
    return {when: _hands(rays, tip) for when, rays in lit.items()}


def _rays(moved: Grey) -> Grey:
    """The light along every direction, by half degrees and shares of the radius."""
    half = (moved.shape[0] - 1) / 2
    angles = np.radians(np.arange(0, 360, 0.5))
    # the light along every ray and beside it, as wide as a hand is: some are only an outline
    along = np.zeros((angles.size, RAY.size))
    for side, share in ACROSS:
        x = half + RAY * half * np.sin(angles)[:, None] + side * np.cos(angles)[:, None]
        y = half - RAY * half * np.cos(angles)[:, None] + side * np.sin(angles)[:, None]
        along += share * moved[y.round().astype(int), x.round().astype(int)]
    return np.clip(along / 1.8, 0, 1)


def _hands(lit: Grey, tip: float) -> tuple[int, int]:
    whole = lit[:, 0.93 * tip > RAY].mean(1)
    inner = lit[:, (RAY > HUB) & (HOUR_END * tip > RAY)]
    # a hand is lit all along; figures that change beside it are not
    short = (inner.mean(1) + np.stack([part.mean(1) for part in np.array_split(inner, 3, axis=1)]).min(0)) / 2
    beyond = lit[:, (0.78 * tip < RAY) & (0.95 * tip > RAY)].mean(1)
    best = (-math.inf, 0)
    for minute in range(720):
        long_at, short_at = minute % 60 * 12, minute
        if _apart(np.array(short_at), long_at) > WIDE:
            # an hour hand ends where a minute hand goes on
            second = short[short_at] - 0.5 * beyond[short_at]
        else:
            # one hand over the other: then none is to be seen anywhere else
            free = _apart(np.arange(720), long_at) > 3 * WIDE
            second = short[short_at] - short[free].max() - 0.1
        best = max(best, (0.6 * whole[long_at] + second + 1.2 * beyond[long_at], -minute))
    return divmod(-best[1], 60)


def _apart(one: NDArray[Any], other: int) -> NDArray[Any]:
    """How far directions are apart, in half degrees."""
    return np.asarray(np.abs((one - other + 360) % 720 - 360))


def read_figures(
    minutes: Sequence[Image.Image], hours: Mapping[int, Image.Image], fonts: Sequence[Path]
) -> tuple[list[int], dict[int, int]]:
    """The minutes and hours read from a picture of every minute of one hour, and of every hour at one minute."""
    keys = list(hours)
    two, any_ = [[f"{n:02d}"] for n in range(60)], [[f"{n:02d}", str(n)] for n in range(24)]
    shown = [hours[key] for key in keys]
    read_minutes = max(_best(_cells(minutes, by_ink=way), two, fonts) for way in (False, True))[1]
    read_hours = max(_best(_cells(shown, by_ink=way), any_, fonts) for way in (False, True))[1]
    return read_minutes, dict(zip(keys, read_hours, strict=True))


def _cells(pictures: Sequence[Image.Image], *, by_ink: bool) -> list[Grey]:
    """The part of the glass that differs among pictures, as ink from 0 to 1, all scaled alike.

    Ink is what differs from the ground, or (over a picture) what is like the one colour that is seen most often.
    """
    stack = np.stack([np.asarray(picture.convert("RGB"), np.float64) / 255 for picture in pictures])
    spread = np.ptp(stack, axis=0).max(-1)
    rows, columns = np.nonzero(spread.max(1) > INK)[0], np.nonzero(spread.max(0) > INK)[0]
    part = stack[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if by_ink:
        levels = (part.reshape(-1, 3) * 23.99).astype(np.int64)
        most = int(np.bincount(levels @ np.array([576, 24, 1])).argmax())
        colour = (np.array([most // 576, most // 24 % 24, most % 24]) + 0.5) / 24
        ink = 1 - np.abs(part - colour).max(-1) / max(float(np.abs(part - colour).max(-1).mean()), 1e-6)
        return [_scaled(np.clip(each, 0, 1)) for each in ink]
    # between digits the ground is seen more often than they are
    ground = np.median(part.reshape(-1, 3), axis=0)
    ink = np.abs(part - ground).max(-1)
    ink = ink / max(float(np.percentile(ink, 99)), 1e-6)
    return [_scaled(np.clip(each, 0, 1)) for each in ink]


def _scaled(ink: Grey) -> Grey:
    image = Image.fromarray((ink * 255).astype(np.uint8)).resize(CELL, Image.Resampling.BOX)
    return np.asarray(image, np.float64) / 255


def _best(cells: Sequence[Grey], names: Sequence[Sequence[str]], fonts: Sequence[Path]) -> tuple[float, list[int]]:
    """For every cell the number whose own picture, in the font that fits all of them best, is most like it; and how
    much."""
    best: tuple[float, list[int]] = (-1.0, [])
    shown = _plain(np.stack([cell.ravel() for cell in cells]))
    for file in fonts:
        for way in range(len(names[0])):
            for align in (0.0, 0.5, 1.0):
                for bolder in BOLDER:
                    found = shown @ _templates(tuple(name[way] for name in names), file, align, bolder).T
                    score = float(found.max(1).mean())
                    if score > best[0]:
                        best = (score, [int(index) for index in found.argmax(1)])
    return best


@lru_cache(maxsize=800)
def _templates(texts: tuple[str, ...], file: Path, align: float, bolder: int) -> Any:
    """Numbers as a font sets them, ready to be compared; every face is compared with every font."""
    return _plain(np.stack([each.ravel() for each in _set(texts, file, align, bolder)]))


def _set(texts: Sequence[str], file: Path, align: float, bolder: int) -> list[Grey]:
    font = ImageFont.truetype(file, 96, layout_engine=ImageFont.Layout.BASIC)
    zero = font.getlength("0")
    drawn = []
    for text in texts:
        canvas = Image.new("L", (320, 200))
        draw = ImageDraw.Draw(canvas)
        steps = [zero if sign.isdigit() else font.getlength(sign) for sign in text]
        x = 40 + align * (240 - sum(steps))
        for sign, step in zip(text, steps, strict=True):
            draw.text(
                (x + (step - font.getlength(sign)) / 2, 140),
                sign,
                fill=255,
                font=font,
                anchor="ls",
                stroke_width=bolder,
            )
            x += step
        drawn.append(np.asarray(canvas, np.float64) / 255)
    spread = np.ptp(np.stack(drawn), axis=0)
    rows, columns = np.nonzero(spread.max(1) > INK)[0], np.nonzero(spread.max(0) > INK)[0]
    return [_scaled(each[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]) for each in drawn]


def _plain(rows: Grey) -> Any:
    """Rows about their mean, of length one: their products are correlations."""
    centred: Any = (rows - rows.mean(1, keepdims=True)).astype(np.float32)
    return centred / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-9)
