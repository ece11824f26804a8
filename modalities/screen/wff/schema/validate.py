"""Holds a document against the table of elements, for all versions at once."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from ..node import Node
from ..problem import VERSIONS, Kind, Problem
from .grammar import MANY, Element, Rule
from .table import ELEMENTS


def validate(root: Node) -> Iterator[Problem]:
    """What the schemas refuse, in document order. Elements below an unknown one are not looked at."""
    if root.tag != "WatchFace":
        yield Problem(
            Kind.TAG,
            f"expected WatchFace as the root, found {root.tag}",
            root.path,
            root.line,
            "begin the document with <WatchFace width=… height=…>",
        )
        return
    waiting = [(root, ELEMENTS["WatchFace"])]
    while waiting:
        node, definition = waiting.pop()
        yield from _attributes(node, definition)
        yield from _text(node, definition)
        below: list[tuple[Node, Element]] = []
        for child in node.children:
            known = definition.children.get(child.tag)
            if known is None:
                yield _unknown_child(node, child, definition)
            else:
                below.append((child, ELEMENTS[known[0]]))
                if known[1] < VERSIONS:
                    yield _version(child, f"{child.tag} in {node.tag}", known[1])
        yield from _counts(node, definition)
        waiting.extend(reversed(below))


def span(versions: frozenset[int]) -> str:
    """Versions for a person: ``version 4``, ``versions 2 to 5``, ``no version``."""
    if not versions:
        return "no version"
    low, high = min(versions), max(versions)
    return f"version {low}" if low == high else f"versions {low} to {high}"


def _version(node: Node, what: str, allowed: frozenset[int]) -> Problem:
    return Problem(
        Kind.VERSION,
        f"{what} needs {span(allowed)}",
        node.path,
        node.line,
        f"declare format version {min(allowed)}, or leave it out",
        VERSIONS - allowed,
    )


def _attributes(node: Node, definition: Element) -> Iterator[Problem]:
    for name, attribute in definition.attributes.items():
        if attribute.required and name not in node.attributes:
            yield Problem(
                Kind.REQUIRED,
                f"expected the attribute {name} ({attribute.type.expected}), found none",
                node.path,
                node.line,
                f'add {name}="…"',
                attribute.versions,
                name,
            )
    for name, value in node.attributes.items():
        known = definition.attributes.get(name)
        if known is None:
            yield _unknown_attribute(node, name, definition)
            continue
        if known.versions < VERSIONS:
            yield _version(node, f"the attribute {name} of {node.tag}", known.versions)
        refused = known.type.refused_in(value) & known.versions
        if refused:
            yield Problem(
                Kind.VALUE,
                f"{name}: expected {known.type.expected}, found {shown(value)}",
                node.path,
                node.line,
                _mend_value(value, known.type.name),
                refused,
                name,
            )


def shown(value: str) -> str:
    """A value in a message: quoted, and cut where it is long."""
    return repr(value if len(value) <= 60 else value[:57] + "…")


def _mend_value(value: str, type_name: str) -> str:
    allowed = ["TRUE", "FALSE"] if type_name == "boolean" else type_name.split("|")
    near = [word for word in allowed if word == value.upper()] or get_close_matches(value.upper()[:60], allowed, n=1)
    return f"write {near[0]}" if len(allowed) > 1 and near else ""


def _text(node: Node, definition: Element) -> Iterator[Problem]:
    if not definition.text and (found := node.content.strip()):
        yield Problem(
            Kind.TAG,
            f"expected no text directly inside {node.tag}, found {shown(found)}",
            node.path,
            node.line,
            "remove it, or put it into a comment",
        )


def _unknown_child(node: Node, child: Node, definition: Element) -> Problem:
    near = get_close_matches(child.tag[:60], list(definition.children), n=1, cutoff=0.75)
    allowed = ", ".join(definition.children) or "nothing"
    return Problem(
        Kind.TAG,
        f"expected one of {allowed} inside {node.tag}, found {shown(child.tag)}",
        child.path,
        child.line,
        f"did you mean {near[0]}?" if near else f"remove it, or move it out of {node.tag}",
    )


def _unknown_attribute(node: Node, name: str, definition: Element) -> Problem:
    near = get_close_matches(name[:60], list(definition.attributes), n=1, cutoff=0.75)
    allowed = ", ".join(definition.attributes) or "none"
    return Problem(
        Kind.ATTRIBUTE,
        f"expected only the attributes {allowed}, found {shown(name)}",
        node.path,
        node.line,
        f"did you mean {near[0]}?" if near else "remove it",
        attribute=name,
    )


def _counts(node: Node, definition: Element) -> Iterator[Problem]:
    tags = [child.tag for child in node.children]
    for rule in definition.rules:
        found = sum(tag in rule.tags for tag in tags)
        if not rule.least <= found <= rule.most:
            yield _count(node, rule, found)
    if any(rule.stage for rule in definition.rules):
        yield from _order(node, definition)


def _count(node: Node, rule: Rule, found: int) -> Problem:
    what = " or ".join(rule.tags) if len(rule.tags) <= 5 else f"{', '.join(rule.tags[:4])} and the like"
    several = len(rule.tags) > 1 and len({child.tag for child in node.children if child.tag in rule.tags}) > 1
    if rule.least == rule.most:
        wanted = f"exactly {rule.least}"
    elif rule.most == MANY:
        wanted = f"at least {rule.least}"
    else:
        wanted = f"{rule.least} to {rule.most}" if rule.least else f"at most {rule.most}"
    return Problem(
        Kind.REQUIRED if found < rule.least or several else Kind.OCCURRENCE,
        f"expected {wanted} of {what} inside {node.tag}, found {found}",
        node.path,
        node.line,
        f"add <{next(iter(rule.tags))}>" if found < rule.least else f"remove {found - rule.most}",
        rule.versions,
    )


def _order(node: Node, definition: Element) -> Iterator[Problem]:
    stages = {tag: rule.stage for rule in definition.rules for tag in rule.tags}
    highest, before = 0, ""
    for child in node.children:
        stage = stages.get(child.tag, highest)
        if stage < highest:
            yield Problem(
                Kind.OCCURRENCE,
                f"expected {child.tag} before {before} inside {node.tag}, found it behind",
                child.path,
                child.line,
                f"move it before {before}",
            )
            return
        if stage > highest:
            highest, before = stage, child.tag
