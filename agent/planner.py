"""The planner as a service: plans for the session, and the corpus for the speech recogniser.

It asks ``skills`` for the catalogue when it starts and again whenever it is notified, rebuilds its templates from it
(not one of them parsed yet), and then notifies ``asr`` that the corpus has changed. The corpus is made when it is asked
for, a few hundred sentences at a time, so that a request never waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

import msgspec

from ..kernel.errors import BluerillError, CallerError
from ..kernel.service import Call, Leased, Service, handles
from ..modalities.voice.messages import Corpus, GetCorpus
from ..skills.localtime import device_zone
from ..skills.messages import Catalogue, GetCatalogue
from .corpus import SENTENCES, Sampler
from .messages import Plan, Planned
from .plan import Planner

__all__ = ["Planner", "PlannerService", "local_now"]

CATALOGUE_WITHIN_S = 5.0
_TRIES = 8
_AT_ONCE = 100


def local_now(text: str, wall: float, zone: str = "") -> datetime:
    """The aware local time a plan is made at: ``text`` (ISO 8601) if there is one, else the wall clock.

    Raises CallerError if the text is no time.
    """
    here = device_zone(zone)
    if not text:
        return datetime.fromtimestamp(wall, here)
    try:
        now = datetime.fromisoformat(text)
    except ValueError:
        raise CallerError(f"expected 'now' as ISO 8601 such as '2026-11-20T14:05', got {text[:40]!r}") from None
    return now.replace(tzinfo=here) if now.tzinfo is None else now


class PlannerService(Service):
    """``skills`` is asked for the catalogue, ``listeners`` are notified when the corpus changed."""

    concurrency: ClassVar[int] = 4

    def __init__(
        self,
        skills: str = "skills",
        listeners: Sequence[str] = ("asr",),
        zone: str = "",
        corpus: int = SENTENCES,
    ) -> None:
        self._skills = skills
        self._listeners = tuple(listeners)
        self._zone = zone
        self._size = corpus
        self._loaded: Planner | None = None

    async def start(self) -> None:
        self.port.spawn(self._load(), "catalogue")

    async def notified(self, signal: int) -> None:
        await self._load()

    async def _load(self) -> None:
        """Ask for the catalogue, more than once if need be; what was loaded before stays until then."""
        for attempt in range(_TRIES):
            try:
                await self._learn()
            except BluerillError as error:
                self.port.log.warning("no catalogue yet (try %d): %s", attempt + 1, error)
                await self.port.sleep(0.1 * 2**attempt)
                continue
            return

    async def _learn(self) -> Planner:
        body, lease = await self.port.ask_any(self._skills, GetCatalogue(), within=CATALOGUE_WITHIN_S)
        try:
            if not isinstance(body, Catalogue):
                raise CallerError(f"expected a catalogue of {self._skills!r}, got {body.wire!r}")
            if lease is not None:
                body = msgspec.json.decode(bytes(lease.bytes()), type=Catalogue)
        except msgspec.DecodeError as error:
            raise CallerError(f"the catalogue of {self._skills!r} does not decode: {error}") from error
        finally:
            if lease is not None:
                lease.release()
        if self._loaded is None or self._loaded.catalogue.fingerprint != body.fingerprint:
            self._loaded = Planner(body)
            for problem in self._loaded.templates.problems:
                self.port.log.warning("%s", problem)
            for listener in self._listeners:
                self.port.notify(listener)
        return self._loaded

    async def _planner_now(self) -> Planner:
        return self._loaded if self._loaded is not None else await self._learn()

    @handles(Plan)
    async def plan(self, request: Plan, call: Call) -> Planned:
        planner = await self._planner_now()
        now = local_now(request.now, self.port.wall(), self._zone)
        return planner.plan(request.text, now, request.context)

    @handles(GetCorpus)
    async def corpus(self, request: GetCorpus, call: Call) -> Leased:
        planner = await self._planner_now()
        text = bytearray()
        count = 0
        for sentence in Sampler(planner.templates).corpus(self._size):
            text += sentence.encode() + b"\n"
            count += 1
            if count % _AT_ONCE == 0:
                await self.port.sleep(0)
        return Leased(Corpus(planner.catalogue.fingerprint, count), self.port.offer(text))
