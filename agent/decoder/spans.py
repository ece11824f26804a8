"""Where in a request something stands that can be an argument: quotations, names, numbers, days, lists, expressions.

Everything is a :class:`Span` of the request itself. Nothing here knows a tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .lexicon import LEADING
from .values import spelled_numbers

__all__ = [
    "Span",
    "bracketed",
    "codes",
    "dates",
    "expressions",
    "is_spoken",
    "names",
    "number_lists",
    "number_spans",
    "overlaps",
    "phrases",
    "quotations",
    "ranges",
    "series",
]


class Span(NamedTuple):
    """Words of the request with where they stand."""

    start: int
    end: int
    words: str


_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_NUMBER = re.compile(
    r"(?<![\w.^])[-+]?\$?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?%?"
    r"(?:\s(?:thousand|million|billion|trillion)\b)?(?!\d)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"(?:(?<=[\s(:\[{,])|^)'([^\n]{1,160}?)'(?=[\s.,?!;:)\]}]|$)|\"([^\"\n]{1,160})\"|“([^”\n]{1,160})”"
)
_TOKEN = (
    r"(?:(?:[A-Z]\.){2,}|[A-Z]\.[A-Z]\b|(?:Mr|Mrs|Ms|Dr|St|Mt|Prof|Jr|Sr|Inc|Ltd|Co|Corp)\.|[A-Z]\w*\.(?:com|org|net|io)\b"
    r"|[A-Z][\w&#+*/-]*(?:['’](?!s\b)\w+)?)"
)
_OF = r"(?: of the | of | de la | de | du | van | von | da | & |-| )"
_NAME = re.compile(rf"(?<![\w'’.]){_TOKEN}(?:{_OF}{_TOKEN})*")
_FIRST = re.compile(r"(?:^|[.?!:]\s+)['\"(]?$")
_DATE = re.compile(
    rf"\b(?:\d{{1,4}}[/-]\d{{1,2}}[/-]\d{{1,4}}"
    rf"|(?:\d{{4}},? )?{_MONTH}[. ]\s?\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s?\d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?,? (?:of )?{_MONTH}\b(?:[ ,]\s?\d{{4}})?|{_MONTH},? \d{{4}}"
    r"|(?:today|tomorrow|tonight|yesterday)\b"
    r"|(?:this|next|last|coming|upcoming) (?:week(?:end)?|month|year|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b\d{1,2}(?::\d\d)?\s?[ap]\.?m\b\.?|\b\d{1,2}:\d\d\b|\b(?:noon|midnight)\b", re.IGNORECASE)
_CODE = re.compile(r"(?<![\w#])(?=[\w/.#-]*\d)[#A-Za-z0-9][\w/#-]*(?:[.-]\w+)*")
_CALLED = r"(?:sin|cos|tan|log|ln|exp|sqrt)\(\w+\)"
_TERM = rf"(?:\d*\.?\d*[a-z](?:\([a-z]\))?|\d+(?:\.\d+)?|{_CALLED}|\([^()]*\))(?:\s?(?:\^|\*\*)\s?-?\w+)?"
_EXPRESSION = re.compile(
    rf"(?<![\w.])(?:(?:[a-z]|f\(x\))\s?=\s?)?{_TERM}(?:\s?[-+*/]\s?{_TERM})+(?![\w])"
    rf"|(?<![\w.])(?:(?:[a-z]|f\(x\))\s?=\s?)?(?:\d*\.?\d*[a-z]|\(\w+\))\s?(?:\^|\*\*)\s?-?\w+"
    rf"|(?<![\w.]){_CALLED}",
    re.IGNORECASE,
)
_DIGITS = r"[-+]?\$?\d[\d.]*%?"
_NUMBERS = re.compile(rf"(?<![\w.]){_DIGITS}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+){_DIGITS}(?![\w]))+")
_ORDINALS = re.compile(r"\b\d+(?:st|nd|rd|th)(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)\d+(?:st|nd|rd|th))+")
_RANGE = re.compile(
    r"\b(?:from|between)\s+(?:[a-z]\s*=\s*)?([-+]?\d[\d.]*)\s+(?:to|and|until)\s+(?:[a-z]\s*=\s*)?([-+]?\d[\d.]*)",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]|\([^()]*,[^()]*\)")
_JOINT = re.compile(r",? (?:and|or|&|as well as) ", re.IGNORECASE)
_MOST_WORDS = 3
_AFTER = re.compile(
    r"\b(in|at|to|from|for|of|on|about|near|by|with|between|called|named|titled|into|and|using|through|as|is|are|like|via|during|under)\s+",
    re.IGNORECASE,
)
_END = re.compile(
    r"[,.?!;:()]|\s(?:in|at|to|from|for|of|on|about|near|by|with|between|and|or|that|which|who|using|given|where|is|are|during"
    r"|over|including|if|when|as|than|through|related|published|starting|happening|according|has|have|under|above|below|within"
    r"|without|against|per|during|while|because|so|was|were|will|until|after|before|since)\b",
    re.IGNORECASE,
)


def is_spoken(text: str) -> bool:
    """Nothing but words in lower case, as a recogniser writes them."""
    return text == text.lower() and not any(mark in text for mark in "'\"“”[](){}")


def overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [Span(match.start(), match.end(), match[0]) for match in pattern.finditer(text)]


def quotations(text: str) -> list[Span]:
    """What stands in quotation marks, without them."""
    found = []
    for match in _QUOTED.finditer(text):
        at = next(number for number in (1, 2, 3) if match[number])
        if len(match[0]) < len(text.strip()):  # a whole request in quotation marks quotes nothing
            found.append(Span(match.start(at), match.end(at), match[at]))
    return found


def names(text: str) -> list[Span]:
    """Proper names: words with capitals, "of" and initials between them; a sentence's first word is not counted."""
    found: list[Span] = []
    for match in _NAME.finditer(text):
        start, words = match.start(), match[0]
        if _FIRST.search(text[:start]) and "." not in words.split(" ")[0]:
            if re.match(r"(?:,? (?:and|or) |, )[A-Z]", text[match.end() :]):  # a row may begin a sentence
                found.append(Span(start, start + len(words), words))
                continue
            skipped = re.match(rf"\S+?{_OF}", words)
            if skipped is None:
                continue
            start, words = start + skipped.end(), words[skipped.end() :]
        if words in ("I", "A") or not words:
            continue
        if words.endswith(".") and not re.search(r"(?:[A-Z]\.){2,}$", words) and start + len(words) == len(text):
            words = words[:-1]
        found.append(Span(start, start + len(words), words))
    return found


