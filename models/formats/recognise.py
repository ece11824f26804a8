"""What a file is, by its contents: GGUF, ONNX, a Whisper checkpoint, or a folder of ONNX graphs."""

from __future__ import annotations

from pathlib import Path

from ...kernel.errors import CallerError
from ..shapes import Shape
from .gguf import MAGIC

__all__ = ["read_shape"]


def read_shape(path: Path) -> Shape:
    """Read a model's shape. Raises CallerError if it is no model, or one that is damaged."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise CallerError(f"{path}: {error.strerror or error}") from None
    if head[:4] == MAGIC:
        from .llama import read_llama

        return read_llama(path)
    raise CallerError(f"{path}: expected a GGUF model, found a file that begins with {head!r}")
