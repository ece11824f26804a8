"""What an action is for, in words that follow "I could not": "text Sam", "set the pasta timer".

The author's phrase has the arguments in braces, and brackets around what is left out where an argument is not there. An
action without a phrase (of a package from before there were any, of a listed tool) is named by the first words of its
description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["MOST", "derived", "filled", "slots"]

MOST = 80
"""Characters of a filled phrase: it is one part of a sentence that is read out."""
_MOST_DERIVED = 60
_SLOT = re.compile(r"\{(\w+)\}")
_TWICE = re.compile(r"\b(?:for|in|at|on) (for|in|at|on|by|before|after|around|until|from)\b")
"""Words of an argument bring their own preposition now and then: "for at sunrise"."""
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def slots(phrase: str) -> set[str]:
    """The arguments that a phrase names."""
    return set(_SLOT.findall(phrase))


def filled(phrase: str, said: Mapping[str, str], arguments: Mapping[str, Any]) -> str:
    """The phrase with what was asked for: the words it was said with, else the value where that is a text or a number.
    '' if the phrase cannot do without something that is not there."""
    known = {name: str(value).replace("_", " ") for name, value in arguments.items() if _sayable(value)}
    known |= {name: words for name, words in said.items() if words and name in arguments}

    def fill(part: str) -> str:
        return _SLOT.sub(lambda found: known[found[1]], part)

    def kept(found: re.Match[str]) -> str:
        return fill(found[1]) if slots(found[1]) <= known.keys() else ""

    whole = _OPTIONAL.sub(kept, phrase)
    if not slots(whole) <= known.keys():
        return ""
    text = _TWICE.sub(r"\1", " ".join(fill(whole).split()))
    return text if len(text) <= MOST else f"{text[: MOST - 1].rstrip()}…"


def _sayable(value: Any) -> bool:
    """Not what is written for machines: moments, lengths, references to other answers."""
    if isinstance(value, str):
        return bool(value) and not re.match(r"[+-]?P\d|[+-]?PT|\d{4}-\d\d|FREQ=|\$\d", value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def derived(description: str) -> str:
    """The first words of a description: "Start a timer. …" → "start a timer"; '' if it says nothing short."""
    first = description.strip().split("\n")[0].partition(". ")[0].rstrip(".")
    first = first.partition(";")[0].partition(", ")[0].partition(" (")[0].strip()
    return first[:1].lower() + first[1:] if 0 < len(first) <= _MOST_DERIVED else ""
