"""The renderer: a scene and a moment in, a picture out.

Layers that stand still are cached by the faces; a change of stage is a short cross-fade or, between faces, a slide.
The picture is a function of the scene and the times at which stages changed, so tests can ask for any frame.
"""

from __future__ import annotations

from typing import Final

from PIL import Image

from ...kernel.frugal import give_back
from . import lettering
from .cards import paint_card, paint_toast
from .faces.face import Face, Layer
from .paint import Canvas, forget_masks
from .presence import backdrop, paint_listening, paint_speaking, paint_thinking, words
from .scene import SLIDE_S, Scene, Stage
from .timing import paint_ring, paint_stopwatch, paint_timers
from .wff import letters

FADE_S: Final = 0.18
_RING_BEAT_S: Final = 1.4


class Renderer:
    """Draws the glass, ``side`` pixels wide."""

    def __init__(self, scene: Scene, side: int) -> None:
        self.scene = scene
        self.side = side
        self._behind = Layer()
        self._stage: Stage | None = None
        self._since = 0.0
        self._from: Image.Image | None = None
        self._last: Image.Image | None = None
        self._sliding = 0
        self._worn: Face | None = None
        self.drawn = 0
        """Pictures drawn so far, for those who watch the cost."""

    def settle(self) -> None:
        """Forget the running transition: the next picture is final at once."""
        self._from = None

    def draw(self, now: float) -> Image.Image:
        """The picture at ``now``. Owned by the caller."""
        self.drawn += 1
        if self.scene.face is not self._worn:
            self._change()
        stage = self.scene.stage(now)
        if self._stage is not None and stage.key != self._stage.key and self._last is not None:
            self._from = self._last
            self._since = now
            faces = stage.kind == "face" and self._stage.kind == "face"
            self._sliding = self.scene.slide if faces else 0
            self.scene.moving_until = max(self.scene.moving_until, now + (SLIDE_S if self._sliding else FADE_S))
        self._stage = stage
        image = self._paint(stage, now)
        self._last = image
        if self._from is None:
            return image
        gone = (now - self._since) / (SLIDE_S if self._sliding else FADE_S)
        if gone >= 1:
            self._from = None
            return image
        eased = 1 - (1 - max(gone, 0.0)) ** 3
        self._last = self._blend(self._from, image, eased)
        return self._last

    def _change(self) -> None:
        """Another face: only the one that is shown keeps pictures."""
        if self._worn is not None:
            self._worn.release()
            self._behind.forget()
            for forget in (forget_masks, lettering.forget_fonts, letters.forget_fonts):
                forget()
            give_back()
        self._worn = self.scene.face

    def _blend(self, old: Image.Image, new: Image.Image, share: float) -> Image.Image:
        if not self._sliding:
            return Image.blend(old, new, share)
        picture = Image.new("RGB", (self.side, self.side))
        shift = round(self.side * share) * self._sliding
        picture.paste(old, (-shift, 0))
        picture.paste(new, (self.side * self._sliding - shift, 0))
        return picture

    def _paint(self, stage: Stage, now: float) -> Image.Image:
        scene, canvas = self.scene, Canvas(self.side)
        clock = f"{scene.moment(now):%H:%M}"
        match stage.kind:
            case "ring":
                beat = now % _RING_BEAT_S / _RING_BEAT_S
                paint_ring(canvas, scene.rings[0], len(scene.rings) - 1, clock, beat)
            case "listening":
                paint_listening(canvas, self._ground(now), scene.words, now)
            case "thinking":
                paint_thinking(canvas, self._ground(now), scene.words, now)
            case "speaking":
                canvas.image.paste(self._ground(now))
                words(canvas, scene.words, 100, 366)
            case "card" if scene.card is not None:
                paint_card(canvas, scene.card, scene.scroll, scene.marked)
            case "timers":
                ends = scene.moment(scene.timers[0].ends_at) if scene.timers[0].ends_at else scene.moment(now)
                paint_timers(canvas, scene.timers, now, f"{ends:%H:%M}")
            case "stopwatch":
                paint_stopwatch(canvas, scene.stopwatch_started, scene.stopwatch_laps, now)
            case _:
                scene.face.draw(canvas, scene.view(now))
                if scene.toast is not None:
                    paint_toast(canvas, scene.toast)
        if scene.phase == "speaking" and stage.kind in ("card", "speaking"):
            paint_speaking(canvas, now)
        return canvas.image

    def _ground(self, now: float) -> Image.Image:
        """The face behind frosted glass, as it was when the minute began."""
        moment = scene_minute = self.scene.moment(now).replace(second=0, microsecond=0)

        def paint(canvas: Canvas) -> None:
            view = self.scene.view(now)._replace(moment=moment, ambient=False)
            self.scene.face.draw(canvas, view)
            canvas.image.paste(backdrop(canvas.image))

        return self._behind.get(self.side, (self.scene.face.name, scene_minute), paint)


def brighten(image: Image.Image, brightness: int) -> Image.Image:
    """The picture at a backlight of 0..100 %; zero is still readable in the dark."""
    if brightness >= 100:
        return image
    share = 0.3 + 0.7 * max(brightness, 0) / 100
    return image.point([round(v * share) for v in range(256)] * 3)
