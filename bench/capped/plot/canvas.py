"""Two surfaces with the same few strokes: SVG text, and pixels by Pillow. Lengths are in points of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Protocol

from PIL import Image, ImageDraw, ImageFont

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
INK, FAINT, GRID, PAPER = "#222222", "#666666", "#dddddd", "#ffffff"
_FONT = Path(__file__).parents[3] / "modalities" / "screen" / "fonts" / "Inter-Regular.otf"
_SHARP = 3
"""Pixels of a PNG to a point: 300 an inch when a picture of 900 points is printed 9 inches wide."""


class Canvas(Protocol):
    """What a chart draws on. ``tip`` is what a reader sees who points at it."""

    def line(self, points: Sequence[Point], colour: str, width: float = 1.0, dash: bool = False) -> None: ...

    def area(self, points: Sequence[Point], colour: str, tip: str = "") -> None: ...

    def mark(
        self, at: Point, shape: str, colour: str, size: float = 4.0, tip: str = "", hollow: bool = False
    ) -> None: ...

    def text(
        self, at: Point, text: str, size: float = 11.0, anchor: Anchor = "start", colour: str = INK, up: bool = False
    ) -> None: ...


def outline(at: Point, shape: str, size: float) -> list[Point]:
    """The corners of a mark; a circle has none."""
    x, y = at
    s = size
    return {
        "square": [(x - s, y - s), (x + s, y - s), (x + s, y + s), (x - s, y + s)],
        "diamond": [(x, y - 1.3 * s), (x + 1.3 * s, y), (x, y + 1.3 * s), (x - 1.3 * s, y)],
        "triangle": [(x, y - 1.2 * s), (x + 1.2 * s, y + s), (x - 1.2 * s, y + s)],
        "down": [(x, y + 1.2 * s), (x + 1.2 * s, y - s), (x - 1.2 * s, y - s)],
    }.get(shape, [])


class Svg:
    """A picture as text, with a tip on every mark."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self._head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
            f'aria-label="{escape(title)}" font-family="Inter, system-ui, sans-serif">'
        )
        self._parts: list[str] = []

    def line(self, points: Sequence[Point], colour: str, width: float = 1.0, dash: bool = False) -> None:
        dashes = ' stroke-dasharray="4 3"' if dash else ""
        self._parts.append(
            f'<polyline points="{_path(points)}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashes}/>'
        )

    def area(self, points: Sequence[Point], colour: str, tip: str = "") -> None:
        self._parts.append(f'<polygon points="{_path(points)}" fill="{colour}"{_tip(tip)}/>')

    def mark(self, at: Point, shape: str, colour: str, size: float = 4.0, tip: str = "", hollow: bool = False) -> None:
        x, y = at
        fill = PAPER if hollow else colour
        if shape == "cross":
            self._parts.append(
                f'<path d="M{x - size:.1f} {y - size:.1f}l{2 * size:g} {2 * size:g}m0 {-2 * size:g}l{-2 * size:g} '
                f'{2 * size:g}" stroke="{colour}" stroke-width="2" fill="none"{_tip(tip)}/>'
            )
        elif corners := outline(at, shape, size):
            self._parts.append(
                f'<polygon points="{_path(corners)}" fill="{fill}" stroke="{colour}" stroke-width="1.5"{_tip(tip)}/>'
            )
        else:
            self._parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" fill="{fill}" stroke="{colour}" '
                f'stroke-width="1.5"{_tip(tip)}/>'
            )

    def text(
        self, at: Point, text: str, size: float = 11.0, anchor: Anchor = "start", colour: str = INK, up: bool = False
    ) -> None:
        x, y = at
        turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if up else ""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" fill="{colour}"{turn}>'
            f"{escape(text)}</text>"
        )

    def done(self) -> str:
        return "\n".join([self._head, *self._parts, "</svg>"])


class Pixels:
    """A picture as an image."""

    def __init__(self, width: float, height: float) -> None:
        self.image = Image.new("RGB", (round(width * _SHARP), round(height * _SHARP)), PAPER)
        self._draw: Any = ImageDraw.Draw(self.image)

    def line(self, points: Sequence[Point], colour: str, width: float = 1.0, dash: bool = False) -> None:
        thick = max(1, round(width * _SHARP))
        if not dash:
            self._draw.line(_scaled(points), fill=colour, width=thick, joint="curve")
            return
        for (x0, y0), (x1, y1) in pairwise(points):
            length = max(1e-6, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
            at = 0.0
            while at < length:
                a, b = at / length, min(1.0, (at + 4) / length)
                ends = [(x0 + (x1 - x0) * a, y0 + (y1 - y0) * a), (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)]
                self._draw.line(_scaled(ends), fill=colour, width=thick)
                at += 7

    def area(self, points: Sequence[Point], colour: str, tip: str = "") -> None:
        self._draw.polygon(_scaled(points), fill=colour)

    def mark(self, at: Point, shape: str, colour: str, size: float = 4.0, tip: str = "", hollow: bool = False) -> None:
        fill = PAPER if hollow else colour
        thick = round(1.5 * _SHARP)
        (x, y), s = at, size
        if shape == "cross":
            for ends in ([(x - s, y - s), (x + s, y + s)], [(x - s, y + s), (x + s, y - s)]):
                self._draw.line(_scaled(ends), fill=colour, width=2 * _SHARP)
        elif corners := outline(at, shape, size):
            self._draw.polygon(_scaled(corners), fill=fill, outline=colour, width=thick)
        else:
            self._draw.ellipse(_scaled([(x - s, y - s), (x + s, y + s)]), fill=fill, outline=colour, width=thick)

    def text(
        self, at: Point, text: str, size: float = 11.0, anchor: Anchor = "start", colour: str = INK, up: bool = False
    ) -> None:
        font = ImageFont.truetype(str(_FONT), round(size * _SHARP))
        if not up:
            place = {"start": "ls", "middle": "ms", "end": "rs"}[anchor]
            self._draw.text(_scaled([at])[0], text, fill=colour, font=font, anchor=place)
            return
        left, top, right, bottom = font.getbbox(text)
        tile = Image.new("L", (round(right - left), round(bottom - top)), 0)
        ImageDraw.Draw(tile).text((-left, -top), text, fill=255, font=font)
        turned = tile.rotate(90, expand=True)
        x, y = _scaled([at])[0]
        below = {"start": 0, "middle": turned.height // 2, "end": turned.height}[anchor]
        box = (round(x - turned.width), round(y - turned.height + below))
        self.image.paste(Image.new("RGB", turned.size, colour), box, turned)


def _path(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * _SHARP, y * _SHARP) for x, y in points]


def _tip(text: str) -> str:
    return f' data-tip="{escape(text)}"' if text else ""
