"""Analog: a sunray dial with applied batons, three small gauges, and a second hand that sweeps.

The dial, its gauges and the hour and minute hands are one cached layer that is painted every ten seconds (the
minute hand moves one degree in that time); a frame adds only the second hand.
"""

from __future__ import annotations

from PIL import Image

from ..lettering import BOLD, MEDIUM
from ..paint import MIDDLE, Canvas, glow, polar, round_mask
from ..palette import AQUA, BLACK, CORAL, INK, MUTED, SKY, SOFT, Colour
from ..view import View
from .face import (
    MINUTE,
    Layer,
    alarm_line,
    battery_gauge,
    burn_in_shift,
    heart_gauge,
    steps_gauge,
    timer_arc,
)

_EDGE: Colour = (6, 10, 18)
_CORE: Colour = (27, 42, 66)
_SLOT = 10
"""Seconds for which the hour and minute hands stand still."""


class Analog:
    """Hands, for those who read time as an angle."""

    name = "analog"

    def __init__(self) -> None:
        self._ground = Layer()
        self._dial = Layer()

    def release(self) -> None:
        self._ground.forget()
        self._dial.forget()

    def period(self, view: View) -> float:
        if view.ambient:
            return MINUTE
        return 0.0 if view.smooth else 1.0

    def draw(self, canvas: Canvas, view: View) -> None:
        if view.ambient:
            self._ambient(canvas, view)
            return
        moment = view.moment
        slot = moment.second // _SLOT
        key = view._replace(moment=moment.replace(second=slot * _SLOT, microsecond=0), smooth=True)
        canvas.image.paste(self._dial.get(canvas.side, key, lambda c: self._paint_dial(c, key)))
        angle = view.seconds * 6
        canvas.hand(angle, 196, 46, 3, BLACK, blur=2, alpha=0.5, dx=2, dy=4)
        canvas.hand(angle, 198, 46, 3, CORAL)
        canvas.hand(angle, -22, 48, 7, CORAL)
        canvas.disc(MIDDLE, MIDDLE, 8.5, CORAL)
        canvas.disc(MIDDLE, MIDDLE, 3.2, _EDGE)

    def _paint_ground(self, canvas: Canvas) -> None:
        """The bare dial: sunray, minute track, batons."""
        side = canvas.side
        base = glow(side, _CORE, _EDGE)
        rays = Image.composite(base, Image.new("RGB", (side, side), _EDGE), _sunray(side))
        canvas.image.paste(Image.blend(base, rays, 0.55))
        for minute in range(60):
            angle = minute * 6.0
            if minute % 5:
                _tick(canvas, angle, 214, 221, 1.6, MUTED)
            else:
                _tick(canvas, angle, 211, 222, 3.2, SOFT)
        for hour in range(12):
            if hour:
                _tick(canvas, hour * 30.0, 178, 202, 8.5, INK)
            else:
                _tick(canvas, -2.2, 178, 202, 8.5, INK)
                _tick(canvas, 2.2, 178, 202, 8.5, INK)
        canvas.image.paste(BLACK, (0, 0), round_mask(side).point(lambda v: 255 - v))

    def _paint_dial(self, canvas: Canvas, view: View) -> None:
        canvas.image.paste(self._ground.get(canvas.side, "ground", self._paint_ground))
        battery_gauge(canvas, 142, MIDDLE, view)
        heart_gauge(canvas, 324, MIDDLE, view)
        steps_gauge(canvas, MIDDLE, 326, view)
        moment = view.moment
        canvas.text(MIDDLE, 108, f"{moment:%a} {moment.day}".upper(), BOLD, 24, INK)
        below = f"{view.temperature}" if view.weather else ""
        if view.alarm_text or view.modes:
            alarm_line(canvas, MIDDLE, 139, view, MUTED)
        elif below:
            canvas.text(MIDDLE, 139, view.weather[:14], MEDIUM, 20, MUTED)
        timer_arc(canvas, 228, 6, view, moment.timestamp())
        hours = moment.hour % 12 + moment.minute / 60
        minutes = moment.minute + moment.second / 60
        for angle, length, thick in ((hours * 30, 120, 14.0), (minutes * 6, 182, 11.0)):
            canvas.hand(angle, length, 24, thick, BLACK, blur=4, alpha=0.65, dx=2, dy=5)
            canvas.hand(angle, length, 24, thick, INK)
            canvas.hand(angle, length - thick * 0.38, -34, thick * 0.42, (14, 90, 104))
        canvas.disc(MIDDLE, MIDDLE, 13, INK)

    @staticmethod
    def _ambient(canvas: Canvas, view: View) -> None:
        """Outline of time: twelve dots and two slim hands, a few percent of the pixels."""
        dx, dy = burn_in_shift(view)
        for hour in range(12):
            x, y = polar(hour * 30, 205, MIDDLE + dx, MIDDLE + dy)
            canvas.disc(x, y, 4.0 if hour % 3 == 0 else 2.5, SKY if hour == 0 else MUTED)
        moment = view.moment
        hours = (moment.hour % 12 + moment.minute / 60) * 30
        canvas.hand(hours, 112, 0, 10, SOFT, dx=dx, dy=dy)
        canvas.hand(hours, 109, -8, 5, BLACK, dx=dx, dy=dy)
        canvas.hand(moment.minute * 6, 172, 0, 8, SOFT, dx=dx, dy=dy)
        canvas.hand(moment.minute * 6, 169.5, -8, 3.6, BLACK, dx=dx, dy=dy)
        canvas.disc(MIDDLE + dx, MIDDLE + dy, 6, AQUA)
        canvas.text(MIDDLE + dx, 316 + dy, f"{moment:%a} {moment.day}".upper(), MEDIUM, 22, MUTED)


def _tick(canvas: Canvas, angle: float, inner: float, outer: float, thick: float, colour: Colour) -> None:
    """A straight mark on the dial."""
    (x0, y0), (x1, y1) = polar(angle, inner), polar(angle, outer)
    nx, ny = polar(angle + 90, thick / 2, 0, 0)
    canvas.polygon([(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)], colour)


def _sunray(side: int) -> Image.Image:
    """Light that turns as on brushed metal: bright towards two opposite directions."""
    import math

    from PIL import ImageDraw, ImageFilter

    half = side // 2
    small = Image.new("L", (half, half))
    draw = ImageDraw.Draw(small)
    for degree in range(360):
        turn = math.radians(degree)
        light = 0.5 + 0.5 * math.cos(2 * turn + 0.9)
        grain = 0.10 * math.sin(degree * 12.9898) * math.sin(degree * 4.1414)
        draw.pieslice(
            (-half, -half, 2 * half, 2 * half), degree, degree + 2, fill=round(255 * min(max(light + grain, 0), 1))
        )
    return small.resize((side, side), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1.2))
