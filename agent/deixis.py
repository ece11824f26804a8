"""Words that point at what was spoken of: "it", "them all", "there", "then", and requests that leave their object out.

    pause it · turn it off again · delete them all · lock it      the object put in, as the last call had it
    call her                                                      the person that the last call was about
    add cheese · take one minute off                              the place put in: "to the shopping list", "the timer"
    and the weather there · remind me to stretch then             its place, its time

What is put in are words, and the sentence is then read as any other: only what a template knows is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec.structs import replace

from ..skills.messages import ActionInfo
from .messages import PlannedCall
from .phrasing import COMMANDING

__all__ = ["noun", "objects", "placed", "sentences"]

_DEFINITE = ("it", "them", "that", "this")
_PRONOUNS = (*_DEFINITE, "one")
_PERSONS = frozenset(["her", "him", "them"])
_ALL = (["them", "all"], ["all", "of", "them"], ["all", "of", "it"], ["them"])
_DETERMINERS = ("a", "new", "another", "the", "this", "that", "my", "second", "other", "first", "last")
_AGAIN = ("again", "back", "please", "too", "also")
_TAILS = ("to", "from", "off", "on")
_MOST_WORDS = 9
_MOST_IN_NAME = 4
MOST_SENTENCES = 24
"""Each is matched against all templates, so there must be few."""


def noun(skill: str) -> str:
    """What one of a skill's things is called."""
    return skill.removesuffix("s")


def objects(last: PlannedCall, action: ActionInfo) -> list[str]:
    """What "it" may stand for after a call, likeliest first, without article: "pizza timer", "kitchen light",
    "airplane mode", "stopwatch", "milk"."""
    place = next((last.spans.get(p.name, "") for p in action.parameters if p.name == "place"), "")
    named, chosen, said_freely = [], [], []
    for p in action.parameters:
        said = last.spans.get(p.name, "") or str(last.arguments.get(p.name, ""))
        if not said or said.startswith("$") or len(said.split()) > _MOST_IN_NAME or p.name in ("place", "state"):
            continue
        if p.kind == "text" and (p.required or p.name not in ("label", "name", noun(action.skill))):
            said_freely.append(said)
        elif p.kind == "text":  # a name: "pizza" of the pizza timer
            named.append(said if said.endswith(noun(action.skill)) else f"{said} {noun(action.skill)}")
        elif p.kind == "choice" and p.name in last.spans:
            chosen.append(f"{place} {said}" if place and place not in said else said)
            word = p.name if p.name not in said else ""
            chosen += [f"{said} {word}"] if word else []
    thing = last.name.rpartition("_")[2]
    return list(dict.fromkeys([*named, *chosen, thing, noun(action.skill), *said_freely]))


def sentences(said: Sequence[str], last: PlannedCall, action: ActionInfo) -> Iterator[tuple[str, int]]:
    """The sentences that these words may mean after the call ``last`` of ``action``, at most :data:`MOST_SENTENCES`;
    with each how many of its words are a name that is known, and so cost nothing where a template takes them."""
    yield from islice(_sentences([word for word in said if word not in _AGAIN], last, action), MOST_SENTENCES)


def _sentences(said: list[str], last: PlannedCall, action: ActionInfo) -> Iterator[tuple[str, int]]:
    if not said or len(said) > 2 * _MOST_WORDS:
        return
    person = next((str(last.arguments.get(p.name, "")) for p in action.parameters if p.kind == "person"), "")
    at = next((at for at, word in enumerate(said) if at and word in _PERSONS), 0)
    if person and at:
        yield " ".join([*said[:at], person, *said[at + 1 :]]), len(person.split())
    things = objects(last, action)
    free = {str(last.arguments.get(p.name, "")) for p in action.parameters if p.kind == "text"}
    for every in _ALL:
        at = _find(said, every)
        if at > 0:
            yield " ".join([*said[:at], "all", "the", f"{noun(action.skill)}s", *said[at + len(every) :]]), 0
            break
    tails = [f"{tail} the {things[0]}" for tail in _TAILS]
    for pronoun in _PRONOUNS:
        if pronoun not in said[1:]:
            continue
        at = said.index(pronoun, 1)
        for thing in things if pronoun != "one" else [noun(action.skill)]:
            known = len(thing.split()) - thing.endswith(noun(action.skill))
            for article in _articles(pronoun, said[at - 1], free=thing in free):
                whole = " ".join([*said[:at], *article, thing, *said[at + 1 :]])
                yield whole, known
                if thing in free and said[0] in COMMANDING:  # "take it off": the milk, off the shopping list
                    yield from ((f"{whole} {tail}", known) for tail in _open_ended(said, things[0], tails))
    if said[0] in COMMANDING and 1 < len(said) <= _MOST_WORDS and not any(each in said[1:] for each in _DEFINITE):
        known = len(things[0].split()) - things[0].endswith(noun(action.skill))
        yield from ((f"{' '.join(said)} {tail}", known) for tail in _open_ended(said, things[0], tails))


