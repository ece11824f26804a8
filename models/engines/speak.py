"""espeak-ng as a model engine: text in, 16 kHz samples out, one sentence a quantum.

Settings: ``voice``, ``words_per_minute``, ``pitch`` (see ``espeak.py``). An inference of the kind ``speak`` takes a
prompt; each chunk has a tensor ``samples`` (int16). Cancelling stops the synthesis within a block.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ...kernel.errors import CallerError
from ..messages import InferStart, LoadOptions, ModelFile, ModelInfo
from .contract import Engine, Payload, Quantum, Session, Step, known_settings
from .espeak import MAX_TEXT, EspeakEngine
from .tensors import packed

__all__ = ["EspeakModel"]

SETTINGS = ("voice", "words_per_minute", "pitch")
_SENTENCE = re.compile(r"[^.!?;:]+[.!?;:]*\s*")


class EspeakModel(Engine):
    """See the module and :class:`~.contract.Engine`."""

    name: ClassVar[str] = "espeak"
    interrupted = False

    def load(self, model: str, files: Sequence[ModelFile], options: LoadOptions) -> ModelInfo:
        settings = known_settings(self.name, options.settings, SETTINGS)
        if files:
            raise CallerError("espeak-ng has its data in its package, it takes no files")
        try:
            rate, pitch = int(settings.get("words_per_minute", "165")), int(settings.get("pitch", "50"))
        except ValueError:
            raise CallerError(f"words_per_minute and pitch are numbers, got {settings}") from None
        self.voice = EspeakEngine(settings.get("voice", "en-us"), rate, pitch)
        return ModelInfo(model, self.name, ["speak"], title=self.voice.voice, seqs=8, outputs=["samples"])

    def start(self, request: InferStart, payload: Payload) -> Session:
        text = " ".join(request.prompt.split())
        if request.kind != "speak":
            raise CallerError(f"espeak-ng speaks, it cannot {request.kind}")
        if not 0 < len(text) <= MAX_TEXT:
            raise CallerError(f"1 to {MAX_TEXT} characters are spoken at once, got {len(text)}")
        return _Speech(self, text)

    def interrupt(self) -> None:
        self.interrupted = True
        self.voice.cancel()

    def proceed(self) -> None:
        self.interrupted = False

    def close(self) -> None:
        """The library stays loaded until its process ends."""


class _Speech(Session):
    """The sentences that are still to be spoken."""

    def __init__(self, engine: EspeakModel, text: str) -> None:
        self._engine = engine
        self._sentences: deque[str] = deque(_SENTENCE.findall(text) or [text])
        self.prompt_tokens = len(self._sentences)

    def step(self, quantum: Quantum) -> Step:
        parts: list[Any] = []
        while self._sentences:
            samples = self._engine.voice.say(self._sentences[0])
            if self._engine.interrupted:
                break  # it was cut off: this sentence is said again
            self._sentences.popleft()
            self.position += 1
            parts.append(samples)
            if quantum.over():
                break
        tensors, data = packed({"samples": np.concatenate(parts)}) if parts else ([], b"")
        return Step(tensors=tensors, data=data, finish="" if self._sentences else "stop")

    def close(self) -> None:
        self._sentences.clear()
