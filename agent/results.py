"""Arguments that are results of other calls: ``$1.field`` made of plain words.

    the sun       "wake me half an hour before sunrise"  → the weather is asked first, the alarm set for what it says
    the answer    "convert five miles to kilometres and note it down"  → the note is what the first call answered

For the sun the words of its moment are replaced by a clock time nobody says, the sentence is planned as any other, and
in the plan that time becomes the reference: so every template that takes a time takes the sun as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..skills.messages import ActionInfo
from .deixis import objects
from .messages import PlannedCall
from .references import SAID
from .values.durations import durations, iso_duration
from .values.words import Token, quote, words

__all__ = ["Sun", "answers_filled", "sun_in", "with_sun"]

FORECAST = "get_weather"
"""The action that knows when the sun rises and sets, under ``sunrise`` and ``sunset``."""
_RISES = ("sunrise", "dawn", "sun up", "the sunrise", "the sun rises", "the sun comes up", "sun rise", "the sun is up")
_SETS = (
    "sunset", "dusk", "sundown", "sun down", "nightfall", "the sunset", "the sun sets", "the sun goes down", "sun set",
    "the sun is down",
)  # fmt: skip
_PHRASES = {tuple(each.split()): "sunrise" for each in _RISES} | {tuple(each.split()): "sunset" for each in _SETS}
_BEFORE = frozenset(["at", "by", "around", "about", "when", "until", "till", "before", "after"])
_STAND_IN = {"sunrise": "4:44 am", "sunset": "7:44 pm"}
"""Of two moments that nobody means: when the sun has risen, and while it may not have set yet."""
_POINTERS = frozenset(["it", "that", "this", "that one", "this one", "the one", "them"])
"""Names that are none: "add two minutes to it" means the timer there is."""
_ANSWERS = frozenset(
    ["it", "that", "this", "it down", "that down", "this down", "the answer", "the result", "it at", "that at", "it on",
     "that on", "it in", "that in", "it for", "that for", "this at", "it tomorrow", "the answer down", "what you said"]
)  # fmt: skip


class Sun(NamedTuple):
    """A moment of the sun in a text: the text with a clock time in its place, which moment, how far from it, and the
    words it was said with."""

    text: str
    field: str
    away: float
    said: str


def sun_in(text: str, tokens: Sequence[Token]) -> Sun | None:
    """The first moment of the sun that a text names after "at", "before" and their like."""
    said = [token.text for token in tokens]
    for at in range(1, len(said)):
        if said[at - 1] not in _BEFORE:
            continue
        for phrase, field in _PHRASES.items():
            end = at + len(phrase)
            if tuple(said[at:end]) != phrase:
                continue
            begin, away = at - 1, 0.0
            if said[begin] in ("before", "after"):
                begin, away = _offset(said, begin)
            clear = f"{quote(text, tokens, 0, begin)} at {_STAND_IN[field]} {quote(text, tokens, end, len(tokens))}"
            return Sun(clear.strip(), field, away, quote(text, tokens, begin, end))
    return None


def _offset(said: list[str], at: int) -> tuple[int, float]:
    """Where the length before "before" or "after" begins, and the signed seconds; nothing but the word: no length."""
    for begin in range(max(0, at - 6), at):
        for end, seconds in durations(said, begin):
            if end == at and not (begin and said[begin - 1] in ("in", "for")):
                return begin, -seconds if said[at] == "before" else seconds
    return at, 0.0


def with_sun(sun: Sun, calls: Sequence[PlannedCall], actions: Mapping[str, ActionInfo]) -> list[PlannedCall]:
    """The calls of ``sun.text`` with the stand-in turned into a reference, and before them the call that knows; none if
    no call took the stand-in as a time, or no such action is offered."""
    if FORECAST not in actions:
        return []
    stand_in = words(_STAND_IN[sun.field])
    filled: list[PlannedCall] = []
    day = ""
    for call in calls:
        action = actions.get(call.name)
        timed = {p.name for p in action.parameters if p.kind in ("time", "when")} if action is not None else set()
        arguments, spans = dict(call.arguments), dict(call.spans)
        for name in timed & arguments.keys() & spans.keys():
            if words(spans[name])[-len(stand_in) :] != stand_in and not _holds(words(spans[name]), stand_in):
                continue
            day = day or str(arguments[name])[:10]
            away = "" if not sun.away else f"{'-' if sun.away < 0 else '+'}{iso_duration(abs(sun.away))}"
            arguments[name] = f"$1.{sun.field}{away}"
            spans[name] = sun.said
        filled.append(replace(call, arguments=arguments, spans=spans))
    if not day:
        return []
    return [PlannedCall(FORECAST, {"when": day, "what": "sun"}, quiet=True), *filled]


def _holds(said: Sequence[str], part: Sequence[str]) -> bool:
    return any(list(said[at : at + len(part)]) == list(part) for at in range(len(said)))


def answers_filled(calls: Sequence[PlannedCall], actions: Mapping[str, ActionInfo]) -> list[PlannedCall]:
    """The calls with "it" and its like, where that is all of a free text, replaced by what the nearest call before it
    that only reads will answer; as an optional name it is left out."""
    filled: list[PlannedCall] = []
    source = 0
    things: list[str] = []
    for place, call in enumerate(calls):
        action = actions.get(call.name)
        if action is None:
            filled.append(call)
            continue
        free = {p.name: p.required for p in action.parameters if p.kind == "text"}
        arguments = dict(call.arguments)
        for name in free.keys() & arguments.keys():
            if free[name] and source and _is_answer(arguments[name], things):
                arguments[name] = f"${source}.{SAID}"
            elif not free[name] and arguments[name] in _POINTERS:
                del arguments[name]
        filled.append(replace(call, arguments=arguments))
        if action.reads:
            source, things = place + 1, objects(call, action)
    return filled


def _is_answer(value: Any, things: Sequence[str]) -> bool:
    said = " ".join(words(value)) if isinstance(value, str) else ""
    return said in _ANSWERS or said.removeprefix("the ") in things
