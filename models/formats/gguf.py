"""The header of a GGUF file, versions 2 and 3: metadata and the list of tensors, read without touching the weights.

Specification: ``docs/gguf.md`` of ggml. llama.cpp itself accepts strings and arrays of 2^30 elements and allocates for
them before it reads; this reader runs before llama.cpp sees a file. It keeps only what a person or an estimate needs
(scalars, short texts, short numeric arrays), passes over the rest (the vocabulary), and holds what it was told
against the size of the file. It raises nothing but CallerError, in bounded time and memory.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import NamedTuple

from .bounded import BoundedFile
from .ggml import TYPES, GgmlType

__all__ = ["Gguf", "Skipped", "TensorInfo", "Value", "read_gguf"]

MAGIC = b"GGUF"
MAX_HEADER_BYTES = 256 << 20
"""All metadata and tensor infos together (the largest vocabularies in use take about 16 MiB)."""
MAX_KEYS = 16_384
MAX_TENSORS = 65_536
MAX_NAME = 64
"""Of a tensor (GGML_MAX_NAME); llama.cpp refuses longer ones."""
MAX_KEY = 1_024
MAX_ELEMENTS = 4_000_000
"""Strings in all arrays together: bounds the time, as each has to be stepped over."""
KEEP_TEXT = 64 << 10
KEEP_ARRAY = 4_096
KEEP_TOTAL = 2 << 20
"""What is longer is passed over; what is kept of all metadata together."""
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_UNPACK = {number: struct.Struct(text) for number, text in _SCALARS.items()}
_LENGTH = struct.Struct("<Q")


class Skipped(NamedTuple):
    """A value that was not kept: an array of ``elements`` or a text, of ``bytes`` bytes."""

    elements: int
    bytes: int


Value = bool | int | float | str | list[bool | int | float] | Skipped


class TensorInfo(NamedTuple):
    """One tensor: ``shape`` as in the file (innermost first), ``offset`` from the start of the data."""

    name: str
    shape: tuple[int, ...]
    type: GgmlType
    offset: int
    bytes: int

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


class Gguf(NamedTuple):
    """A header. ``data_start`` is where the weights begin, ``data_bytes`` what the tensors take, without padding."""

    version: int
    metadata: dict[str, Value]
    tensors: tuple[TensorInfo, ...]
    alignment: int
    data_start: int
    data_bytes: int
    file_bytes: int

    @property
    def architecture(self) -> str:
        return self.text("general.architecture")

    def text(self, key: str) -> str:
        """A text, '' if there is none."""
        found = self.metadata.get(key, "")
        return found if isinstance(found, str) else ""


def read_gguf(path: Path) -> Gguf:
    """Read and check a header. Raises CallerError naming file, offset, expected and found."""
    with BoundedFile(path, MAX_HEADER_BYTES) as file:
        return _Reader(file).read()


class _Reader:
    def __init__(self, file: BoundedFile) -> None:
        self.file = file
        self.kept = 0
        self.elements = 0

    def read(self) -> Gguf:
        file = self.file
        magic = file.take(4, "a magic number") if file.left >= 4 else b""
        if magic != MAGIC:
            file.fail("the magic number GGUF", repr(magic), at=0)
        version = file.u32("a version")
        if version not in (2, 3):
            big = version & 0xFFFF == 0
            file.fail("GGUF version 2 or 3", f"{version}{', a big-endian file' if big else ''}", at=4)
        tensors = self.count("tensors", MAX_TENSORS, 8 + 4 + 4 + 8)
        keys = self.count("keys", MAX_KEYS, 8 + 4 + 1)
        metadata: dict[str, Value] = {}
        for _ in range(keys):
            at = file.offset
            key = self.string("a key", MAX_KEY)
            if key in metadata:
                file.fail("every key once", f"{key!r} again", at)
            metadata[key] = self.value(file.u32("a value's type"), key)
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 20 or alignment & (alignment - 1):
            file.fail("general.alignment to be a power of 2 up to 1048576", repr(alignment)[:40])
        infos = self.tensors(tensors, alignment)
        start = -(-file.offset // alignment) * alignment
        self.check_data(infos, start)
        total = sum(info.bytes for info in infos)
        return Gguf(version, metadata, infos, alignment, start, total, file.size)

    def count(self, what: str, most: int, least_bytes: int) -> int:
        at = self.file.offset
        found = self.file.u64(f"the number of {what}")
        if found > most:
            self.file.fail(f"at most {most} {what}", str(found), at)
        if found * least_bytes > self.file.left:
            self.file.fail(f"{found} {what}", f"only {self.file.left} bytes", at)
        return found

    def string(self, what: str, most: int) -> str:
        at = self.file.offset
        length = self.file.u64(f"the length of {what}")
        if length > most:
            self.file.fail(f"{what} of at most {most} bytes", f"{length} bytes", at)
        raw = self.file.take(length, what)
        if not raw and most <= MAX_KEY:
            self.file.fail(f"{what} with a name", "an empty one", at)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self.file.fail(f"{what} in UTF-8", repr(raw[:20]), at)

    def value(self, kind: int, key: str) -> Value:
        file = self.file
        if kind in _UNPACK:
            scalar = _UNPACK[kind]
            return scalar.unpack(file.take(scalar.size, f"the value of {key}"))[0]  # type: ignore[no-any-return]
        if kind == _STRING:
            return self.text(key)
        if kind == _ARRAY:
            return self.array(key)
        file.fail(f"a GGUF type (0 to 12) for {key}", str(kind), file.offset - 4)

    def text(self, key: str) -> Value:
        at = self.file.offset
        length = self.file.u64(f"the length of {key}")
        if length > self.file.left:
            self.file.fail(f"{length} bytes of {key}", f"{self.file.left} to the end of the file", at)
        if length > KEEP_TEXT or self.kept + length > KEEP_TOTAL:
            self.file.skip(length, key)
            return Skipped(1, length)
        self.kept += length
        return self.file.take(length, key).decode("utf-8", "replace")

    def array(self, key: str) -> Value:
        file = self.file
        at = file.offset
        kind, count = file.u32(f"the type in {key}"), file.u64(f"the number of elements of {key}")
        if kind == _STRING:
            return self.strings(key, count, at)
        if kind not in _UNPACK:
            file.fail(f"an array of scalars or texts in {key}", f"type {kind}", at)
        item = _UNPACK[kind]
        if count * item.size > file.left:
            file.fail(f"{count} elements of {key}", f"{file.left} bytes to the end of the file", at)
        if count > KEEP_ARRAY or self.kept + 8 * count > KEEP_TOTAL:
            file.skip(count * item.size, key)
            return Skipped(count, count * item.size)
        self.kept += 8 * count
        return [value for (value,) in item.iter_unpack(file.take(count * item.size, key))]

    def strings(self, key: str, count: int, at: int) -> Skipped:
        """Step over an array of texts: only their number and bytes are wanted."""
        file = self.file
        self.elements += count
        if self.elements > MAX_ELEMENTS or count * 8 > file.left:
            file.fail(f"at most {MAX_ELEMENTS} texts that fit the file in {key}", str(count), at)
        start, unpack = file.offset, _LENGTH.unpack
        take, skip = file.take, file.skip
        for _ in range(count):
            skip(unpack(take(8, key))[0], key)
        return Skipped(count, file.offset - start)

    def tensors(self, count: int, alignment: int) -> tuple[TensorInfo, ...]:
        file = self.file
        infos: list[TensorInfo] = []
        names: set[str] = set()
        expected = 0
        for _ in range(count):
            at = file.offset
            name = self.string("a tensor's name", MAX_NAME - 1)
            if name in names:
                file.fail("every tensor once", f"{name!r} again", at)
            names.add(name)
            dimensions = file.u32(f"the dimensions of {name}")
            if not 1 <= dimensions <= 4:
                file.fail(f"1 to 4 dimensions of {name}", str(dimensions), file.offset - 4)
            shape = tuple(file.u64(f"the shape of {name}") for _ in range(dimensions))
            number = file.u32(f"the type of {name}")
            kind = TYPES.get(number)
            if kind is None:
                file.fail(f"a ggml type for {name}", f"{number}, removed or unknown", file.offset - 4)
            # checked before multiplying on, so that no product outgrows the file by more than one factor
            elements = 1
            for each in shape:
                elements *= each
                if each == 0 or elements > file.size * kind.block:
                    file.fail(f"a shape of {name} that fits the file", "x".join(map(str, shape)), at)
            if shape[0] % kind.block:
                file.fail(f"rows of {name} in blocks of {kind.block}", f"{shape[0]} elements", at)
            offset = file.u64(f"the offset of {name}")
            if offset != expected:
                file.fail(f"the data of {name} at {expected}", str(offset), file.offset - 8)
            size = elements // kind.block * kind.bytes
            expected += -(-size // alignment) * alignment
            infos.append(TensorInfo(name, shape, kind, offset, size))
        return tuple(infos)

    def check_data(self, infos: tuple[TensorInfo, ...], start: int) -> None:
        for info in infos:
            end = start + info.offset + info.bytes
            if end > self.file.size:
                self.file.fail(
                    f"the data of {info.name} up to byte {end}",
                    f"the end of the file at {self.file.size}: it is cut off",
                    start + info.offset,
                )
