"""Bitmaps: a face's pictures, decoded once, at the size at which they are shown, within a budget.

Pictures are kept scaled, never at their own size: a 450-pixel drawable that is shown at 40 pixels costs 40 by 40. What
cannot be decoded is reported and drawn as nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from .compiled import document, is_document
from .decoding import opened
from .problem import FaceError
from .resources import Resources
from .vector.drawable import draw, size_of

MAX_PIXELS: Final = 4_194_304
"""The largest picture that is decoded (2048 by 2048)."""
MAX_FRAMES: Final = 240
"""Frames of one animation."""
KEPT_BYTES: Final = 6 << 20
"""Decoded pictures kept at once."""


class Filter(NamedTuple):
    """Hue in degrees, saturation and brightness as shares."""

    hue: float = 0.0
    saturation: float = 1.0
    brightness: float = 1.0


class Animation(NamedTuple):
    """When each frame of an animated picture ends, in seconds from its start."""

    ends: tuple[float, ...]

    def at(self, seconds: float) -> int:
        """The frame shown at a time within one round."""
        return next((index for index, end in enumerate(self.ends) if seconds < end), len(self.ends) - 1)


class Bitmaps:
    """The pictures of one face. ``problem`` is told once of each that cannot be shown."""

    def __init__(self, resources: Resources, locale: str, problem: Callable[[str], None]) -> None:
        self._resources = resources
        self._locale = locale
        self._problem = problem
        self._kept: OrderedDict[Hashable, Image.Image] = OrderedDict()
        self._bytes = 0
        self._told: set[str] = set()
        self._animations: dict[str, Animation | None] = {}

    def drawable(
        self, name: str, size: tuple[int, int], filtered: Filter | None = None, frame: int = 0
    ) -> Image.Image | None:
        """A drawable stretched to a size in pixels, RGBA or (without transparency) RGB; None if it cannot be shown."""
        key = (name, size, filtered, frame)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        image = self._decode(name, frame, size)
        if image is None:
            return None
        return self._keep(key, _coloured(_scaled(image, size), filtered))

    def encoded(self, data: bytes, size: tuple[int, int], *, cover: bool = False) -> Image.Image | None:
        """A picture that a source gave, centred in a size in pixels: wholly, or covering it."""
        key = (hash(data), len(data), size, cover)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        image = self._open(data, "a complication's picture")
        if image is None:
            return None
        if cover:
            return self._keep(key, ImageOps.fit(image, size, Image.Resampling.LANCZOS))
        inner = ImageOps.contain(image, size, Image.Resampling.LANCZOS)
        whole = Image.new("RGBA", size)
        whole.paste(inner, ((size[0] - inner.width) // 2, (size[1] - inner.height) // 2))
        return self._keep(key, whole)

    def covering(self, name: str, size: tuple[int, int]) -> Image.Image | None:
        """A drawable cut so that it covers a size without being distorted (photos)."""
        key = (name, size, "cover")
        found = self._kept.get(key)
        if found is None:
            image = self._decode(name, 0, size, cover=True)
            found = None if image is None else self._keep(key, ImageOps.fit(image, size, Image.Resampling.LANCZOS))
        return found

    def animation(self, name: str) -> Animation | None:
        """The frames of an animated GIF or WebP; None for a still picture or none at all."""
        if name not in self._animations:
            self._animations[name] = self._frames(name)
        return self._animations[name]

    def _frames(self, name: str) -> Animation | None:
        try:
            with opened(self._resources.image(name, self._locale)) as image:
                count = min(getattr(image, "n_frames", 1), MAX_FRAMES)
                if count < 2 or image.width * image.height > MAX_PIXELS:
                    return None
                ends, at = [], 0.0
                for index in range(count):
                    image.seek(index)
                    at += max(float(image.info.get("duration", 100) or 100), 16.0) / 1000
                    ends.append(at)
                return Animation(tuple(ends))
        except (FaceError, OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
            return None

    def _decode(self, name: str, frame: int, size: tuple[int, int], *, cover: bool = False) -> Image.Image | None:
        try:
            data = self._resources.image(name, self._locale)
        except FaceError as error:
            self._tell(str(error))
            return None
        if is_document(data):
            return self._vector(data, name, size, cover)
        return self._open(data, f"the picture {name!r}", frame)

    def _vector(self, data: bytes, name: str, size: tuple[int, int], cover: bool) -> Image.Image | None:
        """A vector drawable at the size at which it is shown; in its own proportions if it is to cover it."""
        try:
            root = document(data, name)
            if cover:
                own = size_of(root)
                grow = max(size[0] / own[0], size[1] / own[1])
                size = (max(round(own[0] * grow), 1), max(round(own[1] * grow), 1))
                if size[0] * size[1] > MAX_PIXELS:
                    raise FaceError(f"expected at most {MAX_PIXELS:,} pixels, found {size[0]}x{size[1]}")
            picture, notes = draw(root, size, self._resources.colour)
        except FaceError as error:
            self._tell(f"the picture {name!r}: {error}")
            return None
        for note in notes:
            self._tell(f"the picture {name!r}: {note}")
        return picture

    def _open(self, data: bytes, what: str, frame: int = 0) -> Image.Image | None:
        try:
            with opened(data) as image:
                if image.width * image.height > MAX_PIXELS:
                    self._tell(
                        f"expected {what} to have at most {MAX_PIXELS:,} pixels, found {image.width}x{image.height}"
                    )
                    return None
                if frame:
                    image.seek(frame)
                return image.convert("RGBA")
        except (
            OSError,
            ValueError,
            SyntaxError,
            EOFError,
            UnidentifiedImageError,
            Image.DecompressionBombError,
        ) as error:
            self._tell(f"expected {what} to be a PNG, JPEG, WebP, GIF or BMP, found: {str(error)[:120]}")
            return None

    def _tell(self, problem: str) -> None:
        if problem not in self._told and len(self._told) < 200:
            self._told.add(problem)
            self._problem(problem)

    def _keep(self, key: Hashable, image: Image.Image) -> Image.Image:
        if image.getchannel("A").getextrema() == (255, 255):
            image = image.convert("RGB")  # a stamp then takes it as it is, and nothing is kept twice
        self._kept[key] = image
        self._bytes += image.width * image.height * 4
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._bytes -= old.width * old.height * 4
        return image


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    wide, high = max(size[0], 1), max(size[1], 1)
    return image if image.size == (wide, high) else image.resize((wide, high), Image.Resampling.LANCZOS)


def _coloured(image: Image.Image, filtered: Filter | None) -> Image.Image:
    if filtered is None or filtered == Filter():
        return image
    hue, saturation, value = image.convert("RGB").convert("HSV").split()
    turn = round(filtered.hue / 360 * 256) % 256
    hue = hue.point([(level + turn) % 256 for level in range(256)])
    saturation = saturation.point([round(min(level * filtered.saturation, 255)) for level in range(256)])
    value = value.point([round(min(level * filtered.brightness, 255)) for level in range(256)])
    done = Image.merge("HSV", (hue, saturation, value)).convert("RGB").convert("RGBA")
    done.putalpha(image.getchannel("A"))
    return done
