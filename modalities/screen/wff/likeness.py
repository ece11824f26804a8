"""Likeness of two pictures: structural similarity (SSIM) of their brightness, over all pixels or inside the circle.

Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity", 2004: a
Gaussian window of 11 pixels and σ 1.5, K1 0.01, K2 0.03, on 8-bit luma.

"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageChops

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Field = NDArray[np.float64]


def ssim(one: Image.Image, other: Image.Image, *, circle: bool = True) -> float:
    """Mean SSIM, 1 for equal pictures. ``other`` is brought to the size of ``one``; transparency counts as black."""
    import numpy as np

    left, right = luma(one), luma(other)
    if left.size != right.size:
        right = right.resize(left.size, Image.Resampling.LANCZOS)
    found = _map(np.asarray(left, np.float64), np.asarray(right, np.float64))
    if not circle:
        return float(found.mean())
    return float(found[_inside(*found.shape)].mean())


def luma(image: Image.Image) -> Image.Image:
    """Brightness as 8 bits, transparent parts over black."""
    if image.mode in ("RGBA", "LA", "P"):
        image = image.convert("RGBA")
        flat = Image.new("RGB", image.size)
        flat.paste(image, (0, 0), image)
        image = flat
    return image.convert("L")


def beside(one: Image.Image, other: Image.Image) -> Image.Image:
    """Both pictures and, on the right, where they differ, brightened."""
    size = one.size
    second = other.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
    flat = Image.new("RGB", size)
    flat.paste(second, (0, 0), second)
    first = one.convert("RGB")
    away = ImageChops.difference(first, flat).point([min(value * 3, 255) for value in range(256)] * 3)
    sheet = Image.new("RGB", (size[0] * 3 + 16, size[1]), (40, 40, 40))
    for place, picture in enumerate((first, flat, away)):
        sheet.paste(picture, (place * (size[0] + 8), 0))
    return sheet


def _inside(high: int, wide: int) -> NDArray[np.bool_]:
    """The pixels of the inscribed circle."""
    import numpy as np

    y, x = np.ogrid[:high, :wide]
    radius = min(high, wide) / 2
    inside: NDArray[np.bool_] = (x - (wide - 1) / 2) ** 2 + (y - (high - 1) / 2) ** 2 <= radius**2
    return inside


def _blur(field: Field) -> Field:
    import numpy as np

    taps = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    taps /= taps.sum()
    padded = np.pad(field, 5, mode="reflect")
    high, wide = field.shape
    rows = np.zeros((high, padded.shape[1]), np.float64)
    done = np.zeros((high, wide), np.float64)
    for index, tap in enumerate(taps):
        rows += tap * padded[index : index + high, :]
    for index, tap in enumerate(taps):
        done += tap * rows[:, index : index + wide]
    return done


def _map(one: Field, other: Field) -> Field:
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean1, mean2 = _blur(one), _blur(other)
    var1 = _blur(one * one) - mean1**2
    var2 = _blur(other * other) - mean2**2
    both = _blur(one * other) - mean1 * mean2
    return ((2 * mean1 * mean2 + c1) * (2 * both + c2)) / ((mean1**2 + mean2**2 + c1) * (var1 + var2 + c2))
