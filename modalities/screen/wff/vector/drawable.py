"""A vector drawable: a document of groups, paths and clips, drawn at the size at which it is shown.

Source: Android's reference of ``VectorDrawable`` and ``GradientColor``. What the document asks for and is not drawn
(tiled gradients, other tint modes, colours of a theme) is told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageChops

from ..affine import Affine, Point, shift, stretch, turn
from ..brush import Brush, Gradient, inked
from ..colour import Colour, read_colour
from ..node import Node
from ..outline import Trace, cut, length, stroke
from ..problem import FaceError
from ..stamp import Stamp, dimmed, lay, masked
from .fill import Budget, filled
from .path import FAR, Contour, contours

MAX_SIDE: Final = 1024
"""Larger ones are drawn so large and stretched."""
MAX_PATHS: Final = 500
MAX_STOPS: Final = 64
DENSITY: Final = 2.0
"""Pixels of a density-independent one on a watch (320 dots an inch)."""
SYSTEM: Final[Mapping[str, str]] = {
    "white": "#FFFFFFFF", "black": "#FF000000", "transparent": "#00000000", "darker_gray": "#FFAAAAAA",
    "background_dark": "#FF000000", "background_light": "#FFFFFFFF",
}  # fmt: skip
_CAPS: Final = {
    "": "BUTT",
    "butt": "BUTT",
    "round": "ROUND",
    "square": "SQUARE",
    "0": "BUTT",
    "1": "ROUND",
    "2": "SQUARE",
}
_JOINTS: Final = {
    "": "MITER",
    "miter": "MITER",
    "round": "ROUND",
    "bevel": "BEVEL",
    "0": "MITER",
    "1": "ROUND",
    "2": "BEVEL",
}
_KINDS: Final = {
    "": "linear",
    "linear": "linear",
    "radial": "radial",
    "sweep": "sweep",
    "0": "linear",
    "1": "radial",
    "2": "sweep",
}

Look = Callable[[str], str | None]
"""The text of a colour resource by name; None if there is none."""


@dataclass(slots=True)
class _Sheet:
    """What is drawn on: the picture, how colours are found, and what could not be done."""

    picture: Image.Image
    look: Look
    notes: list[str] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)
    paths: int = 0

    def note(self, text: str) -> None:
        if text not in self.notes and len(self.notes) < 20:
            self.notes.append(text)

    def colour(self, text: str, default: Colour) -> Colour:
        """A colour as a vector writes it: hexadecimal, short or long, or a resource's name."""
        name = text
        for _ in range(4):
            if name.startswith("@android:color/"):
                name = SYSTEM.get(name.partition("/")[2], "?")
            elif name.startswith("@color/"):
                name = self.look(name.partition("/")[2]) or "?"
            else:
                break
        if len(name) in (4, 5) and name.startswith("#"):
            name = "#" + "".join(sign * 2 for sign in name[1:])
        found = read_colour(name)
        if found is None and text:
            self.note(f"the colour {text[:40]!r} of a vector drawable is not known; it is left out")
            return (0, 0, 0, 0)
        return found if found is not None else default


def size_of(root: Node) -> tuple[float, float]:
    """Its own size in pixels of a watch. Raises FaceError: no vector, or without a size."""
    if root.tag != "vector":
        raise FaceError(f"expected a <vector> as a drawable document, found <{root.tag[:40]}>")
    wide, high = (_length(root.get(f"android:{side}")) for side in ("width", "height"))
    if wide <= 0 or high <= 0 or _number(root, "viewportWidth") <= 0 or _number(root, "viewportHeight") <= 0:
        raise FaceError("expected a vector with width, height, viewportWidth and viewportHeight above 0")
    return wide * DENSITY, high * DENSITY


def draw(root: Node, size: tuple[int, int], look: Look = lambda name: None) -> tuple[Image.Image, list[str]]:
    """The picture (RGBA) of a vector drawable stretched to a size in pixels, and what of it was not drawn.

    Raises FaceError: it is none, a path cannot be read, or it exceeds a limit.
    """
    size_of(root)
    inner = (min(max(size[0], 1), MAX_SIDE), min(max(size[1], 1), MAX_SIDE))
    sheet = _Sheet(Image.new("RGBA", inner), look)
    scale = stretch(inner[0] / _number(root, "viewportWidth"), inner[1] / _number(root, "viewportHeight"))
    _group(sheet, root, scale, None)
    picture = _finished(sheet, root)
    return (picture if inner == size else picture.resize(size, Image.Resampling.BICUBIC)), sheet.notes


