"""Several calls of one tool that a request lists: "the area of circles with radius 5, 10 and 15", "in Paris and Rome".

Numbers are taken in groups as large as the first call's; texts (proper names, quotations) that stand in one list with
the first call's text are its alternatives. Where neither is clear, there is one call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .about import NUMERIC
from .spans import Span, names, number_spans, quotations
from .values import kind_of

__all__ = ["MOST_SPREAD", "spread"]

MOST_SPREAD = 6
_LISTED = re.compile(
    r"['\"]?(?:\s*[,;]\s*|\s+)(?:(?:and|or|&|also|then|as well as)\s+)*"
    r"(?:(?:for|in|of|from|to|by|at|the|with|on)\s+)*['\"]?",
    re.IGNORECASE,
)


def spread(
    parameters: Mapping[str, Any], required: Sequence[str], text: str, found: Mapping[str, str]
) -> list[dict[str, str]]:
    """The words of each call's arguments, ``found`` being the first's; one call where nothing is listed."""
    kinds = {name: kind_of(schema) for name, schema in parameters.items() if isinstance(schema, Mapping)}
    if any(kinds.get(name) == "array" for name in found):
        return [dict(found)]
    groups = _groups([name for name in required if kinds.get(name) in NUMERIC], kinds, text, found)
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
    names: Sequence[str], kinds: Mapping[str, str], text: str, found: Mapping[str, str]
) -> list[dict[str, str]]:
    """The numbers of each call, where the first ones are the first call's and as many follow again and again."""
    if not names or any(name not in found for name in names):
        return []
    others = [words for name, words in found.items() if kinds.get(name) not in NUMERIC]
    spans = [span for span in number_spans(text.lower()) if any(letter.isdigit() for letter in span.words)]
    spans = [span for span in spans if not any(span.words in words.lower() for words in others)]
    size = len(names)
    if len(spans) < 2 * size or len(spans) % size:
        return []
    first = [span.words for span in spans[:size]]
    if sorted(first) != sorted(found[name] for name in names):
        return []
    order = sorted(names, key=lambda name: first.index(found[name]))
    return [
        {name: span.words for name, span in zip(order, spans[at : at + size], strict=True)}
        for at in range(0, len(spans), size)
    ]


def _alternatives(text: str, name: str, found: Mapping[str, str]) -> list[str]:
    """What stands in one list with the words of an argument, itself first or not; only itself where nothing does."""
    words = found[name]
    taken = {other.lower() for key, other in found.items() if key != name}
    for spans in (quotations(text), names(text)):
        at = next((at for at, span in enumerate(spans) if span.words.lower() == words.lower()), None)
        if at is None:
            continue
        first = last = at
        while first and _joined(text, spans[first - 1], spans[first]):
            first -= 1
        while last + 1 < len(spans) and _joined(text, spans[last], spans[last + 1]):
            last += 1
        listed = [span.words for span in spans[first : last + 1]]
        if len(listed) > 1 and not any(each.lower() in taken for each in listed):
            return listed
    return [words]


def _joined(text: str, one: Span, other: Span) -> bool:
    return _LISTED.fullmatch(text[one.end : other.start]) is not None
