"""Icons, drawn from strokes on a 24-unit grid so that they are sharp at any size and need no font or file.

One stroke weight (2 units), round ends, as few strokes as say the thing. An unknown name draws nothing, so that a
card from a third-party skill cannot fail here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from .paint import Canvas
from .palette import Colour

GRID: Final = 24
_FINE: Final = 4


class Pen:
    """Strokes on the grid."""

    def __init__(self, pixels: int, weight: float) -> None:
        self.unit = pixels * _FINE / GRID
        self.image = Image.new("L", (pixels * _FINE, pixels * _FINE))
        self.draw = ImageDraw.Draw(self.image)
        self.weight = weight

    def line(self, *points: tuple[float, float]) -> None:
        u, half = self.unit, self.weight * self.unit / 2
        scaled = [(x * u, y * u) for x, y in points]
        self.draw.line(scaled, fill=255, width=round(half * 2), joint="curve")
        for x, y in (scaled[0], scaled[-1]):
            self.draw.ellipse((x - half, y - half, x + half, y + half), fill=255)

    def dot(self, x: float, y: float, radius: float, fill: int = 255) -> None:
        u = self.unit
        self.draw.ellipse(((x - radius) * u, (y - radius) * u, (x + radius) * u, (y + radius) * u), fill=fill)

    def ring(self, x: float, y: float, radius: float, begin: float = 0, end: float = 360) -> None:
        u, r = self.unit, radius + self.weight / 2
        box = ((x - r) * u, (y - r) * u, (x + r) * u, (y + r) * u)
        self.draw.arc(box, begin - 90, end - 90, fill=255, width=round(self.weight * u))

    def solid(self, *points: tuple[float, float], fill: int = 255) -> None:
        self.draw.polygon([(x * self.unit, y * self.unit) for x, y in points], fill=fill)

    def box(self, left: float, top: float, right: float, bottom: float, bend: float, *, filled: bool = False) -> None:
        u = self.unit
        shape = (left * u, top * u, right * u, bottom * u)
        if filled:
            self.draw.rounded_rectangle(shape, bend * u, fill=255)
        else:
            self.draw.rounded_rectangle(shape, bend * u, outline=255, width=round(self.weight * u))


def _heart(pen: Pen) -> None:
    points = []
    for step in range(60):
        t = step / 60 * 2 * math.pi
        x = 16 * math.sin(t) ** 3
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((12 + x * 0.6, 11.4 - y * 0.6))
    pen.solid(*points)


def _steps(pen: Pen) -> None:
    for x, y, lean in ((7.6, 12.5, -1), (16.4, 9.5, 1)):
        pen.solid(*_oval(x, y - 3, 3.1, 4.6, lean * 0.12))
        pen.solid(*_oval(x - lean * 0.4, y + 5.6, 2.3, 2.5, 0))


def _oval(x: float, y: float, wide: float, high: float, lean: float) -> list[tuple[float, float]]:
    points = []
    for step in range(36):
        t = step / 36 * 2 * math.pi
        a, b = wide * math.cos(t), high * math.sin(t)
        points.append((x + a * math.cos(lean) - b * math.sin(lean), y + a * math.sin(lean) + b * math.cos(lean)))
    return points


def _bell(pen: Pen) -> None:
    pen.draw.pieslice((5.5 * pen.unit, 3.5 * pen.unit, 18.5 * pen.unit, 17 * pen.unit), 180, 360, fill=255)
    pen.solid((5.5, 10), (18.5, 10), (18.8, 14.5), (20.5, 17.5), (3.5, 17.5), (5.2, 14.5))
    pen.dot(12, 3.4, 1.5)
    pen.draw.pieslice((9.2 * pen.unit, 16.2 * pen.unit, 14.8 * pen.unit, 21.8 * pen.unit), 20, 160, fill=255)


def _alarm(pen: Pen) -> None:
    pen.ring(12, 13, 7.5)
    pen.line((12, 9), (12, 13), (14.8, 14.8))
    pen.line((3.4, 6.2), (6.6, 3.6))
    pen.line((20.6, 6.2), (17.4, 3.6))


def _timer(pen: Pen) -> None:
    pen.ring(12, 13.5, 7.5)
    pen.line((12, 13.5), (12, 9.5))
    pen.line((9.5, 2.5), (14.5, 2.5))
    pen.line((18, 6.6), (19.4, 5.2))


def _stopwatch(pen: Pen) -> None:
    _timer(pen)
    pen.line((12, 13.5), (15, 11.4))


def _sun(pen: Pen) -> None:
    pen.dot(12, 12, 4.4)
    for step in range(8):
        t = step / 8 * 2 * math.pi
        pen.line((12 + 7.3 * math.cos(t), 12 + 7.3 * math.sin(t)), (12 + 9.6 * math.cos(t), 12 + 9.6 * math.sin(t)))


def _cloud(pen: Pen, drop: float = 0) -> None:
    pen.dot(8, 13 - drop, 4.2)
    pen.dot(13, 10.5 - drop, 5.2)
    pen.dot(17.6, 13.6 - drop, 3.6)
    pen.box(7, 12 - drop, 18.5, 17.2 - drop, 2.4, filled=True)


def _rain(pen: Pen) -> None:
    _cloud(pen, 3)
    for x in (8, 12.5, 17):
        pen.line((x, 17.6), (x - 1.4, 21))


def _snow(pen: Pen) -> None:
    _cloud(pen, 3)
    for x, y in ((8, 18.4), (12.5, 20.4), (17, 18.4)):
        pen.dot(x, y, 1.3)


def _storm(pen: Pen) -> None:
    _cloud(pen, 3)
    pen.solid((13, 15), (8.6, 20), (11.6, 20), (10.4, 23.6), (15.4, 18), (12.4, 18))


def _fog(pen: Pen) -> None:
    _cloud(pen, 4)
    pen.line((6, 17), (18, 17))
    pen.line((8, 20.6), (16, 20.6))


def _moon(pen: Pen) -> None:
    pen.dot(11.5, 12.5, 8.6)
    pen.dot(15.6, 9.2, 7.4, fill=0)


def _mic(pen: Pen) -> None:
    pen.box(8.7, 2.5, 15.3, 14, 3.3, filled=True)
    pen.ring(12, 11, 6.4, 90, 270)
    pen.line((12, 17.6), (12, 21))
    pen.line((8.8, 21.2), (15.2, 21.2))


def _check(pen: Pen) -> None:
    pen.line((5, 12.6), (10, 17.6), (19.4, 7))


def _list(pen: Pen) -> None:
    for y in (6.5, 12, 17.5):
        pen.dot(4.8, y, 1.5)
        pen.line((9, y), (20, y))


def _speaker(pen: Pen) -> None:
    pen.solid((3, 9.5), (7, 9.5), (12, 5), (12, 19), (7, 14.5), (3, 14.5))
    pen.ring(12.4, 12, 3.6, 35, 145)
    pen.ring(12.4, 12, 7.4, 40, 140)


def _mute(pen: Pen) -> None:
    pen.solid((3, 9.5), (7, 9.5), (12, 5), (12, 19), (7, 14.5), (3, 14.5))
    pen.line((15.6, 9.4), (21, 14.8))
    pen.line((21, 9.4), (15.6, 14.8))


def _watch(pen: Pen) -> None:
    pen.ring(12, 12, 5.6)
    pen.line((9.4, 2.6), (14.6, 2.6))
    pen.line((9.4, 21.4), (14.6, 21.4))
    pen.line((12, 9.4), (12, 12), (13.8, 13))


def _battery(pen: Pen) -> None:
    pen.box(2.6, 7.5, 19.4, 16.5, 2.6)
    pen.box(20.6, 10, 22.2, 14, 0.8, filled=True)
    pen.box(5.4, 10.2, 15, 13.8, 1, filled=True)


def _reminder(pen: Pen) -> None:
    pen.line((12, 4), (12, 13.6))
    pen.dot(12, 19, 1.7)


def _speech(pen: Pen) -> None:
    pen.box(3, 4, 21, 17, 4.5, filled=True)
    pen.solid((7, 15), (7, 21.4), (13, 16))
    for x in (8, 12, 16):
        pen.dot(x, 10.5, 1.25, fill=0)


def _note(pen: Pen) -> None:
    pen.box(5, 3.4, 19, 20.6, 2.4)
    for y, right in ((8.5, 15.4), (12, 15.4), (15.5, 12.6)):
        pen.line((8.6, y), (right, y))


def _bolt(pen: Pen) -> None:
    pen.solid((13.6, 2), (5, 13.6), (11, 13.6), (10, 22), (19, 9.8), (12.8, 9.8))


def _plane(pen: Pen) -> None:
    pen.solid((12, 1.8), (13.6, 4), (13.6, 9), (21.6, 14), (21.6, 16.2), (13.6, 13.8), (13.6, 18.6),
              (16.2, 20.6), (16.2, 22.2), (12, 21), (7.8, 22.2), (7.8, 20.6), (10.4, 18.6), (10.4, 13.8),
              (2.4, 16.2), (2.4, 14), (10.4, 9), (10.4, 4))  # fmt: skip


def _home(pen: Pen) -> None:
    pen.line((3, 11.6), (12, 3.6), (21, 11.6))
    pen.line((5.6, 10), (5.6, 20.4), (18.4, 20.4), (18.4, 10))
    pen.line((12, 15), (12, 20))


def _lock(pen: Pen) -> None:
    pen.box(5, 10.6, 19, 21, 2.6, filled=True)
    pen.line((8, 10.6), (8, 7.4), (9.2, 4.9), (12, 3.8), (14.8, 4.9), (16, 7.4), (16, 10.6))
    pen.dot(12, 15.6, 1.7, fill=0)


def _help(pen: Pen) -> None:
    pen.line((8.2, 8.4), (9, 5.9), (12, 4.4), (15, 5.9), (15.8, 8.6), (14.2, 11.2), (12, 12.9), (12, 15.2))
    pen.dot(12, 19.4, 1.5)


def _calendar(pen: Pen) -> None:
    pen.box(3.6, 5.2, 20.4, 20.6, 2.8)
    pen.line((3.8, 10), (20.2, 10))
    for x in (8, 16):
        pen.line((x, 3), (x, 6.4))
    for x, y in ((8, 13.6), (12, 13.6), (16, 13.6), (8, 17), (12, 17)):
        pen.dot(x, y, 1)


def _message(pen: Pen) -> None:
    pen.box(3, 5, 21, 19, 2.8)
    pen.line((4.4, 7.4), (12, 13), (19.6, 7.4))


def _phone(pen: Pen) -> None:
    pen.box(7, 2.6, 17, 21.4, 2.4)
    pen.line((10.8, 18.4), (13.2, 18.4))


def _music(pen: Pen) -> None:
    pen.line((9, 18), (9, 5.6), (19, 3.6), (19, 16))
    pen.line((9, 9), (19, 7))
    pen.dot(6.8, 18, 2.9)
    pen.dot(16.8, 16, 2.9)


def _wallet(pen: Pen) -> None:
    pen.box(3, 6, 21, 19.6, 2.6)
    pen.line((5, 6), (16.6, 3.2), (17.6, 6))
    pen.dot(16.8, 12.8, 1.7)


def _news(pen: Pen) -> None:
    pen.box(3.4, 4.4, 20.6, 19.6, 2.2)
    pen.box(6.6, 8, 11.4, 12.2, 0.6, filled=True)
    for y in (8.6, 11.8):
        pen.line((14, y), (17.4, y))
    pen.line((6.8, 15.8), (17.4, 15.8))


def _memory(pen: Pen) -> None:
    pen.line((6, 3.6), (18, 3.6), (18, 20.4), (12, 15.8), (6, 20.4), (6, 3.6))


ICONS: Final[dict[str, Callable[[Pen], None]]] = {
    "airplane": _plane, "alarm": _alarm, "battery": _battery, "bell": _bell, "bolt": _bolt, "check": _check,
    "calendar": _calendar, "cloud": _cloud, "device": _watch, "fog": _fog, "health": _heart, "heart": _heart,
    "help": _help, "home": _home, "list": _list, "lock": _lock, "memory": _memory, "message": _message, "mic": _mic,
    "moon": _moon, "music": _music, "mute": _mute, "news": _news, "note": _note, "notice": _bell, "phone": _phone,
    "rain": _rain, "reminder": _reminder, "reply": _speech, "snow": _snow, "speaker": _speaker, "steps": _steps,
    "stopwatch": _stopwatch, "storm": _storm, "sun": _sun, "timer": _timer, "wallet": _wallet, "weather": _cloud,
}  # fmt: skip


@lru_cache(maxsize=64)
def icon_mask(name: str, pixels: int, weight: float = 2.0) -> Image.Image:
    """The icon as a mask of ``pixels`` square; a blank one for a name nobody drew."""
    pen = Pen(pixels, weight)
    drawing = ICONS.get(name)
    if drawing is not None:
        drawing(pen)
    return pen.image.reduce(_FINE)


def icon(canvas: Canvas, name: str, x: float, y: float, size: float, colour: Colour, weight: float = 2.0) -> None:
    """Draw an icon centred at (x, y) in design units."""
    mask = icon_mask(name, max(round(size * canvas.scale), 4), weight)
    canvas.lay(colour, mask, round(x * canvas.scale - mask.width / 2), round(y * canvas.scale - mask.height / 2))


_WEATHER_WORDS: Final = (
    ("storm", "storm"), ("thunder", "storm"), ("snow", "snow"), ("sleet", "snow"), ("rain", "rain"),
    ("drizzle", "rain"), ("shower", "rain"), ("fog", "fog"), ("mist", "fog"), ("cloud", "cloud"), ("overcast", "cloud"),
    ("sun", "sun"), ("clear", "sun"), ("fair", "sun"),
)  # fmt: skip


def weather_icon(text: str) -> str:
    """The icon for a line like ``12° light rain``."""
    lower = text.lower()
    return next((name for word, name in _WEATHER_WORDS if word in lower), "cloud")
