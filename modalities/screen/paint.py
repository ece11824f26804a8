"""Painting: anti-aliased shapes in the units of the design, a circle 466 wide.

Pillow draws without anti-aliasing, so every shape is drawn as a mask at four times its size and box-reduced (Catmull's
area sampling), and colour is laid through the mask. Masks that recur (rings, discs, hands) are cached. Arcs that
move every frame are cheap: a cached ring mask is multiplied with a coarse sector, and the two ends, where the
coarseness would show, are covered by smooth caps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from .lettering import font, width
from .palette import BLACK, Colour, mix

DESIGN: Final = 466
"""Side of the design; every coordinate in this wing is in these units and scaled to the glass."""
MIDDLE: Final = DESIGN / 2
FINE: Final = 4

Point = tuple[float, float]


@lru_cache(maxsize=64)
def disc_mask(quarter_radius: int) -> Image.Image:
    """A disc whose radius is ``quarter_radius`` quarter pixels."""
    side = math.ceil(quarter_radius / 2) + 2
    fine = Image.new("L", (side * FINE, side * FINE))
    c, r = side * FINE / 2, quarter_radius
    ImageDraw.Draw(fine).ellipse((c - r, c - r, c + r - 1, c + r - 1), fill=255)
    return fine.reduce(FINE)


@lru_cache(maxsize=24)
def ring_mask(side: int, radius: float, thick: float) -> Image.Image:
    """A ring round the middle of a square of ``side`` pixels; ``radius`` is that of its centre line."""
    fine = Image.new("L", (side * FINE, side * FINE))
    draw = ImageDraw.Draw(fine)
    c = side * FINE / 2
    for r, fill in (((radius + thick / 2) * FINE, 255), ((radius - thick / 2) * FINE, 0)):
        draw.ellipse((c - r, c - r, c + r - 1, c + r - 1), fill=fill)
    return fine.reduce(FINE)


@lru_cache(maxsize=16)
def sweep_gradient(side: int, colours: tuple[Colour, ...]) -> Image.Image:
    """A picture whose colour turns through ``colours`` clockwise from the top (a conic gradient)."""
    half = max(side // 2, 2)
    small = Image.new("RGB", (half, half))
    draw = ImageDraw.Draw(small)
    steps = 360
    for step in range(steps):
        place = step / steps * (len(colours) - 1)
        index = min(int(place), len(colours) - 2)
        colour = mix(colours[index], colours[index + 1], place - index)
        begin = step - 90
        draw.pieslice((-half, -half, 2 * half, 2 * half), begin, begin + 2, fill=colour)
    return small.resize((side, side), Image.Resampling.BILINEAR)


@lru_cache(maxsize=8)
def glow(side: int, inner: Colour, outer: Colour, reach: float = 1.0) -> Image.Image:
    """A radial gradient from ``inner`` in the middle to ``outer`` at ``reach`` of the radius."""
    ramp = Image.radial_gradient("L").resize((side, side), Image.Resampling.BICUBIC)
    # Pillow's ramp reaches 255 at the corner's radius; bring the edge of the circle to 255.
    ramp = ramp.point([min(int(v * 1.414 / max(reach, 0.05)), 255) for v in range(256)])
    return Image.composite(Image.new("RGB", (side, side), outer), Image.new("RGB", (side, side), inner), ramp)


@lru_cache(maxsize=4)
def round_mask(side: int) -> Image.Image:
    """The glass: everything outside this disc is black."""
    fine = Image.new("L", (side * FINE, side * FINE))
    ImageDraw.Draw(fine).ellipse((0, 0, side * FINE - 1, side * FINE - 1), fill=255)
    return fine.reduce(FINE)


@lru_cache(maxsize=24)
def hand_mask(length: int, tail: int, thick: int, tip: int, blur: int = 0) -> Image.Image:
    """A watch hand pointing up, pivot in the middle of the square; all in quarter pixels.

    ``tip`` is the thickness at the far end: equal to ``thick`` it is a baton, smaller it tapers.
    """
    reach = max(length, tail) // 4 + blur * 2 + 3
    side = reach * 2
    fine = Image.new("L", (side * FINE, side * FINE))
    draw = ImageDraw.Draw(fine)
    c = side * FINE / 2
    half, end = thick / 2, tip / 2
    draw.polygon(
        [
            (c - half, c + tail - half),
            (c - end, c - length + end),
            (c + end, c - length + end),
            (c + half, c + tail - half),
        ],
        fill=255,
    )
    draw.ellipse((c - end, c - length, c + end - 1, c - length + tip - 1), fill=255)
    draw.ellipse((c - half, c + tail - thick, c + half - 1, c + tail - 1), fill=255)
    mask = fine.reduce(FINE)
    return mask.filter(ImageFilter.GaussianBlur(blur)) if blur else mask


def forget_masks() -> None:
    """Drop the masks and gradients that are kept, each of which can be made again."""
    for kept in (disc_mask, ring_mask, sweep_gradient, glow, round_mask, hand_mask):
        kept.cache_clear()


def dim(mask: Image.Image, alpha: float) -> Image.Image:
    """The mask at a share of its strength."""
    return mask if alpha >= 1 else mask.point([round(v * max(alpha, 0.0)) for v in range(256)])


class Canvas:
    """A square picture with drawing in design units. ``paint`` is a colour, or a picture of the canvas's size."""

    def __init__(self, side: int, ground: Image.Image | Colour = BLACK) -> None:
        self.side = side
        self.scale = side / DESIGN
        self.image = ground.copy() if isinstance(ground, Image.Image) else Image.new("RGB", (side, side), ground)
        self._draw = ImageDraw.Draw(self.image)

    def lay(self, paint: Colour | Image.Image, mask: Image.Image, left: int, top: int) -> None:
        """Lay a colour, or the part of a picture that lies there, through a mask."""
        if isinstance(paint, Image.Image):
            box = (left, top, left + mask.width, top + mask.height)
            self.image.paste(paint.crop(box), (left, top), mask)
        else:
            self.image.paste(paint, (left, top), mask)

    def shape(
        self,
        box: tuple[float, float, float, float],
        paint: Colour | Image.Image,
        trace: Callable[[ImageDraw.ImageDraw, Callable[[float, float], Point], float], None],
        alpha: float = 1.0,
    ) -> None:
        """Draw anything anti-aliased: ``trace(draw, at, unit)`` draws white; ``at`` maps design units."""
        k = self.scale
        left, top = math.floor(box[0] * k) - 1, math.floor(box[1] * k) - 1
        wide, high = math.ceil(box[2] * k) + 1 - left, math.ceil(box[3] * k) + 1 - top
        fine = Image.new("L", (wide * FINE, high * FINE))

        def at(x: float, y: float) -> Point:
            return ((x * k - left) * FINE, (y * k - top) * FINE)

        trace(ImageDraw.Draw(fine), at, k * FINE)
        self.lay(paint, dim(fine.reduce(FINE), alpha), left, top)

    def disc(self, x: float, y: float, radius: float, paint: Colour | Image.Image, alpha: float = 1.0) -> None:
        """A disc; its place is rounded to pixels, its radius to quarter pixels."""
        mask = disc_mask(max(round(radius * self.scale * 4), 1))
        left, top = round(x * self.scale - mask.width / 2), round(y * self.scale - mask.height / 2)
        self.lay(paint, dim(mask, alpha), left, top)

    def pill(
        self, left: float, top: float, right: float, bottom: float, paint: Colour | Image.Image, *,
        radius: float | None = None, alpha: float = 1.0, outline: float = 0.0,
    ) -> None:  # fmt: skip
        """A rounded rectangle, filled or (with ``outline`` thick) only its edge."""
        bend = (bottom - top) / 2 if radius is None else radius

        def trace(draw: ImageDraw.ImageDraw, at: Callable[[float, float], Point], unit: float) -> None:
            draw.rounded_rectangle((*at(left, top), *at(right, bottom)), bend * unit, fill=255)
            if outline:
                inner = (*at(left + outline, top + outline), *at(right - outline, bottom - outline))
                draw.rounded_rectangle(inner, max(bend - outline, 0) * unit, fill=0)

        self.shape((left, top, right, bottom), paint, trace, alpha)

    def polygon(self, points: Sequence[Point], paint: Colour | Image.Image, alpha: float = 1.0) -> None:
        """A filled polygon."""
        xs, ys = [p[0] for p in points], [p[1] for p in points]

        def trace(draw: ImageDraw.ImageDraw, at: Callable[[float, float], Point], _unit: float) -> None:
            draw.polygon([at(x, y) for x, y in points], fill=255)

        self.shape((min(xs), min(ys), max(xs), max(ys)), paint, trace, alpha)

    def arc(
        self, radius: float, thick: float, begin: float, end: float, paint: Colour | Image.Image, *,
        x: float = MIDDLE, y: float = MIDDLE, alpha: float = 1.0, caps: bool = True,
    ) -> None:  # fmt: skip
        """Part of a ring, degrees clockwise from the top; ``end`` may exceed ``begin`` by up to 360."""
        if end <= begin:
            return
        k = self.scale
        side = math.ceil((radius * 2 + thick) * k) // 2 * 2 + 4
        left, top = round(x * k - side / 2), round(y * k - side / 2)
        mask = ring_mask(side, round(radius * k, 2), round(thick * k, 2))
        whole = end - begin >= 360
        if not whole:
            sector = Image.new("L", (side, side))
            far = side
            ImageDraw.Draw(sector).pieslice((-far, -far, side + far, side + far), begin - 90, end - 90, fill=255)
            mask = ImageChops.multiply(mask, sector)
        self.lay(paint, dim(mask, alpha), left, top)
        if caps and not whole:
            for angle, inward in ((begin, begin + 1.5), (end, end)):
                px, py = polar(angle, radius, x, y)
                ink = paint
                if isinstance(paint, Image.Image):
                    # The cap takes the colour of the arc's end, not of what lies beyond it.
                    sx, sy = polar(inward, radius, x, y)
                    ink = _pixel(paint, int(sx * k), int(sy * k))
                self._cap(px, py, thick / 2, ink, alpha)

    def _cap(self, x: float, y: float, radius: float, paint: Colour | Image.Image, alpha: float) -> None:
        if alpha < 1:
            return  # two half-transparent layers would show where they overlap

        def trace(draw: ImageDraw.ImageDraw, at: Callable[[float, float], Point], unit: float) -> None:
            cx, cy = at(x, y)
            r = radius * unit
            draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=255)

        self.shape((x - radius, y - radius, x + radius, y + radius), paint, trace)

    def hand(
        self, angle: float, length: float, tail: float, thick: float, paint: Colour, *,
        tip: float | None = None, blur: int = 0, alpha: float = 1.0, dx: float = 0.0, dy: float = 0.0,
    ) -> None:  # fmt: skip
        """A watch hand at ``angle`` degrees, pivot in the middle moved by (dx, dy)."""
        k = self.scale * 4
        mask = hand_mask(
            round(length * k), round(tail * k), round(thick * k), round((thick if tip is None else tip) * k), blur
        )
        turn = math.radians(angle)
        sine, cosine = math.sin(turn), math.cos(turn)
        spread = thick + blur * 3 / self.scale
        ends = [(sine * length, -cosine * length), (-sine * tail, cosine * tail)]
        cx, cy = (MIDDLE + dx) * self.scale, (MIDDLE + dy) * self.scale
        left = math.floor(cx + (min(e[0] for e in ends) - spread) * self.scale)
        top = math.floor(cy + (min(e[1] for e in ends) - spread) * self.scale)
        right = math.ceil(cx + (max(e[0] for e in ends) + spread) * self.scale)
        bottom = math.ceil(cy + (max(e[1] for e in ends) + spread) * self.scale)
        pivot = mask.width / 2
        # The affine map takes a pixel of the result back to one of the upright hand.
        ox, oy = left - cx, top - cy
        turned = mask.transform(
            (right - left, bottom - top),
            Image.Transform.AFFINE,
            (cosine, sine, cosine * ox + sine * oy + pivot, -sine, cosine, -sine * ox + cosine * oy + pivot),
            Image.Resampling.BICUBIC,
        )
        self.lay(paint, dim(turned, alpha), left, top)

    def text(
        self, x: float, y: float, text: str, name: str, size: float, paint: Colour | Image.Image, *,
        anchor: str = "mm", spacing: float = 0.0,
    ) -> None:  # fmt: skip
        """One line; ``anchor`` as in Pillow, ``spacing`` is extra letter space (centred text only)."""
        k = self.scale
        pixels = round(size * k)
        if spacing:
            whole = sum(width(c, name, pixels) for c in text) + spacing * k * (len(text) - 1)
            at = x * k - whole / 2
            for character in text:
                self._draw.text((at, y * k), character, fill=self._plain(paint), font=font(name, pixels), anchor="lm")
                at += width(character, name, pixels) + spacing * k
            return
        if isinstance(paint, Image.Image):
            mask = Image.new("L", (self.side, self.side))
            ImageDraw.Draw(mask).text((x * k, y * k), text, fill=255, font=font(name, pixels), anchor=anchor)
            self.image.paste(paint, (0, 0), mask)
        else:
            self._draw.text((x * k, y * k), text, fill=paint, font=font(name, pixels), anchor=anchor)

    def image_text(self, text: str, x: float, y: float, face: ImageFont.FreeTypeFont, colour: Colour) -> None:
        """A centred line that was set in pixels (see ``lettering.fit``)."""
        self._draw.text((x, y), text, fill=colour, font=face, anchor="mm")

    @staticmethod
    def _plain(paint: Colour | Image.Image) -> Colour:
        assert not isinstance(paint, Image.Image), "spaced text takes a plain colour"
        return paint


def _pixel(picture: Image.Image, x: int, y: int) -> Colour:
    """The colour of an RGB picture at a place, or of its nearest edge."""
    pixel = picture.getpixel((min(max(x, 0), picture.width - 1), min(max(y, 0), picture.height - 1)))
    assert isinstance(pixel, tuple), "expected an RGB picture"
    return (int(pixel[0]), int(pixel[1]), int(pixel[2]))


def polar(angle: float, radius: float, x: float = MIDDLE, y: float = MIDDLE) -> Point:
    """The point at ``angle`` degrees clockwise from the top."""
    turn = math.radians(angle)
    return (x + math.sin(turn) * radius, y - math.cos(turn) * radius)
