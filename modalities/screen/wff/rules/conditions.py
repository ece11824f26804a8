"""Conditions: their expressions have something to say, and their cases something to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..face import Face
from ..problem import Kind, Problem


def conditions(face: Face) -> Iterator[Problem]:
    """Expressions without text, and expressions that no Compare asks for (they cost, and change nothing)."""
    for node in face.root.walk():
        if node.tag == "Expression" and not node.content.strip():
            yield Problem(
                Kind.REQUIRED,
                "expected an expression as the text of Expression, found none",
                node.path,
                node.line,
                "write one, such as [HOUR_0_23] < 12",
            )
        if node.tag == "Condition":
            asked = Counter(each.get("expression") for each in node.all("Compare"))
            for part in node.all("Expressions"):
                for each in part.all("Expression"):
                    name = each.get("name")
                    if name and name not in asked:
                        yield Problem(
                            Kind.REQUIRED,
                            f"expected a Compare for the expression {name!r}, found none",
                            each.path,
                            each.line,
                            f'remove it, or add <Compare expression="{name}">',
                            strict=True,
                        )
            for name in (each for each, count in asked.items() if count > 1):
                yield Problem(
                    Kind.REQUIRED,
                    f"expected one Compare for the expression {name!r}, found {asked[name]}",
                    node.path,
                    node.line,
                    "join them; only the first is ever shown",
                    strict=True,
                )
