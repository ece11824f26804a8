"""Which words of a row are a stranger's: labels that are kept in the store, and come back with what they were put on.

A label on a whole row would spread: a list that once held an item from a poster would be a stranger's for ever, and so
would all that was written after it was read. So labels are kept by text. A row remembers which of its texts came from a
stranger; a call that reads such a text carries it; what the call writes or answers is labelled where those words turn
up again, most of them in any order, since skills turn "call my mum" into "call your mum". Whatever else it writes, the
owner's words, stays clean. This is provenance by content, in the code that runs skills, and it needs nothing of
the skills themselves; what one of them changes past recognition loses its label.

The labels of a skill lie in one row of its space. Pure but for that it remembers.
"""

from __future__ import annotations

import re
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

__all__ = ["KEY", "Labels", "Words", "akin", "bears", "marks_of", "texts"]

KEY = "~strange"
"""The key of the row that holds the labels of a space."""
ALL = "*"
"""Instead of labels, when there are too many: every text of the space is a stranger's."""
MAX_BYTES = 24 * 1024
MAX_TEXTS = 2_000
"""Of one value that are looked at, and characters of each."""
MAX_GONE = 256
Words = frozenset[str]
_WORD = re.compile(r"[^\W_]+")


def texts(value: Any) -> Iterator[str]:
    """Every text of a JSON value that has a letter and is no moment: what could persuade somebody."""
    pending, left = [value], MAX_TEXTS
    while pending and left > 0:
        each = pending.pop()
        left -= 1
        if isinstance(each, str):
            if any(map(str.isalpha, each)) and not _is_moment(each):
                yield each[:MAX_TEXTS]
        elif isinstance(each, dict):
            pending += each.values()
        elif isinstance(each, list | tuple):
            pending += each


def _is_moment(text: str) -> bool:
    if not text[:1].isdigit():
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def marks_of(value: Any) -> list[Words]:
    """The words of each text of a value."""
    return [found for text in texts(value) if (found := _words(text))]


def _words(text: str) -> Words:
    return frozenset(_WORD.findall(text.casefold()))


def bears(words: Words, mark: Words) -> bool:
    """Whether more than half of a mark's words turn up, or a text of three words or more is mostly made of it."""
    same = len(words & mark)
    return 2 * same > len(mark) or (len(words) >= 3 and 2 * same > len(words))


def akin(words: Words, mark: Words) -> bool:
    """The same for what was made of the mark itself, of which it may be a part of any length: an item of a list."""
    same = len(words & mark)
    return 2 * same > min(len(mark), len(words))


class Labels:
    """The labels of one skill's space: the strange texts of each row, by checksum."""

    def __init__(self) -> None:
        self.rows: dict[str, frozenset[int]] = {}
        self.known = False
        """Whether what is stored was read."""
        self._gone: OrderedDict[int, None] = OrderedDict()

    def take(self, row: Any) -> None:
        """What the store has."""
        held = row if isinstance(row, dict) else {}
        self.rows = {str(key): frozenset(value) for key, value in held.items() if isinstance(value, list)}
        self.known = True

    def of(self, key: str, value: Any) -> list[Words]:
        """The strange texts of a row that was read."""
        held = self.rows.get(key)
        if held is None and ALL not in self.rows:
            return []
        return [
            words for text in _of_row(key, value) if (words := _words(text)) and (held is None or _sum(text) in held)
        ]

    def relabelled(
        self, rows: Mapping[str, Any], given: Sequence[Words], read: Sequence[Words], *, undoing: bool = False
    ) -> dict[str, Any]:
        """The row to write with these (None deletes one), if the labels change; empty if not. ``given`` are the strange
        words that a call was given, ``read`` those that it read. What is taken ``undoing`` may bring back what went."""
        if ALL in self.rows:
            return {}
        changed = dict(self.rows)
        for key, value in rows.items():
            before = changed.pop(key, None)
            if value is None and before is None:
                continue
            strange = frozenset() if value is None else frozenset(self._strange(key, value, given, read, undoing))
            for each in (before or frozenset()) - strange:
                self._gone[each] = None
                self._gone.move_to_end(each)
            if strange:
                changed[key] = strange
        while len(self._gone) > MAX_GONE:
            self._gone.popitem(last=False)
        if changed == self.rows:
            return {}
        told: dict[str, list[int]] = {key: sorted(each) for key, each in changed.items()}
        if len(msgspec.json.encode(told)) > MAX_BYTES:
            told = {ALL: []}
        self.take(told)
        return {KEY: told or None}

    def _strange(
        self, key: str, value: Any, given: Sequence[Words], read: Sequence[Words], undoing: bool
    ) -> Iterator[int]:
        for text in _of_row(key, value):
            words, number = _words(text), _sum(text)
            if not words:
                continue
            again = undoing and number in self._gone
            if again or any(akin(words, mark) for mark in given) or any(bears(words, mark) for mark in read):
                yield number


def _of_row(key: str, value: Any) -> Iterable[str]:
    """The texts of a row; its key may be one, too ("list/NAME")."""
    yield from texts(key.split("/")[1:])
    yield from texts(value)


def _sum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
