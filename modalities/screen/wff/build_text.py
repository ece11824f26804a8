"""PartText and TimeText from their nodes: runs of text with fonts, formatters, ornaments and pictures among words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .expression import Expression, Value, text_of
from .expression.syntax import Literal
from .expression.template import fill
from .letters import Style
from .live import Attribute, Fixed, Follower, Frame, Live, Scope
from .maker import Maker
from .node import Node
from .parts.clock import ClockText
from .parts.text import OrnamentStyle, PartText, RunStyle, Setting
from .typesetting import Glyphs

ORNAMENTS: Final = ("Shadow", "Outline", "OutGlow", "Underline", "StrikeThrough")
FORMATTERS: Final = ("Template", "Upper", "Lower", "InlineImage")
FONTS: Final = ("Font", "BitmapFont")
CIRCLE: Final[tuple[str, ...]] = ("centerX", "centerY", "width", "height", "startAngle", "endAngle")

_ENDS = re.compile(r"^\s*\n\s*|\s*\n\s*$")
_BREAK = re.compile(r"\s*\n\s*")

Common = tuple[Attribute, Attribute | None, str, str]


def part_text(maker: Maker, node: Node, scope: Scope, common: Common) -> PartText:
    """A part with a Text or a TextCircular."""
    made = PartText(maker.place(node, scope), *common, maker.words)
    box = node.first("Text", "TextCircular")
    if box is not None:
        most = int(float(box.get("maxLines"))) if box.get("maxLines").lstrip("-").isdigit() else 1
        made.setting = Setting(
            box.get("align", "CENTER"), box.get("verticalAlign", "CENTER" if most == 1 else "TOP"), max(most, 0),
            box.get("ellipsis") == "TRUE", box.get("isAutoSize") == "TRUE", _number(box.get("lineSpacing"), 0.0),
        )  # fmt: skip
        if box.tag == "TextCircular":
            made.setting.circle = maker.numbers(box, dict.fromkeys(CIRCLE, 0.0), scope)
            made.setting.direction = box.get("direction", "CLOCKWISE")
        made.runs = [run for font in box.all(*FONTS) for run in _runs(maker, font, scope)]
        maker.finish(box, *FONTS)
    maker.finish(node, "Text", "TextCircular")
    return made


def time_text(maker: Maker, node: Node, scope: Scope, common: Common) -> PartText:
    """The time, in a font or in pictures."""
    made = PartText(maker.place(node, scope), *common, maker.words)
    made.setting = Setting(node.get("align", "CENTER"), node.get("verticalAlign", "CENTER"))
    pattern = node.get("format", "hh:mm")
    scope.board.watch(frozenset(("HOUR_0_23", "MINUTE", *(("SECOND",) if "s" in pattern else ()), "IS_24_HOUR_MODE")))
    font = node.first(*FONTS)
    if font is not None:
        made.runs = [_run(maker, font, scope, ClockText(scope, pattern, node.get("hourFormat", "SYNC_TO_DEVICE")))]
        maker.finish(font)
    maker.finish(node, *FONTS)
    return made


def _run(maker: Maker, font: Node, scope: Scope, text: Live) -> RunStyle:
    glyphs: Glyphs | None = None
    if font.tag == "BitmapFont":
        glyphs = maker.fonts.get(font.get("family"))
        if glyphs is None:
            maker.note(font, f"expected a BitmapFont named {font.get('family')!r}, found none")
    style = Style(
        font.get("family", "SYNC_TO_DEVICE"), font.get("weight", "NORMAL"), font.get("slant") == "ITALIC",
        font.get("width", "NORMAL"), _number(font.get("letterSpacing"), 0.0),
    )  # fmt: skip
    size = maker.attribute(font, "size", 20.0, scope)
    return RunStyle(
        text,
        size,
        maker.attribute(font, "color", "#FFFFFFFF", scope),
        style,
        _number(font.get("minSize"), 12.0),
        (),
        glyphs,
    )


def _runs(maker: Maker, font: Node, scope: Scope) -> list[RunStyle]:
    base = _run(maker, font, scope, Fixed(""))
    runs = _inside(maker, font, scope, base)
    maker.finish(font, *ORNAMENTS, *FORMATTERS)
    return runs


def _inside(maker: Maker, node: Node, scope: Scope, base: RunStyle) -> list[RunStyle]:
    """Runs of a node's text and children, in document order. Blank text between tags says nothing."""
    runs = _plain(maker, node.text, base)
    for child in node.children:
        if child.tag in ORNAMENTS:
            ornament = _ornament(maker, child, scope)
            runs += _inside(maker, child, scope, replace(base, ornaments=(*base.ornaments, ornament)))
            maker.finish(child, *ORNAMENTS, *FORMATTERS)
        elif child.tag == "Template":
            runs.append(replace(base, text=_template(maker, child, scope)))
            maker.finish(child, "Parameter")
        elif child.tag in ("Upper", "Lower"):
            runs += _inside(maker, child, scope, replace(base, case=child.tag))
            maker.finish(child, "Template")
        elif child.tag == "InlineImage":
            runs.append(_picture(maker, child, scope, base))
            maker.finish(child)
        runs += _plain(maker, child.tail, base)
    return runs


