"""Speech recognition by PocketSphinx with a language model of what this device can be told.

The acoustic model (US English, 5,000 tied states, phonetically tied mixtures) is inside the wheel. With the general
language model it needs 180 MB and mishears most commands; with a trigram of the device's own sentences and a
dictionary of only their words it needs a fifth of that and hears most of them.

An utterance is decoded twice. While it arrives, a cheap first pass (one lexicon-tree search, running cepstral mean)
gives the partial text. When it ends, the whole utterance is decoded again: now the mean of *this* utterance is known,
the level can be set, and the flat-lexicon and lattice passes give several readings. The second pass takes about a
twentieth of the utterance's length.

Conditioning, each step measured: the level is set by the loudest sample, and a faint noise is added, because exact
zeros (muted microphones, synthetic speech) have no logarithm and derail the cepstra.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pocketsphinx

from ...kernel.errors import CallerError, ServiceFault
from .engine import Guess
from .lexicon import Lexicon
from .ngram import build_arpa

__all__ = ["PocketSphinxEngine", "condition"]

RATE = 16_000
NOISE_SIGMA = 60.0
"""Standard deviation of the added noise, in sample units of 16 bits (-55 dBFS)."""
PEAK = 20_000
MAX_SECONDS = 30
"""Longest utterance decoded at once."""
MAX_GUESSES = 48
PATH_SCALE = 1024.0
"""Scores of whole paths (not those of segments) are handed out shifted right by ten bits."""
WORST_FRAME = 10.0
"""Nats a frame of wholly wrong words loses; people lose 2.5 to 3.5, synthetic voices 3.5 to 4.5 and words forced on
other speech 4 to 5.5."""
MODELS_KEPT = 4
"""Built language models kept in the cache folder, newest first."""
_FORMAT = "5"  # part of the cache key: raise when what is built from a corpus changes

_WIDE: dict[str, Any] = {"topn": 8, "lw": 9.0, "fwdflatlw": 10.0, "bestpathlw": 11.0}
_GENERAL: dict[str, Any] = {"topn": 4, "maxhmmpf": 10_000}
_QUICK: dict[str, Any] = {"topn": 4, "lw": 9.0, "fwdflat": False, "bestpath": False, "maxhmmpf": 3000, "ds": 2}


def condition(samples: npt.NDArray[np.int16], seed: int = 0) -> npt.NDArray[np.int16]:
    """Samples at a standard level over a faint noise floor. The noise is the same every time, so results are too."""
    level = samples.astype(np.float32)
    loudest = float(np.abs(level).max()) if len(level) else 0.0
    if loudest > 0:
        level *= min(PEAK / loudest, 100.0)
    level += np.random.default_rng(seed).normal(0.0, NOISE_SIGMA, len(level)).astype(np.float32)
    conditioned: npt.NDArray[np.int16] = np.clip(level, -32_767, 32_767).astype(np.int16)
    return conditioned


class PocketSphinxEngine:
    """See :class:`~.engine.SpeechEngine`. ``cache`` is a folder for built language models (bounded; made if absent).

    ``model`` is a folder with an acoustic model and dictionary; the default is the one inside the wheel. ``general``
    takes the general language model beside it instead of learning one: any English, at three times the memory (178 MB).
    Without ``stream`` there is no partial text, and no decoder for it.
    """

    name = "pocketsphinx"

    def __init__(self, cache: Path, model: Path | None = None, general: bool = False, stream: bool = True) -> None:
        self.open_vocabulary = general
        self.streams = stream
        self.reject_below = 0.0 if general else 0.4
        self.model = model or Path(pocketsphinx.get_model_path()) / "en-us"
        self.dictionary = self.model / "cmudict-en-us.dict"
        self.acoustic = self.model / "en-us"
        for needed in (self.dictionary, self.acoustic / "mdef"):
            if not needed.exists():
                raise ServiceFault(f"the pocketsphinx model lacks {needed}; reinstall pocketsphinx")
        self.cache = cache
        self.fingerprint = ""
        self.words = 0
        self._final: Any = None
        self._stream: Any = None
        self._live = False
        self._pcm = bytearray()

    def learn(self, sentences: Sequence[str], fingerprint: str) -> None:
        """Take a corpus; the model is built, or taken from the cache. Raises CallerError for an empty corpus. The
        general model has nothing to learn."""
        if self.open_vocabulary:
            return
        if not sentences:
            raise CallerError("the recogniser needs sentences to expect, got none")
        folder = self._built(sentences, fingerprint)
        self.close()
        model, words = folder / "lm.arpa", folder / "words.dict"
        self._final = self._decoder(model, words, _WIDE)
        self._stream = self._decoder(model, words, _QUICK) if self.streams else None
        self.fingerprint = fingerprint

    def _built(self, sentences: Sequence[str], fingerprint: str) -> Path:
        """The cache folder with ``lm.arpa`` and ``words.dict`` of this corpus, complete or absent."""
        content = hashlib.sha256("\n".join(sentences).encode()).hexdigest()
        key = hashlib.sha256(f"{_FORMAT} {fingerprint} {content} {self.model}".encode()).hexdigest()[:24]
        folder = self.cache / f"lm-{key}"
        if not (folder / "lm.arpa").exists():
            folder.mkdir(parents=True, exist_ok=True)
            # Written beside and renamed, last the file whose presence is checked: a kill leaves no half model.
            part = folder / f"lm.part.{os.getpid()}"
            words = build_arpa(sentences, part)
            Lexicon(self.dictionary, words).write(folder / "words.dict")
            part.replace(folder / "lm.arpa")
        os.utime(folder)
        self._forget_old(folder)
        return folder

    def _forget_old(self, keep: Path) -> None:
        built = sorted(self.cache.glob("lm-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in [path for path in built if path != keep][MODELS_KEPT - 1 :]:
            for file in old.iterdir():
                file.unlink(missing_ok=True)
            old.rmdir()

    def _decoder(self, language: Path, words: Path, settings: dict[str, Any]) -> Any:
        try:
            return pocketsphinx.Decoder(
                pocketsphinx.Config(
                    hmm=str(self.acoustic), dict=str(words), lm=str(language), loglevel="FATAL", **settings
                )
            )
        except (RuntimeError, ValueError) as error:
            raise ServiceFault(f"pocketsphinx refused the model {language}: {error}") from error

    def start(self) -> None:
        """Begin an utterance, forgetting an unfinished one. Raises ServiceFault before a corpus was learned."""
        if self._final is None and self.open_vocabulary:
            # Without a streaming decoder: a second one would cost the same memory again for the partial text alone.
            self._final = self._decoder(self.model / "en-us.lm.bin", self.dictionary, _GENERAL)
        if self._final is None:
            raise ServiceFault("the recogniser has no language model yet: no corpus came from the planner")
        self._end_stream()
        self._pcm.clear()
        if self._stream is not None:
            self._stream.start_utt()
            self._live = True

    def feed(self, pcm: bytes) -> None:
        """More samples. Raises CallerError beyond :data:`MAX_SECONDS`."""
        if len(self._pcm) + len(pcm) > MAX_SECONDS * RATE * 2:
            raise CallerError(f"an utterance is at most {MAX_SECONDS} s long")
        self._pcm += pcm
        if self._live and len(pcm) >= 2:
            self._stream.process_raw(pcm[: len(pcm) & ~1], False, False)

    def partial(self) -> str:
        """The first pass's reading so far."""
        hypothesis = self._stream.hyp() if self._live else None
        return _words(hypothesis.hypstr) if hypothesis is not None else ""

    def finish(self) -> list[Guess]:
        """Readings of everything fed since ``start``, best first; none for silence."""
        samples = np.frombuffer(bytes(self._pcm[: len(self._pcm) & ~1]), np.int16)
        if len(samples) < RATE // 10:
            return []
        self._final.start_utt()
        self._final.process_raw(condition(samples).tobytes(), False, True)
        self._final.end_utt()
        best = self._final.hyp()
        if best is None or not (text := _words(best.hypstr)):
            return []
        guesses = {text: Guess(text, 0.0, self._fit())}
        first: float | None = None
        for number, other in enumerate(self._final.nbest() or ()):
            if number >= MAX_GUESSES or other is None:
                break
            score = _log(other.score) * PATH_SCALE
            first = score if first is None else first
            words = _words(other.hypstr)
            if words and words not in guesses:
                guesses[words] = Guess(words, max(0.0, first - score), guesses[text].fit)
        return list(guesses.values())

    def _fit(self) -> float:
        """How well sounds and words agree, 0..1: the acoustic score a frame loses against the best-fitting state.

        PocketSphinx scores each frame relative to the best senone of the whole model, so words forced upon
        sounds they do not match lose more than words that were said.
        """
        lost, frames = 0.0, 0
        for segment in self._final.seg() or ():
            if not segment.word.startswith(("<", "[", "+")):
                lost -= _log(segment.ascore)
                frames += segment.end_frame - segment.start_frame + 1
        return max(0.0, 1.0 - lost / frames / WORST_FRAME) if frames else 0.0

    def _end_stream(self) -> None:
        if self._live:
            self._stream.end_utt()
            self._live = False

    def close(self) -> None:
        """Give the decoders' memory back."""
        if self._stream is not None:
            self._end_stream()
        self._final = self._stream = None


def _log(score: float) -> float:
    """Nats of a score that PocketSphinx hands out as a probability; very small ones have underflown."""
    return log(score) if score > 0.0 else -700.0


def _words(hypothesis: str) -> str:
    """A hypothesis without pronunciation numbers and noise marks."""
    plain = re.sub(r"\(\d+\)", "", hypothesis)
    return " ".join(word for word in plain.split() if not word.startswith(("<", "[", "+")))
