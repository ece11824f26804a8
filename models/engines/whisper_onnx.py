"""Speech recognition by any Whisper checkpoint that was converted to ONNX: the same text as ``whisper``, no torch.

A model is a folder that ``bluerill models convert`` made. It hears any English (or the ``language`` it is told, where
the checkpoint knows several), does not stream and is decoded once a turn.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...kernel.errors import CallerError
from .engine import Guess
from .whisper import NO_SPEECH, REPETITIVE, spoken_form
from .whisper_decode import Decoded, Word, decode, words
from .whisper_graphs import Heard, WhisperGraphs

__all__ = ["WhisperOnnxEngine"]

RATE = 16_000
MAX_SECONDS = 30


class WhisperOnnxEngine:
    """See :class:`~.engine.SpeechEngine`. ``language`` "" lets a multilingual model find out."""

    name = "whisper-onnx"
    open_vocabulary = True
    reject_below = 0.37
    """exp(-1), as for the engine ``whisper``."""

    def __init__(self, folder: Path, language: str = "en", threads: int = 2) -> None:
        if not folder.is_dir():
            raise CallerError(f"{folder}: expected a folder made by 'bluerill models convert'")
        self.net = WhisperGraphs(folder, threads=threads)
        self.language = language
        self._pcm = bytearray()

    def learn(self, sentences: Sequence[str], fingerprint: str) -> None:
        """Nothing: the vocabulary is open."""

    def start(self) -> None:
        self._pcm.clear()

    def feed(self, pcm: bytes) -> None:
        """More samples. Raises CallerError beyond Whisper's window."""
        if len(self._pcm) + len(pcm) > MAX_SECONDS * RATE * 2:
            raise CallerError(f"an utterance is at most {MAX_SECONDS} s long")
        self._pcm += pcm

    def partial(self) -> str:
        return ""

    def _decode(self) -> tuple[Heard, Decoded] | None:
        samples = np.frombuffer(bytes(self._pcm[: len(self._pcm) & ~1]), np.int16).astype(np.float32) / 32_768.0
        if len(samples) < RATE // 10:
            return None
        heard = self.net.hear(samples)
        return heard, decode(self.net, heard, self.language)

    def finish(self) -> list[Guess]:
        """One guess, or none for silence; ``fit`` is the mean probability of its tokens."""
        found = self._decode()
        text = spoken_form(found[1].text) if found is not None else ""
        if found is None or not text or (found[1].no_speech > NO_SPEECH and found[1].confidence < -1.0):
            return []
        spelled = found[1].text.encode()
        if len(spelled) / len(zlib.compress(spelled)) > REPETITIVE:
            return [Guess(text, 0.0, 0.0)]
        return [Guess(text, 0.0, float(np.exp(found[1].confidence)))]

    def words(self) -> list[Word]:
        """When each word of the utterance so far was said."""
        found = self._decode()
        return [] if found is None else words(self.net, *found)

    def close(self) -> None:
        self._pcm.clear()
