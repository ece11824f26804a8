"""A photograph as a ground: cut to the square that holds its subject, and darkened until words on it can be read.

The subject is where the picture differs from its usual colour and has detail; the square that holds most of that near
its middle wins. Darkening scales light, so colours keep their hue.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from PIL import Image

from .grounds import PICTURE_SIDE, QUALITY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOOKED_AT: Final = 96
"""The longer side at which the subject is looked for."""
BRIGHTEST: Final = 0.15
"""Relative luminance that almost all of the picture keeps below: white words stand out at 5 : 1 and more."""
_ALMOST: Final = 96.0
_TIGHTER: Final = (1.0, 0.84)


def cropped(picture: Image.Image) -> Image.Image:
    """The square of an RGB picture with its subject, at the size of a ground."""
    left, top, side = subject_square(picture)
    return picture.resize(
        (PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side)
    )


def subject_square(picture: Image.Image) -> tuple[float, float, float]:
    """Left, top and side of the square with the subject, in pixels of the picture."""
    import numpy as np

    small = picture.copy()
    small.thumbnail((LOOKED_AT, LOOKED_AT), Image.Resampling.BOX)
    interest = _interest(np.asarray(small, np.float64) / 255)
    high, wide = interest.shape
    best = (-1.0, 0.0, 0.0, float(min(high, wide)))
    for share in _TIGHTER:
        side = max(int(min(high, wide) * share), 8)
        line = (np.arange(side) + 0.5) / side * 2 - 1
        middle = np.exp(-(line[:, None] ** 2 + line[None] ** 2) / 0.5)
        for top in range(0, high - side + 1, 2):
            for left in range(0, wide - side + 1, 2):
                held = float((interest[top : top + side, left : left + side] * middle).sum())
                # a tighter square must hold the subject better, not only be smaller
                score = held * (1.0 if share == 1 else 0.97)
                if score > best[0]:
                    best = (score, float(left), float(top), float(side))
    k = picture.width / wide
    _, left_, top_, side_ = best
    side_ = min(side_ * k, picture.width, picture.height)
    return min(left_ * k, picture.width - side_), min(top_ * k, picture.height - side_), side_


def darkened(square: Image.Image, lift: int) -> bytes:
    """The encoded ground, as dark as words on it need; ``lift`` makes it darker still."""
    import numpy as np

    pixels = np.asarray(square, np.float64) / 255
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    light = linear @ np.array([0.2126, 0.7152, 0.0722])
    bright = float(np.percentile(light, _ALMOST))
    wanted = BRIGHTEST * 0.66**lift
    # highlights give way first, so that a dark picture keeps its own light
    knee = max(bright, 1e-4)
    scale = min(wanted / knee, 1.0)
    curve = scale + (1 - scale) * 0.35 * np.clip(1 - light / knee, 0, 1) ** 2
    cap = np.minimum(curve, wanted * 1.15 / np.maximum(light, 1e-4))
    dimmed = linear * np.minimum(cap, 1.0)[..., None]
    encoded = np.where(dimmed <= 0.0031308, dimmed * 12.92, 1.055 * np.maximum(dimmed, 1e-9) ** (1 / 2.4) - 0.055)
    sink = io.BytesIO()
    Image.fromarray((encoded * 255 + 0.5).clip(0, 255).astype(np.uint8)).save(sink, "WEBP", quality=QUALITY, method=4)
    return sink.getvalue()


def _interest(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much every place draws the eye: strangeness of its colour, and detail."""
    import numpy as np

    usual = np.median(pixels.reshape(-1, 3), axis=0)
    strange = np.abs(pixels - usual).sum(-1)
    grey = pixels.mean(-1)
    gy, gx = np.gradient(grey)
    detail = np.hypot(gx, gy)
    warm = np.clip(
        pixels[..., 0] - pixels[..., 2] - 0.08, 0, 1
    )  # faces, fur and food are warmer than what is round them
    found = strange / (strange.max() + 1e-9) + detail / (detail.max() + 1e-9) + 0.7 * warm / (warm.max() + 1e-9)
    return np.asarray(found - found.min())
