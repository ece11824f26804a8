"""Gestures in a stream of even samples: a window every tenth of a second, a network, and the patience to be sure.

Nothing is computed while the wrist is still. A gesture is one that the networks (their mean) are sure of in two windows
in a row; then they say nothing for a while, since the next windows still hold the same movement. What ends in rest is
told only when it has: after a *raise* the glass is looked at, so the wrist holds it there for a moment, and a *rotate*
stays turned. A hand that reaches, drinks or opens a door seldom does either.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .network import Panel
from .samples import GRAVITY, RATE

__all__ = ["HOP", "MODELS", "STILL", "WINDOW", "Detector", "Rest", "Spotted", "at_rest", "shrunk"]

WINDOW: Final = 80
"""Even samples the network looks at: 1.6 s."""
HOP: Final = 5
SURE: Final = 0.9
SURE_RAISE: Final = 0.5
"""A raise is looked at twice, so less is asked of the first look."""
TIMES: Final = 2
REST_S: Final = 0.8
STILL: Final = 1.0
"""rad/s: a window without a faster rotation has no gesture in it."""
MODELS: Final = tuple(Path(__file__).parents[1] / "weights" / "wrist" / f"gestures-{number}.npz" for number in (0, 1))

Rows = NDArray[np.float64]


class Rest(NamedTuple):
    """How a gesture ends: seconds at rest, the mean and the largest rotation meanwhile (rad/s), and whether the glass
    is towards the eyes."""

    seconds: float
    mean: float
    most: float
    seen: bool = False


ENDS: Final = {"raise": Rest(0.6, 0.8, 1.5, seen=True), "rotate": Rest(0.3, 1.0, 2.2)}
SEEN: Final = ((-0.35, 0.55), (-0.25, 0.92), (0.4, 2.0))
"""Gravity along x, y and z of a watch that is looked at, in g: the arm nearly level, twelve o'clock not down, the glass
up."""


def at_rest(rows: Rows, rest: Rest) -> bool:
    """Whether these rows are the end of a gesture."""
    turning = np.linalg.norm(rows[:, 3:], axis=1)
    if turning.mean() > rest.mean or turning.max() > rest.most:
        return False
    down = rows[:, :3].mean(axis=0) / GRAVITY
    return not rest.seen or all(low < each < high for each, (low, high) in zip(down, SEEN, strict=True))


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

    def __init__(self, network: Panel | None = None) -> None:
        self._network = network or Panel.load(MODELS)
        self._waiting: tuple[str, float] | None = None
        self._after: list[Rows] = []
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
        self._waiting = None

    def feed(self, rows: Rows, until: float) -> list[Spotted]:
        """The gestures that are certain with these rows; ``until`` is the source's time of the last of them."""
        found: list[Spotted] = []
        for place in range(len(rows)):  # windows end at the same samples however the rows came
            self._fresh += 1
            self._rest = max(self._rest - 1, 0)
            at = until - (len(rows) - 1 - place) / RATE
            ended = self._ended(rows[place])
            if ended is not None:
                found.append(Spotted(ended[0], at, ended[1]))
            if self._fresh % HOP or len(self._held) + place + 1 < WINDOW:
                continue
            window = np.concatenate([self._held, rows[: place + 1]])[-WINDOW:]
            spotted = self._look(window)
            if spotted is not None and spotted[0] in ENDS:
                self._waiting, self._after = spotted, []
            elif spotted is not None:
                found.append(Spotted(spotted[0], at, spotted[1]))
        self._held = np.concatenate([self._held, rows])[-WINDOW:]
        return found

    def _ended(self, row: Rows) -> tuple[str, float] | None:
        """The gesture that waited for its end, if it ended as it should with this row."""
        if self._waiting is None:
            return None
        self._after.append(row)
        rest = ENDS[self._waiting[0]]
        if len(self._after) < rest.seconds * RATE:
            return None
        waited, self._waiting = self._waiting, None
        return waited if at_rest(np.array(self._after), rest) else None

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
        least = SURE_RAISE if self._network.labels[best] == "raise" else SURE
        sure = best != self._none and chances[best] >= least
        self._streak = (self._streak + 1 if best == self._label else 1) if sure else 0
        self._label = best
        if self._streak < TIMES:
            return None
        self._streak, self._rest, self._told = 0, int(REST_S * RATE), best
        return self._network.labels[best], float(chances[best])
