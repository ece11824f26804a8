"""Every span of a request that may be a text parameter's, and how well it fits.

A span is worth something for its form (a quotation, a name, a day, a file), for the words around it (those of the
parameter's name, the preposition before it), and for its class (a colour for ``color``). Words that only name the
parameter are not its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ...models.decoder.stems import stem, word_list
from .about import About, alike
from .choices import the_one_said
from .lexicon import BY, CLASSES, FROM, LITTLE, NARROWER, TO, WIDER
from .spans import Span, clocks, codes, dates, expressions, names, number_spans, overlaps, phrases, quotations

__all__ = ["candidates"]

_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_NOBODY = frozenset(["me", "my location", "it", "you", "us", "them", "him", "her", "this", "that", "these", "i"])
_BETWEEN = frozenset(
    ["of", "is", "as", "the", "a", "an", "named", "called", "titled", "to", "for", "with", "reading", "saying"]
)
_THE = re.compile(r"\b[Tt]he ([a-z][\w-]*(?: [a-z][\w-]*){0,2}?)(?=[.,?!;]|$)")
_STREET = r"\d+ (?:[A-Za-z]+ ){1,3}?(?i:street|st|avenue|ave|road|rd|boulevard|blvd|lane|drive|way)\b"
_SAYING = re.compile(
    r"\b(?:saying|says|reads|reading|telling (?:him|her|them)|to say|that|asking|: )\s*(?:that )?"
    r"([^\n]{2,200}?)(?=[.!?]?$|[.!?]\s+[A-Z])",
    re.IGNORECASE,
)
_FEATURE = re.compile(
    r" (?:river|lake|mountains?|islands?|street|avenue|university|park|station|airport|museum|bridge)\b"
)
_NEXT = re.compile(
    r" (?:is |of |named |called |as |to |= ?|: ?)?"
    r"((?:[A-Z][\w'.&#-]*|[\w^*/+-]*\d[\w^*/+-]*|\w+_\w+)(?: [A-Z][\w'&-]*)*)"
)
_SEASON = re.compile(
    r"\b(?:19|20)\d\d\s?[-/]\s?(?:\d{4}|\d\d)\b|\b(?:19|20)\d\d\b|\b(?:spring|summer|autumn|fall|winter)\b", re.I
)


def candidates(each: About, text: str, subject: frozenset[str], *, apart: bool = False) -> Iterator[tuple[float, Span]]:
    """Every span that may be a parameter's, and how well it fits; ``subject`` are the stems of the tool's name.
    ``apart``: a place and its region are asked for apart."""
    lowered = text.lower()
    for score, span in _formed(each, text, lowered):
        yield score, span
    for score, span in _called(each, text, lowered, apart):
        yield score, span
    yield from _classed(each, lowered, text)
    yield from _named(each, text)
    yield from _before(each, text, subject)
    for preposition, span in phrases(text):
        trimmed = _trimmed(each, span)
        if (
            trimmed is not None
            and trimmed.words.lower() not in _NOBODY
            and not trimmed.words.lower().startswith("same")
        ):
            long = max(0, len(trimmed.words.split()) - 4)
            yield (1.0 + _preposition(preposition, each) + _beside(each, trimmed, lowered) - _foreign(each, trimmed)
                   - 0.3 * long), trimmed  # fmt: skip
    for match in _THE.finditer(text):
        trimmed = _trimmed(each, Span(match.start(1), match.end(1), match[1]))
        if trimmed is not None:
            yield 0.6, trimmed


def _formed(each: About, text: str, lowered: str) -> Iterator[tuple[float, Span]]:
    """By form: quotations, days, addresses, files, codes, formulas, years, names."""
    topics = each.topics
    for span in quotations(text):
        other = topics & {"date", "year", "email", "unit", "currency"} or (
            "code" in topics and not re.search(r"\d", span.words)
        )
        yield (2.0 if other else 4.0) + _beside(each, span, lowered), span
    if "anything" in topics:
        yield from ((3.6, Span(m.start(1), m.end(1), m[1])) for m in _SAYING.finditer(text))
    if each.raw & {"address", "street"}:
        yield from ((5.0, span) for span in _words_with(text, _STREET))
    days = dates(text)
    if "date" in topics:
        for span in days:
            yield 4.0 + _ends(each, span, lowered) + 0.3 * bool(re.search(r"\d", span.words)), span
    if "time" in topics and "date" not in topics:
        yield from ((4.0, span) for span in clocks(text))
    if "year" in topics:
        yield from ((4.2 + 0.3 * ("-" in m[0]), Span(m.start(), m.end(), m[0])) for m in _SEASON.finditer(text))
    if "email" in topics or "email" in each.told:
        yield from ((6.0, span) for span in _words_with(text, r"\S+@\S+\w"))
    if topics & {"path"}:
        yield from ((5.0, span) for span in _words_with(text, r"(?:~|\w:)?[\w.-]*[/.]\w[\w./-]*\w"))
    if topics & {"code"}:
        yield from ((3.0, span) for span in codes(text) if not overlaps(span, days))
    if "expression" in topics:
        yield from ((6.0, span) for span in expressions(text))


def _called(each: About, text: str, lowered: str, apart: bool) -> Iterator[tuple[float, Span]]:
    """Proper names: by the words around them, with the region after a comma, with the number or noun that follows."""
    topics = each.topics
    days, quoted = dates(text), quotations(text)
    for span in names(text):
        if overlaps(span, days) and not topics & {"date", "month"}:
            continue
        before = lowered[: span.start].split()[-1:]
        score = 0.5 if topics & {"date", "code", "year", "expression", "unit", "diet"} else 2.0
        score += _preposition(before[0] if before else "", each) + _beside(each, span, lowered)
        if overlaps(span, quoted):
            score -= 2.0
        if span.words.lower() in CLASSES["unit"] and "unit" not in topics:
            score -= 1.5
        following = re.match(r" ([a-z]+)", text[span.end :])
        last = [stem(word) for word in word_list(span.words.rsplit(" ", 1)[-1])]
        if following and any(alike(stem(following[1]), token) for token in each.name):
            score += 1.5
        elif " " in span.words and any(alike(word, token) for word in last for token in each.name):
            score += 1.8
        region = re.search(r"[A-Z][\w.]*, $", text[: span.start]) is not None
        if apart and each.raw & (WIDER | NARROWER):
            yield score + (2.0 if region == bool(each.raw & WIDER) else -1.0), span
            continue
        yield score, span
        longer = _with_region(text, span)
        if longer is not None:
            yield score + (0.4 if "place" in topics else -0.5), longer
        numbered = re.match(r" \d{1,3}(?=[.,?!;]|$)", text[span.end :]) or _FEATURE.match(text[span.end :])
        if numbered:
            yield score + 0.2, Span(span.start, span.end + numbered.end(), span.words + numbered[0])
        inner = re.match(r"(.+?) of (?:the )?(.+)", span.words)
        if inner and "place" in topics:
            yield score - 0.6, Span(span.start + inner.start(2), span.end, inner[2])


def _words_with(text: str, pattern: str) -> Iterator[Span]:
    return (Span(m.start(), m.end(), m[0]) for m in re.finditer(pattern, text))


def _with_region(text: str, span: Span) -> Span | None:
    """A place with the region after its comma; not in a row of places."""
    more = re.match(r", (?:[A-Z]\w+(?: [A-Z]\w+)*|(?:[A-Z]\.){2,})", text[span.end :])
    if more is None:
        return None
    end = span.end + more.end()
    if re.match(r",? (?:and|or) [A-Z]\w*(?! ?\w*,)", text[end:]) and not re.match(
        r",? (?:and|or) [A-Z][\w ]*, [A-Z]", text[end:]
    ):
        return None
    if re.search(r"[A-Z]\w+, $", text[: span.start]) or re.match(r", [A-Z]", text[end:]):
        return None
    return Span(span.start, end, text[span.start : end])


def _ends(each: About, span: Span, lowered: str) -> float:
    """A day after "to" ends something, one after "from" begins it."""
    word = (lowered[: span.start].split() or [""])[-1]
    later = each.raw & {"end", "out", "checkout", "to", "until", "return", "due"}
    if word in ("to", "until", "till", "through", "-"):
        return 1.0 if later else -0.4
    return -0.4 if later else 0.2


def _classed(each: About, lowered: str, text: str) -> Iterator[tuple[float, Span]]:
    """Words of the class that the parameter is about, and those that its description quotes."""
    for topic in each.topics & CLASSES.keys():
        some = CLASSES[topic]
        for match in re.finditer(r"[a-z°/][\w./²^-]*", lowered):
            for length in (3, 2, 1):
                words = re.match(rf"\S+(?: \S+){{{length - 1}}}", lowered[match.start() :])
                said = words[0].rstrip(".,?!;:)") if words else ""
                if said in some:
                    at = match.start()
                    span = Span(at, at + len(said), text[at : at + len(said)])
                    longer = (n for n in names(text) if overlaps(span, [n]) and len(n.words) > len(said))
                    span = next(longer, span)
                    yield (
                        4.0
                        + 0.2 * length
                        + _preposition((lowered[:at].split() or [""])[-1], each)
                        + _counted(each, span, text),
                        span,
                    )
                    break
    if each.options and (chosen := the_one_said(each.options, lowered, text)):
        at = max(lowered.find(chosen.lower()), 0)
        yield 4.5, Span(at, at + len(chosen), chosen)


def _beside(each: About, span: Span, lowered: str) -> float:
    """Whether words of the parameter's name stand right before a span, little words aside; of its description, half."""
    left = [word for word in _WORD.findall(lowered[: span.start])[-5:][::-1] if word not in _BETWEEN][:2]
    return max(
        (weight * 0.6**at for weight, tokens in ((1.5, each.name), (0.7, each.told)) for at, word in enumerate(left)
         if any(alike(stem(word), token) for token in tokens)),
        default=0.0,
    )  # fmt: skip


