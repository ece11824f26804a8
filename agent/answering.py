"""What the owner says to a question that an action asked: the value of one of its parameters, or something else.

An action that lacks something asks for it (``Reply(ask="room")``) and is run again with what was said. A value that can
be read (a time, a number, one of several words, yes or no) is one; free words are an answer only if they are no
request of their own, which the planner knows. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..kernel.message import Taint
from ..skills.messages import ActionInfo, ParameterInfo
from .arguments import is_early, written
from .choosing import NEITHER, choice
from .consent import answer
from .messages import PlannedCall
from .phrasing import stripped
from .values.reader import FREE_KINDS, TYPED_KINDS, Reader
from .values.words import quote, tokenize

__all__ = ["Answer", "answered"]

_LEADS = frozenset(["for", "at", "on", "in", "to", "about", "make", "it", "the", "a", "an", "with", "maybe", "from"])
_MOST_LEADS = 3
MAX_WORDS = 40


class Answer(NamedTuple):
    """The call with the value in it (None: the owner wants nothing of it any more). ``free``: only if the words are no
    request."""

    call: PlannedCall | None
    free: bool = False


def answered(text: str, call: PlannedCall, parameter: str, action: ActionInfo, now: datetime) -> Answer | None:
    """What a text answers; None if it does not."""
    wanted = next((p for p in action.parameters if p.name == parameter), None)
    if wanted is None:
        return None
    if wanted.kind != "bool" and choice(text, [call, call]) == NEITHER:
        return Answer(None)
    value = _value(text, wanted, action, now)
    if value is None:
        return None
    return Answer(
        replace(
            call, arguments={**call.arguments, parameter: value}, spans={**call.spans, parameter: text[:MAX_WORDS]},
            revises=False, after=None,
        ),
        free=wanted.kind in FREE_KINDS,
    )  # fmt: skip


def _value(text: str, wanted: ParameterInfo, action: ActionInfo, now: datetime) -> Any:
    if wanted.kind == "bool":
        yes = answer(text, Taint.USER)
        return yes == "yes" if yes else None
    tokens = tokenize(text)
    if not tokens or len(tokens) > MAX_WORDS:
        return None
    for part in stripped(tokens):
        said = [token.text for token in part]
        if wanted.kind == "choice":
            found = _chosen(said, wanted)
        elif wanted.kind in TYPED_KINDS:
            found = _read(said, wanted.kind, action, now)
        else:
            return quote(text, tokens, 0, len(tokens)).strip(" .,;:!?")
        if found is not None:
            return found
    return None


def _chosen(said: Sequence[str], wanted: ParameterInfo) -> str | None:
    """The one choice whose words are said, whatever stands around them."""
    whole = f" {' '.join(said)} "
    hits = {value for value, words in wanted.choices.items() if any(f" {each.lower()} " in whole for each in words)}
    return hits.pop() if len(hits) == 1 else None


def _read(said: Sequence[str], kind: str, action: ActionInfo, now: datetime) -> Any:
    """The value that these words are as a whole, but for what leads to it."""
    reader = Reader(list(said), now.date())
    for start in range(min(_MOST_LEADS, len(said) - 1) + 1):
        if any(word not in _LEADS for word in said[:start]):
            break
        for reading in reader.at(kind, start):
            if reading.end == len(said):
                return written(kind, reading.value, now, early=is_early(action))
    return None
