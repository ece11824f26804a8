"""Movements by example: the nearest of a few recorded ones, by dynamic time warping, or none of them.

A movement is cut out of the stream where the wrist begins and ceases to move. It becomes POINTS rows at equal times,
without its mean acceleration (posture) and with strength taken out, rotation weighing twice as much as acceleration;
its distance to an example is the mean step cost along the best monotone path (H. Sakoe, S. Chiba, 1978). How near is
near enough follows from how far the owner's own examples lie from each other, and from other gestures'."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...kernel.errors import CallerError
from .samples import GRAVITY, RATE

__all__ = ["MAX_EXAMPLES", "Examples", "Near", "Segmenter", "cut", "distances", "shape"]

POINTS: Final = 32
BAND: Final = 10
"""How far a path may stray from the diagonal."""
MOVING_GYRO: Final = 0.7
MOVING_ACC: Final = 1.6
QUIET_S: Final = 0.3
SHORTEST_S, LONGEST_S = 0.2, 3.0
LEAD_S: Final = 0.06
NEAR: Final = 0.34
"""A movement farther than this from every example is none; less if the owner's examples lie close together."""
NEAREST: Final = 0.20
SPREAD: Final = 1.5
"""How much farther than the owner's examples from each other a movement may lie."""
MAX_EXAMPLES: Final = 10
MAX_NAMES: Final = 32
WEIGHT: Final = np.sqrt([0.4, 0.4, 0.4, 1.6, 1.6, 1.6])

Rows = NDArray[np.float64]


class Near(NamedTuple):
    """The nearest example's name, its distance, and that of the nearest of another name."""

    name: str
    distance: float
    other: float


def _moving(rows: Rows) -> NDArray[np.bool_]:
    acc = np.linalg.norm(rows[:, :3], axis=1)
    calm = np.abs(acc - GRAVITY)
    moving: NDArray[np.bool_] = (np.linalg.norm(rows[:, 3:], axis=1) > MOVING_GYRO) | (calm > MOVING_ACC)
    return moving


class Segmenter:
    """Even rows in, whole movements out: (rows, seconds since each ended). Memory is bounded by LONGEST_S."""

    def __init__(self) -> None:
        self._held: list[Rows] = []
        self._lead = np.zeros((0, 6))
        self._quiet = 0
        self._over = False

    def begin(self) -> None:
        """The stream broke off."""
        self._held, self._quiet, self._over, self._lead = [], 0, False, np.zeros((0, 6))

    def feed(self, rows: Rows) -> list[tuple[Rows, float]]:
        found: list[tuple[Rows, float]] = []
        for place, (row, moving) in enumerate(zip(rows, _moving(rows), strict=True)):
            if not self._held and not moving:
                self._lead = np.concatenate([self._lead, row[None]])[-int(LEAD_S * RATE) :]
                self._over = False
                continue
            if not self._held:
                self._held = list(self._lead)
            self._held.append(row)
            self._quiet = 0 if moving else self._quiet + 1
            if len(self._held) > (LONGEST_S + QUIET_S) * RATE:
                self._held, self._over = self._held[-1:], True  # too long for a gesture: wait until it ends
            if self._quiet >= QUIET_S * RATE:
                whole = np.array(self._held[: len(self._held) - self._quiet + 2])
                if not self._over and len(whole) >= SHORTEST_S * RATE:
                    found.append((whole, QUIET_S + (len(rows) - 1 - place) / RATE))
                self.begin()
        return found


def cut(rows: Rows) -> Rows:
    """The longest movement in even rows. Raises CallerError if nothing moves in them."""
    segmenter = Segmenter()
    still = np.tile(np.array([0, 0, GRAVITY, 0, 0, 0]), (int(QUIET_S * RATE) + 2, 1))
    found = [part for part, _ in segmenter.feed(np.concatenate([rows, still]))]
    if not found:
        raise CallerError(f"expected one movement of {SHORTEST_S} to {LONGEST_S:.0f} s in the example, found none")
    return max(found, key=len)


def shape(rows: NDArray[Any]) -> Rows:
    """A movement (n, channels) as POINTS rows at equal times."""
    at = np.linspace(0, len(rows) - 1, POINTS)
    return np.stack([np.interp(at, np.arange(len(rows)), rows[:, axis]) for axis in range(rows.shape[1])], axis=1)


def distances(one: Rows, others: Rows) -> Rows:
    """The warped distance of (POINTS, channels) to each of (n, POINTS, channels): mean cost a step."""
    cost = np.sqrt(((others[:, None] - one[None, :, None]) ** 2).mean(axis=3))  # (n, one, other)
    best = np.full((len(others), POINTS + 1, POINTS + 1), np.inf)
    best[:, 0, 0] = 0.0
    for i in range(1, POINTS + 1):
        for j in range(max(1, i - BAND), min(POINTS, i + BAND) + 1):
            before = np.minimum(best[:, i - 1, j - 1], np.minimum(best[:, i - 1, j], best[:, i, j - 1]))
            best[:, i, j] = cost[:, i - 1, j - 1] + before
    found: Rows = best[:, POINTS, POINTS] / POINTS
    return found


def normal(movement: Rows) -> Rows:
    """Even rows of six → (POINTS, 6) to compare: no posture, no strength."""
    acc = movement[:, :3] - movement[:, :3].mean(axis=0)
    acc = acc / (np.sqrt((acc**2).sum(axis=1).mean()) + 0.5)
    gyro = movement[:, 3:] / (np.sqrt((movement[:, 3:] ** 2).sum(axis=1).mean()) + 0.2)
    return shape(np.concatenate([acc, gyro], axis=1)) * WEIGHT


class Examples:
    """The owner's movements: names, and up to MAX_EXAMPLES shapes of each."""

    def __init__(self) -> None:
        self._shapes: dict[str, list[Rows]] = {}
        self._near: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._shapes)

    def add(self, name: str, movement: Rows) -> int:
        """One more example (even rows of six); how many there are now. Raises CallerError: too many names."""
        if name not in self._shapes and len(self._shapes) >= MAX_NAMES:
            raise CallerError(f"expected at most {MAX_NAMES} gestures of the owner's, got one more")
        kept = self._shapes.setdefault(name, [])
        kept.append(normal(movement))
        del kept[:-MAX_EXAMPLES]
        self._measure()
        return len(kept)

    def remove(self, name: str) -> None:
        self._shapes.pop(name, None)
        self._measure()

    def _measure(self) -> None:
        """How near is near enough, for each name."""
        self._near = {}
        for name, shapes in self._shapes.items():
            near = NEAR
            if len(shapes) > 2:
                apart = [
                    float(d) for i, one in enumerate(shapes[:-1]) for d in distances(one, np.array(shapes[i + 1 :]))
                ]
                near = min(NEAR, max(SPREAD * float(np.median(apart)), NEAREST))
            self._near[name] = near

    def nearest(self, movement: Rows) -> Near | None:
        """The nearest name, however far; None without examples."""
        if not self._shapes:
            return None
        names = [name for name, shapes in self._shapes.items() for _ in shapes]
        far = distances(normal(movement), np.array([each for shapes in self._shapes.values() for each in shapes]))
        best = int(np.argmin(far))
        others = [float(d) for d, name in zip(far, names, strict=True) if name != names[best]]
        return Near(names[best], float(far[best]), min(others, default=np.inf))

    def recognise(self, movement: Rows) -> Near | None:
        """The owner's gesture that this is; None if it is none."""
        near = self.nearest(movement)
        return near if near is not None and near.distance <= self._near[near.name] else None
