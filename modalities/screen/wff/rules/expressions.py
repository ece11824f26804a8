"""Expressions wherever they stand: they can be read, what they use exists in the version, and their types fit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..expression import ExpressionError, compile, template  # noqa: A004
from ..expression import sources as catalogue
from ..face import Face
from ..node import Node
from ..problem import VERSIONS, Kind, Problem
from ..schema.validate import span

_PLACES = {
    "Variant": ("value",),
    "Transform": ("value",),
    "Parameter": ("expression",),
    "InlineImage": ("source",),
    "Gyro": ("x", "y", "scaleX", "scaleY", "angle", "alpha"),
}
"""The attributes that are expressions; a Compare's is the name of one."""

_BRACKETS = re.compile(r"\[([A-Z0-9][\w.]{0,200})\]")


def expressions(face: Face) -> Iterator[Problem]:
    """What cannot be read or is not there in a version, and doubts about sources and types."""
    names = _Names(face)
    for node in face.root.walk():
        for attribute in _PLACES.get(node.tag, ()):
            if attribute in node.attributes:
                yield from _check(node, node.attributes[attribute], attribute, names)
        if node.tag == "Expression" and node.content.strip():
            yield from _check(node, node.content, "", names)
        if node.tag == "Template":
            yield from _template(node)
        for attribute, value in node.attributes.items():
            if "[" in value and attribute not in _PLACES.get(node.tag, ()):
                for found in _BRACKETS.findall(value):
                    yield from names.doubts(node, found)


def _check(node: Node, text: str, attribute: str, names: _Names) -> Iterator[Problem]:
    try:
        expression = compile(text)
    except ExpressionError as error:
        where = f"{attribute}: " if attribute else ""
        yield Problem(Kind.EXPRESSION, f"{where}{error}", node.path, node.line, attribute=attribute)
        return
    if expression.versions < VERSIONS:
        yield Problem(
            Kind.VERSION,
            f"this expression needs {span(expression.versions)}",
            node.path,
            node.line,
            f"declare format version {min(expression.versions, default=5)}, or do without",
            VERSIONS - expression.versions,
            attribute,
        )
    for doubt in expression.warnings:
        yield Problem(Kind.ADVICE, doubt, node.path, node.line, attribute=attribute)
    for source in sorted(expression.named):
        yield from names.doubts(node, source)


def _template(node: Node) -> Iterator[Problem]:
    given = len(node.all("Parameter"))
    wanted = template(node.content, ()).slots
    if wanted != given:
        yield Problem(
            Kind.ADVICE,
            f"the text asks for {wanted} parameters, and {given} are given",
            node.path,
            node.line,
            "write one %s for each Parameter",
        )


class _Names:
    """What the face itself declares for expressions to use."""

    def __init__(self, face: Face) -> None:
        self._settings: dict[str, Node] = {}
        for part in face.root.all("UserConfigurations"):
            for setting in part.children:
                self._settings[setting.get("id")] = setting
        self._references = {node.get("name") for node in face.root.walk() if node.tag == "Reference"}

    def doubts(self, node: Node, source: str) -> Iterator[Problem]:
        """What is doubtful about a source at a place."""
        message, mend = "", ""
        if source.startswith("CONFIGURATION."):
            message, mend = self._configuration(source)
        elif source.startswith("REFERENCE."):
            if source.removeprefix("REFERENCE.") not in self._references:
                message, mend = f"nothing publishes [{source}]", "add a Reference of this name"
        elif source.startswith("COMPLICATION.") and "/ComplicationSlot" not in node.path:
            message, mend = f"[{source}] is empty outside a ComplicationSlot", "move it into one"
        elif catalogue.find(source) is None:
            message, mend = f"no version has a source [{source}]", "see docs/faces.md for the sources"
        if message:
            yield Problem(Kind.ADVICE, message, node.path, node.line, mend)

    def _configuration(self, source: str) -> tuple[str, str]:
        name, _, index = source.removeprefix("CONFIGURATION.").partition(".")
        setting = self._settings.get(name)
        if setting is None:
            return f"no configuration is called {name!r}", "declare it in UserConfigurations"
        if setting.tag == "ColorConfiguration" and index.isdecimal() and len(index) < 4:
            counts = [len(each.get("colors").split()) for each in setting.all("ColorOption")]
            if counts and min(counts) <= int(index):
                return f"an option of {name!r} has no colour {index}", "give each option as many colours"
        return "", ""
