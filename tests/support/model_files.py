"""Small models of every format, made by hand: enough for the readers, the shelf and the commands, too small to run."""

from __future__ import annotations

import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

from support.gguf import array, header, key, number, tensor, text

TINY = {
    "n_mels": 80, "n_audio_ctx": 100, "n_audio_state": 64, "n_audio_head": 2, "n_audio_layer": 2,
    "n_vocab": 51864, "n_text_ctx": 48, "n_text_state": 64, "n_text_head": 2, "n_text_layer": 1,
}  # fmt: skip


def gguf(path: Path, name: str = "Tiny", licence: str = "CC0-1.0", **numbers: int) -> Path:
    """A Llama of two layers, width 64, 4 heads, 2 KV heads, 300 tokens; weights are zeros."""
    given = {
        "block_count": 2, "embedding_length": 64, "feed_forward_length": 128, "attention.head_count": 4,
        "attention.head_count_kv": 2, "context_length": 4096,
    } | numbers  # fmt: skip
    keys = [key("general.architecture", text("llama")), key("general.name", text(name))]
    keys += [key("general.license", text(licence)), key("general.file_type", number(1))]
    keys += [key(f"llama.{each}", number(value)) for each, value in given.items()]
    keys.append(key("tokenizer.ggml.tokens", array(8, [struct.pack("<Q", 2) + b"ab"] * 300)))
    weights = [("token_embd.weight", (64, 300), 1, 38_400), ("blk.0.attn_q.weight", (64, 64), 1, 8_192)]
    head, offset = header(3, len(weights), len(keys)) + b"".join(keys), 0
    for title, shape, kind, size in weights:
        head += tensor(title, shape, kind, offset)
        offset += size
    path.write_bytes(head + bytes(-len(head) % 32) + bytes(offset))
    return path


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number_: int, value: int | bytes | str) -> bytes:
    """A field of protocol buffers: a number, or bytes with their length."""
    if isinstance(value, int):
        return varint(number_ << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number_ << 3 | 2) + varint(len(raw)) + raw


def onnx_tensor(name: str, dims: list[int], raw: bytes = b"", external: dict[str, str] | None = None) -> bytes:
    """A TensorProto of floats."""
    out = b"".join(field(1, each) for each in dims) + field(2, 1) + field(8, name)
    if external is None:
        return out + field(9, raw)
    out += b"".join(field(13, field(1, k) + field(2, v)) for k, v in external.items())
    return out + field(14, 1)


def onnx_value(name: str, dims: list[int | str]) -> bytes:
    """A ValueInfoProto of floats; a dimension that is a text is open."""
    shape = b"".join(field(1, field(1, each) if isinstance(each, int) else field(2, each)) for each in dims)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))


def onnx(path: Path, *initializers: bytes, values: tuple[bytes, ...] = (), inputs: tuple[bytes, ...] = ()) -> Path:
    """A model of one node, y = MatMul(x, w)."""
    node = field(1, field(1, "x") + field(1, "w") + field(2, "y") + field(4, "MatMul"))
    graph = node + field(2, "g") + b"".join(field(5, each) for each in initializers)
    graph += b"".join(field(11, each) for each in inputs) + b"".join(field(13, each) for each in values)
    path.write_bytes(field(1, 9) + field(7, graph) + field(8, field(2, 17)))
    return path


def checkpoint(path: Path, dims: dict[str, Any] | None = None, extra: object = None, stored: int = 0) -> Path:
    """A Whisper checkpoint as torch writes one, with zeros for weights (``stored`` bytes, default: enough)."""
    from bluerill.models.formats.checkpoint import whisper_parameters
    from bluerill.models.shapes import WhisperShape

    dims = TINY if dims is None else dims
    if not stored:
        stored = 2 * whisper_parameters(WhisperShape(stored_bytes=0, parameters=0, **TINY))
    data = pickle.dumps({"dims": dims, "model_state_dict": {}, "extra": extra}, protocol=2)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/data/0", bytes(stored))
        archive.writestr("archive/version", "3\n")
    return path
