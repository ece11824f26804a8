"""What a watch face is, and the pieces faces share.

A face draws a :class:`View` on a :class:`Canvas` and says how long that drawing stays true. It keeps no time and no
state but caches, so a face that is described by data (the Watch Face Format) fits the same protocol as these, which
are described by code.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, Protocol

from PIL import Image

from ..icons import icon, weather_icon
from ..lettering import BOLD, MEDIUM
from ..paint import Canvas, polar, sweep_gradient
from ..palette import AMBER, AQUA, CORAL, INK, MUTED, ROSE, SKY, SOFT, TRACK, Colour, mix
from ..view import STEP_GOAL, View, remaining

MINUTE: Final = 60.0


class Face(Protocol):
    """A watch face."""

    @property
    def name(self) -> str:
        """What SetFace calls it."""
        ...

    def draw(self, canvas: Canvas, view: View) -> None:
        """Paint the whole canvas (black to begin with)."""
        ...

    def period(self, view: View) -> float:
        """Seconds between changes of the drawing, aligned to the clock; 0.0 means it always moves."""
        ...

    def release(self) -> None:
        """Forget pictures and layers: another face is shown."""
        ...


class Layer:
    """A cached picture: painted again only when its key changes."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._image: Image.Image | None = None

    def get(self, side: int, key: Hashable, paint: Callable[[Canvas], None]) -> Image.Image:
        """The picture for ``key``, which must name everything that ``paint`` shows."""
        whole = (side, key)
        if self._image is None or self._key != whole:
            canvas = Canvas(side)
            paint(canvas)
            self._key, self._image = whole, canvas.image
        return self._image

    def forget(self) -> None:
        """Keep no picture."""
        self._key, self._image = None, None


def burn_in_shift(view: View) -> tuple[float, float]:
    """Ambient pictures wander a few pixels from minute to minute, so that no pixel burns alone."""
    return polar(view.moment.minute * 67 % 360, 4.0, 0.0, 0.0)


def battery_colour(level: int) -> Colour:
    """Aqua, then amber below 30 %, coral below 15 %."""
    return CORAL if level < 15 else AMBER if level < 30 else AQUA


def gauge(canvas: Canvas, x: float, y: float, share: float, colour: Colour, name: str, text: str) -> None:
    """A small round complication: a three-quarter ring, an icon and a value."""
    canvas.arc(38, 5, -135, 135, mix(TRACK, colour, 0.12), x=x, y=y)
    if share > 0.01:
        canvas.arc(38, 5, -135, -135 + 270 * min(share, 1.0), colour, x=x, y=y)
    icon(canvas, name, x, y - 12, 22, colour)
    canvas.text(x, y + 13, text, BOLD, 22, INK)


def battery_gauge(canvas: Canvas, x: float, y: float, view: View) -> None:
    if view.battery is not None:
        gauge(canvas, x, y, view.battery / 100, battery_colour(view.battery), "bolt", f"{view.battery}")


def heart_gauge(canvas: Canvas, x: float, y: float, view: View) -> None:
    if view.heart_rate is not None:
        # The scale runs from 40 to 180 beats a minute.
        gauge(canvas, x, y, (view.heart_rate - 40) / 140, ROSE, "heart", f"{view.heart_rate}")


def steps_gauge(canvas: Canvas, x: float, y: float, view: View) -> None:
    if view.steps is not None:
        text = f"{view.steps / 1000:.1f}k" if view.steps >= 1000 else f"{view.steps}"
        gauge(canvas, x, y, view.steps / STEP_GOAL, SKY, "steps", text)


def fact(canvas: Canvas, x: float, y: float, name: str, text: str, colour: Colour) -> None:
    """A complication of one line: an icon above a value."""
    icon(canvas, name, x, y - 18, 26, colour)
    canvas.text(x, y + 12, text, MEDIUM, 24, SOFT)


def weather_fact(canvas: Canvas, x: float, y: float, view: View) -> None:
    if view.weather:
        fact(canvas, x, y, weather_icon(view.weather), view.temperature, SKY)


def alarm_line(canvas: Canvas, x: float, y: float, view: View, colour: Colour = MUTED) -> None:
    """The next alarm as a small line, and a moon where the watch does not disturb."""
    parts: list[tuple[str, str]] = []
    if view.alarm_text:
        parts.append(("alarm", view.alarm_text))
    if "do_not_disturb" in view.modes:
        parts.append(("moon", ""))
    if "airplane" in view.modes:
        parts.append(("airplane", ""))
    wide = [22 + (6 + 12.5 * len(text) if text else 0) for _, text in parts]
    at = x - (sum(wide) + 14 * (len(parts) - 1)) / 2 if parts else x
    for (name, text), room in zip(parts, wide, strict=True):
        icon(canvas, name, at + 11, y, 22, colour)
        if text:
            canvas.text(at + 28, y, text, MEDIUM, 21, colour, anchor="lm")
        at += room + 14


def timer_arc(canvas: Canvas, radius: float, thick: float, view: View, now: float) -> None:
    """The share of the nearest timer that is left, round the bezel."""
    timer = view.nearest_timer
    if timer is None or timer.total_s <= 0:
        return
    share = min(remaining(timer, now) / timer.total_s, 1.0)
    gradient = sweep_gradient(canvas.side, (AMBER, CORAL, AMBER))
    canvas.arc(radius, thick, 0, 360, mix(TRACK, AMBER, 0.1))
    canvas.arc(radius, thick, 0, max(share * 360, 0.5), gradient if timer.state == "running" else MUTED)
