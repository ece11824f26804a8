"""A line drawn by a finger as numbers: points at equal distances, and what a network sees of them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...kernel.errors import CallerError

__all__ = ["SEEN", "looks", "resampled"]

SEEN: Final = 32
"""Points of a line that a network reads."""

Points = NDArray[np.float64]


def resampled(points: NDArray[Any], count: int) -> Points:
    """``count`` points at equal distances along a line of (n, 2). Raises CallerError for a line of no length."""
    line = np.asarray(points, float).reshape(-1, 2)
    steps = np.hypot(*np.diff(line, axis=0).T) if len(line) > 1 else np.zeros(0)
    if not np.isfinite(steps).all() or steps.sum() <= 0:
        raise CallerError(f"expected a stroke that goes somewhere, got {len(line)} points without a length")
    line = line[np.r_[True, steps > 0]]
    along = np.r_[0.0, np.cumsum(steps[steps > 0])]
    at = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])], axis=1)


def looks(lines: NDArray[Any]) -> Points:
    """Lines (n, SEEN, 2) → (n, SEEN, 4): places about the middle in units of their spread, and directions."""
    places = lines - lines.mean(axis=1, keepdims=True)
    spread = np.sqrt((places**2).sum(axis=(1, 2), keepdims=True) / places.shape[1])
    places = places / np.maximum(spread, 1e-12)
    steps = np.diff(places, axis=1, append=2 * places[:, -1:] - places[:, -2:-1])
    ways = steps / np.maximum(np.linalg.norm(steps, axis=2, keepdims=True), 1e-9)
    seen: Points = np.concatenate([places, ways], axis=2)
    return seen
