"""The recogniser service: words from one utterance at a time, in a capped process of its own.

The engine is chosen by name; the sentences it should expect come from the planner as the corpus, at start and
whenever the planner notifies that it changed. A new corpus is taken between utterances, never during one.

An engine gives many readings of an utterance (an n-best list). Which one was meant is decided by three witnesses: the
sounds (what a reading costs beyond the likeliest), the phrase book (``phrases.py``: do its words follow each other as
in known sentences) and the planner, which is asked what it makes of each. Rescoring an n-best list with knowledge the
decoder does not have is old and works well (Schwartz & Chow 1990; for understanding, Rayner et al. 1994). A planner
that does not answer in time is left out; the phrase book then decides alone. A reading whose score stays below
``threshold`` is *not heard*, and is kept in the review log. Weights and threshold were set on development recordings
(see ``bench/voice.py``, which measures both kinds of error).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ...kernel.errors import BluerillError, BudgetExceeded, CallerError, ServiceFault
from ...kernel.message import Lane
from ...kernel.service import Call, Service, handles
from ...models.engines.engine import Guess, SpeechEngine
from ...models.engines.registry import open_engine
from .messages import (
    RATE,
    Corpus,
    GetCorpus,
    GetModel,
    Judge,
    Judged,
    ModelUsed,
    NotHeard,
    Partial,
    TranscribeAbort,
    TranscribeChunk,
    TranscribePause,
    TranscribeReady,
    TranscribeStart,
    TranscribeStop,
    Transcript,
    UseModel,
)
from .model_ear import ModelEar
from .phrases import REPAIR_BELOW, Match, PhraseBook, values_of
from .review import ReviewLog

__all__ = ["Reading", "RecognizerService", "candidates", "choose", "ending"]

COST_WEIGHT = 0.03
"""Score that a reading loses for each nat it costs beyond the likeliest."""
UNDERSTOOD = 2 / 3
"""Score of a reading that the planner understands completely; being covered by known sentences gives the rest of 1."""
COMPLETE = 0.95
"""Confidence of the planner from which on every word was used and none mended."""
PARTLY = 0.5
"""Weight of a confidence below that, if words may have been forced on sounds; the rest is earned by hearing plainly."""
UNJUDGED = 0.53
"""Score of a phrase that no planner has judged: what passes the threshold is then a phrase book cover of 3/4."""
NEAR = 4.0
"""Readings within this cost are about as likely."""
LOST = 0.01
CORPUS_WITHIN_S = 75.0
"""Making the sentences takes four seconds of a slow processor with nothing else to do; the planner waits a minute."""
MAY_END = 0.5
"""How surely a turn ends with a request that is no known sentence, and no beginning of one."""
FIT_ENOUGH = 0.56
FIT_WEIGHT = 2.7
"""Words that fit the sounds worse than FIT_ENOUGH lose score: a phrase may be known and yet not have been said."""
FAR = 20.0
"""Readings that cost more cannot reach the threshold however well they are understood."""
JUDGED = 12
"""Readings that are judged at most; more changed nothing. Planning what is nonsense takes some milliseconds."""
JUDGE_WITHIN_S = 5.0
"""Templates judge in some hundredths of a second; what they do not know may be shown to a process that starts."""
MAX_UTTERANCE_S = 30.0
MAX_CORPUS_BYTES = 8 * 1024 * 1024
CORPUS_TRIES = 20
READY_WITHIN_S = 6.0


class Reading:
    """What an utterance was taken for: the match, what the engine said first, and how long it took."""

    __slots__ = ("match", "ms", "raw")

    def __init__(self, match: Match, raw: str, ms: float) -> None:
        self.match, self.raw, self.ms = match, raw, ms


def _same_values(guesses: Sequence[Guess]) -> list[Guess]:
    """Another number (or day, or month) than in the likeliest reading only counts if it is about as likely: that one
    wording is a phrase and another is not says nothing about which number was said."""
    said = values_of(guesses[0].text) if guesses else []
    return [guess for guess in guesses if guess.cost <= NEAR or values_of(guess.text) == said]


def candidates(guesses: Sequence[Guess]) -> list[Guess]:
    """The readings worth the planner's judgement, likeliest first."""
    return [guess for guess in _same_values(guesses) if guess.cost <= FAR][:JUDGED]