def _finished(sheet: _Sheet, root: Node) -> Image.Image:
    """The whole, tinted and faded."""
    picture = sheet.picture
    if root.get("android:tint"):
        mode = root.get("android:tintMode", "src_in")
        if mode not in ("src_in", "5"):
            sheet.note(f"the tint mode {mode[:20]!r} of a vector drawable is drawn as src_in")
        tint = sheet.colour(root.get("android:tint"), (0, 0, 0, 255))
        alpha = picture.getchannel("A").point([(level * tint[3] + 127) // 255 for level in range(256)])
        picture = Image.new("RGBA", picture.size, tint)
        picture.putalpha(alpha)
    fade = min(max(_number(root, "alpha", 1.0), 0.0), 1.0)
    if fade < 1:
        picture.putalpha(picture.getchannel("A").point([round(level * fade) for level in range(256)]))
    return picture


def _group(sheet: _Sheet, node: Node, matrix: Affine, clip: Image.Image | None) -> None:
    """The children of a group in its own space; a clip holds for what follows it in the group."""
    if not all(abs(number) < FAR for number in matrix):  # also not a number
        return
    for child in node.children:
        match child.tag:
            case "group":
                _group(sheet, child, _placed(child).then(matrix), clip)
            case "clip-path":
                sheet.budget.spend(painted=sheet.picture.width * sheet.picture.height)
                clip = _clipped(sheet, child, matrix, clip)
            case "path":
                sheet.paths += 1
                if sheet.paths > MAX_PATHS:
                    raise FaceError(f"vector drawable: expected at most {MAX_PATHS} paths, found more")
                _path(sheet, child, matrix, clip)
            case "aapt:attr":
                pass
            case other:
                sheet.note(f"<{other[:40]}> of a vector drawable is not drawn")


def _placed(node: Node) -> Affine:
    """A group's own space: scaled, turned about its pivot, and moved."""
    px, py = _number(node, "pivotX"), _number(node, "pivotY")
    inner = shift(-px, -py).then(stretch(_number(node, "scaleX", 1.0), _number(node, "scaleY", 1.0)))
    inner = inner.then(turn(_number(node, "rotation")))
    return inner.then(shift(px + _number(node, "translateX"), py + _number(node, "translateY")))


def _clipped(sheet: _Sheet, node: Node, matrix: Affine, clip: Image.Image | None) -> Image.Image:
    shapes = [matrix.points(each.points) for each in contours(node.get("android:pathData"), matrix.scale)]
    whole = Image.new("L", sheet.picture.size)
    found = filled(shapes, (0, 0, *sheet.picture.size), sheet.budget, even_odd=_even_odd(node))
    if found is not None:
        whole.paste(found[0], found[1:])
    return whole if clip is None else ImageChops.multiply(whole, clip)


def _even_odd(node: Node) -> bool:
    return node.get("android:fillType") in ("evenOdd", "1")


def _path(sheet: _Sheet, node: Node, matrix: Affine, clip: Image.Image | None) -> None:
    if matrix.flat:
        return
    lines = _trimmed(node, contours(node.get("android:pathData"), matrix.scale))
    whole = (0, 0, *sheet.picture.size)
    fill = _brush(sheet, node, "fillColor")
    if fill is not None:
        shapes = [matrix.points(each.points) for each in lines]
        found = filled(shapes, whole, sheet.budget, even_odd=_even_odd(node))
        _lay(sheet, found, fill, _number(node, "fillAlpha", 1.0), matrix, clip)
    thick = _number(node, "strokeWidth")
    ink = _brush(sheet, node, "strokeColor") if thick > 0 else None
    if ink is not None:
        pieces = [
            _wound(matrix.points(piece.points), hole=piece.hole)
            for each in lines
            for piece in stroke(
                Trace(each.points, each.closed, False), thick, _CAPS.get(node.get("android:strokeLineCap"), "BUTT"),
                _JOINTS.get(node.get("android:strokeLineJoin"), "MITER"), matrix.scale,
            )
        ]  # fmt: skip
        _lay(sheet, filled(pieces, whole, sheet.budget), ink, _number(node, "strokeAlpha", 1.0), matrix, clip)


def _lay(
    sheet: _Sheet, found: tuple[Image.Image, int, int] | None, brush: Brush, alpha: float, matrix: Affine,
    clip: Image.Image | None,
) -> None:  # fmt: skip
    if found is None:
        return
    stamp: Stamp | None = dimmed(inked(*found, brush, matrix), alpha * 255)
    if clip is not None and stamp is not None:
        stamp = masked(stamp, clip, 0, 0)
    if stamp is not None:
        lay(sheet.picture, stamp)


def _wound(points: list[Point], *, hole: bool) -> list[Point]:
    """Clockwise, or against the clock for a hole, so that the pieces of a stroke add up."""
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True))
    return points if (area > 0) is not hole else points[::-1]