def _counted(each: About, span: Span, text: str) -> float:
    """Of units and currencies the one that has a number is converted from; what has none is converted to."""
    if not each.topics & {"unit", "currency"}:
        return 0.0
    lowered = text.lower()
    number = re.search(r"[\d.]\s?$", lowered[: span.start]) is not None
    if each.raw & (FROM | TO | {"base"}):
        return 1.0 if number == bool(each.raw & (FROM | {"base"})) else -1.0
    if number:
        return 0.0 if _one_unit(lowered) else -3.0
    return 0.6 if re.search(r"\b(?:in|to|into|as) $", lowered[: span.start]) else -1.0


def _one_unit(lowered: str) -> bool:
    """Whether all numbers have the same unit."""
    found = {match[1] for match in re.finditer(r"\d\s?([a-z°]+)", lowered) if match[1] in CLASSES["unit"]}
    return len(found) == 1


def _named(each: About, text: str) -> Iterator[tuple[float, Span]]:
    """What stands right after a word of the parameter's name: "company Amazon"."""
    if "kind" in each.topics:
        return
    for match in _WORD.finditer(text):
        if any(alike(stem(match[0].lower()), token) for token in each.name):
            after = _NEXT.match(text, match.end())
            if after:
                words = after[1].rstrip(".")
                span = Span(after.start(1), after.start(1) + len(words), words)
                first, _, rest = words.partition(" ")
                if rest and any(alike(stem(first.lower()), token) for token in each.name):
                    span = Span(span.end - len(rest), span.end, rest)
                yield 3.6, span


