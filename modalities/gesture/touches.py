"""Fingers over time: taps, presses, swipes, pinches, the palm, and strokes. Pure: times come with the touches.

Lengths are in design units (the glass is 466 across), times in seconds of one clock. A press is long while the finger
is still down, so somebody has to look again when ``due`` has come. What a shape is, ``strokes.py`` says."""

from __future__ import annotations

import math
from typing import Final, Literal, NamedTuple

import numpy as np

from .strokes import Points, Strokes

__all__ = ["Found", "Touches"]

TAP: Final = 14.0
"""A finger that moved less than this stayed where it was; as the screen has it."""
LONG_S: Final = 0.5
HELD_STILL: Final = 8.0
"""A finger that moved more than this within LONG_S is drawing, however slowly it began."""
AGAIN_S: Final = 0.35
"""From the end of a tap to the beginning of the next that makes it double."""
AGAIN_NEAR: Final = 60.0
SWIPE: Final = 56.0
SWIPE_S: Final = 0.8
STRAIGHT: Final = 1.2
"""A swipe's path is at most so much longer than the way from its beginning to its end."""
SHAPE: Final = 140.0
"""A shape's path is longer than this."""
PALM: Final = 130.0
"""A contact as large as this is no finger."""
PALM_FINGERS: Final = 3
PINCH: Final = 1.3
MAX_FINGERS: Final = 10
MAX_POINTS: Final = 1_024

Phase = Literal["down", "move", "up"]


class Found(NamedTuple):
    """A gesture of the fingers, when it was complete, and how sure that is (0 to 1)."""

    name: str
    kind: Literal["touch", "stroke", "pose"]
    at: float
    confidence: float = 1.0


class Finger:
    """One finger that is down."""

    def __init__(self, x: float, y: float, at: float) -> None:
        self.points = [(x, y)]
        self.since = at
        self.far = 0.0
        self.long = False

    def move(self, x: float, y: float) -> None:
        if len(self.points) >= MAX_POINTS:
            del self.points[1::2]  # half as fine: a finger that stays for minutes is bounded too
        self.points.append((x, y))
        self.far = max(self.far, math.dist(self.points[0], (x, y)))


class Touches:
    """What fingers do."""

    def __init__(self, strokes: Strokes) -> None:
        self.strokes = strokes
        self._down: dict[int, Finger] = {}
        self._together = 0
        self._span = 0.0
        self._quiet = False
        self._tapped: tuple[float, float, float] | None = None

    def feed(self, phase: Phase, x: float, y: float, at: float, finger: int = 0, size: float = 0.0) -> list[Found]:
        """One phase of a touch; the gestures it completes. What is not finite is no touch."""
        if not all(map(math.isfinite, (x, y, at, size))):
            return []
        if phase == "down":
            return self._begin(Finger(x, y, at), finger, at, size)
        held = self._down.get(finger)
        if held is None:
            return []
        late = self.late(at)
        held.move(x, y)
        if phase == "move":
            return late if late else self._palm(at, size)
        self._lift(finger)
        return [*late, *self._end(held, at)]

    @property
    def due(self) -> float | None:
        """When to call ``late`` if nothing else happens before; None: never."""
        if len(self._down) != 1 or self._quiet:
            return None
        (held,) = self._down.values()
        return None if held.long or held.far >= HELD_STILL else held.since + LONG_S

    def late(self, at: float) -> list[Found]:
        """The press that has become long by now."""
        due = self.due
        if due is None or at < due:
            return []
        (held,) = self._down.values()
        held.long = True
        return [Found("long-press", "touch", due)]

    def _begin(self, new: Finger, finger: int, at: float, size: float) -> list[Found]:
        if finger not in self._down and len(self._down) >= MAX_FINGERS:
            return []
        late = self.late(at)
        if not self._down:
            self._together, self._quiet = 0, False
        self._down[finger] = new
        self._together = max(self._together, len(self._down))
        if len(self._down) == 2:
            self._span = self._apart()
        return [*late, *self._palm(at, size)]

    def _palm(self, at: float, size: float) -> list[Found]:
        if self._quiet or (size < PALM and len(self._down) < PALM_FINGERS):
            return []
        self._quiet = True  # what a palm does besides means nothing
        return [Found("palm", "touch", at)]

    def _lift(self, finger: int) -> None:
        if len(self._down) == 2 and not self._quiet:
            self._pinched = self._apart()
        del self._down[finger]

    def _apart(self) -> float:
        one, other = (held.points[-1] for held in list(self._down.values())[:2])
        return max(math.dist(one, other), 1.0)

    def _end(self, held: Finger, at: float) -> list[Found]:
        if self._quiet:
            return []
        if self._together > 1:
            if len(self._down) != 1 or self._span <= 0:
                return []
            ratio, self._span = self._pinched / self._span, 0.0
            if ratio > PINCH:
                return [Found("pinch-out", "touch", at)]
            return [Found("pinch-in", "touch", at)] if ratio < 1 / PINCH else []
        if held.long:
            return [Found("long-press-end", "touch", at)]
        if held.far < TAP:
            return self._tap(held.points[0], held.since, at)
        return self._line(np.array(held.points), at - held.since, at)

    def _tap(self, place: tuple[float, float], since: float, at: float) -> list[Found]:
        before, self._tapped = self._tapped, (*place, at)
        near = before is not None and math.dist(before[:2], place) < AGAIN_NEAR and since - before[2] <= AGAIN_S
        if not near:
            return [Found("tap", "touch", at)]
        self._tapped = None  # a third tap begins anew
        return [Found("double-tap", "touch", at)]

    def _line(self, points: Points, seconds: float, at: float) -> list[Found]:
        across, down = points[-1] - points[0]
        path = float(np.hypot(*np.diff(points, axis=0).T).sum())
        chord = math.hypot(across, down)
        if chord > SWIPE and path < STRAIGHT * chord:
            sideways, upright = abs(across) > 1.5 * abs(down), abs(down) > 1.5 * abs(across)
            if seconds > SWIPE_S or not (sideways or upright):
                return []
            way = ("right" if across > 0 else "left") if sideways else ("down" if down > 0 else "up")
            return [Found(f"swipe-{way}", "touch", at)]
        match = self.strokes.recognise(points) if path > SHAPE else None
        return [Found(match.name, "stroke", at, round(match.score, 3))] if match is not None else []
