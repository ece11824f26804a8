"""Trains a network for wrist gestures: simulated arms, everyday life of simulated and real wrists.

python -m bluerill.models.train.gesture.gestures --data FOLDER --out draft.npz --epochs 8
python -m bluerill.models.train.gesture.gestures --data FOLDER --out gestures-0.npz --before draft.npz --seed 2

The first is a draft, whose mistakes the next ones learn from. The same seed gives the same network on the same machine.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ...motion.detector import ENDS, HOP, STILL, WINDOW, at_rest, shrunk
from ...motion.network import Network
from ...motion.samples import RATE, mirrored
from .arm import EVERYDAY, GESTURES, Take, draw_arm, everyday, perform
from .net import MotionNet, fit, save, say
from .recordings import TRAIN_PEOPLE, evened, people

LABELS = ("none", *GESTURES)
DOUBT = 0.3
"""From this chance of a gesture on, a window of life is a mistake to learn from."""
YES = {"raise": (0.1, 0.7), "flick": (0.42, 0.8), "double-flick": (0.1, 0.6), "shake": (0.1, 0.55),
       "rotate": (0.1, 0.6)}  # fmt: skip
"""Seconds after its end in which a gesture is to be told; a single flick is told late, since another may follow."""
COPIES = 12
"""How often each recording of a person is used, each time otherwise."""
SCALE = np.array([6.0, 6.0, 6.0, 3.0, 3.0, 3.0], np.float32)
Rows = NDArray[np.float64]


def window_at(rows: Rows, end_s: float) -> Rows | None:
    """The window that ends at a time; None outside of the recording."""
    last = round(end_s * RATE)
    return rows[last - WINDOW : last] if last >= WINDOW and last <= len(rows) else None


def cases_of(rng: np.random.Generator, take: Take, gesture: str) -> list[tuple[Rows, int]]:
    """Windows of a take with what should be said of each: the gesture while it has just ended, else nothing."""
    rows, label = evened(take.rows), LABELS.index(gesture)
    yes = [take.end + rng.uniform(*YES[gesture]) for _ in range(4)]
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
    """Windows of simulated life in which a network believes to see a gesture that also ends as the gesture does: what
    only the network can tell from one. What the detector's look at the end refuses need not be learned."""
    found: list[Rows] = []
    for number in range(int(hours * 3600 / 30)):
        rows = evened(everyday(rng, draw_arm(rng, 1.15), EVERYDAY[number % len(EVERYDAY)], 30.0))
        ends = np.array([at for at in range(WINDOW, len(rows) + 1, HOP) if fast(rows[at - WINDOW : at])])
        if not len(ends):
            continue
        chances = network.chances(shrunk(np.stack([rows[at - WINDOW : at] for at in ends])))
        for at, chance in zip(ends, chances, strict=True):
            likely = [LABELS[label] for label in range(1, len(LABELS)) if chance[label] > DOUBT]
            if any(name not in ENDS or at_rest(rows[at : at + tail(name)], ENDS[name]) for name in likely):
                found.append(rows[at - WINDOW : at])
    return found


def fast(window: Rows) -> bool:
    """The detector would ask a network about this window."""
    return bool(np.abs(window[:, 3:]).max() >= STILL)


def tail(gesture: str) -> int:
    """Rows that the detector waits for after a gesture that ends in rest."""
    return int(ENDS[gesture].seconds * RATE)


def simulation(
    rng: np.random.Generator, takes: int, lives: int, before: Path | None, hours: float
) -> tuple[list[Rows], list[int]]:
    """Windows and labels of simulated arms. ``before`` is an earlier network, whose mistakes in ``hours`` of simulated
    life are added."""
    windows, labels = simulated(rng, takes, lives)
    if before is not None:
        hard = mined(rng, Network.load(before), hours)
        say(f"{len(hard)} windows of {hours:g} hours mistaken before")
        windows, labels = windows + hard, labels + [0] * len(hard)
    return windows, labels


def fitted(windows: list[Rows], labels: list[int], epochs: int, seed: int) -> MotionNet:
    """A network trained on these."""
    torch.manual_seed(seed)
    net = MotionNet(6, WINDOW // 2, (1, 2, 2), len(LABELS))
    weight = torch.ones(len(LABELS))
    weight[0] = 2.0  # a false alarm costs more than a gesture made twice
    fit(net, shrunk(np.array(windows)) / SCALE, labels, epochs=epochs, weight=weight)
    return net


def train(
    folder: Path, out: Path, epochs: int, seed: int = 1, names: tuple[str, ...] = TRAIN_PEOPLE,
    takes: int = 24_000, lives: int = 8_000, before: Path | None = None, hours: float = 40.0,
) -> None:  # fmt: skip
    """Train on the recordings of these people and on simulation; write the network."""
    torch.set_num_threads(1)
    rng, began = np.random.default_rng(seed), time.monotonic()
    windows, labels = simulation(rng, takes, lives, before, hours)
    real = recorded(rng, folder, names, COPIES)
    windows, labels = windows + real, labels + [0] * len(real)
    say(f"{len(labels)} windows ({len(real)} of people) in {time.monotonic() - began:.0f} s")
    save(fitted(windows, labels, epochs, seed), out, LABELS, np.zeros(6), SCALE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--takes", type=int, default=24_000)
    parser.add_argument("--lives", type=int, default=8_000)
    parser.add_argument("--before", type=Path, help="an earlier network, whose mistakes are trained on")
    parser.add_argument("--hours", type=float, default=40.0, help="of simulated life in which they are looked for")
    parser.add_argument("--without", action="append", default=[], metavar="PERSON", help="leave a person out")
    args = parser.parse_args()
    names = tuple(name for name in TRAIN_PEOPLE if name not in args.without)
    train(
        args.data, args.out, args.epochs, args.seed, names, takes=args.takes, lives=args.lives, before=args.before,
        hours=args.hours,
    )  # fmt: skip


if __name__ == "__main__":
    main()
