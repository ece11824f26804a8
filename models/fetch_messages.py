"""What is said to ``fetcher``, which brings models from the web, and of the cards it knows."""

from __future__ import annotations

import msgspec

from ..kernel.message import Body, message


class CardView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A model that could be here, or is. ``state`` is ready, missing, partial (some of it is here) or coming; ``done``
    of ``total`` bytes of the file that comes."""

    name: str
    title: str
    engine: str
    licence: str
    state: str
    bytes: int = 0
    languages: list[str] = []
    tags: list[str] = []
    pullable: bool = False
    extra: str = ""
    source: str = ""
    done: int = 0
    total: int = 0
    speed: float = 0.0
    """Bytes a second."""


@message("models.get-cards")
class GetCards(Body, frozen=True):
    """Ask ``fetcher`` which models there are, here or to be had. → Cards"""


@message("models.cards")
class Cards(Body, frozen=True):
    """Every card, by name."""

    cards: list[CardView]


@message("models.fetch-part")
class FetchPart(Body, frozen=True):
    """Ask ``fetcher`` to go on with a model for so many seconds; what has come is kept. → PartFetched"""

    model: str
    seconds: float = 30.0


@message("models.part-fetched")
class PartFetched(Body, frozen=True):
    """How far the file is that was fetched last; ``ready`` says that the whole model is here, verified and pinned."""

    ready: bool
    done: int = 0
    total: int = 0
    file: str = ""
