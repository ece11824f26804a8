"""The planner as a service: plans for the session, and the corpus for the speech recogniser.

It asks ``skills`` for the catalogue when it starts and again whenever it is notified, rebuilds its templates from it
(not one of them parsed yet), and then notifies ``asr`` that the corpus has changed. The corpus is made when it is asked
for, a few hundred sentences at a time, so that a request never waits for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import ClassVar

import msgspec

from ..kernel.errors import BluerillError, CallerError, ServiceFault
from ..kernel.service import Call, Leased, Port, Service, handles
from ..modalities.voice.messages import Corpus, GetCorpus, Judge, Judged
from ..skills.localtime import device_zone
from ..skills.messages import Catalogue, GetCatalogue
from . import sight
from .corpus_store import SENTENCES, read_corpus, write_corpus
from .encoder import tier
from .graph import linked
from .messages import MAX_SENTENCES, Consult, Encode, Encoded, Plan, Planned, PlanTools, Tune, Tuned
from .plan import NOTHING, NOTHING_TO_UNDO, REFUSAL, Planner
from .values.words import MAX_CHARACTERS, words

__all__ = ["Planner", "PlannerService", "local_now", "understood"]

CATALOGUE_WITHIN_S = 5.0
CORPUS_WITHIN_S = 60.0
ENCODED_WITHIN_S = 5.0
LARGER_WITHIN_S = 8.0
"""Within this a model of the owner's must have planned: the session waits for ten seconds."""
SURE_REFUSAL = 0.9
"""A refusal of the encoder that is surer than this stands. Of sentences kept back 24 of the 31 that it refuses wrongly
lie below, and 35 of 2,090 that it refuses rightly."""
JUDGED_WITHIN_S = 4.0
"""The first request (or reading of speech) of a while also waits for the encoder's process."""
WARM_UP = "set a timer for ten minutes"
"""Planned once, so that the parser is loaded before the first request."""
LATER = 0.9
"""How likely an action that the encoder was never taught must be, to serve what everybody else refuses."""
_TRIES = 8
_AT_ONCE = 100
_JUDGED = 16


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


def understood(planned: Planned) -> float:
    """How completely a text was understood, 0.0 for no request; taking something back is one."""
    return planned.confidence if planned.calls or planned.undo or planned.reply == NOTHING_TO_UNDO else 0.0


async def fetch_catalogue(port: Port, skills: str, *, by_lease: bool = False) -> Catalogue:
    """The catalogue of the service ``skills``; ``by_lease`` from another process. Raises CallerError if it is none."""
    body, lease = await port.ask_any(skills, GetCatalogue(by_lease), within=CATALOGUE_WITHIN_S)
    try:
        if not isinstance(body, Catalogue):
            raise CallerError(f"expected a catalogue of {skills!r}, got {body.wire!r}")
        return body if lease is None else msgspec.json.decode(lease.bytes(), type=Catalogue)
    except msgspec.DecodeError as error:
        raise CallerError(f"the catalogue of {skills!r} does not decode: {error}") from error
    finally:
        if lease is not None:
            lease.release()


