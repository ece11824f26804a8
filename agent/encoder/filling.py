"""From the tags of a sentence to the arguments of an action. Rules read the values; the network only says where.

A reading of the parameter's kind that covers the tagged words is chosen: the one that agrees with them best, and of
those the longest, so that "at quarter to seven" is read whole when the tags begin at "quarter". Two tagged parts of
one moment ("tomorrow" … "at five") are put together. What comes from a closed list is looked for among the words that
belong to no free text. A value that has a plain form (a length of time, a recurrence) is also found untagged.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ...skills.messages import ActionInfo, ParameterInfo
from ..arguments import arguments_of
from ..matcher import Bound, Way
from ..messages import PlannedCall
from ..schema import problem
from ..template import Slot, slot_of
from ..values.moments import Moment
from ..values.numbers import NUMBER_WORDS
from ..values.reader import Reader, Reading
from ..values.words import Token
from .labels import Span, spans_of, suited, tag_of

__all__ = ["Filled", "filled"]

_LEADS = frozenset(
    ["at", "on", "in", "for", "by", "to", "every", "each", "a", "an", "the", "another", "this", "next", "around",
     "over", "during", "coming"]
)  # fmt: skip
_FREE = ("text", "place", "person")
_PLAIN = frozenset(["duration", "change", "repeat"])
"""Kinds that are told from other words wherever they stand."""
_ALL = frozenset(["all", "every", "everything", "both"])
NEXT, _ANY_EVENT = "next", frozenset(["event", "meeting", "appointment"])
"""What a label says of the event that comes next; "my next meeting" is that one, and none that is called a meeting."""
WHOLE = "question"
"""A parameter of this name is the request itself, all of its words."""
_STEP_LEADS = frozenset(["by", "another", "more", "less"])
_SHORT = 3
"""A word of a closed list of at most so many letters ("on") does not overrule what the label says."""
_DAY_NAME = 3
"""The most words of the name of a day."""


class Filled(NamedTuple):
    """The call, None where something is missing or nonsense; and the required parameters without words for them."""

    call: PlannedCall | None
    missing: list[ParameterInfo]


def filled(
    action: ActionInfo,
    fixed: dict[str, Any],
    text: str,
    tokens: Sequence[Token],
    tags: Sequence[str],
    now: datetime,
    others: Sequence[Sequence[str]] = (),
) -> Filled:
    """The call of an action for a sentence whose words have these tags, or others where the action has no use for
    them; ``now`` is local and aware."""
    reader = Reader([token.text.removesuffix("'s") for token in tokens], now.date())  # "tomorrow's weather"
    if others:
        tags = suited(tags, others, {tag_of(p) for p in action.parameters})
    spans = _joined([_mended(span, reader) for span in spans_of(tags)], reader)
    given = dict(fixed)
    bound: list[Bound] = []
    for parameter in action.parameters:
        slot = slot_of(parameter)
        if parameter.name == WHOLE:
            bound.append(Bound(slot, 0, len(tokens), None))
            given.pop(parameter.name, None)
            continue
        found = _bound(parameter, slot, reader, spans, bound, action)
        if found is None:
            continue
        if slot.choices and parameter.name in given and len(slot_words(reader, found)) <= _SHORT:
            continue
        if given.get(parameter.name) == NEXT and slot_words(reader, found).removesuffix("s") in _ANY_EVENT:
            continue
        bound.append(found)
        given.pop(parameter.name, None)
    if any(b.slot.kind in ("level", "change-level") for b in bound):
        given = {name: value for name, value in given.items() if name not in ("level", "change")}
    taken = {at for b in bound for at in range(b.start, b.end)}
    said = tuple(word for at, word in enumerate(reader.words) if at not in taken)
    arguments, quotes = arguments_of(action, given, Way(0.0, 0, said, tuple(bound)), text, tokens, now)
    missing = [p for p in action.parameters if p.required and p.name not in arguments]
    if missing or problem(arguments, action.schema):
        return Filled(None, missing)
    return Filled(PlannedCall(action.name, arguments, quotes), [])


def _mended(span: Span, reader: Reader) -> Span:
    """A place that is wholly a day is one ("at christmas"), and of a year it is all of it ("memorial day this year");
    "to do" is one name."""
    words = reader.words
    if span.kind == "WHEN" and words[span.start + 1 : span.end] == ["year"]:
        named = (at for at in range(max(0, span.start - _DAY_NAME), span.start) if _ends(reader, at, span.end))
        return span._replace(start=next(named, span.start))
    if span.kind == "PLACE" and _ends(reader, span.start, span.end):
        return span._replace(kind="WHEN")
    if span.kind == "LIST" and words[span.start] == "do" and span.start and words[span.start - 1] == "to":
        return span._replace(start=span.start - 1)
    if span.kind == "LIST" and words[span.start : span.end] == ["to"] and words[span.end : span.end + 1] == ["do"]:
        return span._replace(end=span.end + 1)
    return span._replace(start=_number_from(words, span.start)) if span.kind == "TEXT" else span


def _ends(reader: Reader, start: int, end: int) -> bool:
    """A moment is read from here to there."""
    return any(reading.end == end for reading in reader.at("when", start))


def _number_from(words: Sequence[str], start: int) -> int:
    """Where the number begins in whose middle a name does ("ninety nine fm", of "nine hundred and ninety nine fm")."""
    if words[start] in ("am", "fm") and start and words[start - 1] in NUMBER_WORDS:
        start -= 1
    while words[start] in NUMBER_WORDS or words[start] == "and":
        before = start - 1 - (words[start - 1] == "and" and words[start] != "and")
        if before < 0 or words[before] not in NUMBER_WORDS:
            break
        start = before
    return start


def _joined(spans: Sequence[Span], reader: Reader) -> list[Span]:
    """Two tagged parts of one moment side by side are one, if they are read as one ("five pm" … "tonight")."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        beside = last is not None and last.kind == span.kind == "WHEN" and last.end == span.start
        if last is not None and beside and _ends(reader, last.start, span.end):
            found[-1] = last._replace(end=span.end)
        else:
            found.append(span)
    return found


