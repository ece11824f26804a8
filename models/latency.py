"""How long inferences took lately, by class: what a monitor shows as p50 and p95."""

from __future__ import annotations

from collections import deque

from .messages import Latency

KEPT = 200
"""Inferences of a class that count: the latest."""


class Latencies:
    """Seconds by class."""

    def __init__(self) -> None:
        self._took: dict[str, deque[float]] = {}

    def add(self, klass: str, seconds: float) -> None:
        """An inference of this class was answered whole, so long after it was asked for."""
        self._took.setdefault(klass, deque(maxlen=KEPT)).append(seconds)

    def table(self) -> dict[str, Latency]:
        """Percentiles of each class that had any; by nearest rank."""
        return {klass: Latency(_rank(took, 0.5), _rank(took, 0.95), len(took)) for klass, took in self._took.items()}


def _rank(took: deque[float], share: float) -> float:
    ordered = sorted(took)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 3)
