"""Bitmap fonts: letters and words that are pictures of the face, with margins where the pictures were cropped."""

from __future__ import annotations

from typing import NamedTuple


class Glyph(NamedTuple):
    """One picture in its letter's box: the box has ``width`` and ``height``, the margins are what cropping took."""

    resource: str
    width: float
    height: float
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


class BitmapFont:
    """Pictures by the characters and words they stand for."""

    def __init__(self, glyphs: dict[str, Glyph]) -> None:
        self._glyphs = glyphs
        self._tallest = max((glyph.height for glyph in glyphs.values()), default=1.0) or 1.0
        self._longest = max((len(name) for name in glyphs), default=1)

    def cut(self, text: str) -> list[str]:
        """The text as names of pictures, the longest that fits first; what has none is left out."""
        found = []
        at = 0
        while at < len(text):
            for size in range(min(self._longest, len(text) - at), 0, -1):
                if text[at : at + size] in self._glyphs:
                    found.append(text[at : at + size])
                    at += size
                    break
            else:
                at += 1
        return found

    def size(self, name: str, height: float) -> tuple[float, float]:
        """Width and height of a picture when the font is set at a height."""
        glyph = self._glyphs.get(name)
        if glyph is None:
            return (0.0, 0.0)
        k = height / self._tallest
        return (glyph.width * k, glyph.height * k)

    def picture(self, name: str, height: float) -> tuple[str, tuple[float, float, float, float]]:
        """The drawable, and where it lies in the letter's box: left, top, right, bottom."""
        glyph = self._glyphs[name]
        k = height / self._tallest
        # a shorter letter stands on the line of the tallest
        down = height - glyph.height * k
        right, bottom = glyph.width - glyph.right, glyph.height - glyph.bottom
        return glyph.resource, (glyph.left * k, down + glyph.top * k, right * k, down + bottom * k)
