"""What the encoder chooses among and tags with.

A *label* is an action, perhaps with arguments that the way of asking fixes ("turn it up" is ``set_volume`` with a
change of +10), written ``set_volume {"change":10}``; ``other.NAME`` is a kind of request that no action serves. A
*tag* says for a word which kind of argument it belongs to, in the BIO scheme (Ramshaw and Marcus, 1995): ``B-WHEN``,
``I-WHEN``, ``O``. Tags are the same for all actions; which parameter a tag means follows from the action
(:func:`tag_of`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from ...skills.messages import ParameterInfo

__all__ = ["OTHER", "TAGS", "Label", "Span", "label_text", "read_label", "spans_of", "suited", "tag_of"]

OTHER = "other."
KINDS = ("WHEN", "REPEAT", "DURATION", "PLACE", "FROM", "TO", "TEXT", "LIST", "NUMBER", "PERSON", "EXPRESSION")
TAGS = ("O", *(f"{begin}-{kind}" for kind in KINDS for begin in "BI"))
_BY_KIND = {
    "time": "WHEN", "when": "WHEN", "date": "WHEN", "repeat": "REPEAT", "duration": "DURATION", "change": "DURATION",
    "place": "PLACE", "text": "TEXT", "person": "PERSON", "number": "NUMBER", "level": "NUMBER",
    "change-level": "NUMBER", "expression": "EXPRESSION",
}  # fmt: skip


class Label(NamedTuple):
    """An action ('' for what none serves) and the arguments that the label fixes."""

    action: str
    fixed: dict[str, Any]


class Span(NamedTuple):
    """Words ``start`` to ``end`` (exclusive) of one kind."""

    kind: str
    start: int
    end: int


def label_text(action: str, fixed: dict[str, Any]) -> str:
    """The label of an action with what a template fixes."""
    return f"{action} {json.dumps(fixed, separators=(',', ':'), sort_keys=True)}" if fixed else action


def read_label(text: str) -> Label:
    """The action and fixed arguments of a label."""
    if text.startswith(OTHER):
        return Label("", {})
    action, _, fixed = text.partition(" ")
    return Label(action, json.loads(fixed) if fixed else {})


def tag_of(parameter: ParameterInfo) -> str:
    """The kind of tag that a parameter's words have; '' for one that is read from a closed list instead."""
    if parameter.choices or parameter.kind == "bool":
        return ""
    first, last = parameter.name.partition("_")[0], parameter.name.rpartition("_")[2]
    if parameter.kind in ("place", "unit", "currency") and (first in ("from", "to") or last in ("from", "to")):
        return "FROM" if "from" in (first, last) else "TO"
    if parameter.kind == "text" and parameter.name == "list":
        return "LIST"
    return _BY_KIND.get(parameter.kind, "")


def suited(tags: Sequence[str], others: Sequence[Sequence[str]], kinds: Collection[str]) -> list[str]:
    """The tags for an action that has parameters of these kinds: a word tagged with another kind is the likeliest of
    what else it may be that the action can use ("news in ireland": where it is from is what it is about)."""
    usable = {*kinds, *(["PLACE"] if "WHEN" in kinds else [])}  # a day may be tagged as a place ("at christmas")
    found: list[str] = []
    for at, tag in enumerate(tags):
        may = (tag, *(others[at] if at < len(others) else ()))
        found.append(next((each for each in may if each == "O" or each.partition("-")[2] in usable), "O"))
    return found


def spans_of(tags: Sequence[str]) -> list[Span]:
    """The spans of BIO tags; an I without its B begins one too."""
    found: list[Span] = []
    for at, tag in enumerate(tags):
        begin, _, kind = tag.partition("-")
        if begin == "O":
            continue
        last = found[-1] if found else None
        if begin == "I" and last is not None and last.end == at and last.kind == kind:
            found[-1] = last._replace(end=at + 1)
        else:
            found.append(Span(kind, at, at + 1))
    return found
