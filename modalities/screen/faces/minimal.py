"""Minimal: one number for the hour; the minute is a bead on a ring. It changes once a minute and sleeps between."""

from __future__ import annotations

from ..lettering import BOLD, LIGHT_DISPLAY, MEDIUM
from ..paint import MIDDLE, Canvas, glow, polar, round_mask, sweep_gradient
from ..palette import AQUA, BLACK, INK, MUTED, SKY, SOFT, VIOLET, Colour
from ..view import View
from .face import MINUTE, Layer, alarm_line, burn_in_shift, timer_arc

_HAZE: Colour = (10, 20, 32)
_RADIUS = 186
_BEAD = 30


class Minimal:
    """As little as tells the time."""

    name = "minimal"

    def __init__(self) -> None:
        self._base = Layer()

    def release(self) -> None:
        self._base.forget()

    def period(self, view: View) -> float:
        return 1.0 if view.timers and not view.ambient else MINUTE

    def draw(self, canvas: Canvas, view: View) -> None:
        if view.ambient:
            self._ambient(canvas, view)
            return
        key = view._replace(moment=view.moment.replace(second=0, microsecond=0), smooth=True, timers=())
        canvas.image.paste(self._base.get(canvas.side, key, lambda c: self._paint(c, key)))
        if view.timers:
            timer_arc(canvas, 226, 5, view, view.moment.timestamp())

    @staticmethod
    def _paint(canvas: Canvas, view: View) -> None:
        canvas.image.paste(glow(canvas.side, _HAZE, BLACK, 0.75), (0, 0), round_mask(canvas.side))
        moment = view.moment
        canvas.arc(_RADIUS, 3, 0, 360, (38, 50, 68))
        trail = sweep_gradient(canvas.side, ((20, 60, 70), AQUA, SKY, VIOLET))
        if moment.minute:
            canvas.arc(_RADIUS, 5, 1.5, moment.minute * 6, trail)
        x, y = polar(moment.minute * 6, _RADIUS)
        canvas.disc(x, y, _BEAD + 5, BLACK)
        canvas.disc(x, y, _BEAD, AQUA)
        canvas.text(x, y, f"{moment:%M}", BOLD, 30, (4, 22, 28))
        canvas.text(MIDDLE, MIDDLE - 8, f"{moment.hour}", LIGHT_DISPLAY, 190, INK)
        canvas.text(MIDDLE, 330, f"{moment:%a} {moment.day}".upper(), MEDIUM, 23, MUTED)
        alarm_line(canvas, MIDDLE, 361, view, MUTED)

    @staticmethod
    def _ambient(canvas: Canvas, view: View) -> None:
        dx, dy = burn_in_shift(view)
        moment = view.moment
        x, y = polar(moment.minute * 6, _RADIUS, MIDDLE + dx, MIDDLE + dy)
        canvas.text(x, y, f"{moment:%M}", MEDIUM, 34, AQUA)
        canvas.text(MIDDLE + dx, MIDDLE + dy, f"{moment.hour}", LIGHT_DISPLAY, 170, SOFT)
