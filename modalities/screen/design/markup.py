"""Elements of a face's document as text: names, attributes in their order, children. Numbers are written short."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

SIDE: Final = 450
"""The side of the faces made here, in their own units."""
MIDDLE: Final = SIDE / 2


def tag(name: str, /, *children: str, **attributes: float | str) -> str:
    """An element with its attributes; what is between is given as it is written."""
    given = "".join(f" {key}={quoteattr(short(value))}" for key, value in attributes.items())
    inner = "".join(children)
    return f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>"


def short(value: float | str) -> str:
    """A number with at most two decimals; text as it is."""
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def colour(value: str, alpha: float = 1.0) -> str:
    """``#AARRGGBB`` of ``#rrggbb``."""
    return f"#{round(255 * alpha):02X}{value[1:].upper()}"


def ambient(target: str, value: float | str) -> str:
    """What an attribute is in ambient mode."""
    return tag("Variant", mode="AMBIENT", target=target, value=value)


def group(name: str, *children: str, **attributes: float | str) -> str:
    """A group over the whole face; '' without children."""
    if not any(children):
        return ""
    return tag("Group", *children, name=name, **{"x": 0, "y": 0, "width": SIDE, "height": SIDE, **attributes})


def test(name: str, expression: str) -> str:
    """The Expressions of a Condition: one, by its name."""
    return tag("Expressions", tag("Expression", escape(expression), name=name))


def drawing(*shapes: str, **attributes: float | str) -> str:
    """A PartDraw over the whole face; '' without shapes."""
    if not any(shapes):
        return ""
    return tag("PartDraw", *shapes, **{"x": 0, "y": 0, "width": SIDE, "height": SIDE, **attributes})


def circle(x: float, y: float, radius: float, style: str) -> str:
    """An ellipse about a centre."""
    return tag("Ellipse", style, x=x - radius, y=y - radius, width=2 * radius, height=2 * radius)


def arc(x: float, y: float, radius: float, begin: float, end: float, style: str, *live: str) -> str:
    """An arc about a centre, degrees clockwise from the top."""
    size = {"width": 2 * radius, "height": 2 * radius}
    return tag("Arc", *live, style, centerX=x, centerY=y, **size, startAngle=begin, endAngle=end)


def fill(value: str, alpha: float = 1.0, gradient: str = "") -> str:
    """A Fill."""
    return tag("Fill", gradient, color=colour(value, alpha))


def stroke(value: str, thick: float, alpha: float = 1.0, *inner: str, **attributes: float | str) -> str:
    """A Stroke."""
    return tag("Stroke", *inner, color=colour(value, alpha), thickness=thick, **attributes)


def template(text: str, *expressions: str, upper: bool = False) -> str:
    """A Template with its parameters."""
    made = tag("Template", escape(text), *(tag("Parameter", expression=each) for each in expressions))
    return tag("Upper", made) if upper else made


def indented(text: str) -> str:
    """A document with an element a line, those inside another two blanks further in."""
    lines, depth = [], 0
    for line in text.replace("><", ">\n<").split("\n"):
        depth -= line.startswith("</")
        lines.append("  " * depth + line)
        depth += not line.startswith("</") and not line.endswith("/>") and "</" not in line
    return "\n".join(lines) + "\n"
