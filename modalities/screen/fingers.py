"""Fingers: what touches on the glass and turns of the crown mean.

A tap hits a target, a sideways stroke turns the face, a downward stroke sends a card away, a vertical drag scrolls a
long one. The crown turns faces by notches of thirty degrees, or scrolls; its press is the way out of whatever is on
the glass. Coordinates are design units. What the session must know of comes back as messages.
"""

from __future__ import annotations

from typing import Final

from ...agent.messages import Press
from ...skills.messages import TimerView
from .cards import line_at, overflow
from .messages import Crown, Pointed, Touch
from .scene import Scene
from .timing import DISMISS, SNOOZE, has_snooze, inside

TAP: Final = 14.0
"""A finger that moved less than this has tapped."""
STROKE: Final = 56.0
NOTCH: Final = 30.0
SCROLL_PER_DEGREE: Final = 1.6
SECOND: Final = 325.0
"""Below this the second and the third timer are drawn."""
SPOKEN_OF: Final = frozenset(["alarm", "list", "reminder", "timer"])
"""Cards whose lines stay, marked, when they are tapped: what is said next may mean them."""


class Fingers:
    """Turns touches and the crown into changes of the scene; ``scale`` is glass pixels per design unit."""

    def __init__(self, scene: Scene, scale: float) -> None:
        self.scene = scene
        self.scale = scale
        self._down: tuple[float, float] | None = None
        self._last_y = 0.0
        self._dragged = False
        self._turned = 0.0

    def touch(self, touch: Touch, now: float) -> Press | None:
        """One phase of a touch; the press it completes, if any."""
        x, y = touch.x / self.scale, touch.y / self.scale
        if touch.phase == "down":
            self._down, self._last_y, self._dragged = (x, y), y, False
            self.scene.touched_at = now
            return None
        if self._down is None:
            return None
        dx, dy = x - self._down[0], y - self._down[1]
        if touch.phase == "move":
            card = None if self.scene.toast else self.scene.card
            long_card = card is not None and overflow(card) > 0
            if long_card and (self._dragged or abs(dy) > TAP):
                self._dragged = True
                self.scene.scroll_by(self._last_y - y, now)
            self._last_y = y
            return None
        self._down = None
        if self._dragged:
            return None
        if abs(dx) < TAP and abs(dy) < TAP:
            return self._tap(x, y, now)
        self._stroke(dx, dy, now)
        return None

    def pointed(self, x: float, y: float, now: float) -> Pointed | None:
        """What is drawn at a place on the glass (in its pixels), if it can be spoken of."""
        scene, x, y = self.scene, x / self.scale, y / self.scale
        kind = scene.stage(now).kind
        if kind == "timers":
            at = 0 if y < SECOND else 1 + int((y - SECOND) // 30)
            return Pointed("timer", _name(scene.timers[at])) if at < min(len(scene.timers), 3) else None
        if kind != "card" or scene.card is None:
            return None
        card = scene.card
        line = line_at(card, x, y, scene.scroll)
        if line is not None:
            return Pointed(card.kind, card.lines[line], card.title)
        if card.lines or card.kind == "notice":
            return None
        return Pointed(card.kind, f"{card.title} {card.text}".strip(), card.title)

    def _tap(self, x: float, y: float, now: float) -> Press | None:
        scene = self.scene
        stage = scene.stage(now)
        if stage.kind == "card" and scene.card is not None:
            line = line_at(scene.card, x, y, scene.scroll)
            if line is not None and line != scene.marked and scene.card.kind in SPOKEN_OF:
                scene.mark(line, now)
                return None
        if stage.kind == "ring":
            ring = scene.rings[0]
            if inside(DISMISS, x, y):
                return Press("dismiss", ring.id)
            if has_snooze(ring) and inside(SNOOZE, x, y):
                return Press("snooze", ring.id)
            return None
        if stage.kind == "ambient":
            scene.wake(now)
        elif stage.kind == "card" or (stage.kind in ("timers", "face") and scene.card is not None):
            scene.dismiss_card()
        elif stage.kind == "face":
            scene.timers_open = bool(scene.timers or scene.stopwatch_started)
            scene.wake(now)
        elif stage.kind in ("timers", "stopwatch"):
            scene.timers_open = False
        elif stage.kind in ("listening", "thinking", "speaking"):
            return Press("stop")
        return None

    def _stroke(self, dx: float, dy: float, now: float) -> None:
        scene = self.scene
        kind = scene.stage(now).kind
        if kind == "face" and abs(dx) > STROKE and abs(dx) > abs(dy):
            scene.turn_faces(-1 if dx > 0 else 1, now)
        elif kind in ("card", "timers", "stopwatch") and max(abs(dx), abs(dy)) > STROKE:
            scene.dismiss_card()
            scene.timers_open = False
        elif kind == "ambient":
            scene.wake(now)

    def crown(self, crown: Crown, now: float) -> Press | None:
        """A turn or press of the crown; the press message it means, if any."""
        scene = self.scene
        kind = scene.stage(now).kind
        if crown.pressed:
            return self._crown_press(kind, now)
        scene.touched_at = now
        if kind == "card":
            scene.scroll_by(crown.degrees * SCROLL_PER_DEGREE, now)
            return None
        if kind == "ambient":
            scene.wake(now)
            return None
        self._turned += max(min(crown.degrees, 360.0), -360.0)
        if abs(self._turned) >= NOTCH and kind == "face":
            scene.turn_faces(1 if self._turned > 0 else -1, now)
            self._turned = 0.0
        return None

    def _crown_press(self, kind: str, now: float) -> Press | None:
        scene = self.scene
        if kind == "ring":
            return Press("dismiss", scene.rings[0].id)
        if kind in ("listening", "thinking", "speaking") or scene.phase == "speaking":
            return Press("stop")
        if kind == "face":
            scene.ambient = True
        elif kind == "ambient":
            scene.wake(now)
        else:
            scene.dismiss_card()
            scene.timers_open = False
            scene.wake(now)
        return None


def _name(timer: TimerView) -> str:
    """A timer as its skill calls it."""
    if timer.label:
        return timer.label
    minutes, seconds = divmod(round(timer.total_s), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "hour"), (minutes, "minute"), (seconds, "second"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)
