"""A hand laid over the watch, as its light sensor sees it: dark all at once, where it was light just before.

Dusk, a lamp that is switched off and a sleeve that slides down darken a watch too; the first takes longer than FALL_S,
and the others cannot be told from a hand, so what a cover means is only ever to be silent. Pure: times come with the
readings."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

__all__ = ["Cover"]

BRIGHT: Final = 10.0
"""Lux from which a hand can make a difference."""
DARK: Final = 0.1
"""Of what it was: what is left under a hand."""
FALL_S: Final = 1.0
REST_S: Final = 1.5
"""After one cover, before the next counts."""
MOST: Final = 64
"""Readings that are kept."""


class Cover:
    """Readings in, covers out. A reading stands until the next: sensors speak when something changes."""

    def __init__(self) -> None:
        self._readings: deque[tuple[float, float]] = deque(maxlen=MOST)
        self._told = -math.inf

    def feed(self, lux: float, at: float) -> bool:
        """Whether the glass has just been covered."""
        if not (math.isfinite(lux) and math.isfinite(at)) or lux < 0:
            return False
        readings = self._readings
        while len(readings) > 1 and readings[1][1] <= at - FALL_S:  # the first is what stood when the window began
            readings.popleft()
        before = max((each for each, _ in readings), default=0.0)
        readings.append((lux, at))
        if before < BRIGHT or lux > before * DARK or at - self._told < REST_S:
            return False
        readings.clear()
        readings.append((lux, at))
        self._told = at
        return True
