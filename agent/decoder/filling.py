"""Arguments that a request says plainly, found by rules: what the network left out, or without a network.

Numbers go to the parameters whose names or descriptions stand around them, and what is left over to those that are
required, in order; words of a closed list and flags are looked for by name; texts are quotations, proper names and what
follows a preposition. Everything is words of the request (:mod:`.values` makes values of them).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from ...models.decoder.prompt import Parameter
from .values import kind_of, spelled_numbers

__all__ = [
    "NUMERIC",
    "PROPER",
    "QUOTED",
    "Span",
    "candidates",
    "choosing",
    "completed",
    "is_spoken",
    "number_spans",
    "tokens_of",
]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NUMBER = re.compile(
    r"(?<![\w.])[-+]?\$?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?%?(?:\s(?:thousand|million|billion|trillion)\b)?(?!\d)",
    re.IGNORECASE,
)
_LIST = re.compile(r"\[[^\]]*\]|\([^)]*,[^)]*\)")
_NUMBERS = re.compile(r"[-+]?\d[\d.]*%?(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)[-+]?\d[\d.]*%?)+")
QUOTED = re.compile(r"(?:(?<=[\s(:])|^)'([^\n]{2,120}?)'(?=[\s.,?!;:)]|$)|\"([^\"\n]{2,120})\"|“([^”\n]{2,120})”")
_NAMED = re.compile(r"'([^']{2,30})'|\"([^\"]{2,30})\"")
_ONE = r"(?:'[^']+'|[\w$%.-]+(?: [A-Z][\w$%.-]+)?)"
_SEVERAL = re.compile(rf"{_ONE}(?:, {_ONE})*,? (?:and|or|&) {_ONE}")
PROPER = re.compile(r"(?<![.?!]\s)(?<!^)\b[A-Z][\w'&-]*(?:[ -][A-Z][\w'&-]*)*(?:, [A-Z][\w]+(?: [A-Z]\w+)*)?")
_AFTER = re.compile(
    r"\b(in|at|to|from|for|of|on|about|near|by|with|between|called|named|titled|into|and)\s+", re.IGNORECASE
)
_END = re.compile(
    r"[,.?!;:]|\s(?:in|at|to|from|for|of|on|about|near|by|with|between|and|that|which|using|given|where|is|are|during|over)"
    r"\b",
    re.IGNORECASE,
)
_STOP = re.compile(r"[,.;:?!]|\b(?:and|with|at|for|of|in|to|on|from|after|over|using|given)\b")
_CODE = re.compile(r"(?<!\w)(?=[\w/.-]*\d)[A-Za-z0-9][\w/-]*(?:\.\w+)*")
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATED = re.compile(
    rf"\b(?:\d{{1,4}}[/-]\d{{1,2}}[/-]\d{{1,4}}|{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? \d{{4}})?|(?:today|tomorrow|tonight|yesterday)"
    r"|(?:this|next|last) (?:week(?:end)?|month|year|\w+day)|\w+day|\d{1,2}(?::\d\d)? ?[ap]\.?m\.?)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]+|\d+")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_DULL = _set("the a an of in to for and or is it this that with by on at be number num value if not whether include")
_NEGATED = re.compile(r"\b(?:without|no|not|excluding|except|exclude|don't|do not)\s+(?:\w+\s+){0,2}$")
_FROM = _set("from origin start departure source begin starting base first")
_TO = _set("to destination end arrival target until final second")
_PLACE = _set("city location place country town area region state address destination origin venue loc where")
_DATE = _set("date day time when birthday checkin checkout deadline")
_CODED = _set("id number code docket reference case isbn zip postal parcel serial path file flight gene")
_KINDS = _set("type kind genre style category mode specialty sector cuisine diet")
_LITTLE = _set(
    "the a an of in to for and or is it this that my some any what which how find get show me new more other different "
    "with from by on at all are you i we us your our their give tell about"
)
_SPOKEN = re.compile(r"[A-Za-z]+")
_NEXT = re.compile(r" (?:is |of |named |called |= ?)?((?:[A-Z][\w'.&-]*|[\w^*/+-]*\d[\w^*/+-]*)(?: [A-Z][\w'&-]*)*)")
_ANYTHING = _set("text message body content note notes task query question description prompt comment review sentence")
HINT, HINT_SPOKEN = 1.5, 4.5
"""How well somebody else's words for a text fit beside those the rules find, in writing and in speech: without capitals
and quotation marks rules see little, and the words for what may be left out are taken then, too."""
NUMERIC = ("integer", "number")
_WIDER = _set("country state nation")


class Span(NamedTuple):
    """Words of the request with where they stand."""

    start: int
    end: int
    words: str


def completed(
    parameters: Mapping[str, Any],
    required: Sequence[str],
    text: str,
    given: Mapping[str, str],
    hints: Mapping[str, str] = MappingProxyType({}),
    subject: str = "",
) -> dict[str, str]:
    """``given`` (words by parameter) with what the request says of the others, in the schema's order.

    ``hints`` are somebody else's words for some of them: a candidate among those of the rules for a text, and what is
    taken where rules find nothing; but words of the tool's own name, ``subject``, are no argument of it.
    """
    named = set(tokens_of(subject))
    hints = {
        name: words for name, words in hints.items() if not set(tokens_of(words)) or not set(tokens_of(words)) <= named
    }
    found = {name: words for name, words in given.items() if name in parameters and words.strip()}
    lowered = text.lower()
    _shared_numbers(parameters, found, lowered)
    for name, schema in parameters.items():
        if name in found or not isinstance(schema, Mapping):
            continue
        choices = schema.get("enum")
        if isinstance(choices, list) and (chosen := _listed_choice(choices, lowered)):
            found[name] = chosen
        elif kind_of(schema) == "boolean" and (flag := _flag(name, schema, lowered)):
            found[name] = flag
        elif kind_of(schema) == "string" and name not in required:
            quoted = [one or other for one, other in _NAMED.findall(str(schema.get("description", "")))]
            if chosen := _listed_choice(quoted, lowered):
                found[name] = chosen
    _lists(parameters, required, text, found)
    _numbers(parameters, required, lowered, found)
    _texts(parameters, required, text, found, hints)
    for name, words in hints.items():
        if name in parameters and name not in found and words.strip() and (name in required or is_spoken(text)):
            found[name] = words
    return {name: found[name] for name in parameters if name in found}


def is_spoken(text: str) -> bool:
    """Nothing but words in lower case, as a recogniser writes them."""
    return text == text.lower() and not any(mark in text for mark in "'\"“”[](){}")


def tokens_of(text: str) -> list[str]:
    """The words of a name or description, without dull ones, in a stem's form; a name of one letter is itself."""
    if len(text) == 1:
        return [text.lower()]
    return [_stem(part.lower()) for part in _PART.findall(text) if part.lower() not in _DULL]


