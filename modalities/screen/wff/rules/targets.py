"""Transforms, variants and references: they name attributes their element has; fonts made of pictures exist."""

from __future__ import annotations

from collections.abc import Iterator

from ..face import Face
from ..node import Node
from ..problem import Kind, Problem
from ..schema import ELEMENTS, Element

_KEYS = {"Transform": "target", "Variant": "target", "Reference": "source"}


def targets(face: Face) -> Iterator[Problem]:
    """A target that is no attribute of its element; a bitmap font that is not declared."""
    fonts = {each.get("name") for part in face.root.all("BitmapFonts") for each in part.all("BitmapFont")}
    waiting: list[tuple[Node, Element]] = [(face.root, ELEMENTS["WatchFace"])]
    while waiting:
        node, definition = waiting.pop()
        for child in node.children:
            known = definition.children.get(child.tag)
            if known is None:
                continue
            waiting.append((child, ELEMENTS[known[0]]))
            name = child.get(_KEYS.get(child.tag, ""))
            if name and name not in definition.attributes:
                yield _advice(child, f"{node.tag} has no attribute {name!r}", "name one it has")
            family = child.get("family")
            if child.tag == "BitmapFont" and family and family not in fonts:
                yield _advice(child, f"no BitmapFont is called {family!r}", "declare it in BitmapFonts")


def _advice(node: Node, message: str, mend: str) -> Problem:
    return Problem(Kind.ADVICE, message, node.path, node.line, mend)
