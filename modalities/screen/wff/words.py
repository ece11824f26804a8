"""Lettering: placed lines of text as stamps: letters, pictures among them, shadows, outlines, glows and rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from PIL import Image, ImageChops, ImageFilter

from ..icons import icon_mask
from .affine import Box
from .colour import Colour
from .stamp import Stamp, cropped, dimmed, of_picture, tinted
from .typesetting import Line, Ornament, Run, Setter

SYMBOLS: Final = {
    "♥": "heart", "❤": "heart", "☀": "sun", "☁": "cloud", "☂": "rain", "❄": "snow", "☾": "moon", "☽": "moon",
    "⚡": "bolt", "✈": "airplane", "🔔": "bell", "⏰": "alarm", "⏱": "stopwatch", "⏲": "timer", "🔒": "lock",
    "🔋": "battery", "👣": "steps", "🏠": "home", "♪": "note", "✓": "check", "✔": "check",
}  # fmt: skip
"""Signs that the bundled font lacks and the watch has as icons."""
OPEN: Final = {"♡": "heart"}
"""The same, drawn as outlines."""

Pictures = Callable[[str, tuple[int, int]], Image.Image | None]
"""A drawable at a size in pixels."""


class Words:
    """Draws lines with the fonts and pictures of one face."""

    def __init__(self, setter: Setter, pictures: Pictures) -> None:
        self.setter = setter
        self.pictures = pictures
        self.unknown: set[str] = set()
        """Characters that no font here has."""

    def stamps(self, line: Line, x: float, baseline: float, clip: Box | None) -> list[Stamp]:
        """A line whose start is at (x, baseline), cut to a box."""
        found: list[Stamp] = []
        for run, offset in line.runs:
            found += self.run(run, x + offset, baseline)
        if clip is None:
            return found
        return [part for stamp in found if (part := cropped(stamp, clip)) is not None]

    def run(self, run: Run, x: float, baseline: float) -> list[Stamp]:
        """One run, ornaments below its letters."""
        if run.picture:
            return self._picture(run.picture, run, x, baseline, run.width)
        if run.glyphs is not None:
            found: list[Stamp] = []
            for name in run.glyphs.cut(run.text):
                wide, _ = run.glyphs.size(name, run.size)
                found += self._picture(name, run, x, baseline, wide)
                x += wide
            return found
        letters = self._letters(run, x, baseline)
        if letters is None:
            return []
        below = [stamp for ornament in run.ornaments for stamp in self._ornament(run, ornament, letters, x, baseline)]
        return [*below, letters]

    def _picture(self, name: str, run: Run, x: float, baseline: float, wide: float) -> list[Stamp]:
        if run.glyphs is not None:
            name, box = run.glyphs.picture(name, run.size)
            left, top, right, bottom = box
        else:
            left, top, right, bottom = 0.0, 0.0, wide, run.size
        size = (max(round(right - left), 1), max(round(bottom - top), 1))
        image = self.pictures(name, size)
        if image is None:
            return []
        return [tinted(of_picture(image, round(x + left), round(baseline - run.size + top)), run.colour)]

    def _letters(self, run: Run, x: float, baseline: float, thicker: float = 0.0) -> Stamp | None:
        letters = self.setter.letters
        strange = [c for c in run.text if not letters.has(c, run.style)]
        if strange:
            self.unknown.update(c for c in strange if c not in SYMBOLS and c not in OPEN)
            if any(c in SYMBOLS or c in OPEN for c in strange):
                return self._with_symbols(run, x, baseline, thicker)
        left = math.floor(x)
        word = letters.word(run.text, run.style, run.size, x - left, thicker)
        if word is None:
            return None
        stamp = Stamp(left + word.x, round(baseline) + word.y, run.colour[:3], word.mask)
        return dimmed(stamp, run.colour[3])

    def _with_symbols(self, run: Run, x: float, baseline: float, thicker: float) -> Stamp | None:
        """Letters and icons in one mask."""
        parts: list[Stamp] = []
        text = ""
        for character in [*run.text, ""]:
            if character and character not in SYMBOLS and character not in OPEN:
                text += character
                continue
            part = self._letters(run._replace(text=text), x, baseline, thicker) if text else None
            x += self.setter.width(run, text) if text else 0.0
            text = ""
            parts += [part] if part is not None else []
            if character:
                mask = _symbol(character, max(round(run.size * 0.8), 6), thicker)
                top = round(baseline - run.size * 0.37 - mask.height / 2)
                place = round(x + self.setter.width(run, character) / 2 - mask.width / 2)
                parts.append(Stamp(place, top, run.colour[:3], mask))
                x += self.setter.width(run, character)
        return _united(parts)

    def _ornament(self, run: Run, ornament: Ornament, letters: Stamp, x: float, baseline: float) -> list[Stamp]:
        kind, colour, dx, dy, radius = ornament
        if kind in ("Underline", "StrikeThrough"):
            thick = max(round(run.size * 0.06), 1)
            y = round(baseline + run.size * (0.09 if kind == "Underline" else -0.28))
            mask = Image.new("L", (max(round(self.setter.width(run)), 1), thick), 255)
            return [dimmed(Stamp(round(x), y, run.colour[:3], mask), run.colour[3])]
        if kind == "Outline":
            around = self._letters(run._replace(colour=colour), x, baseline, radius / 2)
            return [] if around is None else [around]
        if kind == "Shadow":
            return [
                _blurred(letters._replace(left=letters.left + round(dx), top=letters.top + round(dy)), colour, radius)
            ]
        around = self._letters(run, x, baseline, radius / 4) or letters
        return [_blurred(around, colour, radius)]


def _united(parts: Sequence[Stamp]) -> Stamp | None:
    """Masks of one ink as one."""
    if not parts:
        return None
    left, top = min(p.left for p in parts), min(p.top for p in parts)
    right, bottom = max(p.box[2] for p in parts), max(p.box[3] for p in parts)
    whole = Image.new("L", (right - left, bottom - top))
    for part in parts:
        at = (part.left - left, part.top - top, part.box[2] - left, part.box[3] - top)
        whole.paste(ImageChops.lighter(whole.crop(at), part.mask), at)
    return Stamp(left, top, parts[0].ink, whole)


def _symbol(character: str, pixels: int, thicker: float) -> Image.Image:
    if character in SYMBOLS:
        mask = icon_mask(SYMBOLS[character], pixels)
    else:
        solid = icon_mask(OPEN[character], pixels)
        inner = icon_mask(OPEN[character], max(round(pixels - 2.6 * max(pixels * 0.075, 1.0)), 4))
        hole = Image.new("L", solid.size)
        hole.paste(inner, ((solid.width - inner.width) // 2, round((solid.height - inner.height) * 0.46)))
        mask = ImageChops.subtract(solid, hole)
    reach = round(thicker)
    if reach < 1:
        return mask
    wide = Image.new("L", (mask.width + 2 * reach, mask.height + 2 * reach))
    wide.paste(mask, (reach, reach))
    return wide.filter(ImageFilter.MaxFilter(2 * reach + 1))


def _blurred(stamp: Stamp, colour: Colour, radius: float) -> Stamp:
    """The stamp's mask, softened by a radius as Android's shadow layer is, in a colour."""
    reach = math.ceil(radius * 1.5) + 1
    wide, high = stamp.mask.width + 2 * reach, stamp.mask.height + 2 * reach
    mask = Image.new("L", (wide, high))
    mask.paste(stamp.mask, (reach, reach))
    if radius > 0:
        mask = mask.filter(ImageFilter.GaussianBlur(0.57735 * radius + 0.5))
    return dimmed(Stamp(stamp.left - reach, stamp.top - reach, colour[:3], mask), colour[3])
