"""What a model will need, before anything is loaded: arithmetic over its shape, in two classes of bytes.

*Anonymous* memory can only be killed for; *file-backed* memory (mapped weights) can be read again. Four groups:
weights, the KV cache, compute (activations of one forward pass) and fixed (the process, its libraries, the
vocabulary). The formulas and what they were measured against are in ``docs/measurements.md``; they are meant to be a
little above the truth, and after the first run the measured peak takes their place (``calibration.py``).
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from .messages import LoadOptions
from .shapes import LlamaShape, OnnxShape, Shape, WhisperShape

__all__ = ["Estimate", "Part", "estimate", "estimate_file"]

GROUPS = ("weights", "kv", "compute", "fixed")


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item of an estimate: ``anon`` and ``file`` in bytes, ``why`` as a person would work it out."""

    group: str
    name: str
    anon: int = 0
    file: int = 0
    why: str = ""

    @property
    def bytes(self) -> int:
        return self.anon + self.file


class Estimate(msgspec.Struct, frozen=True):
    """The parts; everything else is a sum over them. ``note`` says what could not be known, '' if nothing."""

    parts: tuple[Part, ...]
    note: str = ""

    def group(self, name: str) -> int:
        return sum(part.bytes for part in self.parts if part.group == name)

    @property
    def weights(self) -> int:
        return self.group("weights")

    @property
    def kv(self) -> int:
        return self.group("kv")

    @property
    def compute(self) -> int:
        return self.group("compute")

    @property
    def fixed(self) -> int:
        return self.group("fixed")

    @property
    def anon(self) -> int:
        return sum(part.anon for part in self.parts)

    @property
    def file(self) -> int:
        return sum(part.file for part in self.parts)

    @property
    def total(self) -> int:
        return self.anon + self.file


def estimate(shape: Shape, options: LoadOptions | None = None) -> Estimate:
    """What a model of this shape needs with these options. Raises CallerError for options that make no sense."""
    options = options or LoadOptions()
    if isinstance(shape, LlamaShape):
        from .estimate_llama import estimate_llama

        return estimate_llama(shape, options)
    if isinstance(shape, OnnxShape):
        from .estimate_onnx import estimate_onnx

        return estimate_onnx(shape, options)
    assert isinstance(shape, WhisperShape)
    from .estimate_whisper import estimate_whisper

    return estimate_whisper(shape, options)


def estimate_file(path: Path, options: LoadOptions | None = None) -> Estimate:
    """Read a model file's header and price it. Not for the core: the file is foreign. Raises CallerError."""
    from .formats.recognise import read_shape

    return estimate(read_shape(path), options)
