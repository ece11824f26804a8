"""Names that must be unique, and names that must exist: the schemas' ``unique``, ``key`` and ``keyref``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..node import Node
from ..problem import VERSIONS, Kind, Problem

_LATER = frozenset(v for v in VERSIONS if v >= 4)


def identities(root: Node) -> Iterator[Problem]:
    """Every name that is there twice, or refers to nothing, anywhere in a document."""
    yield from unique(root.all("Metadata"), "key", "Metadata keys")
    for fonts in root.all("BitmapFonts"):
        yield from unique(fonts.children, "name", "bitmap fonts")
    for scene in root.all("Scene"):
        yield from unique(scene.children, "slotId", "complication slots")
    references: list[Node] = []
    for node in root.walk():
        if node.tag == "Reference":
            references.append(node)
        elif node.tag == "BitmapFont" and node.first("Character", "Word"):
            yield from unique(node.children, "name", "characters of a bitmap font")
        elif node.tag == "Condition":
            yield from _condition(node)
    yield from unique(references, "name", "references", _LATER)


def unique(
    nodes: Iterable[Node], key: str, what: str, versions: frozenset[int] = VERSIONS, kind: Kind = Kind.REQUIRED
) -> Iterator[Problem]:
    """One problem for each node whose key another had before."""
    seen: dict[str, int] = {}
    for node in nodes:
        name = node.attributes.get(key)
        if name is None:
            continue
        if name in seen:
            yield Problem(
                kind,
                f"expected {what} with different {key}, found {name!r} again (first in line {seen[name]})",
                node.path,
                node.line,
                f"give it another {key}",
                versions,
            )
        else:
            seen[name] = node.line


def _condition(condition: Node) -> Iterator[Problem]:
    expressions = [each for part in condition.all("Expressions") for each in part.all("Expression")]
    yield from unique(expressions, "name", "expressions of a Condition")
    names = {each.get("name") for each in expressions}
    for compare in condition.all("Compare"):
        wanted = compare.attributes.get("expression")
        if wanted is not None and wanted not in names:
            yield Problem(
                Kind.REQUIRED,
                f"expected the name of an Expression of this Condition, found {wanted!r}",
                compare.path,
                compare.line,
                "write one of " + ", ".join(sorted(names)) if names else "add it to Expressions",
            )