def slot_words(reader: Reader, bound: Bound) -> str:
    return " ".join(reader.words[bound.start : bound.end])


def _bound(
    parameter: ParameterInfo,
    slot: Slot,
    reader: Reader,
    spans: Sequence[Span],
    bound: Sequence[Bound],
    action: ActionInfo,
) -> Bound | None:
    if slot.choices:
        return _chosen(slot, reader, spans)
    kind = tag_of(parameter)
    mine = [span for span in spans if span.kind == kind]
    if slot.kind in _FREE:
        mine = [s for s in mine if not any(b.start < s.end and s.start < b.end for b in bound)]
        if kind == "TEXT":
            mine = [s for s in mine if _meant(s, reader, action) in ("", slot.name)]
        longest = max(mine, key=lambda span: span.end - span.start, default=None)
        return None if longest is None else Bound(slot, longest.start, longest.end, None)
    if slot.kind in ("level", "change-level"):
        mine = [span for span in mine if _is_step(reader, span, action) == (slot.kind == "change-level")]
    found: Bound | None = None
    for span in mine:
        if any(b.start < span.end and span.start < b.end for b in bound):
            continue
        reading = _covering(reader, slot.kind, span)
        if reading is None:
            continue
        start, chosen = reading
        if found is None:
            found = Bound(slot, start, chosen.end, chosen.value)
        elif isinstance(found.value, Moment) and isinstance(chosen.value, Moment):
            found = found._replace(value=_together(found.value, chosen.value))
    if isinstance(found, Bound) and slot.kind == "time" and isinstance(found.value, Moment) and not found.value.timed:
        return None
    if found is None and (slot.kind in _PLAIN or (parameter.required and slot.kind != "number")):
        free = {at for span in spans if span.kind in ("TEXT", "LIST") for at in range(span.start, span.end)}
        free |= {at for b in bound for at in range(b.start, b.end)}
        found = _anywhere(slot, reader, free)
    return found


