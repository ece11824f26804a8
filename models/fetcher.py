"""The service ``fetcher``: brings models from the web, part by part, in a process of its own.

It is told for how long to go on, so that who asks decides when to rest: a download is a chain of parts, each of which
keeps what has come (see ``download.py``). An ask that is withdrawn stops it within a block.
"""

from __future__ import annotations

import asyncio
import threading
from typing import ClassVar

from ..kernel.errors import CallerError
from ..kernel.service import Call, Service, handles
from .cards import Card, cards, folders_of, locate, models_folder
from .fetch_messages import Cards, CardView, FetchPart, GetCards, PartFetched
from .pull import pull
from .transfer import Cancelled, Progress

__all__ = ["FetcherService", "view"]

LONGEST_S = 120.0


class FetcherService(Service):
    """One download at a time; looking at the cards never waits for it."""

    concurrency: ClassVar[int] = 4

    def __init__(self) -> None:
        self._one = asyncio.Lock()
        self._coming: dict[str, Progress] = {}

    @handles(GetCards)
    async def get_cards(self, request: GetCards, call: Call) -> Cards:
        known = await asyncio.to_thread(cards)
        return Cards([view(each, self._coming.get(each.name)) for each in known if each.engine != "vad"])

    @handles(FetchPart)
    async def fetch(self, request: FetchPart, call: Call) -> PartFetched:
        """Raises CallerError, BudgetExceeded (no room on the disk) and ServiceFault (the server) as a pull does."""
        if not 0 < request.seconds <= LONGEST_S:
            raise CallerError(f"a part takes at most {LONGEST_S:.0f} s, got {request.seconds:g}")
        async with self._one:
            cancel = threading.Event()
            last = Progress("", 0, 0, 0.0, -1.0)

            def moved(progress: Progress) -> None:
                nonlocal last
                last = self._coming[request.model] = progress

            work = asyncio.create_task(asyncio.to_thread(pull, request.model, progress=moved, cancel=cancel))
            try:
                await asyncio.wait({work}, timeout=request.seconds)
            finally:
                cancel.set()
                await asyncio.wait({work})  # a thread cannot be left behind: it holds the folder's lock
                self._coming.pop(request.model, None)
            try:
                work.result()
            except Cancelled:
                return PartFetched(False, last.done, last.total, last.name)
            return PartFetched(True, last.done, last.total, last.name)


def view(card: Card, coming: Progress | None = None) -> CardView:
    """A card as others see it. Files are looked for, not hashed: that is what ``verify`` is for."""
    here = [locate(file, folders_of(card)) is not None for file in card.files]
    parts = any((models_folder() / card.name / f"{file.path}.part").exists() for file in card.files)
    state = "coming" if coming else "ready" if here and all(here) else "partial" if parts or any(here) else "missing"
    done, total, speed = (coming.done, coming.total, coming.speed) if coming else (0, 0, 0.0)
    return CardView(
        card.name, card.title, card.engine, card.licence, state, card.bytes, card.languages, card.tags, card.pullable,
        card.extra, card.source, done, total, round(speed, 1),
    )  # fmt: skip
