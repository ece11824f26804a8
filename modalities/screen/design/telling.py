"""A brief in a few words, for those who hear of it."""

from __future__ import annotations

from .brief import Brief

_THINGS = {"heart": "heart rate", "sun": "sunrise", "unread": "notifications", "world": "world clock"}


def told(brief: Brief) -> str:
    """Style, colours and what is on it."""
    things = [_THINGS.get(fact.kind, fact.kind) for fact in brief.facts] + (
        ["the date"] if brief.date != "none" else []
    )
    how = f"{brief.hands} hands, {brief.indices} indices" if brief.style != "digital" else f"{brief.layout} layout"
    return f"{brief.style}, {brief.scheme} {brief.ground}, {how}, {brief.font} type" + (
        f"; {', '.join(things)}" if things else ""
    )
