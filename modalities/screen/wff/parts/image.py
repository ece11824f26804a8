"""PartImage, Photos and PartAnimatedImage: pictures stretched to their part, changed by taps or time, animated."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from PIL import Image

from ..affine import Affine, bounds
from ..bitmap import Bitmaps, Filter
from ..colour import Colour
from ..live import Attribute, Frame, Live
from ..stamp import Stamp, of_picture, tinted
from .element import Element, Place


@dataclass(slots=True)
class Turned:
    """A picture laid through a matrix, kept while nothing changes."""

    _key: Hashable = None
    _source: Image.Image | None = None
    _stamps: list[Stamp] = field(default_factory=list)

    def stamps(
        self, image: Image.Image, size: tuple[float, float], matrix: Affine, tint: Colour | None, key: Hashable
    ) -> list[Stamp]:
        """The picture over a rectangle of ``size`` units at the origin of ``matrix``."""
        whole = (key, size, matrix, tint)
        if whole != self._key or image is not self._source:
            self._key, self._source = whole, image
            stamp = _laid(image, size, matrix)
            self._stamps = [] if stamp is None else [tinted(stamp, tint)]
        return self._stamps


def pixels(size: tuple[float, float], matrix: Affine) -> tuple[int, int]:
    """How large a picture should be decoded for a place."""
    across = (matrix.a**2 + matrix.d**2) ** 0.5
    down = (matrix.b**2 + matrix.e**2) ** 0.5
    return (min(max(round(size[0] * across), 1), 2048), min(max(round(size[1] * down), 1), 2048))


def _laid(image: Image.Image, size: tuple[float, float], matrix: Affine) -> Stamp | None:
    if size[0] <= 0 or size[1] <= 0 or matrix.flat:
        return None
    if matrix.upright:
        return of_picture(image, round(matrix.c), round(matrix.f))
    # one pixel more on every side, so that edges fade instead of being cut
    left, top, right, bottom = bounds(matrix.points(((0, 0), (size[0], 0), size, (0, size[1]))))
    left, top, right, bottom = left - 1, top - 1, right + 1, bottom + 1
    back = matrix.inverse()
    kx, ky = image.width / size[0], image.height / size[1]
    x0 = (back.a * left + back.b * top + back.c) * kx
    y0 = (back.d * left + back.e * top + back.f) * ky
    padded = Image.new("RGBA", (image.width + 2, image.height + 2))
    padded.paste(image, (1, 1))
    data = (back.a * kx, back.b * kx, x0 + 1, back.d * ky, back.e * ky, y0 + 1)
    done = padded.transform((right - left, bottom - top), Image.Transform.AFFINE, data, Image.Resampling.BICUBIC)
    return of_picture(done, left, top)


class PartImage(Element):
    """One picture, one of several (changed by taps), or a photo.

    ``choices`` are names of drawables, or values that a source gives (encoded pictures). ``photo`` covers its part.
    """

    def __init__(
        self, place: Place, alpha: Attribute, tint: Attribute | None, mode: str, blend: str, bitmaps: Bitmaps
    ) -> None:
        super().__init__(place, alpha, tint, mode, blend)
        self._bitmaps = bitmaps
        self._turned = Turned()
        self.choices: Sequence[Live] = ()
        self.filtered: tuple[Attribute, Attribute, Attribute] | None = None
        self.photo = False
        self.every = 1
        self.change = ""
        self.direction = "FORWARD"

    def content(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Stamp]:
        """The picture now."""
        if not self.choices:
            return []
        size = self.place.size(frame)
        at = which(frame, len(self.choices), self.change, self.direction, self.every)
        image = self._picture(frame, self.choices[at], pixels(size, matrix))
        return [] if image is None else self._turned.stamps(image, size, matrix, tint, at)

    def _picture(self, frame: Frame, choice: Live, size: tuple[int, int]) -> Image.Image | None:
        name = choice.get(frame)
        if isinstance(name, bytes):
            return self._bitmaps.encoded(name, size, cover=self.photo)
        if not isinstance(name, str) or not name:
            return None
        if self.photo:
            return self._bitmaps.covering(name, size)
        filtered = Filter(*(part.number(frame) for part in self.filtered)) if self.filtered else None
        return self._bitmaps.drawable(name, size, filtered)


def which(frame: Frame, count: int, change: str, direction: str, every: int = 1) -> int:
    """Which of several pictures is shown: events (taps, the face coming up, seconds, minutes, hours) count them on."""
    if count < 2:
        return 0
    triggers = change.split()
    steps = frame.taps if "TAP" in triggers or not triggers else 0
    for trigger, seconds in (("ON_NEXT_SECOND", 1.0), ("ON_NEXT_MINUTE", 60.0), ("ON_NEXT_HOUR", 3600.0)):
        if trigger in triggers:
            frame.moves(min(seconds, 60.0))
            steps += int(frame.now // seconds)
    if "ON_VISIBLE" in triggers:
        steps += frame.visits // max(every, 1)
    if direction == "RANDOM":
        return (steps * 2654435761 >> 7) % count if steps else 0
    return (-steps if direction == "BACKWARD" else steps) % count


@dataclass(slots=True)
class Clip:
    """One animation: drawables in a row at a rate, or the frames of one animated picture."""

    names: tuple[str, ...]
    rate: float = 15.0
    loops: int = 1
    thumbnail: str = ""
    encoded: bool = False


@dataclass(slots=True)
class Controller:
    """When an animation plays, and what is seen before and after."""

    play: str = "ON_VISIBLE"
    delay: float = 0.0
    between: float = 0.0
    repeat: bool = False
    loops: int = 1
    before: str = "DO_NOTHING"
    after: str = "DO_NOTHING"


class PartAnimatedImage(Element):
    """An animation. In ambient mode, and in a still picture, its thumbnail or first frame is shown."""

    def __init__(
        self, place: Place, alpha: Attribute, tint: Attribute | None, mode: str, blend: str, bitmaps: Bitmaps
    ) -> None:
        super().__init__(place, alpha, tint, mode, blend)
        self._bitmaps = bitmaps
        self._turned = Turned()
        self.clips: Sequence[Clip] = ()
        self.controller = Controller()
        self.thumbnail = ""
        self.change = ""
        self.direction = "FORWARD"

    def content(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Stamp]:
        """The frame of the animation now."""
        if not self.clips:
            return []
        size = self.place.size(frame)
        clip = self.clips[which(frame, len(self.clips), self.change, self.direction)]
        name, index = self._frame(frame, clip)
        if not name:
            return []
        image = self._bitmaps.drawable(name, pixels(size, matrix), None, index)
        return [] if image is None else self._turned.stamps(image, size, matrix, tint, (name, index))

    def _frame(self, frame: Frame, clip: Clip) -> tuple[str, int]:
        """The drawable and the frame of it; '' for nothing."""
        control = self.controller
        animation = self._bitmaps.animation(clip.names[0]) if clip.encoded else None
        round_s = animation.ends[-1] if animation else len(clip.names) / clip.rate
        if frame.ambient or (clip.encoded and animation is None):
            return self._rest(clip, "THUMBNAIL"), 0
        begin = self._began(frame)
        if begin is None:
            return self._rest(clip, control.before), 0
        gone = frame.now - begin - control.delay
        play = round_s * max(clip.loops, 1) * max(control.loops, 1)
        if gone < 0:
            frame.moves(min(-gone, 1.0))
            return self._rest(clip, control.before), 0
        if control.repeat:
            gone %= play + control.between
        if gone >= play:
            if control.repeat:
                frame.moves(0.2)
            last = "LAST" if control.after == "DO_NOTHING" else control.after
            return (
                (clip.names[-1], len(animation.ends) - 1 if animation else 0)
                if last == "LAST"
                else (self._rest(clip, last), 0)
            )
        gone %= round_s
        if animation:
            index = animation.at(gone)
            frame.moves(animation.ends[index] - (animation.ends[index - 1] if index else 0.0))
            return clip.names[0], index
        frame.moves(1 / clip.rate)
        return clip.names[min(int(gone * clip.rate), len(clip.names) - 1)], 0

    def _began(self, frame: Frame) -> float | None:
        """When the event that plays it happened last."""
        triggers = self.controller.play.split()
        if frame.still and "ON_VISIBLE" not in triggers:
            return None
        for trigger, seconds in (("ON_NEXT_SECOND", 1.0), ("ON_NEXT_MINUTE", 60.0), ("ON_NEXT_HOUR", 3600.0)):
            if trigger in triggers:
                frame.moves(min(seconds, 60.0))
                return frame.now // seconds * seconds
        if "ON_VISIBLE" in triggers:
            return frame.shown_at
        return frame.shown_at if "TAP" in triggers and frame.taps else None

    def _rest(self, clip: Clip, what: str) -> str:
        if what == "HIDE":
            return ""
        if what == "THUMBNAIL" and (clip.thumbnail or self.thumbnail):
            return clip.thumbnail or self.thumbnail
        return clip.names[0]
