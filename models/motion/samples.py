"""Samples of an accelerometer and a gyroscope, made even: a steady rate from times that jitter, in bounded memory.

A row is (t, ax, ay, az, gx, gy, gz): seconds, m/s² with gravity in it, rad/s. Sources send 10 to 1,000 rows a second
with gaps and repeated times; everything after this file sees RATE rows a second."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["GRAVITY", "MAX_GAP_S", "RATE", "Steady", "mirrored"]

RATE: Final = 50
"""Even samples a second."""
GRAVITY: Final = 9.80665
MAX_GAP_S: Final = 0.25
"""After a longer gap the movement before it is over: nothing is guessed in between."""
MOST_ACC: Final = 200.0
MOST_GYRO: Final = 50.0
"""No wrist does more; larger numbers are clipped."""

Rows = NDArray[np.float64]


class Steady:
    """Turns rows as they come into even rows of six, by linear interpolation. ``dropped`` counts rows that are not
    numbers or go back in time; ``gaps`` how often the stream broke off."""

    def __init__(self, rate: int = RATE) -> None:
        self._step = 1.0 / rate
        self._last: Rows | None = None
        self._next = 0.0
        self.dropped = 0
        self.gaps = 0
        self.ends: list[float] = []
        """The time of the last row of each piece that ``feed`` returned last, on the source's clock."""
        self.broke: list[bool] = []
        """Whether the stream broke off before each of them."""

    def feed(self, rows: Rows) -> list[Rows]:
        """Rows of seven → pieces of even rows of six; a new piece begins after each gap."""
        pieces: list[Rows] = []
        self.ends, self.broke = [], []
        good = rows[np.isfinite(rows).all(axis=1)]
        self.dropped += len(rows) - len(good)
        if self._last is not None:
            good = np.concatenate([self._last[None], good])
        if not len(good):
            return pieces
        highest = np.maximum.accumulate(good[:, 0])
        kept = np.r_[True, good[1:, 0] > highest[:-1]]
        back = good[~kept]
        self.dropped += len(back)
        if len(back) and good[-1, 0] < highest[-1] - 1.0:  # the source's clock began anew
            kept = np.zeros(len(good), bool)
            kept[-1] = True
            self._last = None
        good = good[kept]
        breaks = np.flatnonzero(np.diff(good[:, 0]) > MAX_GAP_S) + 1
        for part in np.split(good, breaks):
            broke = self._last is None or part[0, 0] - self._last[0] > MAX_GAP_S
            if broke:
                self.gaps += self._last is not None
                self._next = float(part[0, 0])
            pieces.append(self._even(part))
            self.ends.append(self._next - self._step)
            self.broke.append(broke)
            self._last = part[-1]
        return pieces

    def _even(self, part: Rows) -> Rows:
        count = int((part[-1, 0] - self._next) / self._step + 1e-6) + 1
        if count <= 0:
            return np.zeros((0, 6))
        at = self._next + self._step * np.arange(count)
        self._next = float(at[-1] + self._step)
        even = np.stack([np.interp(at, part[:, 0], part[:, 1 + axis]) for axis in range(6)], axis=1)
        most = np.array([MOST_ACC] * 3 + [MOST_GYRO] * 3)
        clipped: Rows = np.clip(even, -most, most)
        return clipped


def mirrored(rows: Rows) -> Rows:
    """Rows of six from a right wrist as if from a left one, and the other way round: a reflection in the plane across x
    (rotations are pseudo-vectors)."""
    other: Rows = rows * np.array([-1.0, 1.0, 1.0, 1.0, -1.0, -1.0])
    return other