def choose(guesses: Sequence[Guess], book: PhraseBook | None, sure: Sequence[float] | None = None) -> Match:
    """The reading that was most likely meant; without a book (open vocabulary) the first.

    ``sure`` are the planner's judgements of the :func:`candidates` (see ``messages.Judged``), None where it was silent.
    """
    if not guesses:
        return Match("", 0.0, 0.0)
    if book is None:
        return Match(guesses[0].text, guesses[0].fit, MAY_END)
    if sure is None:
        best = _phrase(_same_values(guesses), book)
        misfit = _misfit(next((guess for guess in guesses if guess.text == best.text), guesses[0]))
    else:
        best, misfit = Match("", 0.0, 0.0), 0.0
        value = float("-inf")
        for guess, confidence in zip(candidates(guesses), sure, strict=False):
            cover, ends = book.cover(guess.text)
            known = 1.0 if confidence >= COMPLETE else confidence * (PARTLY + (1.0 - PARTLY) * guess.clear)
            score = UNDERSTOOD * known + (1.0 - UNDERSTOOD) * cover - COST_WEIGHT * guess.cost
            if score > value:
                if known == 1.0 and ends == 0.0 and not book.unfinished(guess.text):
                    ends = MAY_END
                best, value, misfit = Match(guess.text, score, ends), score, _misfit(guess)
    return best._replace(score=max(0.0, best.score - misfit))


def _misfit(guess: Guess) -> float:
    """What a reading loses because its words fit the sounds badly."""
    return FIT_WEIGHT * max(0.0, FIT_ENOUGH - guess.fit)


def _phrase(guesses: Sequence[Guess], book: PhraseBook) -> Match:
    """The reading that is a phrase, or nearest to one, with the phrase book alone to judge by."""
    best, value = Match("", 0.0, 0.0), float("-inf")
    weight = COST_WEIGHT * 0.5
    for guess in guesses:
        score, ends = book.cover(guess.text)
        if score - weight * guess.cost > value:
            best, value = Match(guess.text, score, ends), score - weight * guess.cost
    if best.ending == 0.0 or best.score < REPAIR_BELOW:
        for guess in guesses[:4]:
            repaired = book.match(guess.text)
            if repaired.score - weight * guess.cost > value:
                best, value = repaired, repaired.score - weight * guess.cost
    return best._replace(score=UNJUDGED * best.score)


def ending(match: Match, book: PhraseBook | None, threshold: float) -> float:
    """How surely a turn may end with this match (see ``messages.Partial``). Words that are no phrase, and no beginning
    of one either, will not become one by waiting."""
    if match.score >= threshold and match.ending > 0.0:
        return match.ending
    return 0.0 if book is None or not match.text or book.unfinished(match.text) else LOST


