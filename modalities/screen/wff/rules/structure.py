"""Children and attributes an element must have though the schemas do without."""

from __future__ import annotations

from collections.abc import Iterator

from ..face import Face
from ..node import Node
from ..problem import Kind, Problem

_NEEDED = {
    "Reference": ("defaultValue", "the value to show until the source has one"),
    "Images": ("change", "what makes the next picture appear, such as TAP"),
    "AnimatedImages": ("change", "what makes the next picture appear, such as TAP"),
}
_ONE_OF = {
    "Arc": (("Stroke", "WeightedStroke"), True),
    "Line": (("Stroke", "WeightedStroke"), True),
    "Ellipse": (("Stroke", "Fill"), False),
    "Rectangle": (("Stroke", "Fill"), False),
    "RoundRectangle": (("Stroke", "Fill"), False),
}
"""Of which children a shape needs one, and whether it may not have both."""


def structure(face: Face) -> Iterator[Problem]:
    """Shapes that draw nothing, an empty scene, options that cannot be told apart."""
    for node in face.root.walk():
        if node.tag in _NEEDED and _NEEDED[node.tag][0] not in node.attributes:
            name, why = _NEEDED[node.tag]
            yield _missing(node, f"expected the attribute {name} ({why}), found none", f'add {name}="…"', name)
        if node.tag == "ColorOption" and "colors" not in node.attributes:
            yield _missing(node, "expected the attribute colors, found none", 'add colors="#… #…"', "colors")
        if node.tag in _ONE_OF:
            tags, alone = _ONE_OF[node.tag]
            found = {child.tag for child in node.all(*tags)}
            if not found or (alone and len(found) > 1):
                wanted = "exactly one" if alone else "at least one"
                mend = f"add <{tags[0]}>" if not found else f"remove <{tags[0]}> or <{tags[1]}>"
                yield _missing(
                    node, f"expected {wanted} of {' and '.join(tags)} in {node.tag}, found {len(found)}", mend
                )
        if node.tag == "Scene" and not node.children:
            yield _missing(node, "expected something to draw in Scene, found nothing", "add a Group or a part")


def _missing(node: Node, message: str, mend: str, attribute: str = "") -> Problem:
    return Problem(Kind.REQUIRED, message, node.path, node.line, mend, attribute=attribute)
