"""What a request lists for a parameter that takes a list: in brackets, in a row, of a closed list, or one thing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...models.decoder.stems import stem
from .about import NUMERIC, About, alike
from .candidates import candidates
from .choices import said
from .lexicon import CLASSES
from .spans import Span, bracketed, number_lists, overlaps, quotations, ranges, series
from .values import kind_of

__all__ = ["listed_for"]

_RANGED = frozenset(["range", "interval", "limit", "bound", "tupl", "between", "start", "end"])


def listed_for(each: About, schema: Mapping[str, Any], text: str, used: Sequence[Span],
               subject: frozenset[str]) -> Span | None:  # fmt: skip
    """The words of a list; None where nothing is listed."""
    items = schema.get("items")
    inner: Mapping[str, Any] = items if isinstance(items, Mapping) else {}
    numeric = kind_of(inner) in NUMERIC if "type" in inner else False
    if kind_of(inner) == "object" and "type" in inner:
        return None
    lowered = text.lower()
    for span in sorted(bracketed(text), key=lambda one: one.words[0] != "["):
        if not overlaps(span, used) and (each.required or _beside(each, span, lowered)):
            return span
    if numeric or kind_of(inner) == "array":
        return _numbers(each, text, used)
    if each.options:
        chosen = said(each.options, lowered, every=True)
        if chosen:
            return Span(0, 0, ", ".join(chosen))
        if isinstance(inner.get("enum"), list):
            return None
    if each.topics & CLASSES.keys() and (one := _classed(each, text, subject, used)) is not None:
        return one
    rows = [row for row in _rows(text) if not overlaps(row, used)]
    rows.sort(key=lambda row: -_beside(each, row, lowered))
    if rows and (each.required or _beside(each, rows[0], lowered) > 0):
        return rows[0]
    least = 0.0 if each.required else 3.4
    offers = sorted(((score, -span.start, span) for score, span in candidates(each, text, subject)
                     if not overlaps(span, used)), reverse=True)  # fmt: skip
    return offers[0][2] if offers and offers[0][0] >= least else None


def _classed(each: About, text: str, subject: frozenset[str], used: Sequence[Span]) -> Span | None:
    """Words of the class the list is of, all of them."""
    words = frozenset[str]().union(*(CLASSES[topic] for topic in each.topics & CLASSES.keys()))
    some = [span for _, span in candidates(each, text, subject) if span.words.lower() in words]
    some = [span for span in dict.fromkeys(some) if not overlaps(span, used)]
    return Span(some[0].start, some[0].end, ", ".join(span.words for span in some)) if some else None


def _numbers(each: About, text: str, used: Sequence[Span]) -> Span | None:
    some = number_lists(text)
    if (each.name | each.told) & _RANGED:
        some = [*ranges(text), *some]
    free = [span for span in some if not overlaps(span, used)]
    return free[0] if free and (each.required or _beside(each, free[0], text.lower())) else None


def _rows(text: str) -> list[Span]:
    """Rows of words, each begun after the last word that is none of it; quotations in a row are one."""
    found: list[Span] = []
    quoted = quotations(text)
    at = 0
    while at < len(quoted):
        last = at
        while last + 1 < len(quoted) and re.fullmatch(
            r"['\"”]\s*(?:,\s*(?:and\s+|or\s+)?|and\s+|or\s+)['\"“]", text[quoted[last].end : quoted[last + 1].start]
        ):
            last += 1
        if last > at:
            found.append(
                Span(quoted[at].start, quoted[last].end, ", ".join(span.words for span in quoted[at : last + 1]))
            )
        at = last + 1
    for row in series(text):
        if not overlaps(row, found):
            found.append(row)
    return found


def _beside(each: About, span: Span, lowered: str) -> float:
    left = [stem(word) for word in re.findall(r"[a-z]+", lowered[: span.start])[-4:]][::-1]
    right = [stem(word) for word in re.findall(r"[a-z]+", lowered[span.end :])[:2]]
    return max(
        (weight * 0.8**at for weight, tokens in ((1.5, each.name), (0.7, each.told)) for words in (left, right)
         for at, word in enumerate(words) if any(alike(word, token) for token in tokens)),
        default=0.0,
    )  # fmt: skip
