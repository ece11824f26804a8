"""False alarms on recordings of people whom the network never saw: people left out in turn, so every minute counts.

The networks that ship were trained on fifteen of the nineteen people. Here a lighter one (a third of the simulation, a
third of the epochs) is trained for each part of the people, on the others, and looks at that part.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import torch

from ...motion.detector import MODELS, Detector
from ...motion.network import Network, Panel
from .gestures import COPIES, LABELS, SCALE, fitted, recorded, simulation
from .net import save, say
from .recordings import TRAIN_PEOPLE, UNSEEN_PEOPLE, evened, people

__all__ = ["left_out"]

EPOCHS: Final = 6
STEP: Final = 10


def left_out(folder: Path, folds: int = 5, seed: int = 11) -> tuple[int, float, int]:
    """Alarms, the seconds of all recordings, and how many people they are of."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    everyone = [*TRAIN_PEOPLE, *UNSEEN_PEOPLE]
    windows, labels = simulation(rng, 8_000, 3_000, MODELS[0], 13.0)
    alarms, seconds = 0, 0.0
    for fold in range(folds):
        out = everyone[fold::folds]
        real = recorded(rng, folder, tuple(name for name in everyone if name not in out), COPIES)
        net = fitted(windows + real, labels + [0] * len(real), EPOCHS, seed + fold)
        with tempfile.TemporaryDirectory() as place:
            save(net, Path(place) / "net.npz", LABELS, np.zeros(6), SCALE)
            panel = Panel([Network.load(Path(place) / "net.npz")])
        for recording in people(folder, out):
            detector, rows = Detector(panel), evened(recording.rows)
            for at in range(0, len(rows), STEP):
                alarms += len(detector.feed(rows[at : at + STEP], at / 50))
            seconds += float(recording.rows[-1, 0])
        say(f"part {fold + 1} of {folds}: {alarms} alarms so far in {seconds / 60:.1f} min")
    return alarms, seconds, len(everyone)
