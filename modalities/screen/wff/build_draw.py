"""PartDraw from its nodes: shapes, their numbers, and the styles they are drawn with."""

from __future__ import annotations

from typing import Final

from .live import Attribute, Scope
from .maker import Maker
from .node import Node
from .parts.draw import GradientStyle, PartDraw, Shape, Style

SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "Line": ("startX", "startY", "endX", "endY"),
    "Rectangle": ("x", "y", "width", "height"),
    "RoundRectangle": ("x", "y", "width", "height", "cornerRadiusX", "cornerRadiusY"),
    "Ellipse": ("x", "y", "width", "height"),
    "Arc": ("centerX", "centerY", "width", "height", "startAngle", "endAngle"),
}
GRADIENTS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "LinearGradient": ("linear", ("startX", "startY", "endX", "endY")),
    "RadialGradient": ("radial", ("centerX", "centerY", "radius")),
    "SweepGradient": ("sweep", ("centerX", "centerY", "startAngle", "endAngle")),
}


def part_draw(maker: Maker, node: Node, scope: Scope, common: tuple[Attribute, Attribute | None, str, str]) -> PartDraw:
    """The part with its shapes."""
    made = PartDraw(maker.place(node, scope), *common)
    made.shapes = [_shape(maker, child, scope) for child in node.all(*SHAPES)]
    maker.finish(node, *SHAPES)
    return made


def _shape(maker: Maker, node: Node, scope: Scope) -> Shape:
    numbers = maker.numbers(node, dict.fromkeys(SHAPES[node.tag], 0.0), scope)
    styles = [_style(maker, child, scope) for child in (*node.all("Fill"), *node.all("Stroke", "WeightedStroke"))]
    maker.finish(node, "Fill", "Stroke", "WeightedStroke")
    return Shape(node.tag, numbers, styles, node.get("direction", "CLOCKWISE"))


def _style(maker: Maker, node: Node, scope: Scope) -> Style:
    colour = maker.attribute(node, "color", "#FFFFFFFF", scope)
    if node.tag == "Fill":
        style = Style(colour, _gradient(maker, node, scope))
    else:
        style = Style(
            colour,
            _gradient(maker, node, scope),
            maker.attribute(node, "thickness", 0.0, scope),
            node.get("cap", "BUTT"),
            node.get("join", "MITER"),
            tuple(_floats(node.get("dashIntervals"))),
            maker.attribute(node, "dashPhase", 0.0, scope),
        )
    if node.tag == "WeightedStroke":
        style.colours = maker.attribute(node, "colors", "", scope)
        style.weights = maker.attribute(node, "weights", "", scope)
        style.gap = maker.attribute(node, "discreteGap", 0.0, scope)
        style.smooth = maker.attribute(node, "interpolate", "FALSE", scope)
    maker.finish(node, *GRADIENTS)
    return style


def _gradient(maker: Maker, node: Node, scope: Scope) -> GradientStyle | None:
    """The last gradient counts."""
    found = node.all(*GRADIENTS)
    if not found:
        return None
    last = found[-1]
    kind, names = GRADIENTS[last.tag]
    style = GradientStyle(
        kind,
        maker.numbers(last, dict.fromkeys(names, 0.0), scope),
        maker.attribute(last, "colors", "", scope),
        tuple(min(max(value, 0.0), 1.0) for value in _floats(last.get("positions"))),
        last.get("direction", "CLOCKWISE"),
    )
    maker.finish(last)
    return style


def _floats(text: str) -> list[float]:
    found = []
    for part in text.replace(",", " ").split()[:64]:
        try:
            value = float(part)
        except ValueError:
            continue
        if -1e6 < value < 1e6:
            found.append(value)
    return found
