"""Digital: the time in large figures, the day above, three facts below, seconds as light round the edge.

All but the seconds is one cached layer that is painted once a minute.
"""

from __future__ import annotations

from ..icons import icon
from ..lettering import BOLD, BOLD_DISPLAY, LIGHT_DISPLAY, MEDIUM, REGULAR, width
from ..paint import MIDDLE, Canvas, glow, round_mask, sweep_gradient
from ..palette import AQUA, BLACK, INK, MUTED, ROSE, SKY, SOFT, TRACK, VIOLET, Colour
from ..view import View
from .face import MINUTE, Layer, alarm_line, battery_colour, burn_in_shift, fact, timer_arc, weather_fact

_HAZE: Colour = (13, 24, 40)


class Digital:
    """Figures, for those who read time as a number."""

    name = "digital"

    def __init__(self) -> None:
        self._base = Layer()

    def release(self) -> None:
        self._base.forget()

    def period(self, view: View) -> float:
        if view.ambient:
            return MINUTE
        # The seconds ring moves a quarter of a pixel in 1/24 s: smoother cannot be seen.
        return 1 / 24 if view.smooth else 1.0

    def draw(self, canvas: Canvas, view: View) -> None:
        if view.ambient:
            self._ambient(canvas, view)
            return
        key = view._replace(moment=view.moment.replace(second=0, microsecond=0), smooth=True)
        canvas.image.paste(self._base.get(canvas.side, key, lambda c: self._paint(c, key)))
        ring = sweep_gradient(canvas.side, (AQUA, SKY, VIOLET, AQUA))
        canvas.arc(221, 7, 0, max(view.seconds * 6, 0.4), ring)
        if view.timers:
            timer_arc(canvas, 208, 5, view, view.moment.timestamp())

    def _paint(self, canvas: Canvas, view: View) -> None:
        canvas.image.paste(glow(canvas.side, _HAZE, BLACK, 0.92), (0, 0), round_mask(canvas.side))
        canvas.arc(221, 7, 0, 360, TRACK)
        moment = view.moment
        canvas.text(MIDDLE, 92, f"{moment:%A}".upper(), BOLD, 22, AQUA, spacing=3)
        canvas.text(MIDDLE, 122, f"{moment.day} {moment:%B}", REGULAR, 25, SOFT)
        self._time(canvas, view, MIDDLE, 212, 138, INK, SKY)
        weather_fact(canvas, 128, 316, view)
        if view.heart_rate is not None:
            fact(canvas, MIDDLE, 316, "heart", f"{view.heart_rate}", ROSE)
        if view.steps is not None:
            fact(canvas, 338, 316, "steps", f"{view.steps:,}".replace(",", " "), AQUA)
        alarm_line(canvas, MIDDLE, 372, view)
        if view.battery is not None:
            colour = battery_colour(view.battery)
            icon(canvas, "bolt", MIDDLE - 24, 404, 18, colour)
            canvas.text(MIDDLE - 10, 404, f"{view.battery} %", MEDIUM, 20, SOFT, anchor="lm")

    @staticmethod
    def _time(canvas: Canvas, view: View, x: float, y: float, size: float, hours: Colour, minutes: Colour) -> None:
        """Hours in the strong cut, minutes in the light one, set as one line."""
        left, right = f"{view.moment:%H}", f"{view.moment:%M}"
        pixels = round(size * canvas.scale)
        gap = size * 0.24
        wide = width(left, BOLD_DISPLAY, pixels) / canvas.scale
        light = width(right, LIGHT_DISPLAY, pixels) / canvas.scale
        begin = x - (wide + light + gap) / 2
        canvas.text(begin, y, left, BOLD_DISPLAY, size, hours, anchor="lm")
        for dy in (-0.15, 0.15):
            canvas.disc(begin + wide + gap / 2, y + size * dy, size * 0.043, MUTED)
        canvas.text(begin + wide + gap, y, right, LIGHT_DISPLAY, size, minutes, anchor="lm")

    def _ambient(self, canvas: Canvas, view: View) -> None:
        dx, dy = burn_in_shift(view)
        moment = view.moment
        pixels = round(132 * canvas.scale)
        text = f"{moment:%H:%M}"
        wide = width(text, LIGHT_DISPLAY, pixels) / canvas.scale
        canvas.text(MIDDLE + dx - wide / 2, 222 + dy, text, LIGHT_DISPLAY, 132, SOFT, anchor="lm")
        canvas.text(MIDDLE + dx, 308 + dy, f"{moment:%a} {moment.day} {moment:%b}".upper(), MEDIUM, 22, MUTED)
        if view.alarm_text:
            alarm_line(canvas, MIDDLE + dx, 344 + dy, view)
