"""Compiled documents: the binary XML into which an ``.apk`` turns its manifest and vector drawables, read as nodes.

The layout is that of ``ResourceTypes.h`` of the Android Open Source Project: chunks of a type, a head and a size; a
pool of strings; then elements by index into it. Attributes carry typed values; what refers to the resource table
(``@0x7f…``) stays such a reference, for the table is not read.
"""

from __future__ import annotations

import struct
from typing import Final

from .node import Node
from .parse import MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, MAX_TEXT, parse
from .problem import FaceError

_XML, _POOL, _START, _END, _TEXT = 0x0003, 0x0001, 0x0102, 0x0103, 0x0104
_MAGIC: Final = struct.pack("<HH", _XML, 8)
_NAMES: Final = {"http://schemas.android.com/apk/res/android": "android:", "http://schemas.android.com/aapt": "aapt:"}
_UTF8: Final = 1 << 8
_NONE: Final = 0xFFFFFFFF
_UNITS: Final = ("px", "dp", "sp", "pt", "in", "mm")
_SHIFTS: Final = (1.0, 1 / (1 << 7), 1 / (1 << 15), 1 / (1 << 23))
"""How the 24 bits of a dimension's mantissa are read, by its radix."""
MAX_STRINGS: Final = 20_000


def document(data: bytes, name: str) -> Node:
    """The root of a document, as text or compiled. Raises FaceError as :func:`parse`."""
    return _read(data, name) if is_compiled(data) else parse(data, name)


def is_compiled(data: bytes) -> bool:
    """Whether this is a compiled document."""
    return data[:4] == _MAGIC


def is_document(data: bytes) -> bool:
    """Whether this is XML, as text or compiled, and no picture."""
    return is_compiled(data) or data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _read(data: bytes, name: str) -> Node:
    if len(data) > MAX_BYTES:
        raise FaceError(f"{name}: expected at most {MAX_BYTES >> 20} MiB of XML, found {len(data) / (1 << 20):.1f} MiB")
    try:
        return _Reader(data, name).root()
    except (struct.error, IndexError, UnicodeDecodeError, OverflowError):
        raise FaceError(f"{name}: expected a compiled document, found a torn one") from None


class _Open:
    """An element whose end has not come yet."""

    def __init__(self, tag: str, attributes: dict[str, str], path: str, line: int) -> None:
        self.tag, self.attributes, self.path, self.line = tag, attributes, path, line
        self.children: list[Node] = []
        self.counts: dict[str, int] = {}

    def node(self) -> Node:
        return Node(self.tag, self.attributes, tuple(self.children), "", self.path, self.line)


class _Reader:
    def __init__(self, data: bytes, name: str) -> None:
        self._data, self._name = data, name
        self._strings: list[str] = []
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._elements = 0

    def root(self) -> Node:
        at = struct.unpack_from("<H", self._data, 2)[0]
        while at + 8 <= len(self._data) and self._root is None:
            kind, head, size = struct.unpack_from("<HHI", self._data, at)
            if size < 8 or head < 8:
                raise FaceError(f"{self._name}: expected a compiled document, found a chunk of {size} bytes")
            if kind == _POOL:
                self._pool(at, head)
            elif kind == _START:
                self._start(at, head)
            elif kind == _END and self._open:
                self._end()
            at += size
        if self._root is None:
            raise FaceError(f"{self._name}: expected an element, found none")
        return self._root

    def _pool(self, at: int, head: int) -> None:
        count, _, flags, begin = struct.unpack_from("<IIII", self._data, at + 8)
        if count > MAX_STRINGS:
            raise FaceError(f"{self._name}: expected at most {MAX_STRINGS:,} strings, found {count:,}")
        offsets = struct.unpack_from(f"<{count}I", self._data, at + head)
        self._strings = [self._string(at + begin + offset, bool(flags & _UTF8)) for offset in offsets]

    def _string(self, at: int, utf8: bool) -> str:
        data = self._data
        if utf8:
            at += 2 if data[at] & 0x80 else 1  # its length in characters is not needed
            size, at = (((data[at] & 0x7F) << 8) | data[at + 1], at + 2) if data[at] & 0x80 else (data[at], at + 1)
            text = data[at : at + size]
            encoding = "utf-8"
        else:
            size = struct.unpack_from("<H", data, at)[0]
            at += 2
            if size & 0x8000:
                size, at = ((size & 0x7FFF) << 16) | struct.unpack_from("<H", data, at)[0], at + 2
            text = data[at : at + size * 2]
            encoding = "utf-16-le"
        if size > MAX_TEXT:
            raise FaceError(f"{self._name}: expected texts of at most {MAX_TEXT:,} characters, found a longer one")
        return text.decode(encoding)

    def _start(self, at: int, head: int) -> None:
        line = struct.unpack_from("<I", self._data, at + 8)[0]
        space, tag = struct.unpack_from("<II", self._data, at + head)
        begin, step, count = struct.unpack_from("<HHH", self._data, at + head + 8)
        self._elements += 1
        for found, most, what in (
            (self._elements, MAX_ELEMENTS, "elements"),
            (len(self._open) + 1, MAX_DEPTH, "elements inside each other"),
            (count, MAX_ATTRIBUTES, "attributes"),
        ):
            if found > most:
                raise FaceError(f"{self._name}, line {line}: expected at most {most:,} {what}, found more")
        attributes = dict(self._attribute(at + head + begin + step * index) for index in range(count))
        name = self._named(space, tag)
        path = name
        if self._open:
            above = self._open[-1]
            number = above.counts[name] = above.counts.get(name, 0) + 1
            path = f"{above.path}/{name}" + (f"[{number}]" if number > 1 else "")
        self._open.append(_Open(name, attributes, path, line))

    def _end(self) -> None:
        done = self._open.pop().node()
        if self._open:
            self._open[-1].children.append(done)
        else:
            self._root = done

    def _named(self, space: int, name: int) -> str:
        return (_NAMES.get(self._strings[space], "") if space != _NONE else "") + self._strings[name]

    def _attribute(self, at: int) -> tuple[str, str]:
        space, name, raw, _, _, kind, value = struct.unpack_from("<IIIHBBI", self._data, at)
        return self._named(space, name), self._strings[raw] if raw != _NONE else self._value(kind, value)

    def _value(self, kind: int, value: int) -> str:
        match kind:
            case 0x01 | 0x02:
                return f"@0x{value:08x}"
            case 0x03:
                return self._strings[value]
            case 0x04:
                return repr(struct.unpack("<f", struct.pack("<I", value))[0])
            case 0x05:
                number = (value >> 8 ^ 0x800000) - 0x800000
                return f"{number * _SHIFTS[value >> 4 & 3]:.10g}{_UNITS[min(value & 15, 5)]}"
            case 0x12:
                return "true" if value else "false"
            case 0x1C | 0x1D | 0x1E | 0x1F:
                return f"#{value:08X}"
            case _:
                return str((value ^ 0x80000000) - 0x80000000)
