"""Speech engines as model engines: the same recognisers, reachable by whoever asks for an inference.

The recogniser of the device uses a :class:`~.engine.SpeechEngine` directly, for partial texts and its own vocabulary.
This is for everybody else: a recording to transcribe, in a model server, under the broker's budget. A sequence takes
16 kHz mono samples at its start and by feeding; the text comes once all of them are there. One utterance is decoded at
a time, so these sequences stay in memory when paused.

``files`` may name a model (a checkpoint); settings: ``model`` (a card's name), ``cache`` (a folder).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from ...kernel.errors import CallerError, ServiceFault
from ..messages import InferStart, LoadOptions, ModelFile, ModelInfo, Timings
from .contract import Engine, Payload, Quantum, Session, Step, known_settings
from .engine import SpeechEngine
from .tensors import samples_of

__all__ = ["PocketSphinxModel", "SpeechModel", "WhisperModel", "speech_model"]

SETTINGS = ("model", "cache")
MAX_SAMPLES_BYTES = 30 * 16_000 * 2
"""What an utterance of a speech engine may be long: 30 s."""


class SpeechModel(Engine):
    """A speech engine in a model server. Subclasses say how it is opened."""

    speech: SpeechEngine
    folder: ClassVar[bool] = False
    """Whether a model of this engine is a folder of files."""

    def open(self, model: str, cache: Path) -> SpeechEngine:
        """The engine for a path or a card's name."""
        raise NotImplementedError

    def load(self, model: str, files: Sequence[ModelFile], options: LoadOptions) -> ModelInfo:
        settings = known_settings(self.name, options.settings, SETTINGS)
        if len(files) > 1 and not self.folder:
            raise CallerError(f"engine {self.name!r} takes one file, got {[file.path for file in files]}")
        named = files[0].path if files else settings.get("model", "")
        if files and self.folder and not Path(named).is_dir():
            named = str(Path(named).parent)
        self._folder = tempfile.TemporaryDirectory(prefix="bluerill-") if "cache" not in settings else None
        cache = Path(settings["cache"] if self._folder is None else self._folder.name)
        try:
            self.speech = self.open(named, cache)
        except BaseException:
            if self._folder is not None:
                self._folder.cleanup()
            raise
        return ModelInfo(model, self.name, ["transcribe"], title=self.speech.name, seqs=8, streams=True)

    def start(self, request: InferStart, payload: Payload) -> Session:
        if request.kind != "transcribe":
            raise CallerError(f"engine {self.name!r} transcribes, it cannot {request.kind}")
        return _Utterance(self, payload)

    def interrupt(self) -> None:
        """An utterance is decoded to its end: these libraries cannot be stopped in between."""

    def proceed(self) -> None:
        """There is nothing to forget."""

    def close(self) -> None:
        if hasattr(self, "speech"):
            self.speech.close()
            if self._folder is not None:
                self._folder.cleanup()


class _Utterance(Session):
    """Samples until they are whole, then their text."""

    def __init__(self, engine: SpeechModel, payload: Payload) -> None:
        self._engine = engine
        self._pcm = bytearray()
        self._whole = False
        self._busy_s = 0.0
        if payload.data:
            self.feed(payload, last=True)

    def feed(self, payload: Payload, last: bool) -> int:
        if self._whole:
            raise CallerError("the last samples of this utterance have come already")
        pcm = samples_of(payload)
        if len(pcm) % 2 or len(self._pcm) + len(pcm) > MAX_SAMPLES_BYTES:
            raise CallerError(f"samples are 16 bits, at most {MAX_SAMPLES_BYTES} bytes an utterance, got {len(pcm)}")
        self._pcm += pcm
        self._whole = last
        return len(self._pcm)

    def step(self, quantum: Quantum) -> Step:
        if not self._whole:
            return Step()
        speech = self._engine.speech
        speech.start()
        speech.feed(bytes(self._pcm))
        guesses = speech.finish()
        self._busy_s = quantum.now() - quantum.began
        return Step(text=guesses[0].text if guesses else "", finish="stop")

    def timings(self) -> Timings:
        return Timings(0.0, self._busy_s)

    def close(self) -> None:
        self._pcm.clear()


class WhisperModel(SpeechModel):
    """OpenAI's Whisper by torch; its checkpoint must be pinned (see ``whisper.py``)."""

    name: ClassVar[str] = "whisper"

    def open(self, model: str, cache: Path) -> SpeechEngine:
        from .whisper import WhisperEngine

        return WhisperEngine(model or "whisper-base-en")


class PocketSphinxModel(SpeechModel):
    """PocketSphinx with its general language model: any English."""

    name: ClassVar[str] = "pocketsphinx"

    def open(self, model: str, cache: Path) -> SpeechEngine:
        from .pocketsphinx import PocketSphinxEngine

        return PocketSphinxEngine(cache, Path(model) if model else None, general=True)


class WhisperOnnxModel(SpeechModel):
    """A Whisper checkpoint that was converted to ONNX."""

    name: ClassVar[str] = "whisper-onnx"
    folder: ClassVar[bool] = True

    def open(self, model: str, cache: Path) -> SpeechEngine:
        from .whisper_onnx import WhisperOnnxEngine

        return WhisperOnnxEngine(Path(model))


class NanoModel(SpeechModel):
    """whisper-nano, its letters read without any words in mind."""

    name: ClassVar[str] = "nano"
    folder: ClassVar[bool] = True

    def open(self, model: str, cache: Path) -> SpeechEngine:
        from .nano import NanoEngine

        return NanoEngine(Path(model) if model else None, words=False)


def speech_model(called: str, factory: Callable[..., Any]) -> type[Engine]:
    """A third party's speech engine (a callable with ``cache`` and ``model``) as a model engine of that name."""

    class Adapted(SpeechModel):
        name: ClassVar[str] = called

        def open(self, model: str, cache: Path) -> SpeechEngine:
            engine = factory(cache=cache, model=model)
            missing = [part for part in ("start", "feed", "finish", "close") if not hasattr(engine, part)]
            if missing:
                raise ServiceFault(f"engine {called!r} is no speech engine: it lacks {', '.join(missing)}")
            speech: SpeechEngine = engine
            return speech

    return Adapted
