"""Reading news feeds: RSS 2.0 (https://www.rssboard.org/rss-specification), RSS 1.0 and Atom (RFC 4287).

A feed is a stranger's file: entities are refused before they are expanded, and the size, the depth, the entries and the
characters that are kept have bounds. Only titles are kept; markup in a title is dropped.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

import msgspec

from ..kernel.errors import ServiceFault

MAX_BYTES = 1024 * 1024
MAX_ENTRIES = 40
MAX_DEPTH = 40
MAX_TITLE = 300
_ENTRY = frozenset(["item", "entry"])
_FEED = frozenset(["channel", "feed"])
_TAG = re.compile(r"<[^>]{0,200}>")


class Feed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A feed: who speaks, and the titles of its entries, in its order."""

    name: str = ""
    headlines: tuple[str, ...] = ()


class _Reader:
    def __init__(self) -> None:
        self.name = ""
        self.found: list[str] = []
        self._path: list[str] = []
        self._text: list[str] = []

    def begin(self, tag: str, _attributes: dict[str, str]) -> None:
        if len(self._path) >= MAX_DEPTH:
            raise ServiceFault(f"a feed nests deeper than {MAX_DEPTH}")
        self._path.append(tag.rpartition(":")[2])
        if self._path[-1] == "title":
            self._text = []

    def text(self, data: str) -> None:
        if self._path and self._path[-1] == "title" and sum(map(len, self._text)) < MAX_TITLE:
            self._text.append(data[:MAX_TITLE])

    def end(self, _tag: str) -> None:
        name = self._path.pop()
        above = self._path[-1] if self._path else ""
        if name != "title":
            return
        title = " ".join(_TAG.sub(" ", "".join(self._text)).split())[:MAX_TITLE]
        if above in _ENTRY and title and len(self.found) < MAX_ENTRIES:
            self.found.append(title)
        elif above in _FEED and not self.name:
            self.name = title


def read_feed(data: bytes) -> Feed:
    """The feed in some bytes. Raises ServiceFault if they are none."""
    if len(data) > MAX_BYTES:
        raise ServiceFault(f"a feed has at most {MAX_BYTES} bytes, got {len(data)}")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _refused
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ServiceFault(f"expected a news feed (RSS or Atom), got something else: {error}") from None
    if not reader.found:
        raise ServiceFault("expected a news feed (RSS or Atom), got XML without entries")
    return Feed(reader.name, tuple(reader.found))


def _refused(*_: Any) -> None:
    raise ServiceFault("a feed may not define entities")
