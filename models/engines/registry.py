"""Which speech engines there are, by name. An engine's libraries are imported only when it is opened.

Further engines come as entry points of the group ``bluerill.engines``: a callable with the keyword arguments ``cache``
(a folder) and ``model`` (a path or a card's name, '' = the engine's default) that returns a SpeechEngine.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

from ...kernel.errors import CallerError, ServiceFault
from .engine import SpeechEngine

__all__ = ["BUILT_IN", "engine_names", "open_engine"]

BUILT_IN = ("nano", "pocketsphinx", "whisper-onnx", "whisper")


def engine_names() -> list[str]:
    """Every engine that could be opened, built-in ones first."""
    return [*BUILT_IN, *sorted({point.name for point in entry_points(group="bluerill.engines")} - set(BUILT_IN))]


def open_engine(name: str, *, cache: Path, model: str = "", vocabulary: str = "skills") -> SpeechEngine:
    """Open an engine. ``auto`` is the embedded default: whisper-nano with pocketsphinx as a second opinion;
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
    for point in entry_points(group="bluerill.engines"):
        if point.name == name:
            try:
                engine: SpeechEngine = point.load()(cache=cache, model=model)
            except (ImportError, AttributeError) as error:
                raise ServiceFault(f"engine {name!r} of {point.value} does not load: {error}") from error
            return engine
    raise CallerError(f"engine must be auto, {', '.join(engine_names())}; got {name[:40]!r}")
