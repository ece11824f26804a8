"""Speech recognition by whisper-nano: the model of this project's own, read with the device's own words.

The encoder of a converted checkpoint (``convert/whisper.py``) gives letters; a prefix beam search (``ctc.py``) with
the trigram of the skills' sentences makes readings of them, several, for the phrase book and the planner to judge. A
skill that is installed later is heard as soon as the planner has sent its sentences: only the trigram changes, not the
network. The checkpoint's decoder is not opened: letters with the trigram were read rightly more often.

``fit`` compares the letters of a reading with the likeliest letters of all: a text that the words alone suggest fits
badly. ``clear`` is the mean probability of the likeliest letters: speech that is like nothing the network knows has
doubtful ones. The likeliest letters alone are the partial text.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError, ServiceFault
from ..cards import card, locate, sha256_of
from .ctc import Reading, Weights, greedy, read
from .engine import Guess
from .whisper_graphs import WhisperGraphs
from .wordmodel import WordModel

__all__ = ["NanoEar", "NanoEngine", "shipped"]

RATE = 16_000
MAX_SECONDS = 30
MAX_GUESSES = 24
COST = 3.0
"""Nats of this network in nats of pocketsphinx, whose scale the recogniser's weights are set for."""
PARTIAL_EVERY_S = 0.5
PAD_S = 0.16
"""Silence put around an utterance: the endpointer cuts close, the network was trained with air."""
Array = npt.NDArray[np.float32]


def shipped() -> Path:
    """The folder of the model inside this package, verified against its card. Raises ServiceFault if it is not."""
    about = card("whisper-nano")
    for file in about.files:
        path = locate(file)
        if path is None or (file.sha256 and sha256_of(path) != file.sha256):
            raise ServiceFault(f"whisper-nano: {file.path} is not as its card says; reinstall bluerill")
    path = locate(about.files[0])
    assert path is not None
    return path.parent


class NanoEar:
    """Samples to letters: the network alone."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._net = WhisperGraphs(folder, threads=threads, whole_window=False, decoder=False)
        self.alphabet = self._net.files.letters
        if not self.alphabet:
            raise CallerError(f"{folder}: expected a model with a CTC head, this one has none")

    def letters(self, samples: npt.NDArray[np.int16]) -> Array:
        """Log probabilities (frames of 20 ms, alphabet) of an utterance of any length."""
        wave = samples.astype(np.float32)
        loudest = float(np.abs(wave).max()) if len(wave) else 0.0
        wave /= max(loudest, 1.0)
        air = np.zeros(int(PAD_S * RATE), np.float32)
        wave = np.concatenate([air, wave, air])
        wave += np.random.default_rng(0).normal(0.0, 3e-4, len(wave)).astype(np.float32)
        found = []
        for piece in pieces(wave, self._net.window):
            letters = self._net.hear(piece).letters
            assert letters is not None
            found.append(letters)
        return np.concatenate(found)


def pieces(wave: Array, most: int) -> list[Array]:
    """A sound cut where it is quietest into pieces of at most ``most`` samples."""
    found = []
    while len(wave) > most:
        late = wave[most // 2 : most]
        frames = late[: len(late) // 320 * 320].reshape(-1, 320)
        cut = most // 2 + 320 * int((frames**2).mean(axis=1).argmin())
        found.append(wave[:cut])
        wave = wave[cut:]
    return [*found, wave]


class NanoEngine:
    """See :class:`~.engine.SpeechEngine`. ``folder`` is a converted checkpoint with a CTC head (default: ours).
    Without ``words`` nothing is learned: letters are read as they sound."""

    name = "whisper-nano"
    open_vocabulary = False
    reject_below = 0.4

    def __init__(
        self, folder: Path | None = None, threads: int = 1, weights: Weights | None = None, words: bool = True
    ) -> None:
        self._words = words
        self._ear = NanoEar(folder or shipped(), threads)
        self.weights = weights or Weights()
        self._model: WordModel | None = None
        self._pcm = bytearray()
        self._partial, self._partial_at = "", 0

    def learn(self, sentences: Sequence[str], fingerprint: str) -> None:
        """Take a corpus. Raises CallerError for an empty one."""
        if not sentences:
            raise CallerError("the recogniser needs sentences to expect, got none")
        self._model = WordModel(sentences)

    def start(self) -> None:
        """Begin an utterance. Raises ServiceFault before a corpus was learned."""
        if self._model is None and self._words:
            raise ServiceFault("the recogniser has no language model yet: no corpus came from the planner")
        self._pcm.clear()
        self._partial, self._partial_at = "", 0

    def feed(self, pcm: bytes) -> None:
        """More samples. Raises CallerError beyond :data:`MAX_SECONDS`."""
        if len(self._pcm) + len(pcm) > MAX_SECONDS * RATE * 2:
            raise CallerError(f"an utterance is at most {MAX_SECONDS} s long")
        self._pcm += pcm

    def partial(self) -> str:
        """The letters so far, read anew every half second."""
        if len(self._pcm) - self._partial_at >= PARTIAL_EVERY_S * RATE * 2:
            self._partial_at = len(self._pcm)
            self._partial = greedy(self._ear.letters(self._samples()), self._ear.alphabet)[0]
        return self._partial

    def _samples(self) -> npt.NDArray[np.int16]:
        return np.frombuffer(bytes(self._pcm[: len(self._pcm) & ~1]), np.int16)

    def finish(self) -> list[Guess]:
        """Readings of everything fed since ``start``, best first; none for silence."""
        samples = self._samples()
        if len(samples) < RATE // 10:
            return []
        letters = self._ear.letters(samples)
        spelled, likeliest = greedy(letters, self._ear.alphabet)
        if not spelled:
            return []
        readings = read(letters, self._ear.alphabet, self._model, self.weights)
        best = readings[0].score
        clear = exp(likeliest / len(spelled))
        return [
            Guess(each.text, COST * (best - each.score), fit(each, likeliest), clear)
            for each in readings[:MAX_GUESSES]
            if each.text
        ]

    def close(self) -> None:
        self._pcm.clear()


def fit(reading: Reading, likeliest: float) -> float:
    """How well letters and sounds agree, 0..1: the log probability a letter loses against the likeliest letters."""
    lost = max(0.0, likeliest - reading.sound) / max(1, len(reading.text))
    return exp(-lost)
