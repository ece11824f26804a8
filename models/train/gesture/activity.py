"""Trains the networks for activity, in about four minutes.

python -m bluerill.models.train.gesture.activity --data FOLDER --out models/weights/wrist
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from ...motion.activity import ACTIVITIES, POSTURE_ROWS
from ...motion.features import FEATURES
from .cases import POSTURES, SCALE, effort_cases, posture_cases
from .net import MotionNet, fit, save, say
from .recordings import BASIC, TRAIN_PEOPLE, Recording, people

Rows = NDArray[np.float64]


SEEDS: Final = (0, 1, 2, 3, 4, 5)
"""Six networks whose mean is more often right than any of them."""
COPIES: Final = 15


def varied(rng: np.random.Generator, recording: Recording) -> Recording:
    """The same at another pace, which changes on the way, by a stronger or weaker arm, with the watch put on otherwise
    and an offset of the sensor."""
    rows = recording.rows.copy()
    at = rows[:, 0] / max(float(rows[-1, 0]), 1e-6)
    waves = [rng.normal(0, 0.25 / n) * np.sin(2 * np.pi * n * at + rng.uniform(0, 6.28)) for n in range(1, 4)]
    pace = rng.uniform(0.75, 1.35) * np.exp(np.sum(waves, axis=0))
    rows[:, 0] = np.cumsum(np.diff(rows[:, 0], prepend=rows[0, 0]) / pace)
    turn = np.linalg.qr(np.eye(3) + rng.normal(0, 0.3, (3, 3)))[0]
    turn *= np.sign(np.diag(turn))  # near the identity
    rows[:, 1:4] = rows[:, 1:4] @ turn
    rows[:, 4:] = rows[:, 4:] @ turn * pace[:, None] * rng.normal(1, 0.15)
    rest = rows[:, 1:4].mean(axis=0)
    rows[:, 1:4] = rest + (rows[:, 1:4] - rest) * rng.normal(1, 0.15) + rng.normal(0, 0.15, 3)
    return recording._replace(rows=rows)


def train_posture(folder: Path, names: tuple[str, ...] = TRAIN_PEOPLE, seed: int = 0) -> MotionNet:
    """Chosen by cross-validation over people s01 to s15, three left out at a time."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    recordings = [r for each in people(folder, names) for r in (each, *(varied(rng, each) for _ in range(COPIES)))]
    windows, labels = posture_cases(recordings, 3)
    weight = 1 / torch.bincount(torch.tensor(labels)).float().sqrt()
    net = MotionNet(6, POSTURE_ROWS, (1, 2, 2, 2), len(POSTURES), wide=32, drop=0.4)
    fit(net, windows / SCALE, labels.tolist(), epochs=6, rate=2e-3, decay=0.05, smooth=0.1, size=128, noise=0.03,
        weight=weight / weight.mean())  # fmt: skip
    return net


def train_effort(rows: Rows, labels: list[int], seed: int = 0) -> tuple[MotionNet, Rows, Rows]:
    """The network, and the mean and scale of its features."""
    torch.manual_seed(seed)
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    net = MotionNet(FEATURES, 1, (), len(ACTIVITIES), hidden=16, drop=0.0)
    fit(
        net,
        ((rows - mean) / scale)[:, None],
        labels,
        epochs=120,
        rate=1e-2,
        decay=0.1,
        noise=0.15,
        smooth=0.02,
        size=512,
    )
    return net, mean, scale


def cross_validated(folder: Path, seeds: int = 5) -> tuple[int, int]:
    """BasicMotions by five-fold cross-validation, the folds drawn anew for each seed: (right cases, cases)."""
    torch.set_num_threads(1)  # nets this small only lose by more
    rows, labels, cases = effort_cases(folder, ())
    right = count = 0
    truth = dict(zip(cases, labels, strict=True))
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        folds = np.zeros(len(truth), int)
        for label in range(len(BASIC)):
            members = [case for case, which in truth.items() if which == label]
            folds[rng.permutation(members)] = np.arange(len(members)) % 5
        for fold in range(5):
            inside = folds[np.array(cases)] == fold
            net, mean, scale = train_effort(
                rows[~inside], [x for x, out in zip(labels, inside, strict=True) if not out], seed
            )
            with torch.no_grad():
                given = torch.from_numpy(((rows[inside] - mean) / scale).astype(np.float32))[:, :, None]
                chances = torch.softmax(net(given), dim=1).numpy()
            which = np.array(cases)[inside]
            for case in np.unique(which):
                count += 1
                right += int(chances[which == case].mean(axis=0).argmax()) == truth[int(case)]
    return right, count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    for seed in SEEDS:
        net = train_posture(args.data, seed=seed)
        save(net, args.out / f"posture-{seed}.npz", POSTURES, np.zeros(6), SCALE, half=True)
        say(f"posture {seed} is trained")
    rows, labels, _ = effort_cases(args.data)
    net, mean, scale = train_effort(rows, labels)
    save(net, args.out / "effort.npz", ACTIVITIES, mean, scale)
    right, count = cross_validated(args.data)
    say(f"BasicMotions, cross-validated: {right} of {count}")


if __name__ == "__main__":
    main()
