"""How large a face's pictures are once decoded, as a watch holds them: cropped, and with as few bytes a pixel as lose
nothing.
"""

from __future__ import annotations

import hashlib
import struct
import warnings
from collections import OrderedDict
from dataclasses import dataclass

from PIL import Image, ImageChops

from .compiled import document, is_document
from .decoding import opened
from .problem import FaceError
from .resources import Resources
from .vector.drawable import size_of

MAX_PIXELS = 4 << 20
"""The largest picture that is decoded (2048 by 2048); checked against its header, before anything is unpacked."""
MAX_FRAMES = 1_000
_CACHED = 256


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture's measures. ``width`` and ``height`` are those of the file, ``box`` what is not transparent."""

    width: int
    height: int
    frames: int
    box: tuple[int, int]
    bytes_per_pixel: int
    digest: str

    @property
    def decoded_bytes(self) -> int:
        """The bytes it takes, all frames together."""
        return self.box[0] * self.box[1] * self.bytes_per_pixel * self.frames


_pictures: OrderedDict[str, Picture] = OrderedDict()


def picture(resources: Resources, name: str) -> Picture:
    """The measures of a picture resource.

    Raises:
        ResourceMissing: there is none of this name.
        FaceError: it is no picture, damaged, or too large.
    """
    data = resources.image(name)
    digest = hashlib.sha256(data).hexdigest()
    known = _pictures.get(digest)
    if known is None:
        known = _pictures[digest] = measure(data, name, digest)
        if len(_pictures) > _CACHED:
            _pictures.popitem(last=False)
    return known


def measure(data: bytes, name: str, digest: str = "") -> Picture:
    """The measures of an encoded picture, or of a vector drawable at its own size; raises as :func:`picture`."""
    if is_document(data):
        wide, high = (max(round(side), 1) for side in size_of(document(data, name)))
        _limit(name, wide, high, 1)
        return Picture(wide, high, 1, (wide, high), 4, digest)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opened(data) as image:
                width, height = image.size
                frames = int(getattr(image, "n_frames", 1))
                _limit(name, width, height, frames)
                box, depth = _economy(image) if frames == 1 else ((width, height), 4)
                return Picture(width, height, frames, box, depth, digest)
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError) as error:
        raise FaceError(f"{name}: expected a picture that can be decoded, found: {str(error)[:120]}") from None


def _limit(name: str, width: int, height: int, frames: int) -> None:
    if width * height > MAX_PIXELS:
        raise FaceError(f"{name}: expected a picture of at most {MAX_PIXELS:,} pixels, found {width} by {height}")
    if frames > MAX_FRAMES:
        raise FaceError(f"{name}: expected at most {MAX_FRAMES:,} frames, found {frames:,}")


def _economy(image: Image.Image) -> tuple[tuple[int, int], int]:
    """The size of what is not transparent, and the bytes a pixel that lose nothing: 1 alpha only, 2 RGB565, 4."""
    pixels = image.convert("RGBA")
    alpha = pixels.getchannel("A")
    bounds = alpha.getbbox()
    if bounds is None:
        return (1, 1), 1
    size = (bounds[2] - bounds[0], bounds[3] - bounds[1])
    cut = pixels.crop(bounds)
    red, green, blue, alpha = cut.split()
    if alpha.getextrema() == (255, 255):
        return size, 2 if _is_565(red, green, blue) else 4
    seen = alpha.point(lambda level: 255 if level else 0)
    plain = all(ImageChops.multiply(channel, seen).getextrema()[1] == 0 for channel in (red, green, blue)) or all(
        ImageChops.multiply(ImageChops.invert(channel), seen).getextrema()[1] == 0 for channel in (red, green, blue)
    )
    return size, 1 if plain else 4


def _is_565(red: Image.Image, green: Image.Image, blue: Image.Image) -> bool:
    """Whether 5, 6 and 5 bits hold every colour exactly."""
    for channel, bits in ((red, 5), (green, 6), (blue, 5)):
        levels = {round((level >> (8 - bits)) * 255 / ((1 << bits) - 1)) for level in range(256)}
        if any(count and level not in levels for level, count in enumerate(channel.histogram())):
            return False
    return True
