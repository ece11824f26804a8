"""The small language the table of elements is written in, and what is read from it.

Attributes, one after the other: ``name!:type@since`` where ``!`` means required and a missing type is ``text``; a type
may also be its words, ``NORMAL|ITALIC``; ``&geometry`` stands for a named group.

Children: ``Tag`` (exactly one), ``Tag?``, ``Tag*``, ``Tag+``, ``Tag{0,8}``; ``(A|B)+`` counts both together; ``A > B``
means that A stands before B; ``Tag:Name`` takes the definition ``Name`` for it; ``@2`` since a version, ``@1-3`` until
one. The order of children is otherwise free, as in the schemas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..problem import VERSIONS
from .values import TYPES, ValueType, enumeration

MANY = 1 << 30


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an element."""

    name: str
    type: ValueType
    required: bool
    versions: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rule:
    """How often some children may stand in an element, together, in some versions."""

    tags: tuple[str, ...]
    least: int
    most: int
    versions: frozenset[int]
    stage: int = 0


@dataclass(frozen=True, slots=True)
class Element:
    """The definition of an element. ``children`` maps a tag to its definition's name and the versions that allow it."""

    name: str
    attributes: Mapping[str, Attribute]
    children: Mapping[str, tuple[str, frozenset[int]]]
    rules: tuple[Rule, ...]
    text: bool
    """Whether it may hold text."""


_COUNTS = {"": (1, 1), "?": (0, 1), "*": (0, MANY), "+": (1, MANY)}
_ITEM = re.compile(
    r"(?:\((?P<tags>[^()]+)\)|(?P<tag>[A-Za-z:]+))(?P<count>[?*+]|\{\d+,\d+\})?(?:@(?P<since>\d)(?:-(?P<until>\d))?)?"
)


def versions_of(since: str | None, until: str | None) -> frozenset[int]:
    """``2``, None: from 2 on; ``1``, ``3``: 1 to 3."""
    return frozenset(v for v in VERSIONS if int(since or 1) <= v <= int(until or max(VERSIONS)))


def attributes(text: str, groups: Mapping[str, str]) -> dict[str, Attribute]:
    """The attributes a line of the table stands for."""
    found: dict[str, Attribute] = {}
    for item in text.split():
        if item.startswith("&"):
            found.update(attributes(groups[item[1:]], groups))
            continue
        head, _, since = item.partition("@")
        name, _, kind = head.partition(":")
        type_ = enumeration(kind.split("|")) if "|" in kind or kind.isupper() else TYPES[kind or "text"]
        plain = name.removesuffix("!")
        found[plain] = Attribute(plain, type_, name.endswith("!"), versions_of(since or None, None))
    return found


def element(name: str, attribute_text: str, child_text: str, groups: Mapping[str, str], text: bool) -> Element:
    """The definition a line of the table stands for."""
    children: dict[str, tuple[str, frozenset[int]]] = {}
    rules: list[Rule] = []
    for stage, part in enumerate(child_text.split(">")):
        for item in part.split():
            items = groups[item[1:]].split() if item.startswith("&") else [item]
            rules.extend(_rule(each, stage, children) for each in items)
    return Element(name, attributes(attribute_text, groups), children, tuple(rules), text)


def _rule(item: str, stage: int, children: dict[str, tuple[str, frozenset[int]]]) -> Rule:
    match = _ITEM.fullmatch(item)
    if match is None:
        raise ValueError(f"expected a child of the table's grammar, found {item!r}")
    versions = versions_of(match["since"], match["until"])
    tags: list[str] = []
    for member in (match["tags"] or match["tag"]).split("|"):
        head, _, since = member.partition("@")
        tag, _, definition = head.partition(":")
        own = versions & versions_of(since or None, None)
        children[tag] = (definition or tag, own | children.get(tag, ("", frozenset()))[1])
        tags.append(tag)
    count = match["count"] or ""
    low, high = _COUNTS[count] if count in _COUNTS else (int(n) for n in count.strip("{}").split(","))
    return Rule(tuple(tags), low, high, versions, stage)
