"""Follow-ups: short words that mean something only after what was said before.

    taking back   "cancel that", "undo", "never mind"                       → undo the last turn
    correcting    "make it fifteen", "no, seven thirty", "i meant berlin"   → the last call again, one argument changed
    asking on     "and in paris", "what about tomorrow"                     → the last call again, beside the first
    adding        "ten more minutes", "five minutes less"                   → the skill's action that takes a change
    repeating     "again", "once more"
    pointing      "pause it", "cancel it", "call her"                       → the noun of the last skill, or its person

Only the last call of the session is looked at, and only a value of the kind its parameters have can change it; whatever
else is said is no follow-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ..skills.messages import ActionInfo, ParameterInfo
from .arguments import is_early, written
from .deixis import noun
from .matcher import NO_NAME
from .messages import PlannedCall
from .template import slot_of
from .values.clock import Clock, clocks
from .values.moments import Moment, moments
from .values.numbers import longest, numbers
from .values.reader import FREE_KINDS, Reader
from .values.words import Token, quote, words

_UNDO = frozenset(
    [
        "cancel that", "cancel this", "undo", "undo that", "undo it", "undo this", "never mind", "nevermind",
        "forget it", "forget that", "forget about it", "scratch that", "take that back", "revert that", "revert",
        "delete that", "remove that", "no cancel that", "no cancel", "actually never mind", "actually no",
        "no undo that", "do not do that", "actually cancel that", "no never mind", "cancel the last one",
        "undo the last one", "undo last action", "cancel it", "go back", "that was wrong", "that is wrong",
        "that is not what i said", "that is not what i meant", "no",
    ]
)  # fmt: skip
_REPEAT = frozenset(
    [
        "again",
        "once more",
        "one more time",
        "do that again",
        "do it again",
        "repeat that",
        "same again",
        "another one",
        "and another one",
        "one more",
        "and one more",
        "another",
        "and another",
    ]
)
_CORRECT = [
    phrase.split()
    for phrase in (
        "make it", "make that", "change it to", "change that to", "set it to", "set that to", "i meant", "i mean",
        "i said", "no", "no wait", "wait", "wait no", "sorry", "actually", "rather", "no i meant", "no i said",
        "no make it", "actually make it", "actually make that", "no make that", "no sorry", "better", "or rather",
        "not that", "move it to", "change the time to", "make it for", "set it for", "change it for", "switch it to",
        "no change it to", "let us make it", "let us say", "make that for", "move that to", "update it to",
        "no it is", "it should be", "it is", "try", "no set it to", "no wait make it", "could you make it",
        "on second thought", "on second thoughts", "no on second thought", "wait no i meant", "no no",
        "put it on", "put that on", "no put it on", "actually put it on", "actually put that on",
        "can you make it", "can you change it to", "could you change it to", "please make it",
    )
]  # fmt: skip
_ASK_ON = [
    phrase.split()
    for phrase in (
        "and", "what about", "how about", "and what about", "and how about", "and also", "also", "then", "another",
        "another one", "and another", "and another one", "and one", "set another", "set another one",
        "set a new one", "a new one", "start another", "start another one", "add another", "and then", "same",
        "the same", "and the same", "one more", "and one more", "set one more", "start one more", "start a new one",
        "make another", "make another one", "add one more", "create another", "create another one", "a second one",
        "and a second one", "again", "same again", "and again", "the one", "and the one", "what about the one",
        "how about the one", "also the one", "oh and",
    )
]  # fmt: skip
_TAILS = (["instead"], ["please"], ["then"], ["rather"], ["thanks"], ["actually"], ["too"], ["as", "well"], ["okay"])
_LINKS = (
    "for",
    "in",
    "at",
    "on",
    "to",
    "into",
    "by",
    "of",
    "from",
    "called",
    "named",
    "with",
    "until",
    "around",
    "about",
)
_TOWARDS, _CONVERTED = ("in", "to", "into"), ("unit", "currency")
"""In these words what is converted is converted to: "and in pounds"."""
_GIVES = (["add"], ["give"], ["for"], ["make"], ["give", "it"], ["make", "it"], ["add", "another"], ["give", "me"])
_ARTICLES = ("the", "my", "a", "an")
_LINKED = {"place": ("in", "for", "at", "from"), "person": ("to", "with", "for", "from")}
_BARE = 3
"""At most so many words are taken as a place or a person."""
_MOST_CHANGED = 3


class Followup(NamedTuple):
    """What a follow-up comes to: an undo, or a call."""

    undo: bool = False
    call: PlannedCall | None = None
    sure: bool = False
    """It is plainly a follow-up: an addition, or values of a kind (no free text) after words that announce one."""


def _tail(said: list[str]) -> list[str]:
    while True:
        for tail in _TAILS:
            if len(said) > len(tail) and said[-len(tail) :] == tail:
                said = said[: -len(tail)]
                break
        else:
            return said


def _head(said: list[str], phrases: Sequence[Sequence[str]]) -> int:
    return max((len(phrase) for phrase in phrases if said[: len(phrase)] == list(phrase)), default=0)


def is_undo(said: Sequence[str]) -> bool:
    """The words take back what was just done."""
    return " ".join(_tail(list(said))) in _UNDO


class Followups:
    """Reads follow-ups against a catalogue's actions."""

    def __init__(self, actions: Mapping[str, ActionInfo]) -> None:
        self.actions = actions

    def read(
        self, text: str, tokens: Sequence[Token], last: PlannedCall, now: datetime, *, asked_on: bool = False
    ) -> Followup | None:
        """What the words mean after the call ``last``; ``asked_on``: they were joined to it by "and"."""
        action = self.actions.get(last.name)
        said = [token.text for token in tokens]
        if not said:
            return None
        if is_undo(said):
            return Followup(undo=True)
        if action is None:
            return None
        said = _tail(said)
        if " ".join(said) in _REPEAT:
            return Followup(call=PlannedCall(last.name, dict(last.arguments), dict(last.spans)))
        correct, ask = _head(said, _CORRECT), _head(said, _ASK_ON)
        start = max(correct, ask)
        added = None if correct else self._added(said[ask:], action, last, now)
        if added is not None:
            return Followup(call=added, sure=True)
        if start >= len(said):
            return None
        changed = self._changed(text, tokens[: len(said)], start, action, last, now, plain=start == 0)
        if changed is None:
            return None
        arguments, spans, free = changed
        revises = not asked_on and (bool(correct) or not ask)
        call = PlannedCall(last.name, arguments, spans, revises)
        return Followup(call=call, sure=start > 0 and not free)

    def _added(self, said: list[str], action: ActionInfo, last: PlannedCall, now: datetime) -> PlannedCall | None:
        """ "ten more minutes" after a timer; "louder" is a sentence of its own."""
        if not any(
            word in said for word in ("more", "another", "extra", "less", "longer", "fewer", "additional", "plus")
        ):
            return None
        own = next(
            (p for p in action.parameters if p.kind in ("change", "change-level") and p.name in last.arguments), None
        )
        others = [
            (other, p)
            for other in self.actions.values()
            if other.skill == action.skill
            for p in other.parameters
            if p.kind in ("change", "change-level")
        ]
        if own is not None:
            others.insert(0, (action, own))
        if not others:
            return None
        for start in (0, 1, 2):
            if said[:start] not in ([], *_GIVES):
                continue
            reader = Reader(said, now.date())
            for other, parameter in others:
                for reading in reader.at(parameter.kind, start):
                    rest = said[reading.end :]
                    if rest in ([], ["to", "it"], ["on", "it"], ["to", "that"], ["to", "the", noun(action.skill)]):
                        value = written(parameter.kind, reading.value, now)
                        arguments: dict[str, Any] = {parameter.name: value}
                        for p in other.parameters:
                            if p.name == "label" and last.arguments.get("label"):
                                arguments["label"] = last.arguments["label"]
                        return PlannedCall(other.name, arguments, {parameter.name: " ".join(said[start : reading.end])})
        return None

    def _changed(
        self, text: str, tokens: Sequence[Token], start: int, action: ActionInfo, last: PlannedCall, now: datetime,
        *, plain: bool,
    ) -> tuple[dict[str, Any], dict[str, str], bool] | None:  # fmt: skip
        """The last call's arguments and spans with those changed that the words from ``start`` on give, all of them;
        and whether any of them is free text."""
        said = [token.text for token in tokens]

        def cover(at: int, taken: frozenset[str]) -> tuple[float, list[tuple[str, Any, int, int]]] | None:
            if at == len(said):
                return 0.0, []
            best: tuple[float, list[tuple[str, Any, int, int]]] | None = None
            if len(taken) == _MOST_CHANGED:
                return None
            for parameter, begin, end, value, cost in self._values(said, at, action, last, now, plain=plain):
                if parameter.name in taken:
                    continue
                rest = cover(end, taken | {parameter.name})
                if rest is None:
                    continue
                total = cost + rest[0] + (0.0 if parameter.name in last.arguments else 0.3)
                if best is None or total < best[0]:
                    best = total, [(parameter.name, value, begin, end), *rest[1]]
            return best

        found = cover(start, frozenset())
        if found is None:
            return None
        arguments, spans = dict(last.arguments), dict(last.spans)
        free = False
        for name, value, begin, end in found[1]:
            spans[name] = quote(text, tokens, begin, end)
            arguments[name] = self._name(spans[name], name, action) if value is None else value
            free = free or value is None
            if name == "when":
                arguments.pop("until", None)
        return arguments, spans, free

    @staticmethod
    def _name(text: str, name: str, action: ActionInfo) -> str:
        """A name as it is kept: "my to do list" is the list "to do"."""
        own = next(p for p in action.parameters if p.name == name)
        if own.required or own.kind != "text":
            return text
        plain = text
        for lead in ("the ", "my ", "a ", "an ", "our "):
            plain = plain.removeprefix(lead)
        return plain.removesuffix(f" {noun(action.skill)}") or text

    def _values(
        self, said: list[str], start: int, action: ActionInfo, last: PlannedCall, now: datetime, *, plain: bool
    ) -> Iterator[tuple[ParameterInfo, int, int, Any, float]]:
        """(parameter, where its words begin, where they end, its value or None for the words, cost)."""
        reader = Reader(said, now.date())
        early = is_early(action)
        link = said[start] if said[start] in _LINKS and start + 1 < len(said) else ""
        for parameter in action.parameters:
            kind = parameter.kind
            if kind in FREE_KINDS:
                yield from self._free(said, start, link, parameter, last, plain=plain)
                continue
            if kind in ("choice", "bool"):
                begin = start + (link in ("in", "on", "of", "for"))
                begin += said[begin] in _ARTICLES and begin + 1 < len(said)
                for at in {start, begin}:
                    for spoken, value in slot_of(parameter).choices:
                        if tuple(said[at : at + len(spoken)]) == spoken:
                            yield parameter, at, at + len(spoken), value, 0.1
                continue
            measured = kind in _CONVERTED  # "in meters": no inches
            for at in ({start + 1} if measured else {start, start + 1}) if link else {start}:
                for reading in reader.at(kind, at):
                    value = reading.value
                    if isinstance(value, Moment):
                        value = _merged(value, parameter.name, last, now)
                        if kind == "time" and not value.timed:
                            continue
                    wrong_way = link in _TOWARDS and kind in _CONVERTED and not parameter.name.startswith("to")
                    cost = reading.cost + (1.0 if wrong_way else 0.0)
                    yield parameter, at, reading.end, written(kind, value, now, early=early), cost
                yield from self._elliptical(said, at, parameter, last, now, early=early)

    def _free(
        self, said: list[str], start: int, link: str, parameter: ParameterInfo, last: PlannedCall, *, plain: bool
    ) -> Iterator[tuple[ParameterInfo, int, int, Any, float]]:
        kind, begin = parameter.kind, start + 1 if link else start
        linked = link in _LINKED.get(kind, ()) or (link in ("called", "named") and kind == "text")
        if kind == "text":
            if not parameter.required and said[-1] == parameter.name and len(said) - begin > 1:
                yield parameter, begin, len(said), None, 1.0  # "to the party list"
                return
            if linked or (not plain and not link and parameter.name in last.arguments):
                yield parameter, begin, len(said), None, 2.0 + len(said) - begin
            return
        if not linked and (plain or link):
            return
        for end in range(begin + 1, min(len(said), begin + _BARE) + 1):
            if said[begin] in _ARTICLES and end == begin + 1:
                continue
            if said[end - 1] in NO_NAME or said[end - 1][0].isdigit():
                return
            yield parameter, begin, end, None, 1.0 + end - begin

    def _elliptical(
        self, said: list[str], at: int, parameter: ParameterInfo, last: PlannedCall, now: datetime, *, early: bool
    ) -> Iterator[tuple[ParameterInfo, int, int, Any, float]]:
        """A bare number in place of a duration ("fifteen") or of a time ("seven"), a day in place of a moment."""
        held = last.spans.get(parameter.name, "")
        if parameter.kind in ("duration", "change"):
            found = longest(numbers(said, at))
            unit = next((word for word in reversed(words(held)) if not _numeric(word)), "")
            if found is not None and found[0] == len(said) and unit:
                for reading in Reader([*said, unit], now.date()).at(parameter.kind, at):
                    if reading.end == len(said) + 1:
                        yield parameter, at, len(said), written(parameter.kind, reading.value, now), 0.2
        elif parameter.kind in ("time", "when"):
            for end, clock in clocks(said, at):
                moment = _merged(Moment(clock=clock._replace(bare=False)), parameter.name, last, now)
                yield parameter, at, end, written(parameter.kind, moment, now, early=early), 0.2
            for end, moment in moments(said, at, now.date()):
                if not moment.timed:
                    merged = _merged(moment, parameter.name, last, now)
                    if merged.timed:
                        yield parameter, at, end, written(parameter.kind, merged, now, early=early), 0.2


def _numeric(word: str) -> bool:
    return longest(numbers([word], 0)) is not None or word in ("a", "an", "and", "more")


def _merged(new: Moment, name: str, last: PlannedCall, now: datetime) -> Moment:
    """What was newly said of a moment, completed by the moment that the last call had."""
    held = last.arguments.get(name)
    if new.after is not None or not isinstance(held, str):
        return new
    said = words(last.spans.get(name, ""))
    before = max(
        (moment for end, moment in moments(said, 0, now.date()) if end == len(said)),
        key=lambda moment: (moment.timed, moment.day is not None),
        default=Moment(),
    )
    moved = new.day is not None
    if new.day is None and before.day is not None and before.last is None:
        new = new._replace(day=before.day)
    try:
        then = datetime.fromisoformat(held)
    except ValueError:
        return new
    if "T" not in held or before.after is not None:
        return new
    if new.clock is None and not new.part and new.last is None:
        return new._replace(clock=Clock(then.hour, then.minute, then.second, exact=True))
    if new.clock is not None and not new.clock.exact and new.clock.hour <= 12 and not moved:
        half = 12 * (then.hour // 12)
        return new._replace(clock=new.clock._replace(hour=new.clock.hour % 12 + half, exact=True))
    return new
