"""Which words of a request are which text parameter's: every span that could be one's, how well it fits, and the best
of all for all of them at once.

A span is worth something for its form (a quotation, a name, a day, a file), for the words around it (those of the
parameter's name, the preposition before it), and for its class (a colour for ``color``). Words that only name the
parameter are not its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ...models.decoder.stems import stem, word_list
from .about import About, alike
from .choices import the_one_said
from .lexicon import CLASSES
from .spans import Span, clocks, codes, dates, expressions, is_spoken, names, number_spans, overlaps, phrases, quotations

__all__ = ["HINT", "HINT_SPOKEN", "assigned", "candidates"]

HINT, HINT_SPOKEN = 1.5, 4.5
"""How well somebody else's words for a text fit beside those the rules find, in writing and in speech: without capitals
and quotation marks rules see little, and the words for what may be left out are taken then, too."""
OPTIONAL = 3.4
"""How well words must fit to be those of a text that may be left out."""
_FROM = frozenset("from origin start departure source begin starting base first".split())  # noqa: SIM905
_TO = frozenset("to destination end arrival target until final second".split())  # noqa: SIM905
_BY = frozenset("author artist composer writer director by performer singer sculptor painter creator band".split())  # noqa: SIM905
_LITTLE = frozenset(
    "the a an of in to for and or is it this that my some any what which how find get show me new more other different "
    "with from by on at all are you i we us your our their give tell about best top nearest closest nearby local current "
    "upcoming latest highest lowest good most popular cheapest average total next last first next open every each near "
    "specific certain available possible great live does do was were has have search book order play buy list".split()  # noqa: SIM905
)
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_NEXT = re.compile(
    r" (?:is |of |named |called |as |to |= ?|: ?)?((?:[A-Z][\w'.&#-]*|[\w^*/+-]*\d[\w^*/+-]*|\w+_\w+)(?: [A-Z][\w'&-]*)*)"
)
_SEASON = re.compile(r"\b(?:19|20)\d\d\s?[-/]\s?(?:\d{4}|\d\d)\b|\b(?:19|20)\d\d\b|\b(?:spring|summer|autumn|fall|winter)\b", re.I)


def assigned(parameters: Sequence[About], text: str, used: Sequence[Span], hints: Mapping[str, str],
             subject: frozenset[str]) -> dict[str, Span]:  # fmt: skip
    """The words of each text, the best fitting first and no place twice; for what is required, twice if need be."""
    offers: list[tuple[float, int, int, About, Span]] = []
    strength = HINT_SPOKEN if is_spoken(text) else HINT
    for order, each in enumerate(parameters):
        some = list(candidates(each, text, subject))
        hint = hints.get(each.key, "").strip()
        if hint and (each.required or is_spoken(text)):
            at = max(text.lower().find(hint.lower()), 0)
            some.append((strength, Span(at, at + len(hint), hint)))
        offers += [(score, -order, -span.start, each, span) for score, span in some]
    offers.sort(key=lambda offer: offer[:3], reverse=True)
    found: dict[str, Span] = {}
    taken = list(used)
    for score, _, _, each, span in offers:
        if each.key not in found and (each.required or score >= OPTIONAL) and not overlaps(span, taken):
            found[each.key] = span
            taken.append(span)
    for _, _, _, each, span in offers:
        if each.required and each.key not in found and not any(_same(span, other) for other in found.values()):
            found[each.key] = span
    return found


def _same(one: Span, other: Span) -> bool:
    return one.words.lower() == other.words.lower()


def candidates(each: About, text: str, subject: frozenset[str]) -> Iterator[tuple[float, Span]]:
    """Every span that may be a parameter's, and how well it fits; ``subject`` are the stems of the tool's name."""
    lowered = text.lower()
    for score, span in _formed(each, text, lowered):
        yield score + _beside(each, span, lowered), span
    yield from _classed(each, lowered, text)
    yield from _named(each, text)
    if "kind" in each.topics or "cuisine" in each.topics or "diet" in each.topics or "sport" in each.topics:
        yield from _before(each, text, subject)
    for preposition, span in phrases(text):
        trimmed = _trimmed(each, span)
        if trimmed is not None:
            yield 1.0 + _preposition(preposition, each) + _beside(each, trimmed, lowered) - _foreign(each, trimmed), trimmed


def _formed(each: About, text: str, lowered: str) -> Iterator[tuple[float, Span]]:
    """By form: quotations, days, addresses, files, codes, formulas, years, names."""
    topics = each.topics
    for span in quotations(text):
        yield 4.0 if not topics & {"date", "year", "email", "unit", "currency"} else 2.0, span
    days = dates(text)
    if "date" in topics:
        for span in days:
            yield 4.0 + _ends(each, span, lowered), span
    if "time" in topics and "date" not in topics:
        yield from ((4.0, span) for span in clocks(text))
    if "year" in topics or "month" in topics:
        yield from ((4.2 + 0.3 * ("-" in m[0]), Span(m.start(), m.end(), m[0])) for m in _SEASON.finditer(text))
    if "email" in topics or "email" in each.told:
        yield from ((6.0, span) for span in _words_with(text, r"\S+@\S+\w"))
    if topics & {"path"}:
        yield from ((5.0, span) for span in _words_with(text, r"(?:~|\w:)?[\w.-]*[/.]\w[\w./-]*\w"))
    if topics & {"code"}:
        yield from ((3.0, span) for span in codes(text) if not overlaps(span, days))
    if "expression" in topics:
        yield from ((6.0, span) for span in expressions(text))
    for span in names(text):
        if overlaps(span, days) and not topics & {"date", "month"}:
            continue
        before = lowered[: span.start].split()[-1:]
        base = 0.5 if topics & {"date", "code", "year", "expression", "unit", "diet"} else 2.0
        score = base + _preposition(before[0] if before else "", each)
        yield score, span
        longer = _with_region(text, span)
        if longer is not None:
            yield score + (0.4 if "place" in topics else -0.5), longer
        inner = re.match(r"(.+?) of (?:the )?(.+)", span.words)
        if inner:
            at = span.start + inner.start(2)
            yield score - 0.6, Span(at, span.end, inner[2])


def _words_with(text: str, pattern: str) -> Iterator[Span]:
    return (Span(m.start(), m.end(), m[0]) for m in re.finditer(pattern, text))


def _with_region(text: str, span: Span) -> Span | None:
    """A place with the region after its comma; not in a row of places."""
    more = re.match(r", (?:[A-Z]\w+(?: [A-Z]\w+)*|(?:[A-Z]\.){2,})", text[span.end :])
    if more is None:
        return None
    end = span.end + more.end()
    if re.match(r",? (?:and|or) [A-Z]\w*(?! ?\w*,)", text[end:]) and not re.match(r",? (?:and|or) [A-Z][\w ]*, [A-Z]", text[end:]):
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
                    yield 4.0 + 0.2 * length + _preposition((lowered[:at].split() or [""])[-1], each), span
                    break
    if each.options and (chosen := the_one_said(each.options, lowered)):
        at = max(lowered.find(chosen.lower()), 0)
        yield 4.5, Span(at, at + len(chosen), chosen)


def _beside(each: About, span: Span, lowered: str) -> float:
    """How near before a span words of the parameter's name stand; of its description, half of it."""
    left = [stem(word) for word in _WORD.findall(lowered[: span.start])[-4:]][::-1]
    return max(
        (weight * 0.8**at for weight, tokens in ((1.5, each.name), (0.7, each.told)) for at, word in enumerate(left)
         if any(alike(word, token) for token in tokens)),
        default=0.0,
    )  # fmt: skip


