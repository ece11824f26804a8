"""Stamps: what a part leaves on the picture, ready to be laid down.

A stamp is an ink (one colour, or an RGB picture) and a mask (how much of it, 0..255), at a place in pixels. Everything
a face draws ends as stamps, so that tint, opacity, masks and blending are written once, here and in ``blend``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from PIL import Image, ImageChops, ImageDraw

from .affine import Box, Point, bounds, meet
from .colour import Colour
from .outline import Piece

FINE: Final = 4
"""Shapes are drawn at four times their size and box-reduced; small ones at eight."""
SMALL: Final = 72 * 72
BAND: Final = 96
"""Rows of pixels drawn fine at once."""

Ink = tuple[int, int, int] | Image.Image


class Stamp(NamedTuple):
    """Ink through a mask; both of one size if the ink is a picture. ``blend`` is a blend mode, '' for plain."""

    left: int
    top: int
    ink: Ink
    mask: Image.Image
    blend: str = ""

    @property
    def box(self) -> Box:
        return (self.left, self.top, self.left + self.mask.width, self.top + self.mask.height)

    @property
    def bytes(self) -> int:
        """Memory the pixels take."""
        area = self.mask.width * self.mask.height
        return area if isinstance(self.ink, tuple) else area * 5

    def picture(self) -> Image.Image:
        """As RGBA."""
        if isinstance(self.ink, tuple):
            image = Image.new("RGBA", self.mask.size, (*self.ink, 0))
        else:
            image = self.ink.convert("RGBA")
        image.putalpha(self.mask)
        return image


@lru_cache(maxsize=256)
def _levels(strength: int) -> list[int]:
    return [(value * strength + 127) // 255 for value in range(256)]


def dimmed(stamp: Stamp, alpha: float) -> Stamp:
    """The stamp at an opacity of 0..255."""
    strength = round(min(max(alpha, 0.0), 255.0))
    return stamp if strength >= 255 else stamp._replace(mask=stamp.mask.point(_levels(strength)))


def tinted(stamp: Stamp, tint: Colour | None) -> Stamp:
    """The stamp multiplied by a colour, channel by channel: what is white takes the colour itself."""
    if tint is None:
        return stamp
    ink = stamp.ink
    if isinstance(ink, tuple):
        inked: Ink = (ink[0] * tint[0] // 255, ink[1] * tint[1] // 255, ink[2] * tint[2] // 255)
    else:
        inked = ImageChops.multiply(ink, Image.new("RGB", ink.size, tint[:3]))
    return dimmed(stamp._replace(ink=inked), tint[3])


def cropped(stamp: Stamp, box: Box) -> Stamp | None:
    """The part of a stamp inside a box; None if nothing is left."""
    inside = meet(stamp.box, box)
    if inside is None:
        return None
    if inside == stamp.box:
        return stamp
    part = (inside[0] - stamp.left, inside[1] - stamp.top, inside[2] - stamp.left, inside[3] - stamp.top)
    ink = stamp.ink if isinstance(stamp.ink, tuple) else stamp.ink.crop(part)
    return Stamp(inside[0], inside[1], ink, stamp.mask.crop(part), stamp.blend)


def of_picture(image: Image.Image, left: int, top: int) -> Stamp:
    """A stamp of an RGBA (or opaque RGB) picture."""
    if image.mode != "RGBA":
        return Stamp(left, top, image if image.mode == "RGB" else image.convert("RGB"), _whole(image.size))
    return Stamp(left, top, image.convert("RGB"), image.getchannel("A"))


@lru_cache(maxsize=2)
def _whole(size: tuple[int, int]) -> Image.Image:
    """The mask of what hides everything below it."""
    return Image.new("L", size, 255)


def lay(target: Image.Image, stamp: Stamp, dx: int = 0, dy: int = 0) -> None:
    """Lay a stamp over a picture, RGB (opaque) or RGBA (a layer), whose top left corner is at (dx, dy)."""
    if target.mode == "RGB":
        ink = stamp.ink
        target.paste(
            ink,
            (stamp.left - dx, stamp.top - dy, stamp.left - dx + stamp.mask.width, stamp.top - dy + stamp.mask.height),
            stamp.mask,
        )
        return
    inside = cropped(stamp, (dx, dy, dx + target.width, dy + target.height))
    if inside is not None:
        target.alpha_composite(inside.picture(), (inside.left - dx, inside.top - dy))


def cover(pieces: Sequence[Piece], clip: Box) -> tuple[Image.Image, int, int] | None:
    """An anti-aliased mask of polygons in pixels, cut to ``clip``: (mask, left, top); None if nothing shows.

    Pieces are united in their order; a hole takes away what the pieces before it covered.
    """
    solid = [piece for piece in pieces if len(piece.points) > 2]
    if not solid:
        return None
    left, top, right, bottom = bounds(point for piece in solid for point in piece.points)
    inside = meet((left - 1, top - 1, right + 1, bottom + 1), clip)
    if inside is None:
        return None
    left, top, right, bottom = inside
    wide, high = right - left, bottom - top
    fine = FINE * 2 if wide * high <= SMALL else FINE
    mask = Image.new("L", (wide, high))
    # in bands: a mask as large as the glass would take sixteen times its size while it is drawn
    for begin in range(0, high, BAND):
        rows = min(BAND, high - begin)
        band = Image.new("L", (wide * fine, rows * fine))
        draw = ImageDraw.Draw(band)
        # Pillow rounds a polygon's corners to whole pixels and fills its rim; half a fine pixel less keeps shapes true.
        for piece in solid:
            draw.polygon(_finer(piece.points, left, top + begin, fine), fill=0 if piece.hole else 255)
        mask.paste(band.reduce(fine), (0, begin))
    return mask, left, top


def _finer(points: Sequence[Point], left: int, top: int, fine: int) -> list[Point]:
    return [((x - left) * fine - 0.5, (y - top) * fine - 0.5) for x, y in points]


def masked(stamp: Stamp, mask: Image.Image, left: int, top: int) -> Stamp | None:
    """The stamp where another mask, placed at (left, top), lets it through."""
    part = cropped(stamp, (left, top, left + mask.width, top + mask.height))
    if part is None:
        return None
    window = mask.crop(
        (part.left - left, part.top - top, part.left - left + part.mask.width, part.top - top + part.mask.height)
    )
    return part._replace(mask=ImageChops.multiply(part.mask, window))
