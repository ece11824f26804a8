"""Poses of a hand from its landmarks: 21 points (x, y) as MediaPipe numbers them, 0 the wrist, 4 to 20 the fingertips.

A frame is made independent of place, size and side: relative to the wrist, in units of the hand's largest extent, a
left hand mirrored; beside that go the distances that bend a hand (fingertips from the wrist, from their own joints and
from each other, in units of the palm). A small network says which pose it is; a pose counts when it was seen, surely,
for HOLD_S, and once until the hand does something else. Where the landmarks come from is not this project's: a provider
that the owner adds, or a recording.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .network import Network

__all__ = ["FEATURES", "LANDMARKS", "MODEL", "POSES", "Held", "Poses", "pose_of", "settled"]

LANDMARKS: Final = 21
_TIPS: Final = [4, 8, 12, 16, 20]
_ONE, _OTHER = np.triu_indices(5, 1)
FEATURES: Final = 2 * LANDMARKS + 15 + 10
POSES: Final = ("open-hand", "fist", "point", "ok")
MODEL: Final = Path(__file__).parents[1] / "weights" / "hand" / "pose.npz"
SURE: Final = 0.85
HOLD_S: Final = 0.4
GAP_S: Final = 0.5
"""Without a frame for so long, the hand was gone."""
BLINK_S: Final = 0.3
"""An unsure moment that is shorter does not end a pose."""
FLAT: Final = 1e-6

Rows = NDArray[np.float64]


class Held(NamedTuple):
    """A pose that is held, from ``at`` on (seconds on the source's clock)."""

    pose: str
    at: float
    confidence: float


def settled(landmarks: NDArray[Any]) -> Rows:
    """(n, 21, 2) in any unit → (n, FEATURES): places relative to the wrist, of extent one, the index finger to the left
    of the little one; then distances. Frames in which a hand has no extent become zeros."""
    points = landmarks - landmarks[:, :1]
    extent = np.abs(points).max(axis=(1, 2), keepdims=True)
    points = np.where(extent > FLAT, points / np.maximum(extent, FLAT), 0.0)
    along = points[:, 9]  # from the wrist to the middle finger's root
    across = points[:, 17] - points[:, 5]  # from the index finger's root to the little finger's
    left = along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0] < 0
    points = points * np.where(left, -1.0, 1.0)[:, None, None] ** np.array([1, 0])
    tips = points[:, _TIPS]
    apart = [np.linalg.norm(tips, axis=2)]
    apart += [np.linalg.norm(tips - points[:, np.array(_TIPS) - joint], axis=2) for joint in (2, 3)]
    apart.append(np.linalg.norm(tips[:, _ONE] - tips[:, _OTHER], axis=2))
    palm = np.linalg.norm(along, axis=1, keepdims=True) + 1e-3
    bent: Rows = np.concatenate([points.reshape(len(points), -1), np.concatenate(apart, axis=1) / palm / 2], axis=1)
    return bent


def pose_of(landmarks: NDArray[Any], network: Network | None = None) -> tuple[str, float]:
    """The pose of one hand (21, 2), and how sure it is; '' where that is not sure enough."""
    known = network or Network.load(MODEL)
    (chances,) = known.chances(settled(np.asarray(landmarks, float)[None])[:, None])
    best = int(np.argmax(chances))
    return (known.labels[best] if chances[best] >= SURE else ""), float(chances[best])


class Poses:
    """Frames in, poses out: rows of ``t`` and 42 coordinates. Memory is one pose."""

    def __init__(self, network: Network | None = None) -> None:
        self._network = network or Network.load(MODEL)
        self._seen, self._since, self._last = "", 0.0, -math.inf
        self._sure = -math.inf
        self._told = ""

    def feed(self, rows: Rows) -> list[Held]:
        """The poses that are certain with these rows; rows with anything but numbers are passed over."""
        good = rows[np.isfinite(rows).all(axis=1)]
        if not len(good):
            return []
        chances = self._network.chances(settled(good[:, 1:].reshape(-1, LANDMARKS, 2))[:, None])
        found: list[Held] = []
        for at, row in zip(good[:, 0], chances, strict=True):
            best = int(np.argmax(row))
            pose = self._network.labels[best] if row[best] >= SURE else ""
            if not pose and self._seen and 0 <= at - self._sure <= BLINK_S:
                self._last = float(at)
                continue  # a frame or two that nobody could read, in the middle of a pose
            self._sure = float(at)
            if pose != self._seen or not 0 <= at - self._last <= GAP_S:
                self._seen, self._since, self._told = pose, float(at), ""
            self._last = float(at)
            if pose and pose != self._told and at - self._since >= HOLD_S:
                self._told = pose
                found.append(Held(pose, float(at), float(row[best])))
        return found
