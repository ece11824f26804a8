"""Requests for tools: a way of asking, the phrases of some parameters, perhaps the same again with other values."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec

from ..models.decoder.prompt import Tool
from .tool_sayings import Bare, Quantity, Said
from .tool_values import Values

__all__ = ["Ask", "Call", "Family", "asked", "listed"]

Call = tuple[str, dict[str, str]]
_BEFORE = (
    "please", "can you", "could you", "i need to", "i want to", "help me to", "hey,", "can you please", "i'd like to",
    "would you", "let's", "okay,", "for my project,", "quickly", "now", "hi,", "also", "tell me:",
)  # fmt: skip
_OWNERS = frozenset(["person", "fullname", "company", "team", "place", "artist", "country", "landmark", "animal"])
_AFTER = ("please", "for me", "thanks", "right now", "if you can", "as soon as possible", "", "", "")


class Ask(msgspec.Struct):
    """A request and its calls, none for a refusal."""

    text: str
    calls: list[Call]


class Family(msgspec.Struct):
    """One tool as it is offered, and how it is asked for."""

    tool: Tool
    asks: list[str]
    concepts: dict[str, Any]
    """By the parameter's name: a Concept, or a random parameter's own ``said``."""
    key: str
    """What it is, whatever it is called."""


def asked(family: Family, values: Values, random: Random) -> Ask:
    """One request for a tool; sometimes several calls of it with some values other."""
    given = [p for p in family.tool.parameters if p.required or random.random() < 0.5]
    said = [family.concepts[p.name].said(p.name, values, random) for p in given]
    if said and all(isinstance(family.concepts[p.name], Bare) for p in given):
        return _bare(family, said, values, random)
    if random.random() < 0.85 and not any(each.name in ("lower", "from", "start") for each in said):
        random.shuffle(said)
    opening = random.choice(family.asks)
    if len(said) > 1 and random.random() < 0.08:
        return _twice(family, opening, said, values, random)
    if len(said) > 1 and random.random() < 0.15 and all(isinstance(family.concepts[e.name], Quantity) for e in said):
        return _respectively(family, opening, said, random)
    if said and random.random() < 0.3:
        nearer, opening, rest = _nearer(family, opening, said, random)
        if nearer is not None:
            text = f"{opening} {' '.join(each.phrase for each in rest)}"
            arguments = {each.name: each.words for each in said}
            return Ask(dressed(text, random), [(family.tool.name, _ordered(family, arguments))])
    if said and random.random() < 0.15:
        wanted = random.choice(said)
        again = _again(family, wanted, values, random)
        if again:
            rest = [each for each in said if each is not wanted]
            return _several(family, opening, rest, [wanted, *again], random)
    if said and random.random() < 0.08:
        first, rest = said[0], said[1:]
        text = f"{first.phrase}, {opening} {' '.join(each.phrase for each in rest)}"
    else:
        joint = random.choice((" ", " ", " ", ", ", " and "))
        text = f"{opening} {joint.join(each.phrase for each in said)}"
    arguments = {each.name: each.words for each in said}
    return Ask(dressed(text, random), [(family.tool.name, _ordered(family, arguments))])


def _bare(family: Family, said: Sequence[Said], values: Values, random: Random) -> Ask:
    """Numbers listed after a word or two; sometimes another list for another call."""
    lists = [said]
    if random.random() < 0.25:
        lists.append([family.concepts[each.name].said(each.name, values, random) for each in said])
    parts = [listed([each.phrase for each in one]) for one in lists]
    lead = random.choice(("of", "for", "with", "given", "from", "using", "if it has", "that is", "between"))
    text = f"{random.choice(family.asks)} {lead} {random.choice((' and ', ' and also of ', '; then ')).join(parts)}"
    return Ask(dressed(text, random), [(family.tool.name, {each.name: each.words for each in one}) for one in lists])


def _nearer(
    family: Family, opening: str, said: Sequence[Said], random: Random
) -> tuple[Said | None, str, Sequence[Said]]:
    """One of the arguments moved into the opening: before its noun ("the nearest thai restaurant") or as whose it is
    ("apple's stock price"); None where none can be."""
    noun = opening.rsplit(" ", 1)[-1]
    for each in random.sample(said, len(said)):
        concept = family.concepts[each.name]
        rest = [other for other in said if other is not each]
        if getattr(concept, "before", False) and noun in family.tool.name.lower():
            return each, f"{opening[: -len(noun)]}{each.words} {noun}", rest
        if getattr(concept, "pool", "") in _OWNERS and " the " in opening and not each.words.endswith("s"):
            return each, f"{each.words}'s ".join(opening.rsplit("the ", 1)), rest
    return None, opening, said


def _respectively(family: Family, opening: str, said: Sequence[Said], random: Random) -> Ask:
    """Names first and their numbers after them, in the same order."""
    names = listed([family.concepts[each.name].quantity for each in said])
    numbers = listed([each.words for each in said])
    end = random.choice(("", "", " respectively", ", respectively"))
    joint = random.choice(("as", "of", "being", "equal to", "="))
    text = f"{opening} {random.choice(('with', 'given', 'where', 'for'))} {names} {joint} {numbers}{end}"
    arguments = {each.name: each.words for each in said}
    return Ask(dressed(text, random), [(family.tool.name, _ordered(family, arguments))])


def _ordered(family: Family, arguments: dict[str, str]) -> dict[str, str]:
    """Arguments in the order of the schema, as they are written."""
    return {p.name: arguments[p.name] for p in family.tool.parameters if p.name in arguments}


def _twice(family: Family, opening: str, said: Sequence[Said], values: Values, random: Random) -> Ask:
    """Two calls with all values other, the second said at length again."""
    count = random.choice((1, 2))
    every = [said, *([family.concepts[e.name].said(e.name, values, random) for e in said] for _ in range(count))]
    parts = [random.choice((" ", ", ", " and ")).join(each.phrase for each in one) for one in every]
    joint = random.choice((" and ", ". also ", ", and also ", ". another one ", "; ", ". then "))
    if random.random() < 0.3:
        parts = [
            f"{order} {part}" for order, part in zip(("the first one", "the second", "the third"), parts, strict=False)
        ]
    calls: list[Call] = [(family.tool.name, _ordered(family, {e.name: e.words for e in one})) for one in every]
    return Ask(dressed(f"{opening} {joint.join(parts)}", random), calls)


def _again(family: Family, wanted: Said, values: Values, random: Random) -> list[Said]:
    """Other values of a parameter, said with the same words around them."""
    if wanted.words in ("true", "false") or wanted.words not in wanted.phrase:
        return []
    made: list[Said] = []
    for _ in range(random.choice((1, 1, 2))):
        other = family.concepts[wanted.name].said(wanted.name, values, random)
        if other.words not in (wanted.words, *(each.words for each in made)):
            made.append(Said(wanted.name, other.words, wanted.phrase.replace(wanted.words, other.words, 1)))
    return made


def _several(family: Family, opening: str, rest: Sequence[Said], each: Sequence[Said], random: Random) -> Ask:
    shared = " ".join(part.phrase for part in rest)
    if random.random() < 0.5:
        first, *more = each
        tail = "".join(f"{random.choice((' and ', ' and also ', ', and '))}{part.words}" for part in more)
        varied = first.phrase.replace(first.words, first.words + tail, 1)
    else:
        joint = random.choice((" and ", " and also ", ", then ", " and another one ", "; "))
        varied = joint.join(part.phrase for part in each)
    text = f"{opening} {shared} {varied}" if random.random() < 0.5 else f"{opening} {varied} {shared}"
    common = {part.name: part.words for part in rest}
    calls: list[Call] = [(family.tool.name, _ordered(family, {**common, part.name: part.words})) for part in each]
    return Ask(dressed(text, random), calls)


def dressed(text: str, random: Random) -> str:
    """What people put around a request."""
    before = random.choice(_BEFORE) if random.random() < 0.3 else ""
    after = random.choice(_AFTER) if random.random() < 0.15 else ""
    end = random.choice(("", "", "?", ".")) if not text.endswith((".", "?")) else ""
    return " ".join(f"{before} {text} {after}".split()) + end


def listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
