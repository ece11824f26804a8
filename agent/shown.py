"""A picture as an argument: "add this to my calendar", "add this pass".

Some requests are not words with other words in them but one call whose arguments are in the picture: an event has a
title, a beginning, perhaps an end and a place; a pass is what its code says. The call is planned here by the names of
the catalogue (``add_event``, ``add_pass``), if a skill has them. What the owner says of the day or the time comes
before what the picture says; where the picture leaves it open (no day, two of them, no time) one short question is
asked, and the answer is read with the picture still in view. Pure: the clock is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from ..modalities.image.messages import Line, Seen
from .messages import Planned, PlannedCall
from .sight import NO_TEXT, Found, moments_in
from .values.clock import Clock
from .values.moments import Moment, iso_local, resolve
from .values.words import words

__all__ = ["ACTIONS", "planned", "wanted"]

PLANNER: Final = "sight"
ACTIONS: Final = {"event": "add_event", "pass": "add_pass"}
MAX_TITLE: Final = 80
MAX_PLACE: Final = 80
MAX_SOURCE: Final = 4_000
"""Characters of a code that is taken for a pass; more is none."""
_DO: Final = r"(?:please )?(?:add|put|save|enter|write|copy|keep|store)"
_IT: Final = r"(?:this|that|it)"
_EVENT: Final = re.compile(
    rf"{_DO} {_IT}(?: (?:event|date|appointment|poster|concert|picture))?"
    r" (?:to|in|into|on|onto) (?:my |the )?(?:calendar|diary|agenda|schedule)\b.*"
    rf"|(?:please )?(?:schedule|calendar) {_IT}\b.*"
    rf"|(?:please )?(?:make|create|add) (?:an event|an appointment|a calendar entry) (?:of|from|for|out of) {_IT}\b.*"
)
_PASS: Final = re.compile(
    rf"{_DO} (?:this|that|the|my) (?:pass|boarding pass|ticket|card|coupon|voucher|code|qr code)"
    r"(?: (?:to|in|into) (?:my |the )?(?:wallet|passes))?"
    rf"|{_DO} {_IT} (?:to|in|into) (?:my |the )?wallet"
)
_PLACE: Final = re.compile(r"(?:where|venue|place|location|at)\s*:?\s+(?P<place>\S.*)", re.IGNORECASE)
_TO: Final = frozenset(["to", "until", "till", "-", "–", "—"])


def wanted(text: str) -> str:
    """Which thing of the picture a request is about: ``event``, ``pass`` or ''."""
    asks = " ".join(words(text))
    return "event" if _EVENT.fullmatch(asks) else "pass" if _PASS.fullmatch(asks) else ""


def planned(text: str, seen: Seen, now: datetime) -> Planned | None:
    """The call that such a request means, a short question, or a refusal; None for any other request. ``now`` is
    local and aware."""
    kind = wanted(text)
    if kind == "pass":
        return _pass(seen)
    return _event(text, seen, now) if kind == "event" else None


def _refused(reply: str, lacks: str = "") -> Planned:
    return Planned([], PLANNER, 1.0, 0.0, reply, lacks=lacks)


def _pass(seen: Seen) -> Planned:
    codes = [code.text for code in seen.codes if code.text.strip()]
    if not codes:
        return _refused("I can't find a code in it, and a pass is its code.")
    if len(set(codes)) > 1:
        return _refused(f"There are {len(set(codes))} codes in it. Show me the one you mean.")
    if len(codes[0]) > MAX_SOURCE:
        return _refused("Its code is too long to be a pass.")
    call = PlannedCall(ACTIONS["pass"], {"source": codes[0]}, {"source": codes[0][:MAX_TITLE]})
    return Planned([call], PLANNER, 1.0, 0.0)


def _event(text: str, seen: Seen, now: datetime) -> Planned:
    lines = [line for line in seen.text if line.text.strip()]
    if not lines:
        return _refused(NO_TEXT)
    said = moments_in(words(text), now.date())
    read = [found for line in lines for found in moments_in(words(line.text), now.date())]
    days = list(dict.fromkeys(found.moment.day for found in read if found.moment.day is not None))
    day = next((found.moment.day for found in said if found.moment.day is not None), None)
    if day is None and len(days) > 1:
        named = " or ".join(f"{each:%A} the {each.day}." for each in days[:3]).replace(". or", " or").rstrip(".")
        return _refused(f"Which day: {named}?", ACTIONS["event"])
    if day is None and not days:
        return _refused("What day is it on?", ACTIONS["event"])
    day = day or days[0]
    begin = _clock(said) or _clock(read)
    if begin is None:
        return _refused("At what time?", ACTIONS["event"])
    start = resolve(Moment(day, begin), now)
    arguments: dict[str, Any] = {"title": _title(lines, now), "start": iso_local(start)}
    end = _end(lines, begin, start, now)
    if end is not None:
        arguments["end"] = iso_local(end)
    place = next((found["place"].strip() for line in lines if (found := _PLACE.fullmatch(line.text.strip()))), "")
    if place and not moments_in(words(place), now.date()):
        arguments["place"] = place[:MAX_PLACE]
    spans = {"start": " ".join(line.text for line in lines if moments_in(words(line.text), now.date()))[:MAX_TITLE]}
    return Planned([PlannedCall(ACTIONS["event"], arguments, spans)], PLANNER, 1.0, 0.0)


def _clock(found: Sequence[Found]) -> Clock | None:
    return next((each.moment.clock for each in found if each.moment.clock is not None), None)


def _title(lines: Sequence[Line], now: datetime) -> str:
    """The largest line that is no moment; else the first words that are none."""
    plain = [line for line in lines if not _dated(line, now) and not _PLACE.fullmatch(line.text.strip())]
    if plain:
        return max(plain, key=_height).text.strip()[:MAX_TITLE]
    for line in lines:
        said = words(line.text)
        taken = {at for found in moments_in(said, now.date()) for at in range(found.at, found.end)}
        rest = [word for at, word in enumerate(said) if at not in taken and word not in ("at", "on", "from", "to")]
        if rest:
            return " ".join(rest)[:MAX_TITLE]
    return "Event"


def _dated(line: Line, now: datetime) -> bool:
    """Whether a line says a day or a time of day, and not only "night"."""
    return any(
        each.moment.day is not None or each.moment.clock is not None
        for each in moments_in(words(line.text), now.date())
    )


def _height(line: Line) -> float:
    ys = [y for _, y in line.box]
    return max(ys) - min(ys) if ys else 0.0


def _end(lines: Sequence[Line], begin: Clock, start: datetime, now: datetime) -> datetime | None:
    """The end of a span of times that begins at ``begin``: "8 to 10 pm"."""
    for line in lines:
        said = words(line.text.replace("–", " to ").replace("—", " to ").replace("-", " to "))
        found = [each for each in moments_in(said, now.date()) if each.moment.clock is not None]
        for one, other in pairwise(found):
            clock = other.moment.clock
            between = said[one.end : other.at]
            if one.moment.clock != begin or clock is None or not set(between) <= _TO or not between:
                continue
            end = resolve(Moment(start.date(), clock), now)
            while end <= start:
                end += timedelta(hours=24 if clock.exact else 12)
            return end
    return None
