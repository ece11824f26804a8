"""Which model does what jobs need: by name, or the smallest that is here and says that it can."""

from __future__ import annotations

from typing import Literal

from ...models.cards import Card, card, cards, folders_of, locate

Purpose = Literal["generate", "embed"]
TAGS: dict[str, frozenset[str]] = {
    "generate": frozenset({"chat", "instruct", "generate"}),
    "embed": frozenset({"embedding", "embed"}),
}


def choose(purpose: Purpose, wanted: str) -> str:
    """The name of a card, '' if no model that can is here. A name that is given is only looked up.

    Raises CallerError for a name that no card has and that is no path.
    """
    if wanted:
        if "/" in wanted:
            return wanted
        return card(wanted).name
    able = [each for each in cards() if TAGS[purpose] & set(each.tags) and each.files]
    here = [each for each in able if all(locate(file, folders_of(each)) is not None for file in each.files)]
    return min(here, key=_cost).name if here else ""


def _cost(each: Card) -> tuple[int, str]:
    return each.memory or 1 << 60, each.name
