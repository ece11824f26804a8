"""Reads a face's XML into nodes, with limits on everything a document can make grow.

Entities, document types and processing of anything outside the document are refused before they are expanded; depth,
elements, attributes and text are counted while the parser runs, so a hostile file costs no more than its first breach.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from .node import Node
from .problem import FaceError

MAX_BYTES = 2 << 20
"""The largest document; public faces stay below 0.5 MiB."""
MAX_ELEMENTS = 20_000
MAX_DEPTH = 64
MAX_ATTRIBUTES = 64
MAX_TEXT = 64 << 10
"""The longest attribute or text of one element, in characters."""

_CHUNK = 16 << 10
_WORD = re.compile(r"\s+")


@dataclass(slots=True)
class _Open:
    """An element whose end has not been read yet."""

    tag: str
    attributes: dict[str, str]
    path: str
    line: int
    text: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    tails: list[list[str]] = field(default_factory=list)
    length: int = 0


def parse(data: bytes, name: str = "watchface.xml") -> Node:
    """The root element of a document.

    Raises:
        FaceError: it is no XML, declares entities, or exceeds a limit; the text names ``name`` and the line.
    """
    if len(data) > MAX_BYTES:
        raise FaceError(f"{name}: expected at most {MAX_BYTES >> 20} MiB of XML, found {len(data) / (1 << 20):.1f} MiB")
    reader = _Reader(name)
    try:
        # in pieces, so that a limit stops the parser early
        for start in range(0, len(data), _CHUNK):
            reader.parser.Parse(data[start : start + _CHUNK], False)
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise FaceError(f"{name}, line {error.lineno}: expected well-formed XML, found: {what}") from None
    except (LookupError, ValueError) as error:
        raise FaceError(f"{name}: expected text in a known encoding, found: {error}") from None
    if reader.root is None:
        raise FaceError(f"{name}: expected an element, found none")
    return reader.root


class _Reader:
    def __init__(self, name: str) -> None:
        self.root: Node | None = None
        self._name = name
        self._stack: list[_Open] = []
        self._elements = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._no_doctype
        self.parser.EntityDeclHandler = self._no_doctype
        self.parser.ExternalEntityRefHandler = self._no_doctype

    def _fail(self, expected: str, found: str) -> FaceError:
        return FaceError(f"{self._name}, line {self.parser.CurrentLineNumber}: expected {expected}, found {found}")

    def _no_doctype(self, *_: object) -> int:
        raise self._fail("no document type and no entities", "a declaration of one")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise self._fail(f"at most {MAX_ELEMENTS:,} elements", "more")
        if len(self._stack) >= MAX_DEPTH:
            raise self._fail(f"elements at most {MAX_DEPTH} deep", "deeper ones")
        if len(attributes) > MAX_ATTRIBUTES:
            raise self._fail(f"at most {MAX_ATTRIBUTES} attributes", f"{len(attributes)}")
        if any(len(value) > MAX_TEXT for value in attributes.values()):
            raise self._fail(f"attributes of at most {MAX_TEXT:,} characters", "a longer one")
        path = tag
        if self._stack:
            above = self._stack[-1]
            number = above.counts[tag] = above.counts.get(tag, 0) + 1
            path = f"{above.path}/{tag}" + (f"[{number}]" if number > 1 else "")
        kept = {key: value for key, value in attributes.items() if not key.startswith(("xmlns", "xsi:", "xml:"))}
        if not self._stack and attributes.get("xmlns"):
            raise self._fail("elements without a namespace", f"xmlns={attributes['xmlns'][:80]!r}")
        self._stack.append(_Open(tag, kept, path, self.parser.CurrentLineNumber))

    def _characters(self, text: str) -> None:
        element = self._stack[-1]
        element.length += len(text)
        if element.length > MAX_TEXT:
            raise self._fail(f"text of at most {MAX_TEXT:,} characters", "a longer one")
        (element.tails[-1] if element.tails else element.text).append(text)

    def _end(self, tag: str) -> None:
        done = self._stack.pop()
        children = tuple(
            Node(c.tag, c.attributes, c.children, c.text, c.path, c.line, "".join(tail)) if tail else c
            for c, tail in zip(done.children, done.tails, strict=True)
        )
        node = Node(tag, done.attributes, children, "".join(done.text), done.path, done.line)
        if self._stack:
            self._stack[-1].children.append(node)
            self._stack[-1].tails.append([])
        else:
            self.root = node


def squeeze(text: str) -> str:
    """Text with every run of white space as one blank, and none at the ends."""
    return _WORD.sub(" ", text).strip()