def dates(text: str) -> list[Span]:
    """Days in the ways they are written and said."""
    return _spans(_DATE, text)


def clocks(text: str) -> list[Span]:
    """Times of day."""
    return _spans(_CLOCK, text)


def codes(text: str) -> list[Span]:
    """Words with a digit in them."""
    return _spans(_CODE, text)


def expressions(text: str) -> list[Span]:
    """Formulas: terms with operators between them, or a power."""
    return [
        span._replace(words=span.words.strip())
        for span in _spans(_EXPRESSION, text)
        if re.search(r"[a-z]|[*/+^]", span.words, re.IGNORECASE) and not re.fullmatch(r"[\d/-]+", span.words)
    ]


def number_spans(lowered: str) -> list[Span]:
    """The numbers of a text in lower case, in digits and in words, where they stand."""
    found = [
        Span(m.start(), m.start() + len(m[0].rstrip(",.")), m[0].rstrip(",."))
        for m in _NUMBER.finditer(lowered)
        if re.search(r"\d", m[0])
    ]
    for words in spelled_numbers(lowered):
        at = lowered.find(words)
        if at >= 0 and not any(s.start < at + len(words) and at < s.end for s in found):
            found.append(Span(at, at + len(words), words))
    return sorted(found)


def bracketed(text: str) -> list[Span]:
    """Lists in brackets, one within another too."""
    return _spans(_BRACKET, text)


def number_lists(text: str) -> list[Span]:
    """Numbers in a row, ordinals too."""
    return sorted([*_spans(_NUMBERS, text), *_spans(_ORDINALS, text)])


def ranges(text: str) -> list[Span]:
    """ "from 3 to 5" as the words of both ends."""
    return [Span(m.start(1), m.end(2), f"{m[1]}, {m[2]}") for m in _RANGE.finditer(text)]


def series(text: str) -> list[Span]:
    """Words in a row with "and" before the last: it begins after a word that is none of it, and ends before one."""
    found = []
    for joint in _JOINT.finditer(text):
        end = _END.search(text, joint.end())
        last = text[joint.end() : end.start() if end else len(text)].split()[:_MOST_WORDS]
        parts = text[: joint.start()].split(", ")
        start, first = joint.start() - len(parts[-1]), parts[-1]
        while len(parts) > 1 and len(first.split()) <= _MOST_WORDS and not _begins(first)[1]:
            parts.pop()
            first = parts[-1]
            start -= len(first) + 2
        kept, _ = _begins(first)
        if kept and last:
            start += len(first) - len(kept)
            stop = joint.end() + len(" ".join(last))
            found.append(Span(start, stop, text[start:stop]))
    return found


def _begins(part: str) -> tuple[str, bool]:
    """The first of a row from the words before its comma, and whether it began within them."""
    words = part.split(" ")
    for at in range(len(words) - 1, -1, -1):
        if words[at].lower() in LEADING or (len(words) - 1 - at >= _MOST_WORDS):
            return " ".join(words[at + 1 :]), True
    return part, False


def phrases(text: str) -> Iterator[tuple[str, Span]]:
    """What follows each preposition up to the next one or a mark, without its article; with the preposition."""
    for match in _AFTER.finditer(text):
        rest = text[match.end() :]
        end = _END.search(rest)
        words = rest[: end.start()] if end else rest
        trimmed = re.sub(r"^(?:the|a|an|my|this|our|your)\s+", "", words, flags=re.IGNORECASE)
        start = match.end() + len(words) - len(trimmed)
        trimmed = trimmed.rstrip()
        if 0 < len(trimmed) <= 60:
            yield match[1].lower(), Span(start, start + len(trimmed), trimmed)
