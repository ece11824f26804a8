"""Closed lists and flags: which of the choices, and whether what a flag is about, is said."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...models.decoder.stems import stem, word_list
from .about import About, alike
from .lexicon import VERBS

__all__ = ["flag", "said", "the_one_said"]

_NEGATED = re.compile(r"\b(?:without|no|not|excluding|except|exclude|don't|do not|avoid|avoiding)\s+(?:\w+\s+){0,2}$")
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|\d+")


def the_one_said(choices: Sequence[str], lowered: str, text: str = "", *, loosely: bool = False) -> str:
    """The one choice that is said; none if several are, unless ``text`` has one in its very letters. ``loosely``: also
    one of which only some words are said that no other has."""
    found = said(choices, lowered)
    if len(found) > 1 and text:
        found = [each for each in found if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text)] or found
    if not found and loosely:
        found = _partly(choices, lowered)
    return found[0] if len(found) == 1 else ""


def said(choices: Sequence[str], lowered: str, *, every: bool = False) -> list[str]:
    """The choices that are said: as they are written, else (or too, if all are asked for) by their words' stems."""
    exact = [each for each in choices if each.strip() and re.search(rf"(?<!\w){_loose(each)}(?!\w)", lowered)]
    stems = [stem(part) for word in _WORD.findall(lowered) for part in word.split("-")]
    if every or not exact:
        exact += [
            each for each in choices if each not in exact and _in_order([stem(w) for w in word_list(each)], stems)
        ]
    return [one for one in exact if not any(len(one) < len(other) and one.lower() in other.lower() for other in exact)]


def _loose(choice: str) -> str:
    """A pattern of the choice whatever joins its words."""
    return r"[\s_-]*".join(re.escape(part) for part in re.split(r"[\s_-]+", choice.lower()) if part)


def _in_order(wanted: Sequence[str], stems: Sequence[str]) -> bool:
    if not wanted or (len(wanted) == 1 and len(wanted[0]) < 3):
        return False
    return any(
        all(alike(stems[at + number], each) for number, each in enumerate(wanted))
        for at in range(len(stems) - len(wanted) + 1)
    )


def _partly(choices: Sequence[str], lowered: str) -> list[str]:
    """Choices of which a word is said that no other choice has."""
    stems = {stem(part) for word in _WORD.findall(lowered) for part in word.split("-")}
    each = [{stem(word) for word in word_list(choice) if len(word) > 3} for choice in choices]
    return [
        choice for at, choice in enumerate(choices)
        if any(word in stems and sum(word in other for other in each) == 1 for word in each[at])
    ]  # fmt: skip


def flag(parameter: About, lowered: str) -> str:
    """true or false where what the flag is about is said, '' where it is not."""
    wanted = [token for token in parameter.name if token not in VERBS]
    if not wanted:
        return ""
    flat = lowered.replace("-", "")
    places = []
    for token in wanted:
        at = next((m.start() for m in re.finditer(r"[a-z]+", flat) if alike(stem(m[0]), token)), -1)
        if at < 0:
            return ""
        places.append(at)
    return "false" if _NEGATED.search(flat[: min(places)]) else "true"