def _named(each: About, text: str) -> Iterator[tuple[float, Span]]:
    """What stands right after a word of the parameter's name: "company Amazon"."""
    if "kind" in each.topics:
        return
    for match in _WORD.finditer(text):
        if any(alike(stem(match[0].lower()), token) for token in each.name):
            after = _NEXT.match(text, match.end())
            if after:
                words = after[1].rstrip(".")
                yield 3.6, Span(after.start(1), after.start(1) + len(words), words)


def _before(each: About, text: str, subject: frozenset[str]) -> Iterator[tuple[float, Span]]:
    """What limits the noun that is asked for, or the one that names the parameter: "theft crimes"."""
    wanted = subject | each.name
    words = list(_WORD.finditer(text))
    for one, other in zip(words, words[1:], strict=False):
        if text[one.end() : other.start()] != " " or one[0].lower() in _LITTLE or one[0].lower().endswith("est"):
            continue
        noun = stem(other[0].lower())
        if any(alike(noun, token) for token in wanted) and not any(alike(stem(one[0].lower()), t) for t in wanted):
            own = any(alike(noun, token) for token in each.name)
            yield 2.8 + 0.6 * own + 0.3 * one[0][0].isupper(), Span(one.start(), one.end(), one[0])


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
        return 0.8
    return 0.0


def _preposition(word: str, each: About) -> float:
    """How well the word before fits a parameter of this name."""
    if word == "from":
        return 1.5 if each.raw & _FROM else -0.3
    if word in ("to", "into"):
        return 1.5 if each.raw & _TO else -0.3
    if word in ("in", "at", "near", "around"):
        return 1.4 if each.topics & {"place", "date"} else 0.0
    if word in ("called", "named", "titled"):
        return 1.0 if each.raw & {"name", "title"} else 0.2
    if word == "by":
        return 1.2 if each.raw & _BY else 0.2
    return 0.4 if word in ("of", "for", "about") else 0.0
