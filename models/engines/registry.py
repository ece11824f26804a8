"""Which engines there are, by name. An engine's libraries are imported only when it loads a model.

The entry-point group ``bluerill.engines`` holds both kinds, ours and those of third parties:

- a *model engine*, a subclass of :class:`~.contract.Engine`: run in a model server, for any kind of inference;
- a *speech engine*, a callable with the keyword arguments ``cache`` (a folder) and ``model`` (a path or a card's name,
  '' = the engine's default) that returns a :class:`~.engine.SpeechEngine`: run inside the recogniser.

A model server runs a speech engine too, through an adapter (see ``speech.py``).
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from ...kernel.errors import CallerError, ServiceFault
from .contract import Engine
from .engine import SpeechEngine

__all__ = ["BUILT_IN", "MODEL_ENGINES", "engine_names", "find_engine", "model_engine_names", "open_engine"]

BUILT_IN = ("nano", "pocketsphinx", "whisper-onnx", "whisper")
"""Speech engines that the recogniser can open."""
MODEL_ENGINES = {
    "llama": ".llama.engine:LlamaEngine",
    "onnx": ".onnx:OnnxEngine",
    "remote": ".remote:RemoteEngine",
    "whisper": ".speech:WhisperModel",
    "whisper-onnx": ".speech:WhisperOnnxModel",
    "nano": ".speech:NanoModel",
    "pocketsphinx": ".speech:PocketSphinxModel",
    "espeak": ".speak:EspeakModel",
}
"""Our model engines; they are found also in a checkout whose entry points were not installed anew."""


def engine_names() -> list[str]:
    """Every speech engine that could be opened, built-in ones first."""
    others = {point.name for point in entry_points(group="bluerill.engines")}
    return [*BUILT_IN, *sorted(others - set(BUILT_IN) - set(MODEL_ENGINES))]


def model_engine_names() -> list[str]:
    """Every engine that a model server could run."""
    return [*MODEL_ENGINES, *sorted({p.name for p in entry_points(group="bluerill.engines")} - set(MODEL_ENGINES))]


def find_engine(name: str) -> type[Engine]:
    """The class of a model engine; a third party's speech engine comes in its adapter. Raises CallerError for an
    unknown name, ServiceFault for one that does not load."""
    if name in MODEL_ENGINES:
        module, _, attribute = MODEL_ENGINES[name].partition(":")
        found = getattr(import_module(module, __package__), attribute)
    else:
        found = partial(open_engine, name) if name in BUILT_IN else _entry(name)
        if found is None:
            raise CallerError(f"engine must be {', '.join(model_engine_names())}; got {name[:40]!r}")
    if isinstance(found, type) and issubclass(found, Engine):
        return found
    from .speech import speech_model

    return speech_model(name, found)


def _entry(name: str) -> Any:
    for point in entry_points(group="bluerill.engines"):
        if point.name == name:
            try:
                return point.load()
            except (ImportError, AttributeError) as error:
                raise ServiceFault(f"engine {name!r} of {point.value} does not load: {error}") from error
    return None


def open_engine(name: str, *, cache: Path, model: str = "", vocabulary: str = "skills") -> SpeechEngine:
    """Open a speech engine. ``auto`` is the embedded default: whisper-nano with pocketsphinx as a second opinion;
    ``vocabulary`` "none" opens pocketsphinx's vocabulary to any English (others have an open one anyway, or none but
    the skills'). Raises CallerError for an unknown name, ServiceFault when what the engine needs is not installed."""
    if vocabulary not in ("skills", "none"):
        raise CallerError(f"vocabulary must be skills or none, got {vocabulary[:40]!r}")
    if name == "auto" and not model and vocabulary == "skills":
        from .nano import NanoEngine
        from .pair import PairEngine
        from .pocketsphinx import PocketSphinxEngine

        return PairEngine(NanoEngine(), PocketSphinxEngine(cache, stream=False))
    if name in ("auto", "pocketsphinx"):
        from .pocketsphinx import PocketSphinxEngine

        return PocketSphinxEngine(cache, Path(model) if model else None, general=vocabulary == "none")
    if name == "nano":
        from .nano import NanoEngine

        return NanoEngine(Path(model) if model else None)
    if name == "whisper-onnx":
        from .whisper_onnx import WhisperOnnxEngine

        return WhisperOnnxEngine(Path(model))
    if name == "whisper":
        from .whisper import WhisperEngine

        return WhisperEngine(model or "whisper-base-en")
    found = None if name in MODEL_ENGINES else _entry(name)
    if found is None:
        raise CallerError(f"engine must be auto, {', '.join(engine_names())}; got {name[:40]!r}")
    if isinstance(found, type) and issubclass(found, Engine):
        raise CallerError(f"engine {name!r} runs in a model server; the recogniser needs a speech engine")
    engine: SpeechEngine = found(cache=cache, model=model)
    return engine