class RecognizerService(Service):
    """Settings: ``engine`` ("auto", "nano", "pocketsphinx", "whisper-onnx", "whisper" or an entry point of the group
    ``bluerill.engines``), ``model`` (a path or the name of a model card, for engines that need one), ``cache``
    (folder for built language models), ``review`` (file of the review log, '' = none), ``threshold`` of being heard
    (default: the engine's), ``planner``, and the ``vocabulary``: "skills" for the device's sentences, "none" for
    any English, which costs the embedded engine 178 MB and hears requests worse. ``choice`` is the file that keeps
    the name of a model of ``broker`` to hear by instead."""

    def __init__(
        self,
        engine: str = "auto",
        cache: str = "",
        model: str = "",
        review: str = "",
        threshold: float | None = None,
        planner: str = "planner",
        vocabulary: str = "skills",
        choice: str = "",
        broker: str = "models",
    ) -> None:
        self.ear = ModelEar(choice, broker)
        if threshold is not None and not 0.0 <= threshold <= 1.0:
            raise CallerError(f"threshold must be 0..1, got {threshold}")
        folder = Path(cache) if cache else Path.home() / ".cache" / "bluerill" / "asr"
        self.engine: SpeechEngine = open_engine(engine, cache=folder, model=model, vocabulary=vocabulary)
        self.threshold = self.engine.reject_below if threshold is None else threshold
        self.planner = planner
        self.review = ReviewLog(Path(review)) if review else None
        self.book: PhraseBook | None = None
        self._fingerprint = ""
        self._utterance: int | None = None
        self._lane = Lane.INTERACTIVE
        self._touched = 0.0
        self._displaced: int | None = None  # an utterance of the background that had to give way
        self._bytes = 0
        self._by = ""  # the model that hears this utterance
        self._reading: Reading | None = None  # of everything fed so far, if nothing came since
        self._stale = False
        self._fetching = False
        self._ready = asyncio.Event()
        self._problem = "no corpus came from the planner yet"

    async def start(self) -> None:
        if self.engine.open_vocabulary:
            self._ready.set()
        self._refresh()

    async def stop(self) -> None:
        self.engine.close()

    async def notified(self, signal: int) -> None:
        """The planner's corpus changed."""
        self._refresh()

    # corpus

    def _refresh(self) -> None:
        self._stale = True
        if not self._fetching and self._utterance is None:
            self._fetching = True
            self.port.spawn(self._fetch(), "asr-corpus")

    async def _fetch(self) -> None:
        """Take the corpus, trying again while the planner is not up; gives up quietly after a while (a notification
        of the planner begins anew)."""
        pause = 0.05
        try:
            for _ in range(CORPUS_TRIES):
                if self._utterance is not None:
                    return  # taken up again when the utterance ends
                self._stale = False
                try:
                    await self._take_corpus()
                except BluerillError as error:
                    self._problem = str(error)
                    self._stale = True
                    await self.port.sleep(pause)
                    pause = min(2.0, pause * 2)
                else:
                    if not self._stale:
                        return
        finally:
            self._fetching = False
        self.port.log.warning("event=no-corpus error=%s", self._problem)

    async def _take_corpus(self) -> None:
        corpus, lease = await self.port.borrow(self.planner, GetCorpus(), Corpus, within=CORPUS_WITHIN_S)
        with lease:
            if corpus.fingerprint == self._fingerprint:
                return
            if lease.size > MAX_CORPUS_BYTES:
                raise CallerError(f"a corpus is at most {MAX_CORPUS_BYTES} bytes, {self.planner!r} sent {lease.size}")
            text = lease.bytes().decode("utf-8", "replace")
        self.learn(text.splitlines(), corpus.fingerprint)

    def learn(self, sentences: Sequence[str], fingerprint: str) -> None:
        """Expect these sentences from now on. Raises CallerError or ServiceFault if no model can be made of them."""
        known = [line for sentence in sentences if (line := " ".join(sentence.lower().split()))]
        self.engine.learn(known, fingerprint)
        self.book = None if self.engine.open_vocabulary else PhraseBook(known)
        self._fingerprint = fingerprint
        self._ready.set()
        self.port.log.info("event=corpus-learned engine=%s sentences=%d", self.engine.name, len(known))

    # hearing by a model

    @handles(UseModel)
    def use_model(self, request: UseModel, call: Call) -> ModelUsed:
        """From the next utterance on."""
        self.ear.use(request.model)
        return ModelUsed(self.ear.model)

    @handles(GetModel)
    def get_model(self, request: GetModel, call: Call) -> ModelUsed:
        return ModelUsed(self.ear.model)

    # an utterance

    @handles(TranscribeStart)
    async def begin(self, request: TranscribeStart, call: Call) -> TranscribeReady:
        """Raises ServiceFault while there is no language model, BudgetExceeded for background work while someone
        speaks. Somebody who speaks displaces background work, which is told so at its next word."""
        spoken = self._utterance is not None and self._lane is not Lane.BACKGROUND
        if spoken and call.lane is Lane.BACKGROUND and self.port.now() - self._touched < MAX_UTTERANCE_S:
            raise BudgetExceeded("the recogniser listens to someone who speaks")
        if not self._ready.is_set() and not self.ear.model:
            try:
                async with asyncio.timeout(READY_WITHIN_S):
                    await self._ready.wait()
            except TimeoutError:
                raise ServiceFault(f"the recogniser has no language model yet: {self._problem}") from None
        if self._utterance is not None and self._lane is Lane.BACKGROUND:
            self._displaced = self._utterance
        self._utterance, self._bytes, self._reading = request.utterance, 0, None
        self._lane, self._touched = call.lane, self.port.now()
        self._by = self.ear.model
        if self._by:
            self.ear.start()
        else:
            self.engine.start()
        return TranscribeReady(self._by or self.engine.name)

    def _check(self, utterance: int) -> None:
        if utterance == self._displaced:
            raise BudgetExceeded("the recogniser was needed for someone who speaks")
        self._touched = self.port.now()
        if utterance != self._utterance:
            raise CallerError(f"utterance {utterance} was not started here (or was forgotten); begin it again")

    @handles(TranscribeChunk)
    def more(self, chunk: TranscribeChunk, call: Call) -> Partial:
        self._check(chunk.utterance)
        if self._bytes + len(chunk.pcm) > MAX_UTTERANCE_S * RATE * 2:
            raise CallerError(f"an utterance is at most {MAX_UTTERANCE_S:.0f} s long")
        self._bytes += len(chunk.pcm)
        self._reading = None
        if self._by:
            self.ear.feed(chunk.pcm)
            return Partial(chunk.utterance, "")
        self.engine.feed(chunk.pcm)
        return Partial(chunk.utterance, self.engine.partial())

    @handles(TranscribePause)
    async def pause(self, request: TranscribePause, call: Call) -> Partial:
        self._check(request.utterance)
        match = (await self._read()).match
        return Partial(request.utterance, match.text, ending(match, None if self._by else self.book, self.threshold))

    @handles(TranscribeStop)
    async def end(self, request: TranscribeStop, call: Call) -> Transcript | NotHeard:
        self._check(request.utterance)
        began = self.port.now()
        reading = await self._read()
        waited_ms = round((self.port.now() - began) * 1000, 1)
        seconds = self._bytes / (2 * RATE)
        self._over()
        match, raw = reading.match, reading.raw
        engine = self._by or self.engine.name
        if match.text and match.score >= (0.0 if self._by else self.threshold):
            return Transcript(request.utterance, match.text, raw, round(match.score, 3), engine, seconds, waited_ms)
        reason: Literal["vocabulary", "silence"] = "vocabulary" if raw else "silence"
        if self.review is not None and raw and call.lane is not Lane.BACKGROUND:
            self.review.add(self.port.wall(), raw, reason, match.score, seconds, engine)
        return NotHeard(request.utterance, raw, round(match.score, 3), engine, reason, seconds, waited_ms)

    @handles(TranscribeAbort)
    def forget(self, request: TranscribeAbort, call: Call) -> None:
        if request.utterance == self._utterance:
            self._over()

    async def _read(self) -> Reading:
        """The reading of the utterance so far. After a pause the ears send more only if speech went on; otherwise
        the stop finds the reading made at the pause, while the ears were still waiting."""
        if self._reading is None:
            began = self.port.now()
            text = await self._by_model() if self._by else None
            if text is not None:
                self._reading = Reading(Match(text, 1.0, MAY_END), text, (self.port.now() - began) * 1000)
                return self._reading
            guesses = self.engine.finish()
            match = choose(guesses, self.book, await self._judge(guesses))
            raw = guesses[0].text if guesses else ""
            self._reading = Reading(match, raw, (self.port.now() - began) * 1000)
        return self._reading

    async def _by_model(self) -> str | None:
        """What the model heard; None if it could not, and then the engine has the samples."""
        try:
            return await self.ear.hear(self.port)
        except BluerillError as error:
            self.port.log.warning("event=model-ear-failed model=%s error=%s", self._by, error)
        self._by = ""
        self.engine.start()
        self.engine.feed(self.ear.pcm)
        return None

    async def _judge(self, guesses: Sequence[Guess]) -> list[float] | None:
        """What the planner makes of each reading; None where it does not say so in time."""
        if self.book is None or not guesses:
            return None
        request = Judge([guess.text for guess in candidates(guesses)])
        try:
            return (await self.port.ask(self.planner, request, Judged, within=JUDGE_WITHIN_S)).sure
        except BluerillError as error:
            self.port.log.warning("event=not-judged error=%s", error)
            return None

    def _over(self) -> None:
        self._utterance, self._reading = None, None
        if self._stale:
            self._refresh()
