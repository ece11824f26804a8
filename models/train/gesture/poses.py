"""Trains the network for poses of the hand, in a minute, and says how well it does on blocks that it did not see.

python -m bluerill.models.train.gesture.poses --data FOLDER --out models/weights/hand/pose.npz

The recordings name no people and follow each other frame by frame, so that a frame's neighbour is almost the frame:
each class is cut into ten blocks of consecutive frames, and blocks are left out whole.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from ...motion.hand import FEATURES, LANDMARKS, POSES, settled
from .net import MotionNet, fit, save, say

__all__ = ["blocks", "cross_validated", "landmarks", "train"]

BLOCKS: Final = 10
COPIES: Final = 6

Rows = NDArray[np.float64]


def landmarks(folder: Path) -> tuple[Rows, NDArray[np.int64]]:
    """Frames (n, 21, 2) and their class, in the order of the recording."""
    rows = np.loadtxt(folder / "hand_landmarks_kinivi" / "keypoint.csv", delimiter=",")
    return rows[:, 1:].reshape(-1, LANDMARKS, 2), rows[:, 0].astype(int)


def blocks(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The block of each frame: the n-th tenth of its class."""
    found = np.zeros(len(labels), int)
    for label in range(len(POSES)):
        places = np.flatnonzero(labels == label)
        found[places] = np.arange(len(places)) * BLOCKS // len(places)
    return found


def varied(rng: np.random.Generator, frames: Rows) -> Rows:
    """Hands turned, slanted, stretched and trembling."""
    count = len(frames)
    angle = np.radians(rng.normal(0, 15, count))
    turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    slant = np.tile(np.eye(2), (count, 1, 1)) + rng.normal(0, 0.12, (count, 2, 2))
    drawn: Rows = np.einsum("nij,njk,ntk->nti", turn, slant, frames) + rng.normal(0, 0.015, frames.shape)
    return drawn


def train(frames: Rows, labels: NDArray[np.int64], seed: int = 0) -> MotionNet:
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    seen = settled(np.concatenate([frames, *(varied(rng, frames) for _ in range(COPIES))]))
    truth = np.tile(labels, COPIES + 1)
    weight = 1 / torch.bincount(torch.tensor(truth)).float().sqrt()
    net = MotionNet(FEATURES, 1, (), len(POSES), hidden=32, drop=0.2)
    fit(
        net, seen[:, None], truth.tolist(), epochs=10, rate=3e-3, decay=0.02, smooth=0.05, weight=weight / weight.mean()
    )
    return net


def cross_validated(folder: Path) -> tuple[int, int, NDArray[np.int64]]:
    """Frames right and frames, each judged by a network that saw nothing of its block; and what was taken for what."""
    frames, labels = landmarks(folder)
    block = blocks(labels)
    confused = np.zeros((len(POSES), len(POSES)), int)
    for left in range(BLOCKS):
        out = block == left
        net = train(frames[~out], labels[~out])
        with torch.no_grad():
            given = torch.from_numpy(settled(frames[out]).astype(np.float32))[:, :, None]
            found = net(given).argmax(dim=1).numpy()
        np.add.at(confused, (labels[out], found), 1)
    return int(np.trace(confused)), len(labels), confused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    frames, labels = landmarks(args.data)
    save(train(frames, labels), args.out, POSES, np.zeros(FEATURES), np.ones(FEATURES), half=True)
    right, count, confused = cross_validated(args.data)
    say(f"blocks left out: {right} of {count} frames right; rows are the truth: {confused.tolist()}")


if __name__ == "__main__":
    main()