class PlannerService(Service):
    """``skills`` is asked for the catalogue, ``listeners`` are notified when the corpus changed.

    A corpus is kept in the folder ``cache`` ('': nowhere) by its catalogue's fingerprint; where it is not, the service
    ``builder`` makes it ('': this one does), so that the core does not hold the memory that takes. What no template
    matches well is shown to the service ``encoder`` ('': the templates alone answer). Over tools that are no skill's it
    ranks, and the service ``decoder`` ('': rules alone) reads the request. Where the encoder refuses unsurely, the
    service ``larger`` ('': nobody) is asked, if the owner named models for it.
    """

    concurrency: ClassVar[int] = 4

    def __init__(
        self,
        skills: str = "skills",
        listeners: Sequence[str] = ("asr",),
        zone: str = "",
        corpus: int = SENTENCES,
        cache: str = "",
        builder: str = "",
        encoder: str = "",
        decoder: str = "",
        larger: str = "",
    ) -> None:
        self._skills = skills
        self._listeners = tuple(listeners)
        self._zone = zone
        self._size = corpus
        self._cache, self._builder = cache, builder
        self._encoder, self._decoder, self._larger = encoder, decoder, larger
        self._loaded: Planner | None = None

    async def start(self) -> None:
        self.port.spawn(self._load(), "catalogue")

    async def notified(self, signal: int) -> None:
        await self._load()

    async def _load(self) -> None:
        """Ask for the catalogue, more than once if need be; what was loaded before stays until then."""
        for attempt in range(_TRIES):
            try:
                planner = await self._learn()
            except BluerillError as error:
                self.port.log.warning("no catalogue yet (try %d): %s", attempt + 1, error)
                await self.port.sleep(0.1 * 2**attempt)
                continue
            await self.port.sleep(0)  # whoever waited goes first
            planner.plan(WARM_UP, local_now("", self.port.wall(), self._zone))
            return

    async def _learn(self) -> Planner:
        body = await fetch_catalogue(self.port, self._skills)
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
        planned = await self._plan(planner, request)
        return msgspec.structs.replace(planned, calls=linked(planned.calls, planner.actions))

    async def _plan(self, planner: Planner, request: Plan) -> Planned:
        now = local_now(request.now, self.port.wall(), self._zone)
        planned = planner.plan(request.text, now, request.context)
        if request.tier == "encoder":
            refused = msgspec.structs.replace(planned, calls=[], reply=planned.reply or REFUSAL, undo=False)
            return (await self._encoded(planner, refused, request.text, now))[0]
        if request.tier == "templates" or not tier.doubted(planned):
            return planned
        likely: list[str] = []
        if self._encoder:
            planned, likely = await self._encoded(planner, planned, request.text, now)
        nothing = not (planned.calls or planned.lacks or planned.options)
        if not self._larger or not nothing or (planned.planner == tier.TIER and planned.confidence >= SURE_REFUSAL):
            return planned
        return await self._consulted(planned, Consult(request.text, request.now, request.context, likely))

    async def _consulted(self, refused: Planned, request: Consult) -> Planned:
        """The plan of the owner's larger models; the refusal, where they cannot be had."""
        began = self.port.now()
        try:
            found = await self.port.ask(self._larger, request, Planned, within=LARGER_WITHIN_S)
        except BluerillError as error:
            self.port.log.warning("no larger model for a request that was refused unsurely: %s", error)
            line = str(error).splitlines()[0][:200]
            return msgspec.structs.replace(refused, why=f"{refused.why}; no larger model: {line}".lstrip("; "))
        return msgspec.structs.replace(found, ms=round(refused.ms + (self.port.now() - began) * 1000, 3))

    async def _encoded(
        self, planner: Planner, templates: Planned, text: str, now: datetime
    ) -> tuple[Planned, list[str]]:
        """The plan with the encoder's second opinion; the templates' own, where the encoder cannot be had. With it the
        actions that the encoder finds likely."""
        began = self.port.now()
        sentences = [[token.text for token in tokens] for tokens in tier.sentences(text)]
        try:
            asked = Encode(sentences, list(planner.actions))
            encoded = await self.port.ask(self._encoder, asked, Encoded, within=ENCODED_WITHIN_S)
        except BluerillError as error:
            self.port.log.warning("no encoder for a request that no template matched well: %s", error)
            return templates, []
        foreign = any(call.name in encoded.foreign for call in templates.calls)
        known = planner.actions
        found = tier.second(templates, tier.planned(text, encoded, known, now), known, text=text, foreign=foreign)
        if not (found.calls or found.lacks or found.options) and encoded.foreign:
            found = await self._later(planner, found, encoded.foreign, text, now)
        likely = [label.action for label, _ in tier.ranked(encoded.seen[0].labels, known)] if encoded.seen else []
        return msgspec.structs.replace(found, ms=round(templates.ms + (self.port.now() - began) * 1000, 3)), likely

    async def _later(
        self, planner: Planner, refused: Planned, foreign: Sequence[str], text: str, now: datetime
    ) -> Planned:
        """What nobody else serves, over the actions that came after the training, read as foreign tools are."""
        from .decoder.asking import plan_over  # as for tools: only who has such actions pays for it

        actions = [planner.actions[name] for name in foreign if not planner.actions[name].hidden]
        try:
            found = await plan_over(self.port, self._encoder, self._decoder, text, actions, now, LATER)
        except BluerillError as error:
            self.port.log.warning("actions that came later were not looked at: %s", error)
            return refused
        return found if found.calls or found.lacks else refused

    @handles(PlanTools)
    async def plan_tools(self, request: PlanTools, call: Call) -> Planned:
        """Raises CallerError for tools that are none, ServiceFault where the encoder cannot be had."""
        from .decoder.asking import plan_over  # only a planner that is asked this pays for it
        from .foreign import actions_from_tools

        actions = actions_from_tools(request.tools)
        now = local_now(request.now, self.port.wall(), self._zone)
        if not request.text.strip():
            return Planned([], "templates", 1.0, 0.0, NOTHING)
        decoder = "" if request.tier == "encoder" else self._decoder
        text, always = request.text[:MAX_CHARACTERS], request.tier == "decoder"
        return await plan_over(self.port, self._encoder, decoder, text, actions, now, always=always)

    @handles(Tune)
    async def tune(self, request: Tune, call: Call) -> Tuned:
        """Raises CallerError for an action there is not, and what the encoder raises."""
        planner = await self._planner_now()
        if not self._encoder:
            raise ServiceFault("there is nothing to tune: the encoder is not installed")
        for each in request.examples:
            if each.action and each.action not in planner.actions:
                raise CallerError(_no_such(each.action[:60], planner.actions))
        own = {each.action for each in request.examples}
        others = [
            words(text) for action in planner.actions.values() if action.name not in own for text in action.examples[:3]
        ]
        return await self.port.ask(self._encoder, Tune(request.examples, others, request.undo), Tuned, within=60.0)

    @handles(Judge)
    async def judge(self, request: Judge, call: Call) -> Judged:
        planner = await self._planner_now()
        now = local_now("", self.port.wall(), self._zone)
        sure: list[float] = []
        for text in request.texts[:_JUDGED]:
            sure.append(1.0 if sight.asks(text) else understood(planner.plan(text, now)))
            if len(sure) % 2 == 0:
                await self.port.sleep(0)  # requests go first
        if self._encoder and not any(sure):
            sure = await self._sighted(planner, request.texts[: len(sure)], now)
        return Judged(sure)

    async def _sighted(self, planner: Planner, texts: Sequence[str], now: datetime) -> list[float]:
        """The encoder's judgement of texts that no template knows; zeros where it cannot be had in time."""
        some = texts[:MAX_SENTENCES]
        asked = Encode([words(text) for text in some])
        try:
            encoded = await self.port.ask(self._encoder, asked, Encoded, within=JUDGED_WITHIN_S)
        except BluerillError as error:
            self.port.log.warning("no encoder to judge what was heard: %s", error)
            return [0.0] * len(texts)
        found = [tier.heard(text, seen, planner.actions, now) for text, seen in zip(some, encoded.seen, strict=False)]
        return [*found, *[0.0] * (len(texts) - len(found))]

    @handles(GetCorpus)
    async def corpus(self, request: GetCorpus, call: Call) -> Leased:
        planner = await self._planner_now()
        fingerprint = planner.catalogue.fingerprint
        kept = read_corpus(self._cache, fingerprint)
        if kept is None and self._builder:
            body, lease = await self.port.borrow(self._builder, GetCorpus(), Corpus, within=CORPUS_WITHIN_S)
            if body.fingerprint == fingerprint:
                write_corpus(self._cache, fingerprint, lease.view())
            return Leased(body, lease)
        if kept is None:
            kept = b"".join([line async for line in self._build(planner)])
        return Leased(Corpus(fingerprint, kept.count(b"\n")), self.port.offer(kept))

    async def _build(self, planner: Planner) -> AsyncIterator[bytes]:
        """The corpus line by line, letting other messages through now and then."""
        from .corpus import Sampler  # only a planner without a builder pays for it

        for count, sentence in enumerate(Sampler(planner.templates).corpus(self._size)):
            if count % _AT_ONCE == 0:
                await self.port.sleep(0)
            yield sentence.encode() + b"\n"


def _no_such(name: str, actions: Iterable[str]) -> str:
    """What is wrong with an action that nobody has, and the one that may have been meant."""
    from difflib import get_close_matches  # only wanted where something is wrong: the core is small

    near = get_close_matches(name, sorted(actions), 1)
    return f"expected actions of installed skills, got {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
