"""Grounds: what lies behind everything. Smooth ones are gradients of the format; textures are pictures, drawn here.

A texture is a field of light between -1 (edge) and 1 (high) over the face; the palette gives it colour.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Final

from PIL import Image

from .markup import MIDDLE, SIDE, circle, colour, drawing, fill, stroke, tag
from .oklch import Tone, mixed, tone_of
from .palette import Palette

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Field = NDArray[np.float64]

QUALITY: Final = 90
PICTURE_SIDE: Final = 450
_LEVELS: Final = 256


def vector_ground(name: str, palette: Palette, chance: Random) -> str:
    """The shapes of a smooth ground; '' for a plain one and for those that are pictures."""
    whole = {"x": 0, "y": 0, "width": SIDE, "height": SIDE}
    if name == "glow":
        lift = chance.choice((0.0, -40.0))
        inner = tag(
            "RadialGradient",
            centerX=MIDDLE,
            centerY=MIDDLE + lift,
            radius=260,
            colors=_colours(palette.high, palette.ground, palette.edge),
            positions="0 0.55 1",
        )
        return drawing(circle(MIDDLE, MIDDLE, MIDDLE, fill(palette.ground, gradient=inner)))
    if name == "fade":
        turn = math.radians(chance.choice((0, 0, 35, -35, 90)))
        dx, dy = math.sin(turn) * MIDDLE, math.cos(turn) * MIDDLE
        far = (
            tone_of(palette.edge).turned(chance.choice((-34, 34, 52))).toned(tone_of(palette.ground).chroma * 1.25).hex
        )
        near = palette.high
        inner = tag(
            "LinearGradient", startX=MIDDLE - dx, startY=MIDDLE - dy, endX=MIDDLE + dx, endY=MIDDLE + dy,
            colors=_colours(near, palette.ground, far), positions="0 0.45 1",
        )  # fmt: skip
        return drawing(tag("Rectangle", fill(palette.ground, gradient=inner), **whole))
    if name == "halves":
        other = mixed(palette.ground, palette.edge, 0.9)
        if chance.random() < 0.5:
            half = tag("Rectangle", fill(other), x=0, y=MIDDLE, width=SIDE, height=MIDDLE)
        else:
            half = tag("Rectangle", fill(other), x=MIDDLE, y=0, width=MIDDLE, height=SIDE)
        return drawing(half)
    if name == "sector":
        line = mixed(palette.ground, palette.soft, 0.42)
        return drawing(
            circle(MIDDLE, MIDDLE, 168, fill(palette.high)), circle(MIDDLE, MIDDLE, 168, stroke(line, 1.6)),
            circle(MIDDLE, MIDDLE, 104, fill(palette.edge)), circle(MIDDLE, MIDDLE, 104, stroke(line, 1.6)),
            *(tag("Line", stroke(line, 1.4), startX=a, startY=b, endX=c, endY=d) for a, b, c, d in (
                (MIDDLE, 57, MIDDLE, 393), (57, MIDDLE, 393, MIDDLE))),
        )  # fmt: skip
    if name == "stripe":
        at = chance.choice((150, 225, 292))
        lines = [(at - 16, 22, palette.accent, 0.5), (at + 10, 8, palette.second, 0.5)]
        return drawing(
            *(
                tag("Rectangle", fill(mixed(palette.ground, ink, share)), x=x, y=0, width=wide, height=SIDE)
                for x, wide, ink, share in lines
            )
        )
    return ""


def picture_ground(name: str, palette: Palette, seed: int) -> bytes | None:
    """A texture as an encoded picture; None for a ground that is none."""
    make = _FIELDS.get(name)
    if make is None:
        return mesh(palette, seed) if name == "mesh" else None
    import numpy as np

    light = make(np.random.default_rng(seed))
    half = PICTURE_SIDE / 2
    y, x = np.mgrid[0:PICTURE_SIDE, 0:PICTURE_SIDE]
    away = np.hypot(x - half + 0.5, y - half + 0.5) / half
    light = np.clip(light * 0.92 - 0.42 * np.clip(away - 0.55, 0, 1) ** 1.5 * 2, -1, 1)
    high = palette.high
    if name == "stars" and not palette.light:
        high = mixed(palette.high, "#ffffff", 0.72)  # points of light, on whatever sky
    return _coloured(light, (palette.edge, palette.ground, high))


def mesh(palette: Palette, seed: int) -> bytes:
    """Soft clouds of colour round the hue, mixed evenly to the eye."""
    import numpy as np

    rng = np.random.default_rng(seed)
    base = tone_of(palette.ground)
    chroma = max(base.chroma * 1.5, 0.055)
    turns = (0.0, float(rng.choice([-62, 48])), float(rng.choice([95, -105, 30])), -25.0)
    lift = (0.0, 0.05, -0.03, 0.03)
    tones = [
        Tone(min(max(base.light + up, 0.03), 0.96), chroma, base.hue + turn)
        for turn, up in zip(turns, lift, strict=True)
    ]
    labs = np.array(
        [(t.light, t.chroma * math.cos(math.radians(t.hue)), t.chroma * math.sin(math.radians(t.hue))) for t in tones]
    )
    spots = rng.uniform(0.1, 0.9, (4, 2))
    side = 90
    y, x = np.mgrid[0:side, 0:side] / side
    weights = np.array([np.exp(-((x - sx) ** 2 + (y - sy) ** 2) / 0.09) for sx, sy in spots]) + 0.03
    mixture = np.einsum("nhw,nc->hwc", weights / weights.sum(0), labs)
    rows = []
    for light, a, b in mixture.reshape(-1, 3):
        text = Tone(float(light), math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360).hex
        rows.append([int(text[at : at + 2], 16) for at in (1, 3, 5)])
    small = Image.fromarray(np.array(rows, np.uint8).reshape(side, side, 3))
    return _encoded(small.resize((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.BICUBIC))


def _coloured(light: Field, colours: tuple[str, str, str]) -> bytes:
    import numpy as np

    low, middle, high = colours
    steps = [mixed(low, middle, i / 127) if i < 128 else mixed(middle, high, (i - 128) / 127) for i in range(_LEVELS)]
    table = np.array([[int(text[at : at + 2], 16) for at in (1, 3, 5)] for text in steps], np.float64)
    place = (light + 1) / 2 * (_LEVELS - 1)
    below = np.floor(place).astype(int).clip(0, _LEVELS - 2)
    share = (place - below)[..., None]
    pixels = table[below] * (1 - share) + table[below + 1] * share
    # half a level of noise keeps smooth slopes from showing bands
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, light.shape)[..., None]
    return _encoded(Image.fromarray((pixels + 0.5 + noise).clip(0, 255).astype(np.uint8)))


def _encoded(picture: Image.Image) -> bytes:
    sink = io.BytesIO()
    picture.save(sink, "WEBP", quality=QUALITY, method=4)
    return sink.getvalue()


def _grid() -> tuple[Field, Field]:
    import numpy as np

    line = (np.arange(PICTURE_SIDE) + 0.5) / PICTURE_SIDE * 2 - 1
    y, x = np.meshgrid(line, line, indexing="ij")
    return x, y


def _smooth(rng: np.random.Generator, cells: int, octaves: int = 3) -> Field:
    """Smooth noise between about -1 and 1."""
    import numpy as np

    whole = np.zeros((PICTURE_SIDE, PICTURE_SIDE))
    for octave in range(octaves):
        count = cells * 2**octave + 3
        coarse = Image.fromarray(rng.normal(0, 1, (count, count)).astype(np.float32))
        fine = np.asarray(coarse.resize((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.BICUBIC), np.float64)
        whole += fine / 2**octave
    return np.asarray(whole / (np.abs(whole).max() + 1e-9))


def _sunray(rng: np.random.Generator) -> Field:
    import numpy as np

    x, y = _grid()
    angle = np.arctan2(y, x)
    lean = rng.uniform(0, math.pi)
    rays = rng.normal(0, 1, 720)
    rays = np.convolve(np.concatenate([rays, rays[:12]]), np.ones(3) / 3, "same")[:720]
    grain = rays[((angle + math.pi) / math.tau * 719).astype(int)]
    sheen = np.cos(2 * (angle - lean)) * 0.8 + np.cos(4 * (angle - lean) + 1) * 0.16
    return np.asarray(np.clip(sheen + 0.1 * grain, -1, 1) * np.clip(np.hypot(x, y) * 3.5, 0, 1))


def _brushed(rng: np.random.Generator) -> Field:
    import numpy as np

    noise = rng.normal(0, 1, (PICTURE_SIDE, PICTURE_SIDE))
    kernel = np.ones(61) / 61
    streaks = np.apply_along_axis(lambda row: np.convolve(row, kernel, "same"), 1, noise) * 5
    x, _ = _grid()
    sheen = 0.55 * np.cos((x - rng.uniform(-0.4, 0.4)) * 2.6)
    return np.asarray(np.clip(0.3 * streaks + sheen - 0.1, -1, 1))


def _guilloche(rng: np.random.Generator) -> Field:
    import numpy as np

    x, y = _grid()
    angle, away = np.arctan2(y, x), np.hypot(x, y)
    petals, rings = int(rng.choice([12, 16, 24, 36])), int(rng.choice([22, 28, 34]))
    bend = float(rng.choice([0.35, 0.6, 0.9]))
    one = np.sin(rings * away * math.tau / 2 + bend * 3 * np.sin(petals * angle / 2) ** 2 * 2)
    two = np.sin(rings * away * math.tau / 2 - bend * 3 * np.cos(petals * angle / 2) ** 2 * 2)
    return np.asarray(np.clip(0.55 * one * two + 0.3 * np.cos(2 * (angle - 0.9)), -1, 1) * np.clip(away * 5, 0, 1))


def _hobnail(rng: np.random.Generator) -> Field:
    import numpy as np

    x, y = _grid()
    count = float(rng.choice([13, 17, 21]))
    u, v = (x + y) * count / 2, (x - y) * count / 2
    tent = np.minimum(np.abs(u % 1 - 0.5), np.abs(v % 1 - 0.5)) * 2
    slope = np.sign(u % 1 - 0.5) * (np.abs(u % 1 - 0.5) < np.abs(v % 1 - 0.5))
    return np.asarray(np.clip(0.75 * tent + 0.3 * slope - 0.35, -1, 1))


def _waves(rng: np.random.Generator) -> Field:
    import numpy as np

    x, y = _grid()
    count = float(rng.choice([9, 12, 16]))
    lift = 0.045 * np.sin(x * math.pi * float(rng.choice([2.0, 3.0])) + rng.uniform(0, 6))
    phase = ((y + lift) * count) % 1
    crest = np.where(phase < 0.22, phase / 0.22, 1 - (phase - 0.22) / 0.78)
    return np.asarray(0.85 * crest**1.4 - 0.45)


def _linen(rng: np.random.Generator) -> Field:
    import numpy as np

    noise = rng.normal(0, 1, (2, PICTURE_SIDE, PICTURE_SIDE))
    kernel = np.ones(17) / 17
    across = np.apply_along_axis(lambda row: np.convolve(row, kernel, "same"), 1, noise[0])
    down = np.apply_along_axis(lambda row: np.convolve(row, kernel, "same"), 0, noise[1])
    return np.asarray(np.clip((across + down) * 1.15, -1, 1) * 0.6)


def _stars(rng: np.random.Generator) -> Field:
    import numpy as np

    x, y = _grid()
    turn = rng.uniform(0, math.pi)
    band = np.exp(-(((x * math.sin(turn) + y * math.cos(turn)) / 0.34) ** 2))
    sky = -0.85 + 0.95 * band * (0.5 + 0.6 * _smooth(rng, 4)) + 0.12 * _smooth(rng, 3)
    sky = np.minimum(sky, 0.12)
    for count, bright, spread in ((420, 0.8, 0.6), (110, 1.6, 1.0), (22, 2.4, 2.4)):
        for px, py in rng.uniform(4, PICTURE_SIDE - 5, (count, 2)):
            cx, cy = int(px), int(py)
            window = np.mgrid[cy - 3 : cy + 4, cx - 3 : cx + 4]
            sky[cy - 3 : cy + 4, cx - 3 : cx + 4] += bright * np.exp(
                -((window[1] - px) ** 2 + (window[0] - py) ** 2) / spread
            )
    return np.asarray(np.clip(sky, -1, 1))


def _contours(rng: np.random.Generator) -> Field:
    import numpy as np

    height = _smooth(rng, 3, 2) * float(rng.choice([5.5, 7.0, 9.0]))
    gy, gx = np.gradient(height)
    slope = np.hypot(gx, gy) + 1e-6
    off = np.abs((height + 0.5) % 1 - 0.5) / slope
    bold = np.abs((height / 4 + 0.5) % 1 - 0.5) * 4 / slope
    line = np.clip(1.5 - off, 0, 1) * 0.62 + np.clip(2.1 - bold, 0, 1) * 0.4
    return np.asarray(np.clip(line * 1.2 - 0.42 + 0.1 * height / 6, -1, 1))


def _facets(rng: np.random.Generator) -> Field:
    import numpy as np

    x, y = _grid()
    points = rng.uniform(-1.1, 1.1, (int(rng.choice([26, 40, 60])), 2))
    nearest = np.zeros(x.shape, np.intp)
    least = np.full(x.shape, np.inf)
    for index, (px, py) in enumerate(points):  # one after the other: all at once would take 200 MB
        away = (x - px) ** 2 + (y - py) ** 2
        nearest[away < least] = index
        np.minimum(least, away, out=least)
    shade = rng.uniform(-0.75, 0.75, len(points))
    lean = rng.normal(0, 0.45, (len(points), 2))
    local = (x - points[nearest, 0]) * lean[nearest, 0] + (y - points[nearest, 1]) * lean[nearest, 1]
    return np.asarray(np.clip(shade[nearest] + local, -1, 1))


_FIELDS: Final[dict[str, Callable[[np.random.Generator], Field]]] = {
    "sunray": _sunray,
    "brushed": _brushed,
    "guilloche": _guilloche,
    "hobnail": _hobnail,
    "waves": _waves,
    "linen": _linen,
    "stars": _stars,
    "contours": _contours,
    "facets": _facets,
}


def _colours(*values: str) -> str:
    return " ".join(colour(value) for value in values)
