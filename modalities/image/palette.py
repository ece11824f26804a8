"""The colours of a picture: k-means in OKLab, a colour space in which distance is what people see.

OKLab: Björn Ottosson, "A perceptual color space for image processing" (2020). Seeds are chosen by k-means++ with a
fixed generator, so the same picture gives the same palette.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from .messages import Colour

__all__ = ["name_of", "palette", "to_oklab"]

Floats = npt.NDArray[np.float64]

_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
SIDE = 96
"""The picture is looked at this small: a palette needs no detail."""
SAME = 0.045
"""Colours nearer than this in OKLab are one to the eye, at a glance."""
_ROUNDS = 16
_NAMES = {
    "black": "#000000", "white": "#ffffff", "grey": "#808080", "light grey": "#c8c8c8", "dark grey": "#404040",
    "red": "#e02020", "dark red": "#8b0000", "pink": "#ff9ebb", "magenta": "#d020c0", "orange": "#ff8c1a",
    "brown": "#7a4a24", "dark brown": "#3d2412", "beige": "#e8dcc0", "tan": "#c8a878", "yellow": "#ffe11a",
    "gold": "#d4a520", "olive": "#808020", "lime": "#a0e020", "green": "#20a030", "dark green": "#0a4a1a",
    "mint": "#a0e8c0", "teal": "#108080", "turquoise": "#30d0c8", "light blue": "#9ccbf0", "sky blue": "#4ab0f0",
    "blue": "#2050e0", "navy": "#101850", "purple": "#7030b0", "lavender": "#b8a8e8", "cream": "#fff6dc",
}  # fmt: skip


def to_oklab(rgb: Floats) -> Floats:
    """OKLab of sRGB values 0 to 1, in the last axis (… x 3)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ _LMS.T) @ _LAB.T)


def _rgb(text: str) -> Floats:
    return np.array([int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)])


_NAMED = to_oklab(np.array([_rgb(value) for value in _NAMES.values()]))
_CHROMA = np.linalg.norm(_NAMED[:, 1:], axis=1)
GREY = 0.02
"""Chroma below which people see no colour; what has more is never called grey, nor the other way round."""


def name_of(colour: str) -> str:
    """The nearest of thirty plain names to ``#rrggbb``; hue counts twice as much as lightness, as it does in names."""
    lab = to_oklab(_rgb(colour))
    distance = np.linalg.norm((_NAMED - lab) * (0.5, 1.0, 1.0), axis=1)
    plain = bool(np.linalg.norm(lab[1:]) < GREY)
    distance[(_CHROMA < GREY) != plain] = np.inf
    return list(_NAMES)[int(distance.argmin())]


def palette(picture: Image.Image, count: int = 6) -> list[Colour]:
    """At most ``count`` colours of an RGB picture, the largest share first; fewer where it has fewer."""
    small = picture.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float64).reshape(-1, 3) / 255
    lab = to_oklab(pixels)
    centres = _centres(lab, count)
    for _ in range(_ROUNDS):
        nearest = _nearest(lab, centres)
        moved = np.array([lab[nearest == k].mean(0) if (nearest == k).any() else c for k, c in enumerate(centres)])
        if np.allclose(moved, centres, atol=1e-5):
            break
        centres = moved
    nearest = _nearest(lab, centres)
    found: list[Colour] = []
    for k in range(len(centres)):
        chosen = nearest == k
        if chosen.any():
            mean = np.clip(pixels[chosen].mean(0) * 255 + 0.5, 0, 255).astype(int)
            text = "#{:02x}{:02x}{:02x}".format(*mean)
            found.append(Colour(text, name_of(text), round(float(chosen.mean()), 4)))
    return sorted(found, key=lambda colour: -colour.share)


def _centres(lab: Floats, count: int) -> Floats:
    """k-means++ (Arthur and Vassilvitskii, 2007), ending where what is left looks like what is chosen."""
    rng = np.random.default_rng(0)
    centres = [lab.mean(0)]
    centres = [lab[int(np.linalg.norm(lab - centres[0], axis=1).argmin())]]
    while len(centres) < count:
        distance = np.min([((lab - centre) ** 2).sum(1) for centre in centres], axis=0)
        if distance.max() < SAME**2:
            break
        centres.append(lab[int(rng.choice(len(lab), p=distance / distance.sum()))])
    return np.array(centres)


def _nearest(lab: Floats, centres: Floats) -> npt.NDArray[np.intp]:
    return np.asarray(np.argmin(((lab[:, None] - centres[None]) ** 2).sum(2), axis=1))
