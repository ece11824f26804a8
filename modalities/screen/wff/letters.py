"""Letters: fonts by family, weight, slant and width, and words as masks. The same pixels on every machine.

``SYNC_TO_DEVICE`` and families that a face does not bring are the bundled Inter. Faces are laid out for the platform's
own family (Roboto), so Inter is set a little narrower and gets that family's line metrics: words then take the room
that the face's maker saw. A face's own font is set as it is. Glyph layout is Pillow's basic one, without
shaping libraries that differ between machines.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from ..lettering import FONTS
from .resources import ResourceMissing, Resources

ASCENT: Final = 0.933
DESCENT: Final = 0.244
"""Line metrics of the platform's family, in shares of the size: Roboto's 0.927 and 0.244; the platform rounds to whole
pixels, and 0.933 fits the baselines of the official previews best."""
LEAN: Final = 0.21
"""Italic: the tangent of 12 degrees."""
FINE: Final = 2
"""Bundled letters are drawn at twice their size before they are narrowed."""
MAX_PIXELS: Final = 640
_DIGITS = re.compile(r"\d|\D+")

WIDTHS: Final = {
    "ULTRA_CONDENSED": 0.5, "EXTRA_CONDENSED": 0.625, "CONDENSED": 0.75, "SEMI_CONDENSED": 0.875, "NORMAL": 1.0,
    "SEMI_EXPANDED": 1.125, "EXPANDED": 1.25, "EXTRA_EXPANDED": 1.5, "ULTRA_EXPANDED": 2.0,
}  # fmt: skip

# weight: (file, share of the size, width for Roboto's, thickened by this share of the size)
_CUTS: Final[dict[str, tuple[str, float, float, float]]] = {
    "THIN": ("InterDisplay-Light", 0.985, 0.955, 0.0),
    "ULTRA_LIGHT": ("InterDisplay-Light", 0.985, 0.955, 0.0),
    "EXTRA_LIGHT": ("InterDisplay-Light", 0.985, 0.955, 0.0),
    "LIGHT": ("InterDisplay-Light", 0.985, 0.965, 0.0),
    "NORMAL": ("Inter-Regular", 0.978, 0.937, 0.004),
    "MEDIUM": ("Inter-Medium", 0.978, 0.895, 0.0),
    "SEMI_BOLD": ("InterDisplay-SemiBold", 0.985, 0.94, 0.0),
    "BOLD": ("InterDisplay-SemiBold", 0.985, 0.94, 0.009),
    "ULTRA_BOLD": ("InterDisplay-SemiBold", 0.98, 0.94, 0.016),
    "EXTRA_BOLD": ("InterDisplay-SemiBold", 0.98, 0.94, 0.016),
    "BLACK": ("InterDisplay-SemiBold", 0.98, 0.94, 0.024),
    "EXTRA_BLACK": ("InterDisplay-SemiBold", 0.98, 0.94, 0.03),
}


class Style(NamedTuple):
    """How letters look, apart from their size and ink."""

    family: str = "SYNC_TO_DEVICE"
    weight: str = "NORMAL"
    italic: bool = False
    width: str = "NORMAL"
    spacing: float = 0.0
    """Between letters, in shares of the size."""


class Word(NamedTuple):
    """A piece of text as a mask. ``x`` and ``y`` are where its corner lies, seen from the start of its baseline."""

    mask: Image.Image
    x: int
    y: int


class Metrics(NamedTuple):
    """Above and below the baseline, in pixels."""

    ascent: float
    descent: float

    @property
    def height(self) -> float:
        return self.ascent + self.descent


class Letters:
    """The fonts of one face."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._data: dict[str, bytes | None] = {}
        self._fonts: dict[tuple[str, float], ImageFont.FreeTypeFont] = {}
        self._missing: dict[tuple[str, str], bool] = {}
        self.substituted: set[str] = set()
        """Families that were asked for, are not in the face and were set in Inter."""

    def width(self, text: str, style: Style, size: float) -> float:
        """Advance of a line in pixels."""
        font, squeeze, _ = self._font(style, size)
        spread = sum(wide for _, _, wide in self._spread(text, style, font))
        return spread * squeeze + style.spacing * size * len(text)

    def metrics(self, style: Style, size: float) -> Metrics:
        """The line's height; that of the platform's family for the bundled one."""
        if self._own(style.family) is None:
            return Metrics(size * ASCENT, size * DESCENT)
        font, _, _ = self._font(style, size)
        ascent, descent = font.getmetrics()
        return Metrics(float(ascent), float(descent))

    def has(self, character: str, style: Style) -> bool:
        """Whether the font has a glyph for a character (white space always counts as there)."""
        if character.isspace() or not character.isprintable():
            return True
        name = style.family if self._own(style.family) is not None else _CUTS.get(style.weight, _CUTS["NORMAL"])[0]
        key = (name, character)
        if key not in self._missing:
            font, _, _ = self._font(style, 24.0)
            self._missing[key] = _glyph(font, character) == _glyph(font, "\U0010ffff")
        return not self._missing[key]

    def word(self, text: str, style: Style, size: float, offset: float = 0.0, thicker: float = 0.0) -> Word | None:
        """The mask of a line; ``offset`` is the fraction of a pixel its start is moved by, ``thicker`` a stroke in
        pixels round every letter. None if there is nothing to see."""
        font, squeeze, bold = self._font(style, size)
        stroke = bold * size + thicker
        fine = FINE if self._own(style.family) is None else 1
        pad = 2 + int(stroke * fine + 1)
        left, top, right, bottom = font.getbbox(text, anchor="ls", stroke_width=stroke * fine)
        gap = style.spacing * size / squeeze if style.spacing else 0.0
        pieces = self._spread(text, style, font)
        whole = sum(advance for _, _, advance in pieces)
        wide = int(max(right, whole) - min(left, 0) + abs(gap) * len(text)) + 2 * pad
        high = int(bottom - top) + 2 * pad
        if not text.strip() or wide <= 0 or high <= 0 or wide * high > 4_000_000:
            return None
        x0, y0 = pad - min(int(left), 0), pad - int(top)
        canvas = Image.new("L", (wide, high))
        draw = ImageDraw.Draw(canvas)
        start = x0 + offset / squeeze
        if gap:
            pieces = [bit for piece, inset, advance in pieces for bit in _letter_by_letter(font, piece, inset, advance)]
        for piece, inset, advance in pieces:
            place = (start + inset, y0)
            draw.text(place, piece, fill=255, font=font, anchor="ls", stroke_width=stroke * fine)
            start += advance + gap
        return _fitted(canvas, x0, y0, squeeze, 1 / fine, style.italic)

    def _spread(self, text: str, style: Style, font: ImageFont.FreeTypeFont) -> list[tuple[str, float, float]]:
        """The text in pieces, each with its inset and advance in the font's own pixels.

        Digits of the bundled font are set on the width of a zero, as the platform's are: a clock does not jump.
        """
        if self._own(style.family) is not None or not any(character.isdigit() for character in text):
            return [(text, 0.0, font.getlength(text))]
        zero = font.getlength("0")
        pieces: list[tuple[str, float, float]] = []
        for part in _DIGITS.findall(text):
            own = font.getlength(part)
            digit = part.isdigit()
            pieces.append((part, (zero - own) / 2 if digit else 0.0, zero if digit else own))
        return pieces

    def _own(self, family: str) -> bytes | None:
        """The font file a face brings for a family."""
        if family not in self._data:
            try:
                self._data[family] = None if family == "SYNC_TO_DEVICE" else self._resources.font(family)
            except ResourceMissing:
                self._data[family] = None
                self.substituted.add(family)
        return self._data[family]

    def _font(self, style: Style, size: float) -> tuple[ImageFont.FreeTypeFont, float, float]:
        """The font, how much its advances are scaled to give pixels, and how much it is thickened."""
        size = min(max(size, 1.0), float(MAX_PIXELS))
        wide = WIDTHS.get(style.width, 1.0)
        own = self._own(style.family)
        if own is not None:
            key = (style.family, round(size, 2))
            if key not in self._fonts:
                self._fonts[key] = self._open(own, style.family, size)
            return self._fonts[key], wide, 0.0
        name, share, narrow, bold = _CUTS.get(style.weight, _CUTS["NORMAL"])
        return _bundled(name, round(size * share * FINE, 2)), narrow * wide / FINE, bold

    def _open(self, data: bytes, family: str, size: float) -> ImageFont.FreeTypeFont:
        try:
            return ImageFont.truetype(io.BytesIO(data), size, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            self._data[family] = None
            self.substituted.add(family)
            return _bundled("Inter-Regular", size)


def _letter_by_letter(
    font: ImageFont.FreeTypeFont, piece: str, inset: float, advance: float
) -> list[tuple[str, float, float]]:
    if len(piece) == 1:
        return [(piece, inset, advance)]
    return [(character, 0.0, font.getlength(character)) for character in piece]


def _glyph(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    """A character's pixels; those of an unassigned one are what the font shows for any it lacks."""
    picture = Image.new("L", (64, 64))
    ImageDraw.Draw(picture).text((8, 8), character, fill=255, font=font)
    return picture.size, picture.tobytes()


@lru_cache(maxsize=48)
def _bundled(name: str, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"{name}.otf", max(pixels, 2.0), layout_engine=ImageFont.Layout.BASIC)


def forget_fonts() -> None:
    """Close the bundled fonts that are kept open."""
    _bundled.cache_clear()


def _fitted(canvas: Image.Image, x0: int, y0: int, across: float, down: float, italic: bool) -> Word | None:
    """The drawn letters scaled (and slanted), cut to what shows. ``x0``, ``y0`` is the start of the baseline in it."""
    if italic or across != 1 or down != 1:
        wide, high = int(canvas.width * across) + 2, int(canvas.height * down) + 2
        # whole pixels for the baseline's start, so that letters do not blur
        bx, by = round(x0 * across), round(y0 * down)
        lean = 0.0
        if italic:
            lean = LEAN
            bx += int((canvas.height - y0) * down * LEAN) + 1
            wide += int(high * LEAN) + 3
        box = (x0 - bx / across, y0 - by / down, x0 + (wide - bx) / across, y0 + (high - by) / down)
        if italic:
            k = (1 / across, lean / across, x0 - bx / across - lean * by / across, 0.0, 1 / down, y0 - by / down)
            scaled = canvas
            if down < 1:
                # shrink evenly first: an affine map alone would skip pixels
                half = canvas.resize((max(canvas.width // 2, 1), max(canvas.height // 2, 1)), Image.Resampling.BOX)
                k = (k[0] / 2, k[1] / 2, k[2] / 2, 0.0, k[4] / 2, k[5] / 2)
                scaled = half
            canvas = scaled.transform((wide, high), Image.Transform.AFFINE, k, Image.Resampling.BICUBIC)
        else:
            canvas = _window(canvas, box, (wide, high))
        x0, y0 = bx, by
    seen = canvas.getbbox()
    if seen is None:
        return None
    return Word(canvas.crop(seen), seen[0] - x0, seen[1] - y0)


def _window(canvas: Image.Image, box: tuple[float, float, float, float], size: tuple[int, int]) -> Image.Image:
    """A window of the canvas (that may reach beyond it) at another size, every pixel weighed by its area."""
    left, top = min(int(box[0]) - 1, 0), min(int(box[1]) - 1, 0)
    right, bottom = max(int(box[2]) + 2, canvas.width), max(int(box[3]) + 2, canvas.height)
    padded = canvas.crop((left, top, right, bottom))
    inner = (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
    return padded.resize(size, Image.Resampling.HAMMING, box=inner)
