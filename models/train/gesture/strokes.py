"""Trains the networks that read strokes, from the hand-drawn templates alone: nobody's recordings are needed.

python -m bluerill.models.train.gesture.strokes --shapes modalities/gesture/shapes.toml --out models/weights/strokes

A template is drawn anew thousands of times: turned, slanted, stretched, bent, and with parts of it longer and shorter,
as hands do. Three networks begin at different seeds; the device takes the mean of their log probabilities. How far the
drawings are varied was chosen on people s02 to s07 of the $1 logs. A minute on one core.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ...motion.line import SEEN, looks, resampled
from .net import MotionNet, fit, save, say

__all__ = ["Hand", "drawn_anew", "train"]

FINE: Final = 96
COPIES: Final = 1_800
"""Drawings of each shape."""
SEEDS: Final = (0, 1, 2)

Lines = NDArray[np.float64]


class Hand(NamedTuple):
    """How far drawings vary: deviations of the turn (degrees), the slant, the logarithm of width over height, bends (of
    the spread), and the logarithm of how long parts are."""

    turn: float = 18.0
    slant: float = 0.3
    stretch: float = 0.45
    bend: float = 0.18
    part: float = 0.5


def drawn_anew(rng: np.random.Generator, lines: Lines, hand: Hand = Hand()) -> Lines:  # noqa: B008 - it is immutable
    """Each line (n, FINE, 2) drawn once more, as (n, SEEN, 2)."""
    count, points = lines.shape[:2]
    drawn = lines - lines.mean(axis=1, keepdims=True)
    drawn = drawn / np.sqrt((drawn**2).sum(axis=(1, 2), keepdims=True) / points)
    angle = np.radians(rng.normal(0, hand.turn, count))
    turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    slant, stretch = np.tile(np.eye(2), (count, 1, 1)), np.tile(np.eye(2), (count, 1, 1))
    slant[:, 0, 1] = rng.normal(0, hand.slant, count)
    stretch[:, 0, 0] = np.exp(rng.normal(0, hand.stretch, count))
    drawn = np.einsum("nij,njk,nkl,ntl->nti", turn, slant, stretch, drawn)
    at = np.linspace(0, 1, points)
    for wave in range(1, 5):
        swing = np.sin(np.pi * wave * at + rng.uniform(0, 6.28, (count, 1)))
        drawn = drawn + rng.normal(0, hand.bend / wave, (count, 1, 2)) * swing[:, :, None]
    longer = np.zeros((count, points - 1))
    for wave in range(1, 4):
        swing = np.sin(np.pi * wave * at[:-1] + rng.uniform(0, 6.28, (count, 1)))
        longer += rng.normal(0, hand.part, (count, 1)) * swing
    steps = np.diff(drawn, axis=1) * np.exp(longer)[:, :, None]
    drawn = np.concatenate([drawn[:, :1], drawn[:, :1] + np.cumsum(steps, axis=1)], axis=1)
    return np.stack([resampled(line, SEEN) for line in drawn])


def train(shapes: dict[str, list[Any]], out: Path, seed: int) -> MotionNet:
    """One network of these templates; written as ``out``."""
    names = sorted(shapes)
    rng = np.random.default_rng(100 + seed)
    torch.manual_seed(seed)
    lines: list[Lines] = []
    labels: list[int] = []
    for number, name in enumerate(names):
        each = COPIES // len(shapes[name])
        for line in shapes[name]:
            lines.append(np.repeat(resampled(np.array(line, float), FINE)[None], each, axis=0))
            labels += [number] * each
    seen = looks(drawn_anew(rng, np.concatenate(lines)))
    net = MotionNet(4, SEEN, (1, 2, 2), len(names), wide=32, hidden=64, drop=0.3)
    fit(net, seen, labels, epochs=14, decay=0.05, smooth=0.05)
    save(net, out, names, np.zeros(4), np.ones(4), half=True)
    return net


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", type=Path, required=True, help="the templates, TOML")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    args = parser.parse_args()
    torch.set_num_threads(1)
    shapes = tomllib.loads(args.shapes.read_text("utf-8"))
    for seed in SEEDS:
        train(shapes, args.out / f"strokes-{seed}.npz", seed)
        say(f"network {seed} is trained")


if __name__ == "__main__":
    main()
