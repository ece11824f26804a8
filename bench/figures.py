"""Shares with their uncertainty: Wilson's score interval (E. B. Wilson, 1927), and percentiles."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import sqrt

_Z = 1.959963984540054


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share; (0, 1) for no cases."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = right / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(right: int, n: int) -> dict[str, float | int]:
    """A share as data: n, right, accuracy and its 95 % interval."""
    low, high = wilson(right, n)
    accuracy = right / n if n else 0.0
    return {"n": n, "right": right, "accuracy": round(accuracy, 4), "low": round(low, 4), "high": round(high, 4)}


def auroc(served: Sequence[float], not_served: Sequence[float]) -> float:
    """How often one that is served has the higher of two values (Hanley and McNeil, 1982); ties count half."""
    if not served or not not_served:
        return 0.5
    ordered = sorted(not_served)
    wins = sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in served) / 2
    return round(wins / (len(served) * len(not_served)), 4)


def percentile(values: Sequence[float], at: float) -> float:
    """The value below which the share ``at`` (0..1) of the values lies; nearest rank. 0.0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(at * len(ordered)))]
