"""Pointing and words together: a finger on a row of the glass, and "cancel that one".

What was touched is meant for POINT_S: "that one", "this", "it" in what is said then stand for it, by the name under
which its skill knows it. "Set that one to seven" is two calls, since the alarm that is set and the one that goes are
two. What is on the glass are the owner's own timers, alarms, lists and reminders, so their words are the owner's;
notifications and pictures are not pointed at here (``sight.py``). Pure.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..modalities.screen.messages import Pointed
from .values.words import words

__all__ = ["POINT_S", "Thing", "meant", "named"]

POINT_S: Final = 12.0
"""From the touch to the end of the words."""
_ONE: Final = re.compile(
    r"\b(?:(?:that|this)(?: (?:one|timer|alarm|item|reminder|thing|entry))?|(?<!is )(?<!was )(?<!will )it)\b"
    r"(?! (?:morning|afternoon|evening|night|week|weekend|month|year|monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday|time|minute|hour|is)\b)"
)
_SET: Final = re.compile(
    r"(?:please )?(?:set|make|change|move|put|shift|turn|switch|reset) (?:that|this|it)(?: (?:one|timer|alarm))? "
    r"(?:to|for|at|on|into)? ?(.+)"
)
_OFF: Final = re.compile(
    r"\b(?:remove|delete|cross|tick|take|check|strike|get rid of|cancel|clear)\b.*"
    r"|.*\b(?:is|are) (?:done|bought|finished)\b"
)
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(?: ?[ap]m)?", re.IGNORECASE)
_TIMED: Final = re.compile(r"\b(?:second|minute|hour)s?\b")
MAX_NAME: Final = 12
"""Words of a name."""


class Thing(NamedTuple):
    """What was touched, until when it is meant (the port's clock)."""

    pointed: Pointed
    until: float


def named(pointed: Pointed) -> str:
    """What a thing is called in a request; '' for what no request can name."""
    text = " ".join(words(pointed.text)[:MAX_NAME])
    if pointed.kind == "timer":
        return f"the {text.removesuffix(' timer') or ''} timer".replace("  ", " ")
    if pointed.kind == "alarm":
        clock = _CLOCK.search(pointed.text)
        return f"the {' '.join(words(clock[0]))} alarm" if clock is not None else ""
    if pointed.kind == "reminder":
        return f"the reminder to {text}" if text else ""
    return text if pointed.kind == "list" else ""


def meant(text: str, pointed: Pointed) -> str | None:
    """The request with the thing's name for "that one"; None if it does not point."""
    asks = " ".join(words(text))
    found = _ONE.search(asks)
    name = named(pointed)
    if found is None or not name:
        return None
    to = _SET.fullmatch(asks)
    if to is not None and pointed.kind == "alarm":
        return f"cancel {name} and set an alarm for {to[1]}"
    if to is not None and pointed.kind == "timer":
        long = to[1] if _TIMED.search(to[1]) else f"{to[1]} minutes"
        label = name.removeprefix("the ").removesuffix(" timer")
        own = "" if _TIMED.search(label) or label == "the" else f"{label} "
        return f"cancel {name} and start a {own}timer for {long}"
    whole = f"{asks[: found.start()]}{name}{asks[found.end() :]}"
    if pointed.kind == "list" and _OFF.fullmatch(asks):
        return f"remove {name} from my {_list_of(pointed.title)}"
    return " ".join(whole.split())


def _list_of(title: str) -> str:
    name = " ".join(words(title))
    return name if name.endswith("list") else f"{name} list".strip()
