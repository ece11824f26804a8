"""Faces described by data: a Watch Face Format face behind the same protocol as those described by code.

It is read and compiled when it is shown, and dropped when another one is. A face
that cannot be read, or fails while it is drawn, shows the time and says so: nothing that a face does stops the screen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

from ..lettering import BOLD_DISPLAY, MEDIUM, fit, font
from ..paint import MIDDLE, Canvas
from ..palette import INK, MUTED
from ..view import View
from ..wff.device import device_of
from ..wff.effort import MAX_DRAW_S
from ..wff.face import load
from ..wff.renderer import FaceRenderer
from .face import burn_in_shift

BROKEN_PERIOD: Final = 60.0
TICK: Final = 1.0
"""Seconds between pictures when nobody looks: what sweeps then ticks, as the faces described by code do."""


class Described:
    """A face of a file. ``release`` drops what it holds; it is read again when it is shown."""

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self.path = path
        self.problem = ""
        """Why it cannot be shown; '' while it can."""
        self._renderer: FaceRenderer | None = None
        self._ambient = True

    @property
    def name(self) -> str:
        """What SetFace calls it."""
        return self._name

    def release(self) -> None:
        """Forget pictures and layers."""
        self._renderer = None
        self._ambient = True

    def draw(self, canvas: Canvas, view: View) -> None:
        """Paint the whole canvas."""
        if not self.problem:
            try:
                picture = self._picture(canvas.side, view)
                dx, dy = burn_in_shift(view) if view.ambient else (0.0, 0.0)
                canvas.image.paste(picture, (round(dx * canvas.scale), round(dy * canvas.scale)))
                return
            except Exception as error:  # noqa: BLE001
                # Somebody else's face is foreign code: whatever it makes fail is said in its place.
                self.problem = str(error).split("\n")[0] or type(error).__name__
                self.release()
        _sorry(canvas, view, self._name, self.problem)

    def period(self, view: View) -> float:
        """The face's own rate; once a second when nobody looks."""
        if self._renderer is None or self.problem:
            return BROKEN_PERIOD
        if view.ambient:
            return 60.0
        return self._renderer.period if view.smooth else max(self._renderer.period, TICK)

    def _picture(self, side: int, view: View) -> Image.Image:
        if self._renderer is None or self._renderer.size != (side, side):
            self._renderer = FaceRenderer(load(self.path), (side, side))
            self._renderer.limit_s = MAX_DRAW_S
        moment = view.moment if view.smooth and not view.ambient else view.moment.replace(microsecond=0)
        if self._ambient and not view.ambient:
            self._renderer.shown_at = moment.timestamp()
            self._renderer.visits += 1
        self._ambient = view.ambient
        return self._renderer.draw(device_of(view._replace(moment=moment)), still=view.ambient, borrowed=True)


def _sorry(canvas: Canvas, view: View, name: str, problem: str) -> None:
    """The time, and why there is no more."""
    canvas.text(MIDDLE, 150, f"{view.moment:%H:%M}", BOLD_DISPLAY, 96, INK)
    if view.ambient:
        return
    k = canvas.scale
    words = f"The face {name} cannot be shown: {problem}"
    setting = fit(
        words,
        MEDIUM,
        [round(s * k) for s in (24, 20, 17)],
        radius=205 * k,
        top=230 * k,
        bottom=400 * k,
        centre=MIDDLE * k,
    )
    for text, x, y in setting.lines:
        canvas.image_text(text, x, y, font(MEDIUM, setting.pixels), MUTED)
