"""One element of a face's document: plain, frozen, with the place it was read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """An element. ``text`` is what stands before its first child, ``tail`` what follows it inside its parent.

    ``path`` names it for people (``WatchFace/Scene/Group[2]/PartText``, counted from 1 among equal siblings, 1 left
    out); ``line`` is where its tag begins, from 1.
    """

    tag: str
    attributes: Mapping[str, str]
    children: tuple[Node, ...]
    text: str
    path: str
    line: int
    tail: str = ""

    def get(self, name: str, default: str = "") -> str:
        """An attribute's text, or the default."""
        return self.attributes.get(name, default)

    def all(self, *tags: str) -> tuple[Node, ...]:
        """The children with one of these tags, in order."""
        return tuple(child for child in self.children if child.tag in tags)

    def first(self, *tags: str) -> Node | None:
        """The first child with one of these tags."""
        return next((child for child in self.children if child.tag in tags), None)

    def walk(self) -> Iterator[Node]:
        """The element and all below it, in document order."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    @property
    def content(self) -> str:
        """All text directly inside, without its children's: ``%s:%s`` of a Template with Parameters."""
        return self.text + "".join(child.tail for child in self.children)
