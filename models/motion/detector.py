"""Gestures in a stream of even samples: a window every tenth of a second, a network, and the patience to be sure.

Nothing is computed while the wrist is still. A gesture is one that the network is sure of in two windows in a row; then
it says nothing for a while, since the next windows still hold the same movement.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .network import Network
from .samples import RATE

__all__ = ["HOP", "MODEL", "WINDOW", "Detector", "Spotted", "shrunk"]

WINDOW: Final = 80
"""Even samples the network looks at: 1.6 s."""
HOP: Final = 5
SURE: Final = 0.9
TIMES: Final = 2
REST_S: Final = 0.8
STILL: Final = 1.0
"""rad/s: a window without a faster rotation has no gesture in it."""
MODEL: Final = Path(__file__).parents[1] / "weights" / "wrist" / "gestures.npz"

Rows = NDArray[np.float64]


class Spotted(NamedTuple):
    """A gesture, seconds on the source's clock at which it was certain, and the network's confidence."""

    gesture: str
    at: float
    confidence: float


def shrunk(windows: Rows) -> Rows:
    """(n, WINDOW, 6) → (n, WINDOW / 2, 6): neighbours averaged, which keeps what a wrist can do (below 12 Hz)."""
    return (windows[:, 0::2] + windows[:, 1::2]) / 2


class Detector:
    """Even rows of six in, gestures out. Memory is one window."""

    def __init__(self, network: Network | None = None, sure: float = SURE) -> None:
        self._network = network or Network.load(MODEL)
        self._sure = sure
        self._none = self._network.labels.index("none")
        self._held = np.zeros((0, 6))
        self._fresh = 0
        self._streak = 0
        self._label = self._none
        self._rest = 0
        self._told = -1
        self.looked = 0
        """Windows that the network was asked about."""

    def begin(self) -> None:
        """The stream broke off: what came before belongs to another movement."""
        self._held = np.zeros((0, 6))
        self._fresh = self._streak = self._rest = 0
        self._told = -1

    def feed(self, rows: Rows, until: float) -> list[Spotted]:
        """The gestures that are certain with these rows; ``until`` is the source's time of the last of them."""
        found: list[Spotted] = []
        for place in range(len(rows)):  # windows end at the same samples however the rows came
            self._fresh += 1
            self._rest = max(self._rest - 1, 0)
            if self._fresh % HOP or len(self._held) + place + 1 < WINDOW:
                continue
            window = np.concatenate([self._held, rows[: place + 1]])[-WINDOW:]
            spotted = self._look(window)
            if spotted is not None:
                found.append(Spotted(spotted[0], until - (len(rows) - 1 - place) / RATE, spotted[1]))
        self._held = np.concatenate([self._held, rows])[-WINDOW:]
        return found

    def _look(self, window: Rows) -> tuple[str, float] | None:
        if self._rest or np.abs(window[:, 3:]).max() < STILL:
            self._streak, self._told = 0, self._told if self._rest else -1
            return None
        self.looked += 1
        chances = self._network.chances(shrunk(window[None]))[0]
        best = int(np.argmax(chances))
        if best == self._told:
            return None  # still the same shake
        self._told = -1
        sure = best != self._none and chances[best] >= self._sure
        self._streak = (self._streak + 1 if best == self._label else 1) if sure else 0
        self._label = best
        if self._streak < TIMES:
            return None
        self._streak, self._rest, self._told = 0, int(REST_S * RATE), best
        return self._network.labels[best], float(chances[best])
