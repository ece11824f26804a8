"""GGUF headers by hand, byte by byte (specification: ``docs/gguf.md`` of ggml), so that tests can make wrong ones."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def header(version: int, tensors: int, keys: int) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys)


def key(name: str, value: bytes) -> bytes:
    return struct.pack("<Q", len(name)) + name.encode() + value


def text(value: str) -> bytes:
    return struct.pack("<IQ", 8, len(value.encode())) + value.encode()


def number(value: int) -> bytes:
    return struct.pack("<II", 4, value)


def array(kind: int, items: Sequence[bytes]) -> bytes:
    return struct.pack("<IIQ", 9, kind, len(items)) + b"".join(items)


def numbers(*values: int) -> bytes:
    return array(4, [struct.pack("<I", value) for value in values])


def tensor(name: str, shape: Sequence[int], kind: int, offset: int) -> bytes:
    head = struct.pack("<Q", len(name)) + name.encode() + struct.pack("<I", len(shape))
    return head + struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", kind, offset)
