"""What the wearer is doing: still, walking, running or sport. Once a second, from the last seconds of even rows.

Two kinds of networks look. *Posture*, the mean of six, reads four seconds at 25 Hz and was trained on people who
sit, get up, walk, turn and sit down; *effort* reads features of four seconds and knows still, walking, running and
sport. Running and sport are believed of effort, the rest of posture; getting up and sitting down change nothing by
themselves. A new activity is told when it was seen twice in a row."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .features import PACE, features
from .network import Network, Panel
from .samples import RATE

__all__ = ["ACTIVITIES", "EFFORT", "POSTURES", "POSTURE_ROWS", "Activity", "Doing", "slower"]

ACTIVITIES: Final = ("still", "walking", "running", "sport")
POSTURE_ROWS: Final = 100
"""Rows at 25 Hz that posture reads; its verdict is about their middle."""
EFFORT_S: Final = 4
HELD: Final = RATE * EFFORT_S
SURE: Final = 0.6
TIMES: Final = 2
_FOLDER: Final = Path(__file__).parents[1] / "weights" / "wrist"
POSTURES: Final = tuple(_FOLDER / f"posture-{seed}.npz" for seed in range(6))
EFFORT: Final = _FOLDER / "effort.npz"
MEANS: Final = {"seated": "still", "walking": "walking", "turning": "walking"}

Rows = NDArray[np.float64]


class Doing(NamedTuple):
    """An activity from ``at`` on (seconds on the source's clock)."""

    activity: str
    at: float
    confidence: float


def slower(rows: Rows, factor: int) -> Rows:
    """Even rows at a ``factor`` of the rate, neighbours averaged. (n, 6) → (n // factor, 6)"""
    whole = len(rows) // factor * factor
    slow: Rows = rows[len(rows) - whole :].reshape(-1, factor, rows.shape[1]).mean(axis=1)
    return slow


class Activity:
    """Even rows in, changes of activity out. Memory is four seconds."""

    def __init__(self, posture: Panel | None = None, effort: Network | None = None) -> None:
        self._posture = posture or Panel.load(POSTURES)
        self._effort = effort or Network.load(EFFORT)
        self._held = np.zeros((0, 6))
        self._fresh = 0
        self._seen = ""
        self._streak = 0
        self.now = ""
        """The activity that was told last, '' before the first."""

    def begin(self) -> None:
        """The stream broke off."""
        self._held = np.zeros((0, 6))
        self._fresh = 0

    def feed(self, rows: Rows, until: float) -> list[Doing]:
        """The changes in these rows; ``until`` is the source's time of the last of them."""
        found: list[Doing] = []
        held = np.concatenate([self._held, rows])
        for place in range(len(self._held) + 1, len(held) + 1):
            self._fresh += 1
            if self._fresh % RATE or place < HELD:
                continue
            activity, confidence = self.look(held[place - HELD : place])
            self._streak = self._streak + 1 if activity == self._seen else 1
            self._seen = activity
            if activity and activity != self.now and self._streak >= TIMES:
                self.now = activity
                found.append(Doing(activity, until - (len(held) - place) / RATE, confidence))
        self._held = held[-HELD:]
        return found

    def look(self, window: Rows) -> tuple[str, float]:
        """What four seconds of even rows (HELD, 6) look like; '' for what changes nothing."""
        chances = self._effort.chances(features(slower(window, RATE // PACE))[None, None])[0]
        best = int(np.argmax(chances))
        if self._effort.labels[best] in ("running", "sport") and chances[best] >= SURE:
            return self._effort.labels[best], float(chances[best])
        chances = self._posture.chances(slower(window, 2)[None, -POSTURE_ROWS:])[0]
        best = int(np.argmax(chances))
        return MEANS.get(self._posture.labels[best], ""), float(chances[best])
