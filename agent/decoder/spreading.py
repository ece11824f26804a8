"""Several calls of one tool that a request lists: "the area of circles with radius 5, 10 and 15", "in Paris and Rome".

Numbers that the first call left over are taken in groups as large as its own; texts (names, quotations) that stand in one
row with the first call's text are its alternatives. Where neither is clear, there is one call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .about import NUMERIC
from .spans import Span, names, number_spans, overlaps, quotations
from .values import kind_of

__all__ = ["MOST_SPREAD", "spread"]

MOST_SPREAD = 6
_PREPOSITION = r"(?:(?:for|in|of|from|to|by|at|the|with|on)\s+)*"
_LISTED = re.compile(
    rf"['\"]?(?:\s*[,;]\s*|\s+)(?:(?:and|or|&|also|then|as well as)\s+)+{_PREPOSITION}['\"]?", re.IGNORECASE
)
_COMMA = re.compile(rf"['\"]?\s*[,;]\s*{_PREPOSITION}['\"]?", re.IGNORECASE)


def spread(
    parameters: Mapping[str, Any], required: Sequence[str], text: str, found: Mapping[str, str]
) -> list[dict[str, str]]:
    """The words of each call's arguments, ``found`` being the first's; one call where nothing is listed."""
    kinds = {name: kind_of(schema) for name, schema in parameters.items() if isinstance(schema, Mapping)}
    if any(kinds.get(name) == "array" for name in found):
        return [dict(found)]
    groups = _groups([name for name in found if kinds.get(name) in NUMERIC], kinds, text, found)
    texts = [name for name in found if kinds.get(name) == "string" and "enum" not in parameters[name]]
    lists = {name: _alternatives(text, name, found) for name in texts}
    count = len(groups) or max((len(each) for name, each in lists.items() if name in required), default=1)
    if not 2 <= count <= MOST_SPREAD:
        return [dict(found)]
    calls = []
    for at in range(count):
        call = dict(found)
        call |= groups[at] if groups else {}
        call |= {name: each[at] for name, each in lists.items() if len(each) == count}
        calls.append(call)
    return calls


def _groups(
    names_of: Sequence[str], kinds: Mapping[str, str], text: str, found: Mapping[str, str]
) -> list[dict[str, str]]:
    """The numbers of each call, where the first ones are the first call's and as many follow again and again."""
    if not names_of:
        return []
    lowered = text.lower()
    others = [words for name, words in found.items() if kinds.get(name) not in NUMERIC]
    spans = [span for span in number_spans(lowered) if any(letter.isdigit() for letter in span.words)]
    spans = [span for span in spans if not any(span.words in words.lower() for words in others)]
    size = len(names_of)
    if len(spans) < 2 * size or len(spans) % size:
        return []
    first = [span.words for span in spans[:size]]
    if sorted(first) != sorted(found[name] for name in names_of):
        return []
    between = lowered[spans[size - 1].end : spans[size].start]
    if size == 1 and not re.search(r"\b(?:and|or|also|then)\b|[,;]\s*$", lowered[spans[0].end : spans[-1].start]):
        return []
    if size > 1 and not re.search(r"\b(?:and|also|then|another|second)\b|[;.]", between):
        return []
    order = sorted(names_of, key=lambda name: first.index(found[name]))
    return [
        {name: span.words for name, span in zip(order, spans[at : at + size], strict=True)}
        for at in range(0, len(spans), size)
    ]


def _alternatives(text: str, name: str, found: Mapping[str, str]) -> list[str]:
    """What stands in one row with the words of an argument, itself first or not; only itself where nothing does."""
    words = found[name]
    taken = {other.lower() for key, other in found.items() if key != name}
    quoted = quotations(text)
    called = [span for span in names(text) if not overlaps(span, quoted)]
    for spans in (quoted, _whole(called, words, text)):
        at = next((at for at, span in enumerate(spans) if span.words.lower() == words.lower()), None)
        if at is None:
            continue
        first = last = at
        while first and _joined(text, spans[first - 1], spans[first]):
            first -= 1
        while last + 1 < len(spans) and _joined(text, spans[last], spans[last + 1]):
            last += 1
        row = spans[first : last + 1]
        listed = [span.words for span in row]
        conjoined = any(_LISTED.fullmatch(text[a.end : b.start]) for a, b in zip(row, row[1:], strict=False))
        if len(listed) > 1 and conjoined and not any(each.lower() in taken for each in listed):
            return listed
    return [words]


def _whole(called: Sequence[Span], words: str, text: str) -> list[Span]:
    """Names, those of the form "Paris, France" as one where the argument is of that form."""
    if words.count(",") != 1:
        return list(called)
    made: list[Span] = []
    at = 0
    while at < len(called):
        if at + 1 < len(called) and text[called[at].end : called[at + 1].start] == ", ":
            made.append(Span(called[at].start, called[at + 1].end, text[called[at].start : called[at + 1].end]))
            at += 2
        else:
            made.append(called[at])
            at += 1
    return made


def _joined(text: str, one: Span, other: Span) -> bool:
    between = text[one.end : other.start]
    return _LISTED.fullmatch(between) is not None or _COMMA.fullmatch(between) is not None
