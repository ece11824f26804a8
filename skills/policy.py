"""Which calls the owner must want in so many words, when what led to them came from a stranger.

A message carries labels of where it came from (``kernel/message.py``), and they pass on to all that is sent while it is
handled. Text read from a picture, a notification, a web answer or another device is ``untrusted``; a plan made of it
is untrusted too, in its arguments and in its reason. Such a plan may look, and may not change anything before the
owner has seen the literal call and agreed. The rule stands here, in front of every action, and not in the planner: a
planner can be talked into things, and this cannot.

    labels of the call        reads        changes         sensitive
    user, local               runs         runs            runs
    … with untrusted          runs         asks            asks

An action reads if its author says so (``@action(reads=True)``); what is not said counts as a change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..kernel.message import Taint
from .messages import ActionInfo
from .speech import clock, spoken_date

__all__ = ["brings_strangers_words", "is_sensitive", "literal", "must_ask"]

_SHOWN = 120
_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?")


def _moment(iso: str) -> str:
    """``Saturday, 21 November 2026, 7:00`` of a local moment or a day; what is none stays as it is."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    day = spoken_date(moment.date(), year=True)
    if "T" not in iso:
        return day
    return f"{day}, {clock(moment)}{f':{moment.second:02}' if moment.second else ''}"


def must_ask(action: ActionInfo, taint: Taint) -> bool:
    """Whether a call with these labels needs the owner's yes."""
    return bool(taint & Taint.UNTRUSTED) and not action.reads


def brings_strangers_words(grants: Iterable[str]) -> bool:
    """Whether what an action with these grants answers may hold words of somebody else: of a web server, or of whoever
    wrote a message. What is made of them later is untrusted as they are."""
    return any(grant.startswith(("network:", "messages")) for grant in grants)


def is_sensitive(action: ActionInfo, arguments: Mapping[str, Any]) -> bool:
    """Whether this call is one of those that no other program may make unasked, whatever its labels."""
    if not action.sensitive_when:
        return action.sensitive
    return any(str(arguments.get(name, "")).lower() in values for name, values in action.sensitive_when.items())


def literal(action: str, arguments: Mapping[str, Any]) -> list[str]:
    """The call as the owner is shown it, a line each: nothing paraphrased, nothing left out but length. A value that is
    wholly a moment is written with its weekday, since who agrees to "2026-11-21T07:00" has not read it."""
    lines = [action.replace("_", " ")]
    for name, value in arguments.items():
        plain = _moment(value) if isinstance(value, str) and _ISO.fullmatch(value) else str(value)
        text = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
        lines.append(f"{name.replace('_', ' ')}: {text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}")
    return lines
