"""What the owner has in view or under a finger, and what that makes of the words that are said meanwhile.

A picture or a notification is in view for a minute, a thing on the glass for as long as one speaks of it; the latest of
them is what "this" and "that one" mean. What comes of a request is an :class:`Attended`: other words to plan, or the
plan itself. Pure: times are given.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ..kernel.message import Taint
from ..modalities.image.messages import Seen
from ..modalities.screen.messages import Pointed
from ..skills.messages import Card
from .messages import Planned
from .pointing import POINT_S, Thing, meant, named
from .sight import IN_VIEW_S, NO_PICTURE, NO_TEXT, View, answered, bound, noticed, unseen

__all__ = ["SIGHT", "Attended", "Attention"]

SIGHT = "sight"
"""Answers from what was seen in a picture, where a plan names its planner."""


class Attended(NamedTuple):
    """A request with what it pointed at put in: its words, the labels they carry, what "this" was ('' for nothing),
    and the plan, where the words need none any more."""

    text: str
    taint: Taint
    seen: str = ""
    planned: Planned | None = None


class Attention:
    """What is meant by "this". Times are seconds of the port's clock."""

    def __init__(self) -> None:
        self._view: View | None = None
        self._thing: Thing | None = None

    def picture(self, seen: Seen, now: float) -> None:
        """The owner shows a picture."""
        self._view = View(seen, now + IN_VIEW_S)

    def notification(self, card: Card, now: float) -> None:
        """A stranger's card is on the glass."""
        self._view = View(noticed(card), now + IN_VIEW_S, "notification")

    def pointed(self, pointed: Pointed, now: float) -> None:
        """A finger is on something."""
        self._thing = Thing(pointed, now + POINT_S)

    def read(self, text: str, taint: Taint, now: float, moment: datetime, before: str = "") -> Attended:
        """What a request says. ``moment`` is the local time; ``before`` is what was said that lacked something, and was
        asked about."""
        view = self._view if self._view is not None and now <= self._view.until else None
        thing = self._thing if self._thing is not None and now <= self._thing.until else None
        if thing is not None and (view is None or thing.until - POINT_S >= view.until - IN_VIEW_S):
            spoken = meant(text, thing.pointed)
            if spoken is not None:
                return Attended(spoken, taint, f"{named(thing.pointed).removeprefix('the ')[:60]} that was touched")
        if view is None:
            plan = Planned([], SIGHT, 1.0, 0.0, NO_PICTURE) if unseen(text) else None
            return Attended(text, taint, "", plan)
        return self._looked(text, taint, view, moment, before)

    def _looked(self, text: str, taint: Taint, view: View, moment: datetime, before: str) -> Attended:
        from . import shown  # the core learns of it when there is something in view

        strange = taint | Taint.UNTRUSTED
        whole = f"{before} {text}" if shown.wanted(before) and not shown.wanted(text) else text
        plan = shown.planned(whole, view.seen, moment)
        if plan is not None and (plan.calls or whole == text):
            return Attended(whole, strange, view.what, plan)
        told = answered(text, view.seen)
        spoken = bound(text, view.seen, moment.date()) if told is None else None
        if told is not None or spoken == "":
            return Attended(text, taint, view.what, Planned([], SIGHT, 1.0, 0.0, told or NO_TEXT))
        if spoken is not None:
            return Attended(spoken, strange, view.what)
        return Attended(text, taint)
