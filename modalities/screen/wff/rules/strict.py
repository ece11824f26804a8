"""What Google's reference validator refuses though the schemas allow it, and official faces do it.

They make a face invalid, but for ``face check --tolerant``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..face import Face
from ..node import Node
from ..problem import Kind, Problem
from ..schema.values import as_integer

_SHORTCUTS = (
    "ALARM", "BATTERY_STATUS", "CALENDAR", "HEALTH_HEART_RATE", "MESSAGE", "MUSIC_PLAYER", "PHONE", "SETTINGS",
)  # fmt: skip
_LINK = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s]*")
_COMPONENT = re.compile(r"[A-Za-z][\w.]*/[\w.$]+")
_DECORATION = {"Shadow": ("offsetX", "offsetY", "radius"), "Outline": ("width",), "OutGlow": ("radius",)}


def strict(face: Face) -> Iterator[Problem]:
    """Stroke and Fill together, parts of a decoration left to their defaults, margins that are no whole numbers."""
    for node in face.root.walk():
        if node.tag in ("Ellipse", "Rectangle", "RoundRectangle") and node.first("Stroke") and node.first("Fill"):
            yield _strict(node, "Stroke and Fill in one shape", "draw it twice")
        if node.tag == "AnimatedImages" and node.first("AnimatedImage") and node.first("SequenceImages"):
            yield _strict(node, "AnimatedImage and SequenceImages in one AnimatedImages", "use one kind")
        if node.tag == "Flavor" and not node.first("Configuration"):
            yield _strict(node, "a Flavor without a Configuration", "add one")
        if node.tag == "ColorConfiguration" and len(node.children) > 20:
            yield _strict(node, "more than 20 ColorOptions", "offer fewer")
        if node.tag == "BooleanConfiguration" and len(node.all("BooleanOption")) > 2:
            yield _strict(node, "more than two BooleanOptions", "keep TRUE and FALSE")
        for name in _DECORATION.get(node.tag, ()):
            if name not in node.attributes:
                yield _strict(node, f"{node.tag} without {name}", f'write {name}="2"')
        for name, value in node.attributes.items():
            if name.startswith("margin") and (as_integer(value) is None or (as_integer(value) or 0) < 0):
                yield _strict(node, f"{name} that is no whole number of 0 or more", "round it")
        if node.tag == "ScreenReader" and node.attributes.get("stringId") == "":
            yield Problem(
                Kind.VALUE,
                "stringId: expected the name of a text, found ''",
                node.path,
                node.line,
                "name a text, so that the face can be read aloud",
                attribute="stringId",
                strict=True,
            )
        if node.tag == "Launch" and (target := node.get("target")):
            yield from _launch(node, target)


def _launch(node: Node, target: str) -> Iterator[Problem]:
    if target in _SHORTCUTS or _LINK.fullmatch(target):
        return
    if _COMPONENT.fullmatch(target):
        yield _strict(node, "an app's component as the target of Launch", "use a link such as app://open")
        return
    yield Problem(
        Kind.VALUE,
        f"target: expected one of {', '.join(_SHORTCUTS)}, a link or package/activity, found {target[:60]!r}",
        node.path,
        node.line,
        attribute="target",
    )


def _strict(node: Node, what: str, mend: str) -> Problem:
    return Problem(Kind.REQUIRED, f"the reference validator refuses {what}", node.path, node.line, mend, strict=True)
