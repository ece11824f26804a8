"""Which number of a request is which parameter's: by the words around it, by its unit, and by order in a row.

Numbers in a row ("a base and a height of 3 and 4 cm") share the words around the row; where as many parameters are
named before it, they are given in that order. What nothing speaks for goes to what is required, in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...models.decoder.stems import stem
from .about import About, alike
from .lexicon import FREQUENCIES, QUANTITIES
from .spans import Span, clocks, dates, expressions, number_spans, quotations

__all__ = ["numbers", "rows_of"]

_STOP = re.compile(r"[,.;:?!]|\b(?:and|with|at|for|of|in|to|on|from|after|over|using|given)\b")
_WORD = re.compile(r"[a-z]+|\d+")
_UNIT = re.compile(r"\s?-?(%|°?[a-zµ°/]+(?:\^?\d|²)?(?:/[a-z]+(?:\^?\d|²)?)?)")
_MEASURED = "|".join(re.escape(each) for each in QUANTITIES if each != "$")
_ROW = re.compile(rf"\s*(?:(?:{_MEASURED})\s*)?(?:,\s*and\s+|,|\band\b|\bx\b|\bby\b|:|\bto\b|\bor\b)\s*\$?\s*")
_OFTEN = re.compile("|".join(rf"\b{each}\b" for each in FREQUENCIES))
_YEAR = re.compile(r"(?:1\d|20|21)\d\d")
_LEAST, _LEAST_OPTIONAL, _SURE = 0.8, 1.6, 3.0


def numbers(parameters: Sequence[About], descriptions: dict[str, frozenset[str]], text: str,
            used: Sequence[Span], *, strict: bool = False) -> dict[str, Span]:  # fmt: skip
    """The numbers of open parameters; ``used`` are places that are somebody else's. ``strict``: what nothing speaks for
    is given only where there are as many as are wanting."""
    lowered = text.lower()
    spans = usable(parameters, text, lowered, used)
    found: dict[str, Span] = {}
    free = list(spans)
    digits = any(any(letter.isdigit() for letter in span.words) for span in spans)
    rows = rows_of(spans, lowered)
    for row in rows:
        if len(row) > 1:
            named = _named(parameters, row, spans, lowered)
            if len(named) == len(row):
                found |= dict(zip(named, row, strict=True))
                free = [span for span in free if span not in row]
    row_of = {span: row for row in rows for span in row}
    told = {each.key: descriptions.get(each.key, frozenset()) for each in parameters}
    for each in parameters:
        often = {word[:8] for word in each.raw | told[each.key]}
        if each.key not in found and "compound" in often and (said := _OFTEN.search(lowered)):
            found[each.key] = Span(said.start(), said.end(), said[0])
    fits = sorted(
        ((fit(each, told[each.key], span, row_of[span], spans, lowered, digits), -at, each, span)
         for at, span in enumerate(free) for each in parameters if each.key not in found),
        key=lambda one: one[:2], reverse=True,
    )  # fmt: skip
    scarce = len(free) <= sum(each.required and each.key not in found for each in parameters)
    for score, _, each, span in fits:
        if scarce and not each.required and score < _SURE:
            continue
        if score >= (_LEAST if each.required else _LEAST_OPTIONAL) and each.key not in found and span in free:
            found[each.key] = span
            free.remove(span)
    free.sort(key=lambda span: (not any(letter.isdigit() for letter in span.words), span.start))
    wanting = sum(each.required and each.key not in found for each in parameters)
    if strict and wanting != len(free):
        return found
    for each in parameters:
        if each.required and each.key not in found and free:
            found[each.key] = free.pop(0)
    return found


def usable(parameters: Sequence[About], text: str, lowered: str, used: Sequence[Span]) -> list[Span]:
    """Numbers that are not part of a day, a quotation or a formula; a year is, where a year is asked for."""
    taken = [*used, *quotations(text)]
    parts = frozenset(word for each in parameters for word in each.raw)
    if not parts & {"year", "day", "month", "years"}:
        taken += dates(text)
    if not parts & {"hour", "hours", "minute", "minutes", "time"}:
        taken += clocks(text)
    if not any("x" in each.raw or "value" in each.raw for each in parameters):
        taken += [span for span in expressions(text) if re.search(r"\^|\*\*", span.words)]
    else:
        taken += [span for span in expressions(text) if re.search(r"\^|\*\*|[a-z]\s?[-+]", span.words)]
    return [span for span in number_spans(lowered) if not any(span.start < t.end and t.start < span.end for t in taken)]


def rows_of(spans: Sequence[Span], lowered: str) -> list[list[Span]]:
    """Numbers that follow each other with nothing but a unit and a joint between them."""
    rows: list[list[Span]] = []
    for span in spans:
        if rows and _ROW.fullmatch(lowered[rows[-1][-1].end : span.start]):
            rows[-1].append(span)
        else:
            rows.append([span])
    return rows


def _named(parameters: Sequence[About], row: Sequence[Span], spans: Sequence[Span], lowered: str) -> list[str]:
    """The parameters that are named before a row, in the order they are named in, each by words of its own."""
    before = max((s.end for s in spans if s.end <= row[0].start), default=0)
    words = [(m.start(), stem(m[0])) for m in _WORD.finditer(lowered, before, row[0].start)]
    shared = {token for each in parameters for token in each.name if sum(token in p.name for p in parameters) > 1}
    found = []
    for each in parameters:
        own = each.name - shared
        at = max((place for place, word in words if any(alike(word, token) for token in own)), default=-1)
        if at >= 0:
            found.append((at, each.key))
    return [key for _, key in sorted(found)]


def fit(each: About, told: frozenset[str], span: Span, row: Sequence[Span], spans: Sequence[Span], lowered: str,
        digits: bool) -> float:  # fmt: skip
    """How much of a parameter's name and description stands around a number, nearer words counting more."""
    first, last = row[0], row[-1]
    before = max((s.end for s in spans if s.end <= first.start), default=0)
    after = min((s.start for s in spans if s.start >= last.end), default=len(lowered))
    left = [stem(w) for w in _WORD.findall(lowered[before : first.start])][-7:][::-1]
    score = 0.0
    stop = _STOP.search(lowered, last.end, after)
    right = [stem(w) for w in _WORD.findall(lowered[last.end : stop.start() if stop else after])][:4]
    for weight, tokens in ((2.0, each.name), (1.0, told)):
        for token in tokens:
            near = [0.85**at for at, word in enumerate(left) if alike(word, token)]
            near += [0.8**at for at, word in enumerate(right) if alike(word, token)]
            score += weight * max(near, default=0.0)
    score += _unit(each, told, span, lowered)
    if "year" in each.topics and _YEAR.fullmatch(span.words):
        score += 2.0
    elif _YEAR.fullmatch(span.words) and re.search(r"\b(?:in|since|year|of)\s$", lowered[: span.start]):
        score -= 1.0
    if digits and not any(letter.isdigit() for letter in span.words):
        score -= 1.2
    return score


def _unit(each: About, told: frozenset[str], span: Span, lowered: str) -> float:
    """Whether the number's unit measures what the parameter is."""
    match = _UNIT.match(lowered, span.end)
    unit = "%" if span.words.endswith("%") else "$" if "$" in span.words else match[1] if match else ""
    measured = QUANTITIES.get(unit)
    if measured is None:
        return 0.0
    if each.raw & measured:
        return 1.6 if unit == "%" else 1.2
    if any(stem(word) in told for word in measured):
        return 0.5
    return -0.5 if any(each.raw & other for other in QUANTITIES.values()) else 0.0
