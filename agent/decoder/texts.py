"""Which words of a request are which text parameter's: of all spans that could be one's (:mod:`.candidates`) the best
for all of them at once, no place twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .about import About, tokens_of
from .candidates import candidates
from .lexicon import NARROWER, WIDER
from .spans import Span, is_spoken

__all__ = ["HINT", "HINT_SPOKEN", "assigned"]

HINT, HINT_SPOKEN = 1.5, 4.5
"""How well somebody else's words (the decoder's) fit beside those that rules find: in writing, where only texts that
may be any words take them (a message), and in speech, where rules see little, without capitals and quotation marks."""
LEAST, STRICT, OPTIONAL = 1.2, 1.9, 3.4
"""How well words must fit to be those of a text at all, in a part of a request, and of one that may be left out."""


def assigned(parameters: Sequence[About], text: str, used: Sequence[Span], hints: Mapping[str, str],
             subject: frozenset[str], *, strict: bool = False) -> dict[str, Span]:  # fmt: skip
    """The words of each text, the best fitting first and no place twice; for what is required, twice if need be.
    ``strict``: only what fits well."""
    offers: list[tuple[float, int, int, About, Span]] = []
    spoken = is_spoken(text)
    apart = any(each.raw & WIDER for each in parameters) and any(each.raw & NARROWER for each in parameters)
    for order, each in enumerate(_own(parameters)):
        some = list(candidates(each, text, subject, apart=apart))
        hint = hints.get(each.key, "").strip()
        if hint and (spoken or "anything" in each.topics):
            at = max(text.lower().find(hint.lower()), 0)
            some.append((HINT_SPOKEN if spoken else HINT, Span(at, at + len(hint), hint)))
        offers += [(score, -order, -span.start, each, span) for score, span in some if not _tool(span, subject)]
    offers.sort(key=lambda offer: offer[:3], reverse=True)
    found: dict[str, Span] = {}
    taken = list(used)
    for score, _, _, each, span in offers:
        if each.key in found or score < ((STRICT if strict else LEAST) if each.required else OPTIONAL):
            continue
        rest = _without(span, taken)
        if rest is not None:
            found[each.key] = rest
            taken.append(rest)
    for score, _, _, each, span in offers:
        if (
            not strict
            and score >= LEAST
            and each.required
            and each.key not in found
            and not any(_same(span, other) for other in found.values())
        ):
            found[each.key] = span
    return found


def _tool(span: Span, subject: frozenset[str]) -> bool:
    """Whether the words are the tool's own name, as who writes of programs quotes it."""
    return any(mark in span.words for mark in "._") and bool(words := set(tokens_of(span.words))) and words <= subject


def _without(span: Span, taken: Sequence[Span]) -> Span | None:
    """A span less the whole words at its ends that are taken; None where what is taken is more than that."""
    start, end = span.start, span.end
    for other in taken:
        if not (start < other.end and other.start < end):
            continue
        if (
            other.start <= start
            and other.end < end
            and span.words[other.end - span.start : other.end - span.start + 1] == " "
        ):
            start = other.end + 1
        elif other.end >= end and other.start > start and span.words[other.start - span.start - 1] == " ":
            end = other.start - 1
        else:
            return None
    return Span(start, end, span.words[start - span.start : end - span.start]) if end > start else None


def _own(parameters: Sequence[About]) -> list[About]:
    """The parameters with those words of their names and descriptions that tell them from each other."""
    made = []
    for each in parameters:
        others = [other for other in parameters if other.key != each.key]
        told = {token for other in others for token in other.told | other.name}
        named = {token for other in others for token in other.name}
        made.append(each._replace(name=each.name - named or each.name, told=each.told - told))
    return made


def _same(one: Span, other: Span) -> bool:
    return one.words.lower() == other.words.lower()
