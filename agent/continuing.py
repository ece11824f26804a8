"""Follow-ups that go on from the value of the last call, instead of naming a new one.

a bit more · less                       the same step again, or back
plus four · divided by three            the last sum, carried on
half an hour later · an hour earlier    its moment, moved
the day after                           its day, moved
call it homework                        its name
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from ..skills.messages import ActionInfo
from .messages import PlannedCall
from .values.arithmetic import expressions
from .values.durations import durations
from .values.moments import iso_local

__all__ = ["continued"]

_MORE = frozenset(
    ["more", "a bit more", "a little more", "even more", "some more", "a little bit more", "further", "keep going",
     "still more", "much more", "a lot more", "a bit further", "up a bit more"]
)  # fmt: skip
_LESS = frozenset(
    [
        "less",
        "a bit less",
        "a little less",
        "too much",
        "not so much",
        "a little bit less",
        "that is too much",
        "back a bit",
    ]
)
_UP = frozenset(
    [
        "up",
        "up a bit",
        "up a little",
        "a bit up",
        "a little up",
        "up a little bit",
        "higher",
        "a bit higher",
        "back up",
        "back up a bit",
        "turn it back up",
        "put it back up",
    ]
)
_DOWN = frozenset(
    [
        "down",
        "down a bit",
        "down a little",
        "a bit down",
        "a little down",
        "down a little bit",
        "lower",
        "a bit lower",
        "back down",
        "back down a bit",
        "turn it back down",
        "put it back down",
    ]
)
_DAYS = {
    "the day after": 1, "the next day": 1, "the following day": 1, "the day after that": 1, "the day before": -1,
    "the night before": -1, "the day before that": -1, "the week after": 7, "the following week": 7, "a week later": 7,
    "a day later": 1, "a day earlier": -1, "one day later": 1,
}  # fmt: skip
_DIRECTIONS = {"later": 1, "earlier": -1, "sooner": -1}
_OPERATORS = ("plus", "minus", "times", "multiplied", "divided", "over", "+", "-", "*", "/")
_NAMED = (["call", "it"], ["name", "it"], ["call", "that"], ["name", "that"], ["label", "it"])
_MINUTES = {"quarter past": 15, "a quarter past": 15, "half past": 30, "quarter to": -15, "a quarter to": -15}
_HALVES = {"am": 0, "a m": 0, "pm": 12, "p m": 12, "in the morning": 0, "in the evening": 12, "in the afternoon": 12}
_CORRECTING = (
    "no ",
    "sorry ",
    "i meant ",
    "i mean ",
    "i said ",
    "actually ",
    "make it ",
    "make that ",
    "change it to ",
)
_POLITE = ("please", "again", "thanks")
_STEP = 10


def continued(
    said: Sequence[str], last: PlannedCall, actions: Mapping[str, ActionInfo], now: datetime
) -> PlannedCall | None:
    """The call that these words make of the last one; None if they are no such follow-up."""
    action = actions.get(last.name)
    said = list(said)
    while len(said) > 1 and said[-1] in _POLITE:
        said.pop()
    if action is None or not said:
        return None
    return (
        _stepped(" ".join(said), last, action)
        or _summed(said, last, action)
        or _moved(said, last, action)
        or _within_the_hour(" ".join(said), last, action, now)
        or _named(said, last, action)
    )


def _stepped(text: str, last: PlannedCall, action: ActionInfo) -> PlannedCall | None:
    """ "a bit more": the change of the last call again; "up a little" also after a value was set."""
    name = next((p.name for p in action.parameters if p.kind in ("change-level", "change")), "")
    step = last.arguments.get(name)
    if text in _MORE or text in _LESS:
        if not isinstance(step, int | float):
            return None
        return PlannedCall(last.name, {**last.arguments, name: step if text in _MORE else -step}, dict(last.spans))
    level = next((p.name for p in action.parameters if p.kind == "change-level"), "")
    if text not in _UP | _DOWN or not level:
        return None
    size = abs(step) if isinstance(step, int | float) else _STEP
    others = {p.name for p in action.parameters if p.kind == "level"}
    kept = {key: value for key, value in last.arguments.items() if key not in others}
    return PlannedCall(last.name, {**kept, level: size if text in _UP else -size}, {level: text})


def _summed(said: list[str], last: PlannedCall, action: ActionInfo) -> PlannedCall | None:
    name = next((p.name for p in action.parameters if p.kind == "expression"), "")
    before = last.arguments.get(name)
    while len(said) > 1 and said[0] in ("and", "then", "now"):
        said = said[1:]
    if not isinstance(before, str) or said[0] not in _OPERATORS or before.startswith("$"):
        return None
    whole = ["1", *said]
    for end, value in expressions(whole, 0):
        if end == len(whole) and str(value).startswith("1 "):
            rest = str(value)[2:]
            loose = rest[0] in "*/" and any(f" {sign} " in before for sign in "+-")
            head = f"({before})" if loose else before
            spoken = f"{last.spans.get(name, before)} {' '.join(said)}"
            return PlannedCall(last.name, {**last.arguments, name: f"{head} {rest}"}, {name: spoken})
    return None


def _moved(said: list[str], last: PlannedCall, action: ActionInfo) -> PlannedCall | None:
    """A moment by a duration, or a day by days."""
    name = next(
        (p.name for p in action.parameters if p.kind in ("time", "when", "date") and p.name in last.arguments), ""
    )
    held = last.arguments.get(name)
    if not isinstance(held, str) or held.startswith("$"):
        return None
    text = " ".join(said)
    for lead in ("and ", "what about ", "how about ", "and what about ", "make it ", ""):
        days = _DAYS.get(text.removeprefix(lead)) if text.startswith(lead) else None
        if days is not None:
            value = _by_days(held, days)
            revises = lead == "make it "
            if not value:
                return None
            arguments = {**last.arguments, name: value}
            return PlannedCall(last.name, arguments, {**last.spans, name: text}, revises)
    if said[-1] not in _DIRECTIONS or "T" not in held:
        return None
    begin = next((at for at in range(min(4, len(said))) if said[:at] in ([], ["make", "it"], ["set", "it"], ["and"])
                  and any(end == len(said) - 1 for end, _ in durations(said, at))), -1)  # fmt: skip
    if begin < 0:
        return None
    seconds = max(seconds for end, seconds in durations(said, begin) if end == len(said) - 1)
    moved = datetime.fromisoformat(held) + timedelta(seconds=seconds * _DIRECTIONS[said[-1]])
    revised = begin != 1
    return PlannedCall(last.name, {**last.arguments, name: iso_local(moved)}, {**last.spans, name: text}, revised)


def _within_the_hour(text: str, last: PlannedCall, action: ActionInfo, now: datetime) -> PlannedCall | None:
    """ "Quarter past" and "pm" say only what is different from the time before."""
    for lead in _CORRECTING:
        text = text.removeprefix(lead)
    name = next((p.name for p in action.parameters if p.kind in ("time", "when") and p.name in last.arguments), "")
    held = last.arguments.get(name)
    if not isinstance(held, str) or "T" not in held or held.startswith("$"):
        return None
    then = datetime.fromisoformat(held)
    if text in _MINUTES:
        moved = then.replace(minute=0) + timedelta(minutes=_MINUTES[text])
    elif text in _HALVES:
        moved = then.replace(hour=then.hour % 12 + _HALVES[text])
        if moved <= now.replace(tzinfo=None):
            moved += timedelta(days=1)
        elif (
            moved - timedelta(days=1) > now.replace(tzinfo=None) and then.date() > now.date() and not _dated(last, name)
        ):
            moved -= timedelta(days=1)  # "six in the morning" was tomorrow's only because today's is over
    else:
        return None
    arguments = {**last.arguments, name: iso_local(moved)}
    return PlannedCall(last.name, arguments, {**last.spans, name: text}, revises=True)


def _dated(last: PlannedCall, name: str) -> bool:
    """The words of the moment named its day."""
    return any(
        (len(word) > 5 and word.endswith("day")) or word == "tomorrow" for word in last.spans.get(name, "").split()
    )


def _by_days(held: str, days: int) -> str:
    """An ISO date or local moment, moved; '' if it is none."""
    try:
        if "T" in held:
            return iso_local(datetime.fromisoformat(held) + timedelta(days=days))
        return (date.fromisoformat(held) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return ""


def _named(said: list[str], last: PlannedCall, action: ActionInfo) -> PlannedCall | None:
    label = next((p.name for p in action.parameters if p.name in ("label", "title") and p.kind == "text"), "")
    if not label or said[:2] not in _NAMED or len(said) < 3:
        return None
    name = " ".join(said[2:])
    return PlannedCall(last.name, {**last.arguments, label: name}, {**last.spans, label: name}, revises=True)
