"""What a model is, by its contents: GGUF, ONNX, a Whisper checkpoint, or a folder of ONNX graphs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ...kernel.errors import CallerError
from ..shapes import OnnxShape, Shape
from .gguf import MAGIC

__all__ = ["MAX_GRAPHS", "graphs_of", "read_shape"]

MAX_GRAPHS = 16


def read_shape(path: Path) -> Shape:
    """Read a model's shape from its file or folder. Raises CallerError if it is no model, or a damaged one."""
    if path.is_dir():
        return _folder(path)
    try:
        if not path.is_file():  # a FIFO would hang here
            raise CallerError(
                f"{path}: expected a model's file or folder, found {'something else' if path.exists() else 'nothing'}"
            )
        with path.open("rb") as file:
            head = file.read(16)
    except (OSError, ValueError) as error:
        raise CallerError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    if head[:4] == MAGIC:
        from .llama import read_llama

        return read_llama(path)
    if head[:4] == b"PK\x03\x04":
        from .checkpoint import read_checkpoint

        return read_checkpoint(path)
    if head[:1] == b"\x08" and len(head) > 4:  # field 1 of a ModelProto: the version
        from .onnx import read_onnx

        return read_onnx(path)
    if head[:2] == b"\x80\x02":
        raise CallerError(f"{path}: a bare pickle is refused: it is a program; expected GGUF, ONNX or a ZIP checkpoint")
    raise CallerError(f"{path}: expected GGUF, ONNX or a Whisper checkpoint, found a file that begins with {head!r}")


def graphs_of(folder: Path) -> list[Path]:
    """The ONNX graphs of a converted model. Raises CallerError if there are none or too many."""
    found = sorted(path for path in folder.glob("*.onnx") if path.is_file())
    if not 1 <= len(found) <= MAX_GRAPHS:
        raise CallerError(f"{folder}: expected 1 to {MAX_GRAPHS} ONNX graphs, found {len(found)}")
    return found


def _folder(folder: Path) -> OnnxShape:
    from .onnx import read_onnx

    shapes = [read_onnx(path) for path in graphs_of(folder)]
    sums = {
        name: sum(getattr(shape, name) for shape in shapes)
        for name in ("inline_bytes", "external_bytes", "graph_bytes", "unknown", "state_bytes", "nodes", "parameters")
    }
    most = {
        name: max(getattr(shape, name) for shape in shapes) for name in ("largest_bytes", "activation_bytes", "opset")
    }
    return msgspec.convert({"format": "onnx", "graphs": len(shapes), **sums, **most}, OnnxShape)