def _plain(maker: Maker, text: str, base: RunStyle) -> list[RunStyle]:
    if not text.strip():
        return []
    found = maker.face.resources.string(text.strip(), maker.locale)
    return [replace(base, text=Fixed(_tidied(text) if found is None else found))]


def _ornament(maker: Maker, node: Node, scope: Scope) -> OrnamentStyle:
    style = OrnamentStyle(node.tag)
    if node.tag in ("Shadow", "Outline", "OutGlow"):
        style.colour = maker.attribute(node, "color", "#FF000000", scope)
        style.radius = maker.attribute(node, "width" if node.tag == "Outline" else "radius", 1.0, scope)
    if node.tag == "Shadow":
        style.x, style.y = (maker.attribute(node, name, 0.0, scope) for name in ("offsetX", "offsetY"))
    return style


def _picture(maker: Maker, node: Node, scope: Scope, base: RunStyle) -> RunStyle:
    width = (
        _number(node.get("width"), 0.0) - _number(node.get("overlapLeft"), 0.0) - _number(node.get("overlapRight"), 0.0)
    )
    size = maker.attribute(node, "height", 0.0, scope)
    source = node.get("source") or node.get("resource")
    colour = maker.attribute(node, "color", "#FFFFFFFF", scope)
    return replace(
        base,
        text=maker.live(node, source, scope),
        size=size,
        colour=colour,
        picture=True,
        width=max(width, 0.0),
        glyphs=None,
    )


def _template(maker: Maker, node: Node, scope: Scope) -> Live:
    text = _tidied(node.content)
    known = maker.face.resources.string(text, maker.locale)
    parameters: list[Live] = []
    for child in node.all("Parameter"):
        expression = maker.expression(child, child.get("expression").strip())
        parameters.append(Fixed("") if expression is None else _parameter(maker, expression, scope))
    return Filled(text if known is None else known, parameters)


def _tidied(text: str) -> str:
    """Text without the line breaks and indents of the document; blanks that stand in a line stay."""
    return _BREAK.sub(" ", _ENDS.sub("", text))


def _parameter(maker: Maker, expression: Expression, scope: Scope) -> Live:
    if isinstance(expression.tree, Literal):
        word = text_of(expression.tree.value)
        found = maker.face.resources.string(word, maker.locale) if isinstance(expression.tree.value, str) else None
        return Fixed(expression.tree.value if found is None else found)
    return Fixed(expression.evaluate({})) if expression.is_constant else Follower(expression, scope)


class Filled:
    """A template with live parameters."""

    def __init__(self, text: str, parameters: Sequence[Live]) -> None:
        self._text = text
        self._parameters = parameters
        self._given: list[Value] | None = None
        self._done = ""

    def get(self, frame: Frame) -> Value:
        """The text now."""
        given = [parameter.get(frame) for parameter in self._parameters]
        if given != self._given:
            self._given, self._done = given, fill(self._text, given)
        return self._done


def _number(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if -1e6 < value < 1e6 else default
