"""Movements known by one axis of acceleration: the public recordings of a Wii remote that is picked up and moved.

The device compares six axes (``models/motion/example.py``); one axis without rotation says far less, and what helps
with one did not help with six, on simulated movements: the series as a whole and without its rests, each beside its
slope, warped (``example.distances``), and how long the movement was; and beside that the angle between what random
kernels find in them (A. Dempster et al., "ROCKET", 2020), which were trained on nothing. The weights were chosen on
these same 50 recordings, so the figures are those of a method that had seen its exam. ``everyone`` bounds what a
nearest neighbour can reach: all other recordings are its examples.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..models.motion.example import distances

__all__ = ["apart", "by_kernels", "everyone"]

POINTS = 32
QUIET = 0.12
"""Of the largest swing: what is below it at either end is rest."""
LENGTH = 0.5
KERNELS = 2_000
FINE = 128
"""Points of a series that kernels slide over."""

Rows = NDArray[np.float64]


def apart(cases: Sequence[Rows]) -> Rows:
    """How far each series (n, 1) is from each other one: (n, n)."""
    whole = [_smooth(case[:, 0]) for case in cases]
    moved = [_moved(each) for each in whole]
    views = [
        [_unit(_shape(each)) for each in moved],
        [_unit(np.gradient(_shape(each))) for each in moved],
        [_unit(_shape(each)) for each in whole],
        [_unit(np.gradient(_shape(each))) for each in whole],
    ]
    total = np.zeros((len(cases), len(cases)))
    for view in views:
        shapes = np.array(view)[:, :, None]
        far = np.array([distances(shape, shapes) for shape in shapes])
        total += far / np.median(far) / len(views)
    length = np.log([len(each) for each in moved])
    found: Rows = total + LENGTH * np.abs(length[:, None] - length[None])
    return found


def by_kernels(cases: Sequence[Rows], draws: int = 2) -> Rows:
    """How far each series is from each other one by random kernels, with its rests and without them: (n, n)."""
    whole = [_smooth(case[:, 0]) for case in cases]
    total = np.zeros((len(cases), len(cases)))
    for seed in range(draws):
        for series in ([_moved(each) for each in whole], whole):
            found = _kernels(np.array([_unit(_shape(each, FINE)) for each in series]), np.random.default_rng(seed))
            found = (found - found.mean(axis=0)) / (found.std(axis=0) + 1e-8)
            found /= np.linalg.norm(found, axis=1, keepdims=True)
            total += 1 - found @ found.T
    return total / np.median(total)


def _kernels(series: Rows, rng: np.random.Generator) -> Rows:
    """What each of KERNELS random kernels finds in (n, FINE): how often it is exceeded, and by how much at most."""
    found: list[Rows] = []
    for _ in range(KERNELS):
        wide = int(rng.choice([7, 9, 11]))
        weights = rng.normal(size=wide)
        weights -= weights.mean()
        apart = int(2 ** rng.uniform(0, np.log2((FINE - 1) / (wide - 1))))
        rim = (wide - 1) * apart // 2 if rng.random() < 0.5 else 0
        padded = np.pad(series, ((0, 0), (rim, rim)))
        length = padded.shape[1] - (wide - 1) * apart
        sums = sum(w * padded[:, at * apart : at * apart + length] for at, w in enumerate(weights)) + rng.uniform(-1, 1)
        found += [np.mean(sums > 0, axis=1), np.max(sums, axis=1)]
    return np.array(found).T


def everyone(far: Rows, labels: Sequence[str]) -> int:
    """How many are labelled rightly by the nearest of all others."""
    others = far.copy()
    np.fill_diagonal(others, np.inf)
    return sum(labels[int(near)] == label for near, label in zip(others.argmin(axis=1), labels, strict=True))


def _smooth(series: Rows, width: int = 5) -> Rows:
    window = np.hanning(width + 2)[1:-1]
    padded = np.pad(series, width // 2, mode="edge")
    smooth: Rows = np.asarray(np.convolve(padded, window / window.sum(), "valid"), float)
    return smooth


def _moved(series: Rows) -> Rows:
    """The series without the rests at its ends."""
    swing = np.abs(series - np.median(series))
    places = np.flatnonzero(swing > QUIET * swing.max())
    return series[max(int(places[0]) - 3, 0) : int(places[-1]) + 4] if len(places) > 5 else series


def _shape(series: Rows, points: int = POINTS) -> Rows:
    return np.interp(np.linspace(0, len(series) - 1, points), np.arange(len(series)), series)


def _unit(series: Rows) -> Rows:
    unit: Rows = (series - series.mean()) / (series.std() + 1e-6)
    return unit