def _articles(pronoun: str, before: str, *, free: bool) -> Sequence[Sequence[str]]:
    """What stands before the thing that a pronoun becomes: a name may have an article or none ("airplane mode")."""
    if pronoun == "one":
        return [[]] if before in _DETERMINERS else [["a"]]
    return [[]] if free else [["the"], []]


def _open_ended(said: Sequence[str], thing: str, tails: Sequence[str]) -> Sequence[str]:
    """What can follow: the thing alone after a preposition ("take one minute off"), else with one."""
    return [f"the {thing}"] if said[-1] in _TAILS else tails


def _find(said: Sequence[str], part: Sequence[str]) -> int:
    return next((at for at in range(len(said)) if list(said[at : at + len(part)]) == list(part)), -1)


def placed(
    said: Sequence[str], calls: Sequence[PlannedCall], before: Sequence[PlannedCall], actions: Mapping[str, ActionInfo]
) -> list[PlannedCall]:
    """The calls with "there" and "then" filled in from the call before them that has a place or a time; and with the
    place and time of a question kept when the next one only asks for another side of it ("will it rain?")."""
    there, then = "there" in said, bool(said) and said[-1] == "then"
    filled: list[PlannedCall] = []
    for call in calls:
        action, earlier = actions.get(call.name), [*before, *filled]
        last = earlier[-1] if earlier else None
        if action is not None and last is not None:
            held = {"place": _held(earlier, "place", actions), "time": _held(earlier, "time", actions)}
            if there and held["place"]:
                call = _with(call, action, "place", held["place"])
            if then and held["time"]:
                call = _with(call, action, "time", held["time"])
            if not filled and _narrows(call, last, action):
                for p in action.parameters:
                    if p.kind in ("place", "when") and p.name in last.arguments and p.name not in call.arguments:
                        call = _set(call, p.name, last.arguments[p.name], last.spans.get(p.name, ""))
        filled.append(call)
    return filled


def _narrows(call: PlannedCall, last: PlannedCall, action: ActionInfo) -> bool:
    """The same question about another side of it, with neither a place nor a time of its own."""
    sides = [p.name for p in action.parameters if p.kind == "choice" and p.name in call.arguments]
    own = any(p.name in call.arguments for p in action.parameters if p.kind in ("place", "when"))
    changed = any(last.arguments.get(name) != call.arguments[name] for name in sides)
    return action.reads and call.name == last.name and changed and not own


def _held(calls: Sequence[PlannedCall], kind: str, actions: Mapping[str, ActionInfo]) -> tuple[Any, str] | None:
    """The latest place, or moment with a clock time, of the calls, and its words."""
    for call in reversed(calls):
        action = actions.get(call.name)
        for p in action.parameters if action is not None else ():
            value = call.arguments.get(p.name)
            fits = p.kind == "place" if kind == "place" else p.kind in ("time", "when") and "T" in str(value)
            if value is not None and fits:
                return value, call.spans.get(p.name, "")
    return None


def _with(call: PlannedCall, action: ActionInfo, kind: str, held: tuple[Any, str] | None) -> PlannedCall:
    kinds = ("place",) if kind == "place" else ("time", "when")
    if held is None or any(p.name in call.arguments for p in action.parameters if p.kind in kinds):
        return call
    name = next((p.name for p in action.parameters if p.kind in kinds), "")
    return _set(call, name, *held) if name else call


def _set(call: PlannedCall, name: str, value: Any, said: str) -> PlannedCall:
    spans = {**call.spans, name: said} if said else call.spans
    return replace(call, arguments={**call.arguments, name: value}, spans=spans)
