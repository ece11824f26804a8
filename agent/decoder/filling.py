"""Arguments that a request says plainly, found by rules: what the network left out, or without a network.

Closed lists and flags are looked for by name (:mod:`.choices`), lists as they are listed (:mod:`.arrays`), numbers by
what stands around them (:mod:`.quantities`), texts by form and nearness (:mod:`.texts`). Everything is words of the
request (:mod:`.values` makes values of them); no place of it is given twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ...models.decoder.prompt import Parameter
from .about import NUMERIC, About, about, tokens_of
from .arrays import listed_for
from .candidates import candidates as offers
from .choices import flag, the_one_said
from .lexicon import NARROWER, WIDER
from .quantities import numbers
from .spans import Span, is_spoken, number_spans
from .texts import assigned
from .values import kind_of

__all__ = ["candidates", "choosing", "completed"]


def completed(
    parameters: Mapping[str, Any],
    required: Sequence[str],
    text: str,
    given: Mapping[str, str],
    hints: Mapping[str, str] = MappingProxyType({}),
    subject: str = "",
    *,
    strict: bool = False,
) -> dict[str, str]:
    """``given`` (words by parameter) with what the request says of the others, in the schema's order.

    ``hints`` are somebody else's words for some of them: taken for texts that may be any words, and in speech, where
    rules see little, for what those do not find; but words of the tool's own name, ``subject``, are no argument of it.
    ``strict``: only what stands out, nothing for want of better.
    """
    named = frozenset(tokens_of(subject))
    hints = {
        name: words for name, words in hints.items() if not set(tokens_of(words)) or not set(tokens_of(words)) <= named
    }
    lowered = text.lower()
    schemas = {name: schema for name, schema in parameters.items() if isinstance(schema, Mapping)}
    every = {name: about(name, schema, name in required) for name, schema in schemas.items()}
    found = {name: words for name, words in given.items() if name in parameters and words.strip()}
    _shared_numbers(schemas, found, lowered)
    used = [Span(at, at + len(words), words) for words in found.values() if (at := lowered.find(words.lower())) >= 0]

    def left(*kinds: str) -> list[About]:
        return [each for each in every.values() if each.key not in found and each.kind in kinds]

    for each in left("string", "boolean", *NUMERIC):
        if words := _chosen(each, schemas[each.key], lowered, text):
            found[each.key] = words
    quantities = [each for each in left(*NUMERIC) if "enum" not in schemas[each.key]]
    lists = left("array")
    for each in [one for one in lists if one.required] + [one for one in lists if not one.required]:
        if (span := listed_for(each, schemas[each.key], text, used, named)) is not None:
            found[each.key] = span.words
            used += [span] if span.end else []
    if quantities:
        told = {each.key: frozenset(tokens_of(str(schemas[each.key].get("description", "")))) for each in quantities}
        for key, span in numbers(quantities, told, text, used, strict=strict).items():
            found[key] = span.words
            used.append(span)
    texts = [each for each in left("string") if "enum" not in schemas[each.key]]
    for key, span in assigned(texts, text, used, hints, named, strict=strict).items():
        found[key] = span.words
    _wider(schemas, found)
    for name, words in hints.items():
        if name in parameters and name not in found and words.strip() and is_spoken(text):
            found[name] = words
    return {name: found[name] for name in parameters if name in found}


def _chosen(each: About, schema: Mapping[str, Any], lowered: str, text: str) -> str:
    """What is said of a closed list or a flag."""
    if isinstance(schema.get("enum"), list):
        return the_one_said(each.options, lowered, text, loosely=each.required)
    return flag(each, lowered) if each.kind == "boolean" else ""


def _shared_numbers(parameters: Mapping[str, Any], found: dict[str, str], lowered: str) -> None:
    """A number that is said once cannot be what two parameters are given: all of them are left to the rules then."""
    said = [span.words for span in number_spans(lowered)]
    for name, words in list(found.items()):
        schema = parameters.get(name)
        if not isinstance(schema, Mapping) or kind_of(schema) not in NUMERIC:
            continue
        same = [key for key, other in found.items() if other == words]
        if len(same) > said.count(words.lower()):
            for key in same:
                del found[key]


def _wider(parameters: Mapping[str, Any], found: dict[str, str]) -> None:
    """ "Tokyo, Japan" is a city and its country where both are asked for."""
    every = {name: about(name, {}, False).raw for name in parameters}
    wide = next((name for name, raw in every.items() if raw & WIDER and "city" not in raw), "")
    narrow = next((name for name, raw in every.items() if raw & NARROWER and name != wide), "")
    if not wide or found.get(narrow, "").count(",") != 1:
        return
    city, _, region = (part.strip() for part in found[narrow].partition(","))
    if found.get(wide, "").lower() in ("", region.lower(), city.lower(), found[narrow].lower()):
        found[narrow], found[wide] = city, region


def candidates(name: str, description: str, text: str, most: int = 10) -> list[str]:
    """What a text may be, the best first; nothing for what may be any words (a message, a question)."""
    each = about(name, {"description": description}, True)
    if "anything" in each.topics:
        return []
    best: dict[str, float] = {}
    for score, span in offers(each, text, frozenset()):
        best[span.words.strip()] = max(score, best.get(span.words.strip(), 0.0))
    return sorted((each for each in best if each), key=lambda each: -best[each])[:most]


def choosing(text: str) -> Callable[[Parameter], list[str]]:
    """The candidates of a request for the decoder's grammar: in writing it chooses among what the rules see."""

    def some(parameter: Parameter) -> list[str]:
        if kind_of({"type": parameter.kind}) != "string" or is_spoken(text):
            return []
        return candidates(parameter.name, parameter.about, text)

    return some