def _stem(word: str) -> str:
    for ending in ("ies", "ing", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _listed_choice(choices: Sequence[Any], lowered: str) -> str:
    """The one choice that is said; none if several are."""
    said = []
    for choice in choices:
        words = str(choice).lower().replace("_", " ").replace("-", "[ -]?")
        if isinstance(choice, str) and re.search(
            rf"(?<!\w){re.escape(words).replace(re.escape('[ -]?'), '[ -]?')}(?!\w)", lowered
        ):
            said.append(choice)
    longest = [one for one in said if not any(one != other and one.lower() in other.lower() for other in said)]
    return longest[0] if len(longest) == 1 else ""


def _flag(name: str, schema: Mapping[str, Any], lowered: str) -> str:
    """true or false where what the flag is about is said."""
    wanted = [
        token for token in tokens_of(name) if token not in ("get", "show", "return", "enabl", "use", "only", "flag")
    ]
    if not wanted:
        return ""
    at = [lowered.find(token) for token in wanted]
    if any(each < 0 for each in at):
        return ""
    return "false" if _NEGATED.search(lowered[: min(at)]) else "true"


def number_spans(lowered: str) -> list[Span]:
    """The numbers of a text in lower case, in digits and in words, where they stand."""
    found = [Span(m.start(), m.end(), m[0].rstrip(",.")) for m in _NUMBER.finditer(lowered) if re.search(r"\d", m[0])]
    for words in spelled_numbers(lowered):
        at = lowered.find(words)
        if at >= 0 and not any(s.start < at + len(words) and at < s.end for s in found):
            found.append(Span(at, at + len(words), words))
    return sorted(found)


def _shared_numbers(parameters: Mapping[str, Any], found: dict[str, str], lowered: str) -> None:
    """One number said once is not two parameters' where others are still unclaimed: the worse fit gives it back."""
    spans = number_spans(lowered)
    numeric = [n for n in found if isinstance(parameters[n], Mapping) and kind_of(parameters[n]) in NUMERIC]
    said = [span.words for span in spans]
    unclaimed = [words for words in said if words not in found.values()]
    for number, name in enumerate(numeric):
        for other in numeric[number + 1 :]:
            if name in found and found.get(other) == found[name] and unclaimed and said.count(found[name]) == 1:
                span = next(s for s in spans if s.words == found[name])
                fits = [_fit(each, parameters[each], span, spans, lowered) for each in (name, other)]
                del found[name if fits[0] < fits[1] else other]


def _fit(name: str, schema: Mapping[str, Any], span: Span, spans: Sequence[Span], lowered: str) -> float:
    """How much of a parameter's name and description stands around a number, nearer words counting more."""
    before = max((s.end for s in spans if s.end <= span.start), default=0)
    after = min((s.start for s in spans if s.start >= span.end), default=len(lowered))
    left = [_stem(w) for w in _WORD.findall(lowered[before : span.start])][-7:][::-1]
    stop = _STOP.search(lowered, span.end, after)
    right = [_stem(w) for w in _WORD.findall(lowered[span.end : stop.start() if stop else after])][:4]
    score = 0.0
    for weight, source in ((2.0, name), (1.0, str(schema.get("description", "")))):
        for token in set(tokens_of(source)):
            near = [0.85**at for at, word in enumerate(left) if _alike(word, token)]
            near += [0.8**at for at, word in enumerate(right) if _alike(word, token)]
            score += weight * max(near, default=0.0)
    return score


def _alike(word: str, token: str) -> bool:
    return word == token or (len(word) >= 4 and len(token) >= 3 and (word.startswith(token) or token.startswith(word)))


def _numbers(parameters: Mapping[str, Any], required: Sequence[str], lowered: str, found: dict[str, str]) -> None:
    open_names = [
        name for name, schema in parameters.items()
        if name not in found and isinstance(schema, Mapping) and kind_of(schema) in NUMERIC and "enum" not in schema
    ]  # fmt: skip
    if not open_names:
        return
    spans = number_spans(lowered)
    free = [span for span in spans if not any(span.words in words for words in found.values())]
    fits = sorted(
        (
            (_fit(name, parameters[name], span, spans, lowered), -at, name, span)
            for at, span in enumerate(free)
            for name in open_names
        ),
        key=lambda each: each[:2], reverse=True,
    )  # fmt: skip
    for score, _, name, span in fits:
        least = 0.8 if name in required else 1.6
        if score >= least and name not in found and span in free:
            found[name] = span.words
            free.remove(span)
    free.sort(
        key=lambda span: (not any(letter.isdigit() for letter in span.words), span.start)
    )  # "two numbers, 3 and 4"
    for name in open_names:
        if name in required and name not in found and free:
            found[name] = free.pop(0).words


def _lists(parameters: Mapping[str, Any], required: Sequence[str], text: str, found: dict[str, str]) -> None:
    for name, schema in parameters.items():
        if name in found or not isinstance(schema, Mapping) or kind_of(schema) != "array" or name not in required:
            continue
        items = schema.get("items")
        numeric = isinstance(items, Mapping) and kind_of(items) in NUMERIC
        listed = [m[0] for m in _LIST.finditer(text)]
        spans = listed or [m[0] for m in (_NUMBERS if numeric else _SEVERAL).finditer(text)]
        free = [words for words in spans if words not in found.values()]
        if free:
            found[name] = free[0]


def _texts(
    parameters: Mapping[str, Any], required: Sequence[str], text: str, found: dict[str, str], hints: Mapping[str, str]
) -> None:
    """Words for the texts that are required and still missing."""
    for name in required:
        schema = parameters.get(name)
        if name in found or not isinstance(schema, Mapping) or kind_of(schema) != "string" or "enum" in schema:
            continue
        best: tuple[float, str] | None = None
        hint = hints.get(name, "")
        fit = HINT_SPOKEN if is_spoken(text) else HINT
        for score, words in [*([(fit, hint)] if hint.strip() else []), *_candidates(name, schema, text)]:
            taken = any(words.lower() == other.lower() for other in found.values())
            if not taken and (best is None or score > best[0]):
                best = (score, words)
        if best is not None:
            found[name] = best[1]
    _wider(parameters, found)


def _wider(parameters: Mapping[str, Any], found: dict[str, str]) -> None:
    """ "Tokyo, Japan" is a city and its country where both are asked for."""
    names = {name: {part.lower() for part in _PART.findall(name)} for name in parameters}
    wide = next((name for name, parts in names.items() if parts & _WIDER and not parts & {"city"}), "")
    narrow = next((name for name, parts in names.items() if parts & {"city", "location", "place"} and name != wide), "")
    if wide and found.get(narrow, "").count(",") == 1:
        city, _, country = found[narrow].partition(",")
        if (
            found.get(wide, country).strip().lower() in (country.strip().lower(), found[narrow].lower())
            or wide not in found
        ):
            found[narrow], found[wide] = city.strip(), country.strip()


def candidates(name: str, about: str, text: str, most: int = 10) -> list[str]:
    """What a text may be, the best first; nothing for what may be any words (a message, a question)."""
    if {part.lower() for part in _PART.findall(name)} & _ANYTHING:
        return []
    best: dict[str, float] = {}
    for score, words in _candidates(name, {"description": about}, text):
        best[words.strip()] = max(score, best.get(words.strip(), 0.0))
    return sorted((each for each in best if each), key=lambda each: -best[each])[:most]


def choosing(text: str) -> Callable[[Parameter], list[str]]:
    """The candidates of a request for the decoder's grammar: in writing it chooses among what the rules see."""

    def some(parameter: Parameter) -> list[str]:
        if kind_of({"type": parameter.kind}) != "string" or is_spoken(text):
            return []
        return candidates(parameter.name, parameter.about, text)

    return some


def _candidates(name: str, schema: Mapping[str, Any], text: str) -> Iterator[tuple[float, str]]:
    """Words that a text may be, each with how well it fits."""
    about = set(tokens_of(name)) | set(tokens_of(str(schema.get("description", "")))[:6])
    raw = {part.lower() for part in _PART.findall(name)}
    for match in QUOTED.finditer(text):
        near = {_stem(word) for word in _WORD.findall(text[: match.start()].lower())[-4:]}
        yield 4.0 + 1.5 * bool(about & near), next(group for group in match.groups() if group)
    if raw & _DATE:
        for match in _DATED.finditer(text):
            yield 3.5, match[0]
    if raw & {"email", "mail"}:
        yield from ((5.0, word.rstrip(".,?")) for word in text.split() if "@" in word)
    if raw & {"path", "file", "url", "dataset", "link", "website"}:
        yield from ((5.0, word.rstrip(".,?")) for word in text.split() if re.search(r"\w[/.]\w", word))
    if raw & _CODED:
        for match in _CODE.finditer(text):
            yield 3.0, match[0]
    yield from _beside(name, raw, about, text)
    for match in PROPER.finditer(text):
        before = text[: match.start()].split()[-1:]
        yield (
            (0.5 if raw & (_DATE | _CODED) else 2.0) + _preposition(before[0].lower() if before else "", raw),
            match[0],
        )
    for match in _AFTER.finditer(text):
        rest = text[match.end() :]
        end = _END.search(rest)
        words = rest[: end.start()] if end else rest
        words = re.sub(r"^(?:the|a|an|my)\s+", "", words.strip(), flags=re.IGNORECASE)
        if 0 < len(words) <= 60:
            score = 1.0 + _preposition(match[1].lower(), raw)
            yield score + (0.5 if about & set(tokens_of(words)) else 0.0), words


def _beside(name: str, raw: set[str], about: set[str], text: str) -> Iterator[tuple[float, str]]:
    """What stands right after a word of the parameter's name ("company Amazon"), or before one ("theft crimes")."""
    kinds = bool(raw & _KINDS)
    wanted = {token for token in tokens_of(name) if token not in _KINDS}
    for match in _SPOKEN.finditer(text):
        stem = _stem(match[0].lower())
        near = wanted | (about - {_stem(kind) for kind in _KINDS} if kinds else set())
        if not any(_alike(stem, token) for token in near):
            continue
        after = _NEXT.match(text, match.end())
        if after and not kinds:
            yield 2.6, after[1]
        before = text[: match.start()].split()[-1:]
        if kinds and before and before[0].isalpha() and before[0].lower() not in _LITTLE:
            yield 2.8, before[0]


def _preposition(word: str, name: set[str]) -> float:
    """How well the word before fits a parameter of this name."""
    if word == "from":
        return 1.5 if name & _FROM else -0.3
    if word in ("to", "into"):
        return 1.5 if name & _TO else -0.3
    if word in ("in", "at", "near"):
        return 1.0 if name & (_PLACE | _DATE) else 0.0
    if word in ("called", "named", "titled"):
        return 1.0 if name & {"name", "title"} else 0.2
    return 0.4 if word in ("of", "for", "about", "by") else 0.0