def _trimmed(node: Node, lines: list[Contour]) -> list[Contour]:
    """The part of a path that is to be seen. As on Android, a trimmed path is its first contour alone."""
    begin, end, off = (_number(node, f"trimPath{name}", float(name == "End")) for name in ("Start", "End", "Offset"))
    if (begin, end) == (0.0, 1.0) or not lines:
        return lines
    points = [*lines[0].points, lines[0].points[0]] if lines[0].closed else lines[0].points
    whole = length(points)
    first, last = (begin + off) % 1.0 * whole, (end + off) % 1.0 * whole
    parts = [cut(points, first, whole), cut(points, 0.0, last)] if first > last else [cut(points, first, last)]
    return [Contour(part, False) for part in parts if len(part) > 1]


def _brush(sheet: _Sheet, node: Node, name: str) -> Brush | None:
    """The ink of a path; None if it has none."""
    for child in node.all("aapt:attr"):
        inner = child.first("gradient")
        if child.get("name") == f"android:{name}" and inner is not None:
            return _gradient(sheet, inner)
    text = node.get(f"android:{name}")
    if not text or text == "@null":
        return None
    colour = sheet.colour(text, (0, 0, 0, 0))
    return colour if colour[3] else None


def _gradient(sheet: _Sheet, node: Node) -> Gradient:
    kind = _KINDS.get(node.get("android:type"), "linear")
    if node.get("android:tileMode", "clamp") not in ("clamp", "0", "disabled", "-1"):
        sheet.note("a tiled gradient of a vector drawable is drawn once")
    items = node.all("item")[:MAX_STOPS]
    stops = [(_number(each, "offset"), sheet.colour(each.get("android:color"), (0, 0, 0, 0))) for each in items]
    if not stops:
        names = (
            ["startColor", "centerColor", "endColor"] if node.get("android:centerColor") else ["startColor", "endColor"]
        )
        share = 1 / (len(names) - 1)
        stops = [(i * share, sheet.colour(node.get(f"android:{each}"), (0, 0, 0, 0))) for i, each in enumerate(names)]
    stops.sort(key=lambda stop: stop[0])
    if stops[0][0] > 0:
        stops.insert(0, (0.0, stops[0][1]))
    if stops[-1][0] < 1:
        stops.append((1.0, stops[-1][1]))
    if kind == "linear":
        ends = tuple((_number(node, f"{end}X"), _number(node, f"{end}Y")) for end in ("start", "end"))
    else:
        centre = (_number(node, "centerX"), _number(node, "centerY"))
        # a sweep begins at three o'clock here, at twelve in a face
        ends = (centre, (_number(node, "gradientRadius"), 0.0) if kind == "radial" else (90.0, 450.0))
    places = tuple(min(max(stop[0], 0.0), 1.0) for stop in stops)
    return Gradient(kind, ends[0], ends[1], tuple(stop[1] for stop in stops), places)


def _number(node: Node, name: str, default: float = 0.0) -> float:
    text = node.get(f"android:{name}")
    try:
        value = float(text.removesuffix("dp").removesuffix("dip").removesuffix("px")) if text else default
    except ValueError:
        return default
    return min(max(value, -1e6), 1e6) if math.isfinite(value) else default


def _length(text: str) -> float:
    """A dimension in density-independent pixels."""
    for unit, share in (
        ("dip", 1.0),
        ("dp", 1.0),
        ("sp", 1.0),
        ("px", 1 / DENSITY),
        ("pt", 160 / 72),
        ("in", 160.0),
        ("mm", 160 / 25.4),
    ):
        if text.endswith(unit):
            try:
                value = float(text.removesuffix(unit)) * share
            except ValueError:
                return 0.0
            return value if math.isfinite(value) and value < 1e5 else 0.0
    return 0.0
