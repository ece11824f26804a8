"""Trains the network for wrist gestures: simulated arms, everyday life of simulated and real wrists, ten minutes at
most.

python -m bluerill.models.train.gesture.gestures --data FOLDER --out gestures-0.npz [--minutes 8]
python -m bluerill.models.train.gesture.gestures --data FOLDER --out gestures-1.npz --before gestures-0.npz
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ...motion.detector import HOP, STILL, WINDOW, shrunk
from ...motion.network import Network
from ...motion.samples import RATE, mirrored
from .arm import EVERYDAY, GESTURES, Take, draw_arm, everyday, perform
from .net import MotionNet, fit, save, say
from .recordings import TRAIN_PEOPLE, evened, people

LABELS = ("none", *GESTURES)
DOUBT = 0.3
"""From this chance of any gesture on, a window of life is a mistake to learn from."""
SCALE = np.array([6.0, 6.0, 6.0, 3.0, 3.0, 3.0], np.float32)
Rows = NDArray[np.float64]


def window_at(rows: Rows, end_s: float) -> Rows | None:
    """The window that ends at a time; None outside of the recording."""
    last = round(end_s * RATE)
    return rows[last - WINDOW : last] if last >= WINDOW and last <= len(rows) else None


def cases_of(rng: np.random.Generator, take: Take, gesture: str) -> list[tuple[Rows, int]]:
    """Windows of a take with what should be said of each: the gesture while it has just ended, else nothing."""
    rows, label = evened(take.rows), LABELS.index(gesture)
    span = {"flick": (0.44, 0.78), "double-flick": (0.12, 0.5)}.get(gesture, (0.12, 0.5))
    yes = [take.end + rng.uniform(*span) for _ in range(4)]
    if gesture == "shake" and take.end - take.begin > 0.9:
        yes += [rng.uniform(take.begin + 0.8, take.end) for _ in range(2)]
    no = [take.begin + rng.uniform(-0.3, 0.3) * (take.end - take.begin), take.end + rng.uniform(1.05, 1.5)]
    if gesture in ("flick", "double-flick"):
        no.append(take.end - rng.uniform(0.1, 0.9) * (take.end - take.begin))
    if gesture == "flick":
        no.append(take.end + rng.uniform(-0.05, 0.3))
    found = [(window_at(rows, at), label) for at in yes] + [(window_at(rows, at), 0) for at in no]
    return [(window, which) for window, which in found if window is not None]


def simulated(rng: np.random.Generator, takes: int, lives: int) -> tuple[list[Rows], list[int]]:
    """Windows of gestures and of everyday life, of as many arms as takes."""
    windows: list[Rows] = []
    labels: list[int] = []
    for number in range(takes):
        arm, gesture = draw_arm(rng, 1.15), GESTURES[number % len(GESTURES)]
        for window, label in cases_of(rng, perform(rng, arm, gesture), gesture):
            windows.append(window)
            labels.append(label)
    for number in range(lives):
        rows = evened(everyday(rng, draw_arm(rng, 1.15), EVERYDAY[number % len(EVERYDAY)]))
        for start in rng.integers(0, len(rows) - WINDOW, 10):
            windows.append(rows[start : start + WINDOW])
            labels.append(0)
    return windows, labels


def recorded(rng: np.random.Generator, folder: Path, names: tuple[str, ...], copies: int) -> list[Rows]:
    """Everyday windows of real people, also faster, slower, mirrored, and with the watch put on otherwise."""
    windows: list[Rows] = []
    for recording in people(folder, names):
        for _ in range(copies):
            rows = recording.rows.copy()
            pace = rng.uniform(0.8, 1.3)
            rows[:, 0] /= pace
            rows[:, 4:] *= pace
            even_rows = evened(rows)
            turn = np.linalg.qr(np.eye(3) + rng.normal(0, 0.2, (3, 3)))[0]
            turn *= np.sign(np.diag(turn))  # near the identity
            even_rows = np.concatenate([even_rows[:, :3] @ turn, even_rows[:, 3:] @ turn], axis=1)
            if rng.random() < 0.5:
                even_rows = mirrored(even_rows)
            if rng.random() < 0.3:
                even_rows = even_rows * np.array([-1, -1, 1, -1, -1, 1])  # worn the other way round
            windows += [even_rows[at : at + WINDOW] for at in range(int(rng.integers(8)), len(even_rows) - WINDOW, 8)]
    return windows


def mined(rng: np.random.Generator, network: Network, hours: float) -> list[Rows]:
    """Windows of simulated life in which a network believes to see a gesture: what is hardest to tell from one."""
    found: list[Rows] = []
    for number in range(int(hours * 3600 / 30)):
        rows = evened(everyday(rng, draw_arm(rng, 1.15), EVERYDAY[number % len(EVERYDAY)], 30.0))
        windows = np.stack([rows[end - WINDOW : end] for end in range(WINDOW, len(rows) + 1, HOP)])
        moving = windows[np.abs(windows[:, :, 3:]).max(axis=(1, 2)) >= STILL]
        if len(moving):
            chances = network.chances(shrunk(moving))
            found += list(moving[1 - chances[:, network.labels.index("none")] > DOUBT])
    return found


def train(
    folder: Path, out: Path, minutes: float, seed: int = 1, names: tuple[str, ...] = TRAIN_PEOPLE,
    takes: int = 15_000, lives: int = 4_000, before: Path | None = None, hours: float = 12.0,
) -> None:  # fmt: skip
    """Train on the recordings of these people and on simulation; write the network. ``before`` is an earlier network,
    whose mistakes in ``hours`` of simulated life are trained on twice."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng, began = np.random.default_rng(seed), time.monotonic()
    windows, labels = simulated(rng, takes, lives)
    if before is not None:
        hard = mined(rng, Network.load(before), hours)
        say(f"{len(hard)} windows of {hours:g} hours mistaken before")
        windows, labels = windows + hard * 2, labels + [0] * (2 * len(hard))
    real = recorded(rng, folder, names, 12)
    windows, labels = windows + real, labels + [0] * len(real)
    say(f"{len(labels)} windows ({len(real)} of people) in {time.monotonic() - began:.0f} s")
    net = MotionNet(6, WINDOW // 2, (1, 2, 2), len(LABELS))
    weight = torch.ones(len(LABELS))
    weight[0] = 2.0  # a false alarm costs more than a gesture made twice
    left = minutes * 60 - (time.monotonic() - began)
    fit(net, shrunk(np.array(windows)) / SCALE, labels, seconds=max(left, 1.0), weight=weight)
    save(net, out, LABELS, np.zeros(6), SCALE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--takes", type=int, default=15_000)
    parser.add_argument("--lives", type=int, default=4_000)
    parser.add_argument("--before", type=Path, help="an earlier network, whose mistakes are trained on")
    parser.add_argument("--hours", type=float, default=12.0, help="of simulated life in which they are looked for")
    parser.add_argument("--without", action="append", default=[], metavar="PERSON", help="leave a person out")
    args = parser.parse_args()
    names = tuple(name for name in TRAIN_PEOPLE if name not in args.without)
    train(
        args.data, args.out, args.minutes, args.seed, names, takes=args.takes, lives=args.lives, before=args.before,
        hours=args.hours,
    )  # fmt: skip


if __name__ == "__main__":
    main()
