"""A picture as the tensor that a network wants, and what comes out of one as labels or as a hand. Pure; numpy only.

The contracts are those of the common exports:

- a *classifier*: one image in (size, layout and normalisation are the owner's to name), one row of scores out, as
  logits or as probabilities, a name for each;
- a *CLIP-like* image encoder (A. Radford et al., 2021): one image in, one vector out, compared by its cosine with a
  vector for each label, which the owner made with the text encoder of the same model;
- a *hand-landmark* network as MediaPipe's is exported (F. Zhang et al., "MediaPipe Hands", 2020): a square picture of a
  hand in; out the first 63 numbers are 21 points (x, y in pixels of that square, z by the same measure), and the first
  single number is how sure it is that there is a hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...kernel.errors import CallerError

__all__ = [
    "NORMALS", "Box", "Layout", "Normal", "fitting", "middle", "ranked", "read_hand", "region", "squared", "tensor",
    "whole",
]  # fmt: skip

Layout = Literal["nchw", "nhwc"]
Normal = Literal["unit", "half", "imagenet", "clip"]
NORMALS: Final[dict[str, tuple[tuple[float, ...], tuple[float, ...]]]] = {
    "unit": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "half": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "clip": ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
}
"""Mean and deviation that are taken off a colour of 0 to 1: ``unit`` leaves it, ``half`` makes it -1 to 1."""
POINTS: Final = 21
SHARP: Final = 100.0
"""What CLIP multiplies cosines by before they become chances."""
ROOM: Final = 1.5
"""A hand's region in units of its extent."""

Floats = NDArray[np.float32]


class Box(NamedTuple):
    """A square of a picture, in its pixels; it may reach beyond the edges."""

    left: float
    top: float
    side: float


def whole(picture: Image.Image) -> Box:
    """The square about all of a picture."""
    side = max(picture.size)
    return Box((picture.width - side) / 2, (picture.height - side) / 2, side)


def middle(picture: Image.Image) -> Box:
    """The largest square within a picture: what classifiers are shown."""
    side = min(picture.size)
    return Box((picture.width - side) / 2, (picture.height - side) / 2, side)


def squared(picture: Image.Image, box: Box, size: int) -> Image.Image:
    """The square as a picture of size x size; what is beyond the edges is black."""
    around = (round(box.left), round(box.top), round(box.left + box.side), round(box.top + box.side))
    return picture.crop(around).resize((size, size), Image.Resampling.BILINEAR)


def tensor(square: Image.Image, layout: Layout, normal: Normal) -> Floats:
    """(1, 3, size, size) or (1, size, size, 3) of an RGB picture, in the named colours."""
    mean, scale = (np.array(each, np.float32) for each in NORMALS[normal])
    pixels = (np.asarray(square, np.float32) / 255 - mean) / scale
    shown = pixels if layout == "nhwc" else pixels.transpose(2, 0, 1)
    return np.ascontiguousarray(shown[None], np.float32)


def fitting(outputs: Mapping[str, NDArray[Any]], count: int) -> NDArray[Any]:
    """The output that is one row of ``count`` numbers. Raises CallerError if none is."""
    for each in outputs.values():
        if each.size == count:
            return each
    raise CallerError(
        f"expected an output of {count} numbers, one for each name (or as wide as the names' vectors); "
        f"got { ({name: list(each.shape) for name, each in outputs.items()}) }"[:300]
    )


def ranked(
    scores: NDArray[Any], names: Sequence[str], vectors: NDArray[Any] | None, most: int
) -> list[tuple[str, float]]:
    """The likeliest labels with their chances, from a classifier's scores or, with ``vectors`` (labels, wide), from an
    encoder's vector. Raises CallerError for scores that are no numbers."""
    row = np.asarray(scores, float).ravel()
    if vectors is not None:
        row = SHARP * (vectors @ row) / (np.linalg.norm(vectors, axis=1) * np.linalg.norm(row) + 1e-9)
    if not np.isfinite(row).all():
        raise CallerError("the network gave scores that are no numbers")
    if vectors is not None or row.min() < 0 or abs(row.sum() - 1) > 0.01:  # logits
        row = np.exp(row - row.max())
        row /= row.sum()
    best = sorted(range(len(row)), key=lambda at: -float(row[at]))[:most]
    return [(names[at], round(float(row[at]), 4)) for at in best]


def read_hand(outputs: Mapping[str, NDArray[Any]], box: Box, size: int) -> tuple[NDArray[np.float64], float]:
    """Landmarks (21, 3) in pixels of the picture, and how sure a hand is there (0 to 1).

    Raises CallerError for a network whose outputs are not those of a hand.
    """
    points = next((each for each in outputs.values() if each.size == POINTS * 3), None)
    sure = next((each for each in outputs.values() if each.size == 1), None)
    if points is None or sure is None:
        raise CallerError(
            f"expected an output of {POINTS} x 3 numbers and one of a single number, "
            f"got { ({name: list(each.shape) for name, each in outputs.items()}) }"[:300]
        )
    places = np.asarray(points, float).reshape(POINTS, 3) * (box.side / size)
    chance = float(sure.ravel()[0])
    if not np.isfinite(places).all() or not np.isfinite(chance):
        raise CallerError("the network gave landmarks that are no numbers")
    if not 0 <= chance <= 1:  # a logit
        chance = float(1 / (1 + np.exp(-np.clip(chance, -30, 30))))
    places[:, :2] += [box.left, box.top]
    return places, chance


def region(landmarks: NDArray[np.float64]) -> Box:
    """Where to look again: the square about a hand, with room."""
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    side = max(float((high - low).max()) * ROOM, 8.0)
    centre = (low + high) / 2
    return Box(float(centre[0]) - side / 2, float(centre[1]) - side / 2, side)
