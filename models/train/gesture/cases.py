"""Cases for the networks of activity: windows and features, each with what it shows. No torch, so benchmarks need
none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...motion.activity import ACTIVITIES, EFFORT_S, POSTURE_ROWS
from ...motion.features import PACE, features
from .recordings import TRAIN_PEOPLE, Recording, basic_motions, even, people

__all__ = ["POSTURES", "SCALE", "effort_cases", "posture_cases"]

POSTURES: Final = ("seated", "standing-up", "walking", "turning", "sitting-down")
SCALE: Final = np.array([6.0, 6.0, 6.0, 2.0, 2.0, 2.0])
AS: Final = {"Standing": "still", "Walking": "walking", "Running": "running", "Badminton": "sport"}
SLOW: Final = PACE * EFFORT_S
Rows = NDArray[np.float64]


def posture_cases(recordings: Iterable[Recording], hop: int = 2) -> tuple[Rows, NDArray[np.int64]]:
    """Windows (n, POSTURE_ROWS, 6) at 25 Hz and the label of their middle; the ends of a recording are held."""
    windows: list[Rows] = []
    labels: list[int] = []
    half = POSTURE_ROWS // 2
    for recording in recordings:
        rows, names = even(recording, 25)
        padded = np.concatenate([np.repeat(rows[:1], half, axis=0), rows, np.repeat(rows[-1:], half, axis=0)])
        for place in range(0, len(rows), hop):
            windows.append(padded[place : place + POSTURE_ROWS])
            labels.append(POSTURES.index(names[place].lower().replace("_", "-")))
    return np.array(windows), np.array(labels)


def effort_cases(folder: Path, names: tuple[str, ...] = TRAIN_PEOPLE) -> tuple[Rows, list[int], list[int]]:
    """Features, activities, and for BasicMotions which case each window is of (-1: people of imu_watch_geotec)."""
    rows: list[Rows] = []
    labels: list[int] = []
    cases: list[int] = []
    for number, (series, label) in enumerate(basic_motions(folder)):
        for start in range(0, len(series) - SLOW + 1, PACE):
            rows.append(features(series[start : start + SLOW]))
            labels.append(ACTIVITIES.index(AS[label]))
            cases.append(number)
    for recording in people(folder, names):
        series, kinds = even(recording, PACE)
        for start in range(0, len(series) - SLOW // 2 + 1, PACE // 2):
            for length in (SLOW, SLOW // 2):  # nobody sat for long
                inside = set(kinds[start : start + length])
                for activity, kind in (("still", {"SEATED"}), ("walking", {"WALKING", "TURNING"})):
                    if len(kinds) >= start + length and inside <= kind:
                        rows.append(features(series[start : start + length]))
                        labels.append(ACTIVITIES.index(activity))
                        cases.append(-1)
    return np.array(rows), labels, cases
