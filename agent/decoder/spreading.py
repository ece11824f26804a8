"""Several calls of one tool that a stretch of a request lists: "a radius of 5, 10 and 15", "in Paris and Rome".

Numbers that the first call left over are taken in groups as large as its own, or as the row its number stands in; texts
that stand in one row with the first call's text are its alternatives. Several rows
are every pair of their members, or one to one where they are said to go "respectively".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from typing import Any

from .about import NUMERIC
from .lexicon import POINTING
from .quantities import rows_of
from .spans import Span, names, number_spans, overlaps, quotations, series
from .values import kind_of, listed

__all__ = ["MOST_SPREAD", "spread"]

MOST_SPREAD = 8
_PREPOSITION = r"(?:(?:for|in|of|from|to|by|at|the|with|on)\s+)*"
_LISTED = re.compile(
    rf"['\"]?(?:\s*[,;]\s*|\s+)(?:(?:and|or|&|also|then|as well as)\s+)+{_PREPOSITION}['\"]?", re.IGNORECASE
)
_COMMA = re.compile(rf"['\"]?\s*[,;]\s*{_PREPOSITION}['\"]?", re.IGNORECASE)
_AND = re.compile(r"\b(?:and|or|also|then|another|second)\b|;")


def spread(
    parameters: Mapping[str, Any], required: Sequence[str], text: str, found: Mapping[str, str]
) -> list[dict[str, str]]:
    """The words of each call's arguments, ``found`` being the first's; one call where nothing is listed."""
    kinds = {name: kind_of(schema) for name, schema in parameters.items() if isinstance(schema, Mapping)}
    groups = _groups([name for name in found if kinds.get(name) in NUMERIC], kinds, text, found)
    texts = [name for name in found if kinds.get(name) == "string" and "enum" not in parameters[name]]
    lists = {name: _alternatives(text, name, found) for name in texts}
    pairs = any(len(each) > 1 for each in lists.values()) and "respectively" not in text.lower()
    if not groups or (pairs and len(groups[0]) == 1):
        groups = []
        lists |= {name: _row(text, name, found) for name in found if kinds.get(name) in NUMERIC}
    several = {name: each for name, each in lists.items() if len(each) > 1}
    if not groups and len(several) > 1 and "respectively" not in text.lower():
        every = [dict(zip(several, each, strict=True)) for each in product(*several.values())]
        return [{**found, **each} for each in every] if len(every) <= MOST_SPREAD else [dict(found)]
    count = len(groups) or max((len(each) for each in lists.values()), default=1)
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
    wanted: Sequence[str], kinds: Mapping[str, str], text: str, found: Mapping[str, str]
) -> list[dict[str, str]]:
    """The numbers of each call, where the first ones are the first call's and as many follow again and again."""
    if not wanted:
        return []
    lowered = text.lower()
    others = [words for name, words in found.items() if kinds.get(name) not in NUMERIC]
    spans = [span for span in number_spans(lowered) if any(letter.isdigit() for letter in span.words)]
    spans = [span for span in spans if not any(span.words in words.lower() for words in others)]
    size = len(wanted)
    if len(spans) < 2 * size or len(spans) % size:
        return []
    first = [span.words for span in spans[:size]]
    if sorted(first) != sorted(found[name] for name in wanted):
        return []
    if not _AND.search(lowered[spans[size - 1].end : spans[-size].start]) and not (
        size > 1
        and all(
            lowered[spans[at].end : spans[at + 1].start].strip() == "," for at in range(size - 1, len(spans) - 1, size)
        )
    ):
        return []
    order = sorted(wanted, key=lambda name: first.index(found[name]))
    return [
        {name: span.words for name, span in zip(order, spans[at : at + size], strict=True)}
        for at in range(0, len(spans), size)
    ]


def _row(text: str, name: str, found: Mapping[str, str]) -> list[str]:
    """The numbers in one row with an argument's, those of other arguments not among them; only itself otherwise."""
    lowered = text.lower()
    taken = [words for key, words in found.items() if key != name]
    taken += [span.words for words in taken for span in number_spans(words.lower())]
    for row in rows_of(number_spans(lowered), lowered):
        said = [span.words for span in row]
        alone = found[name] in said and len(said) == len(set(said)) > 1 and not any(each in taken for each in said)
        if alone and _AND.search(lowered[row[0].end : row[-1].start]):
            return said
    return [found[name]]


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
        said = [span.words for span in row]
        conjoined = any(_LISTED.fullmatch(text[a.end : b.start]) for a, b in pairwise(row))
        if len(said) > 1 and conjoined and not any(each.lower() in taken for each in said):
            return said
    for one in series(text):
        said = listed(one.words)
        plain = all(len(each.split()) <= 2 and not set(each.lower().split()) & POINTING for each in said)
        first = plain and said[0].lower() == words.lower() and len({each.lower() for each in said}) > 1
        if first and not any(_taken_in(each, taken) for each in said):
            return said
    return [words]


def _taken_in(said: str, taken: set[str]) -> bool:
    """Whether something that is taken is within what was said, or the other way round."""
    return any(other in said.lower() or said.lower() in other for other in taken if other)


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
