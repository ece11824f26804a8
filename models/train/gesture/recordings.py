"""The recordings that may be trained on, and those that only measure: people who move as they do every day."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...motion.samples import RATE, Steady

__all__ = ["BASIC", "TRAIN_PEOPLE", "UNSEEN_PEOPLE", "Recording", "basic_motions", "even", "evened", "people", "pickup"]

TRAIN_PEOPLE: Final = tuple(f"s{number:02}" for number in range(1, 16))
UNSEEN_PEOPLE: Final = tuple(f"s{number:02}" for number in range(16, 20))
BASIC: Final = ("Standing", "Running", "Walking", "Badminton")

Rows = NDArray[np.float64]


class Recording(NamedTuple):
    """Rows (t, acc, gyro) and the label of each row."""

    person: str
    rows: Rows
    labels: list[str]


def people(folder: Path, names: Iterable[str]) -> Iterator[Recording]:
    """The recordings of some people of ``imu_watch_geotec``."""
    for name in names:
        for path in sorted((folder / "imu_watch_geotec" / "DATA" / name).glob("*_sw.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                lines = list(csv.DictReader(file))
            columns = ("x_acc", "y_acc", "z_acc", "x_gyro", "y_gyro", "z_gyro")
            times = np.array([int(line["timestamp"]) for line in lines]) / 1000
            values = np.array([[float(line[column]) for column in columns] for line in lines])
            yield Recording(name, np.c_[times - times[0], values], [line["label"] for line in lines])


def evened(rows: Rows) -> Rows:
    """Rows (t, acc, gyro) as even rows of six, gaps closed."""
    return np.concatenate(Steady().feed(rows))


def even(recording: Recording, rate: int = RATE) -> tuple[Rows, list[str]]:
    """Even rows of six, and the label of the nearest row before each."""
    pieces = Steady(rate).feed(recording.rows)
    rows = np.concatenate(pieces)
    at = recording.rows[0, 0] + np.arange(len(rows)) / rate
    places = np.clip(np.searchsorted(recording.rows[:, 0], at, side="right") - 1, 0, len(recording.labels) - 1)
    return rows, [recording.labels[place] for place in places]


def _series(path: Path) -> Iterator[tuple[list[Rows], str]]:
    """The cases of a ``.ts`` file: dimensions, class."""
    for line in path.read_text("utf-8").splitlines():
        if line and line[0] not in "#@":
            *dimensions, label = line.split(":")
            yield [np.array([float(each) for each in part.split(",")]) for part in dimensions], label


def basic_motions(folder: Path) -> list[tuple[Rows, str]]:
    """BasicMotions TRAIN: ten seconds at 10 Hz of six axes (acceleration has no gravity in it), and the activity."""
    path = folder / "imu_aeon" / "BasicMotions" / "BasicMotions_TRAIN.ts"
    return [(np.stack(dimensions, axis=1), label) for dimensions, label in _series(path)]


def pickup(folder: Path) -> list[tuple[Rows, str]]:
    """PickupGestureWiimoteZ TRAIN: one axis of acceleration, ten gestures."""
    path = folder / "imu_aeon" / "PickupGestureWiimoteZ" / "PickupGestureWiimoteZ_TRAIN.ts"
    return [(dimensions[0][:, None], label) for dimensions, label in _series(path)]