def _meant(span: Span, reader: Reader, action: ActionInfo) -> str:
    """Which of several parameters of free text a span is for, as far as the words beside it say: "by" a maker, or the
    parameter's own name; '' where nothing says so."""
    names = [p.name for p in action.parameters if p.kind == "text"]
    if len(names) < 2:
        return ""
    before = reader.words[span.start - 1] if span.start else ""
    beside = (before, reader.words[span.end] if span.end < len(reader.words) else "")
    if before == "by" and "artist" in names:
        return "artist"
    return next((name for name in names if name in beside), "")


def _is_step(reader: Reader, span: Span, action: ActionInfo) -> bool:
    """A number is how much to change by and not where to change to."""
    kinds = {p.kind for p in action.parameters}
    if not {"level", "change-level"} <= kinds:
        return "change-level" in kinds
    around = reader.words[max(0, span.start - 1) : span.start] + reader.words[span.end : span.end + 2]
    return not _STEP_LEADS.isdisjoint([*around, *reader.words[span.start : span.end]])


def _covering(reader: Reader, kind: str, span: Span) -> tuple[int, Reading] | None:
    """Where the reading that agrees best with a span begins, and the reading."""
    # a moment may be tagged for a parameter that must be a time of day: a day alone is then joined to another part
    kinds = ("time", "when") if kind == "time" else (kind,)
    best: tuple[tuple[float, int], int, Reading] | None = None
    for each in kinds:
        for start in range(max(0, span.start - 2), span.end):
            if any(word not in _LEADS for word in reader.words[start : span.start]):
                continue
            for reading in reader.at(each, start):
                overlap = min(reading.end, span.end) - max(start, span.start)
                if overlap <= 0:
                    continue
                beyond = max(0, reading.end - span.end)
                rank = (overlap - 0.5 * beyond - 0.5 * reading.cost, reading.end - start)
                if best is None or rank > best[0]:
                    best = (rank, start, reading)
        if best is not None:
            break
    return None if best is None else best[1:]


def _anywhere(slot: Slot, reader: Reader, taken: set[int]) -> Bound | None:
    """The longest plain reading of a kind among the words that are nothing else."""
    best: Bound | None = None
    for start in range(len(reader.words)):
        for reading in reader.at(slot.kind, start):
            if reading.cost > 0.5 or any(at in taken for at in range(start, reading.end)):
                continue
            if best is None or reading.end - start > best.end - best.start:
                best = Bound(slot, start, reading.end, reading.value)
    return best


def _together(one: Moment, other: Moment) -> Moment:
    """Two parts of one moment: each gives what the other lacks; five o'clock of a morning is in it."""
    clock, part = one.clock or other.clock, one.part or other.part
    return Moment(
        one.day or other.day, (clock.in_part(part) or clock) if clock is not None and part else clock, part,
        one.after if one.after is not None else other.after, one.last or other.last,
    )  # fmt: skip


def _chosen(slot: Slot, reader: Reader, spans: Sequence[Span]) -> Bound | None:
    """A value of a closed list that is said outside free text; the longest way of saying one."""
    free = {at for span in spans if span.kind in ("TEXT", "LIST", "PLACE") for at in range(span.start, span.end)}
    if slot.name == "all":
        at = next((at for at, word in enumerate(reader.words) if word in _ALL and at not in free), None)
        return None if at is None else Bound(slot, at, at + 1, True)
    if any(value in (True, False) for _, value in slot.choices):
        return None  # on or off is what the label says
    for said, value in slot.choices:  # the longest first
        for start in range(len(reader.words) - len(said) + 1):
            place = range(start, start + len(said))
            if said and tuple(reader.words[start : start + len(said)]) == said and free.isdisjoint(place):
                return Bound(slot, start, start + len(said), value)
    return None
