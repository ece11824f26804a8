"""Where an ONNX file says its weights are: read before anybody opens them, and confined to the model's folder.

An ONNX file is a protocol buffer whose tensors may live in other files, named by the file itself: ``../../secret`` and
``/etc/shadow`` are names too. This walks the fields that lead to tensors and skips everything else, without copying
and without a schema library; a file that is no protocol buffer ends in one error.
Source: ``onnx.proto`` (ModelProto, GraphProto, TensorProto), and the protocol buffers' wire format.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from ...kernel.errors import CallerError

__all__ = ["External", "confined", "external_data"]

MAX_BYTES: Final = 1 << 31
"""A protocol buffer cannot be larger."""
MAX_DEPTH: Final = 32
MAX_FIELDS: Final = 5_000_000

# message → field number → the message in it; what is not named is skipped
_PATHS: Final[dict[str, dict[int, str]]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
_DATA_LOCATION, _EXTERNAL = 14, 1


class External(NamedTuple):
    """A tensor's place outside: ``location`` as the file has it, bytes ``offset`` and ``length`` (0 = to the end)."""

    location: str
    offset: int
    length: int


class _Walk:
    """One pass over a file; counts what it reads."""

    def __init__(self, path: Path, data: memoryview) -> None:
        self.path = path
        self.data = data
        self.fields = 0
        self.graphs = 0

    def wrong(self, at: int, found: str) -> CallerError:
        return CallerError(f"{self.path}: not an ONNX model: {found} at byte {at}")

    def varint(self, at: int, end: int) -> tuple[int, int]:
        value = shift = 0
        while at < end and shift < 70:
            byte = self.data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, at
            shift += 7
        raise self.wrong(at, "a number without an end")

    def each(self, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """(field, value or start, end or -1 for a plain number, wire type) of a message."""
        while at < end:
            self.fields += 1
            if self.fields > MAX_FIELDS:
                raise self.wrong(at, f"more than {MAX_FIELDS} fields")
            tag, at = self.varint(at, end)
            number, kind = tag >> 3, tag & 7
            if number == 0:
                raise self.wrong(at, "field number 0")
            if kind == 0:
                value, at = self.varint(at, end)
                yield number, value, -1, kind
            elif kind == 2:
                size, at = self.varint(at, end)
                if size > end - at:
                    raise self.wrong(at, f"a field of {size} bytes, {end - at} are left")
                yield number, at, at + size, kind
                at += size
            elif kind in (1, 5):
                at += 8 if kind == 1 else 4
                if at > end:
                    raise self.wrong(at, "half a number")
            else:
                raise self.wrong(at, f"wire type {kind}")

    def tensors(self, kind: str, start: int, end: int, depth: int = 0) -> Iterator[External]:
        if depth > MAX_DEPTH:
            raise self.wrong(start, f"graphs nested more than {MAX_DEPTH} deep")
        entries: dict[str, str] = {}
        external = False
        for number, value, stop, _ in self.each(start, end):
            inner = _PATHS[kind].get(number) if stop >= 0 else None
            if inner == "entry":
                key, text = self.entry(value, stop)
                entries[key] = text
            elif inner is not None:
                self.graphs += inner == "graph"
                yield from self.tensors(inner, value, stop, depth + 1)
            elif kind == "tensor" and number == _DATA_LOCATION and stop < 0:
                external = value == _EXTERNAL
        if kind == "tensor" and (external or entries):
            try:
                yield External(entries["location"], int(entries.get("offset", 0)), int(entries.get("length", 0)))
            except (KeyError, ValueError):
                raise self.wrong(start, f"external data without a place ({sorted(entries)})") from None

    def entry(self, start: int, end: int) -> tuple[str, str]:
        texts = {1: "", 2: ""}
        for number, value, stop, _ in self.each(start, end):
            if number in texts and stop >= 0:
                if stop - value > 4096:
                    raise self.wrong(value, "a name of more than 4096 bytes")
                texts[number] = bytes(self.data[value:stop]).decode("utf-8", "replace")
        return texts[1], texts[2]


def external_data(path: Path) -> list[External]:
    """Every place outside of the file, as it claims them. Raises CallerError if it is not an ONNX model."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if not 0 < size < MAX_BYTES:
                raise CallerError(f"{path}: an ONNX model has 1 byte to 2 GiB, this file {size}")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as data:
                walk = _Walk(path, data)
                found = list(walk.tensors("model", 0, size))
                if not walk.graphs:
                    raise CallerError(f"{path}: not an ONNX model: it holds no graph")
                return found
    except OSError as error:
        raise CallerError(f"{path}: {error.strerror or error}") from None


def confined(path: Path) -> list[Path]:
    """The files of external data of a model, each inside the model's folder and long enough.

    Raises CallerError for a place outside of it (absolute, through ``..`` or through a link) or that is not there.
    """
    folder = path.parent.resolve()
    files: dict[str, Path] = {}
    for place in external_data(path):
        name = place.location
        where = folder / name
        if not name or "\0" in name or "\\" in name or Path(name).is_absolute() or ".." in Path(name).parts:
            raise CallerError(f"{path}: its external data {name[:200]!r} is not inside its folder; refused")
        real = where.resolve()
        if not real.is_relative_to(folder):
            raise CallerError(f"{path}: its external data {name[:200]!r} leads to {real}, outside its folder; refused")
        if not real.is_file():
            raise CallerError(f"{path}: its external data {name[:200]!r} is not there")
        size = real.stat().st_size
        if place.offset < 0 or place.length < 0 or place.offset + place.length > size:
            raise CallerError(
                f"{path}: external data of {place.length} bytes at {place.offset} of {name[:200]!r}, which has {size}"
            )
        files[name] = real
    return list(files.values())
