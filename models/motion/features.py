"""Features of everyday movement: how strong, how fast and how regular, whatever the way the watch is worn.

From a window of even rows at PACE a second, gravity and posture taken out by the window's mean. Strengths are
logarithms, axes are sorted by strength, so neither the wrist nor the mounting matters."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEATURES", "PACE", "features"]

PACE: Final = 10
"""Rows a second: enough for steps (three a second) and slow enough for the public recordings of sport."""
FEATURES: Final = 17
_FLOOR: Final = 0.02
_LAGS: Final = range(3, 16)
"""Periods of 0.3 to 1.5 s."""


def features(window: NDArray[Any]) -> NDArray[np.float64]:
    """(n, 6) at PACE → (FEATURES,). At least two seconds."""
    moved = window - window.mean(axis=0)
    found: list[float] = []
    for part in (moved[:, :3], moved[:, 3:]):
        spread = np.sort(part.std(axis=0))[::-1]
        size = np.linalg.norm(part, axis=1)
        jerk = np.diff(part, axis=0).std()
        found += [*np.log(spread + _FLOOR), np.log(size.mean() + _FLOOR), np.log(jerk + _FLOOR)]
        found += [float(size.std() / (size.mean() + 0.1)), float(size.max() / (size.mean() + 0.1))]
        found.append(_regular(part))
    found.append(float(np.log(np.linalg.norm(moved[:, 3:], axis=1).std() + _FLOOR)))
    return np.array(found)


def _regular(part: NDArray[Any]) -> float:
    """How well the movement repeats itself, at its best period: 0 to 1."""
    total = float((part**2).sum())
    if total < 1e-6:
        return 0.0
    best = max(float((part[lag:] * part[:-lag]).sum()) / total for lag in _LAGS if lag < len(part) - 3)
    return max(best, 0.0)
