"""Complication slots: what they support is drawn, and what they start with is supported."""

from __future__ import annotations

from collections.abc import Iterator

from ..face import Face
from ..node import Node
from ..problem import Kind, Problem


def slots(face: Face) -> Iterator[Problem]:
    """Types without a Complication, Complications of unsupported types, default providers of unsupported types."""
    for node in face.root.walk():
        if node.tag != "ComplicationSlot" or "supportedTypes" not in node.attributes:
            continue
        supported = node.get("supportedTypes").split()
        known = set(supported)
        drawn = {each.get("type") for each in node.all("Complication")}
        missing = [each for each in dict.fromkeys(supported) if each not in drawn]
        if missing:
            yield Problem(
                Kind.REQUIRED,
                f"expected a Complication for each supported type, found none for {', '.join(missing)[:200]}",
                node.path,
                node.line,
                f'add <Complication type="{missing[0]}">, or take it out of supportedTypes',
                strict=missing == ["EMPTY"],
            )
        for each in node.all("Complication"):
            if each.get("type") not in known:
                yield _advice(
                    each,
                    f"{each.get('type')} is not in supportedTypes, so that this is never shown",
                    "add it to supportedTypes",
                )
        for policy in node.all("DefaultProviderPolicy"):
            kind = policy.get("defaultSystemProviderType")
            if kind and kind != "EMPTY" and kind not in known:
                yield _advice(
                    policy, f"the slot does not support {kind}, the type of its default provider", "support it"
                )


def _advice(node: Node, message: str, mend: str) -> Problem:
    return Problem(Kind.ADVICE, message, node.path, node.line, mend)