def _before(each: About, text: str, subject: frozenset[str]) -> Iterator[tuple[float, Span]]:
    """What limits the noun that is asked for, or the one that names the parameter: "theft crimes"."""
    if each.topics & {"place", "date", "year", "email", "path", "anything", "unit", "currency", "expression", "time"}:
        return
    limits = bool(each.topics & {"kind", "cuisine", "diet", "sport", "colour", "gender"})
    words = list(_WORD.finditer(text))
    called = names(text)
    for one, other in pairwise(words):
        if text[one.end() : other.start()] != " " or one[0].lower() in LITTLE or one[0].lower().endswith("est"):
            continue
        if (len(one[0]) == 1 and one[0].islower()) or other[0].endswith("ed"):
            continue
        noun, first = stem(other[0].lower()), stem(one[0].lower())
        if any(alike(first, token) for token in subject | each.name):
            continue
        span = Span(one.start(), one.end(), one[0])
        span = next((name for name in called if overlaps(span, [name])), span)
        if any(alike(noun, token) for token in each.name):
            yield (3.4 if limits or one[0][0].isupper() else 2.4), span
        elif any(alike(noun, token) for token in subject):
            yield (2.8 if limits else 1.2) + 0.3 * one[0][0].isupper(), span
        elif limits and any(alike(noun, token) for token in each.told):
            yield 2.4 + 0.3 * one[0][0].isupper(), span


def _trimmed(each: About, span: Span) -> Span | None:
    """Without the parameter's own name around it; None if nothing else is said. Names keep theirs."""
    pieces = list(re.finditer(r"\S+", span.words))

    def own(word: str) -> bool:
        plain = [stem(part) for part in word_list(word)]
        return bool(plain) and word[0].islower() and all(any(alike(p, token) for token in each.name) for p in plain)

    while pieces and own(pieces[0][0]):
        pieces.pop(0)
    while pieces and own(pieces[-1][0]):
        pieces.pop()
    if not pieces:
        return None
    start, end = pieces[0].start(), pieces[-1].end()
    return Span(span.start + start, span.start + end, span.words[start:end])


def _foreign(each: About, span: Span) -> float:
    """How unlikely a phrase is a value for its form: numbers are, and days for what is no day."""
    if number_spans(span.words.lower()) and not each.topics & {"code", "date", "year", "time", "expression"}:
        return 2.5 if not re.search(r"[a-z]{3}", span.words.lower()) else 1.0
    return 1.0 if span.words.lower() in CLASSES["unit"] and "unit" not in each.topics else 0.0


def _preposition(word: str, each: About) -> float:
    """How well the word before fits a parameter of this name."""
    if word == "from":
        return 1.5 if each.raw & FROM else -0.3
    if word in ("to", "into"):
        return 1.5 if each.raw & TO else 0.8 if "place" in each.topics and not each.raw & FROM else -0.3
    if word in ("in", "at", "near", "around"):
        return 1.4 if each.topics & {"place", "date"} else 0.0
    if word == "with" and each.kind == "array":
        return 1.2
    if word == "on":
        return 0.9 if each.raw & {"platform", "device", "console", "topic", "subject", "day", "date"} else 0.0
    if word == "during":
        return 1.0 if each.raw & {"event", "period", "season", "war", "era"} else 0.0
    if word in ("called", "named", "titled"):
        return 1.0 if each.raw & {"name", "title"} else 0.2
    if word == "by":
        return 1.2 if each.raw & BY else 0.2
    return 0.4 if word in ("of", "for", "about") else 0.0
