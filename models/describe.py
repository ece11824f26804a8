"""What a model's files say about themselves: engine, name, licence, size, quantisation, and its shape."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from .formats.gguf import Gguf, read_gguf
from .formats.llama import shape_of
from .formats.recognise import read_shape
from .shapes import LlamaShape, OnnxShape, Shape

__all__ = ["About", "describe"]

MOST = 120
"""Characters of a text that is taken over from a file."""
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 32: "BF16",
}  # fmt: skip
"""general.file_type; mixtures have a name of their own there."""


class About(NamedTuple):
    """``engine`` is the one that runs it; '' and 0 where the files do not say."""

    engine: str
    shape: Shape
    title: str = ""
    licence: str = ""
    parameters: int = 0
    quantisation: str = ""
    languages: list[str] = []
    tags: list[str] = []


def describe(path: Path) -> About:
    """Read a model file or a folder of graphs. Raises CallerError."""
    shape = read_shape(path)
    if isinstance(shape, LlamaShape):
        gguf = read_gguf(path)
        embeds = not shape.causal
        return About(
            "llama",
            shape_of(gguf, path),
            _line(gguf.text("general.name")),
            _line(gguf.text("general.license")),
            shape.parameters,
            _quantisation(gguf),
            tags=["embedding"] if embeds else ["text"],
        )
    if isinstance(shape, OnnxShape):
        whisper = path.is_dir() and {"encoder.onnx", "decoder.onnx", "model.json"} <= {p.name for p in path.iterdir()}
        engine = "whisper-onnx" if whisper else "onnx"
        return About(engine, shape, parameters=shape.parameters, tags=["asr"] if whisper else [])
    english = shape.n_vocab == 51_864  # openai-whisper: multilingual vocabularies have 51,865 tokens or more
    return About(
        "whisper",
        shape,
        f"Whisper, {shape.parameters / 1e6:.0f} M parameters",
        parameters=shape.parameters,
        quantisation="F16" if shape.stored_bytes < 3 * shape.parameters else "F32",
        languages=["en"] if english else ["*"],
        tags=["asr", "open-vocabulary"],
    )


def _line(text: str) -> str:
    """A text from a file as one printable line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * MOST]).split())[:MOST]


def _quantisation(gguf: Gguf) -> str:
    given = gguf.metadata.get("general.file_type")
    if isinstance(given, int) and given in _FILE_TYPES:
        return _FILE_TYPES[given]
    sizes: Counter[str] = Counter()
    for info in gguf.tensors:
        sizes[info.type.name] += info.bytes
    return sizes.most_common(1)[0][0] if sizes else ""
