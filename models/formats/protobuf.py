"""Protocol buffers walked on the wire: which field is where, without a schema and without reading what is passed over.

Encoding: https://protobuf.dev/programming-guides/encoding/. The number of fields of a whole file is bounded, and no
field may end beyond the message it is in. Raises nothing but CallerError.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .bounded import BoundedFile

__all__ = ["BYTES", "VARINT", "Field", "Wire"]

MAX_FIELDS = 4_000_000
"""Of all messages of a file together: bounds the time."""
MAX_TEXT = 4_096
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Field(NamedTuple):
    """One field: its number, its wire type, its value if that is a number, and where its bytes are."""

    number: int
    kind: int
    value: int
    start: int
    end: int

    @property
    def bytes(self) -> int:
        return self.end - self.start


class Wire:
    """A file of protocol buffers."""

    def __init__(self, file: BoundedFile) -> None:
        self.file = file
        self.fields = 0

    def message(self, start: int, end: int) -> Iterator[Field]:
        """The fields between two offsets. The caller may read elsewhere between two of them."""
        file, at = self.file, start
        while at < end:
            self.fields += 1
            if self.fields > MAX_FIELDS:
                file.fail(f"at most {MAX_FIELDS} fields", "more", at)
            file.go(at, "a field")
            key = self.number(end)
            number, kind = key >> 3, key & 7
            if not 1 <= number < 1 << 29:
                file.fail("a field number of protocol buffers", str(number), at)
            value, first = 0, file.offset
            if kind == VARINT:
                value = self.number(end)
                last = file.offset
            elif kind == BYTES:
                length = self.number(end)
                first = file.offset
                last = first + length
            elif kind in (FIXED64, FIXED32):
                last = first + (8 if kind == FIXED64 else 4)
            else:
                file.fail("a wire type of protocol buffers", str(kind), at)
            if last > end:
                file.fail(f"field {number} to end by byte {end}", f"its end at {last}", at)
            yield Field(number, kind, value, first, last)
            at = last

    def inside(self, field: Field) -> Iterator[Field]:
        """The fields of a field that is a message; none if it is a number."""
        return self.message(field.start, field.end) if field.kind == BYTES else iter(())

    def number(self, end: int) -> int:
        """A varint that ends by ``end``."""
        file, at, found = self.file, self.file.offset, 0
        for shift in range(0, 70, 7):
            if file.offset >= end:
                file.fail("a number", f"the end of its message at {end}", at)
            byte = file.take(1, "a number")[0]
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found & 0xFFFF_FFFF_FFFF_FFFF
        file.fail("a number of at most 10 bytes", "a longer one", at)

    def numbers(self, field: Field, most: int) -> list[int]:
        """Repeated integers, packed or not."""
        if field.kind == VARINT:
            return [field.value]
        if field.kind != BYTES or field.bytes > 10 * most:
            self.file.fail(f"at most {most} numbers", f"{field.bytes} bytes", field.start)
        self.file.go(field.start, "numbers")
        found = []
        while self.file.offset < field.end:
            found.append(self.number(field.end))
        return found

    def text(self, field: Field) -> str:
        if field.kind != BYTES or field.bytes > MAX_TEXT:
            self.file.fail(f"a text of at most {MAX_TEXT} bytes", f"{field.bytes} bytes", field.start)
        self.file.go(field.start, "a text")
        return self.file.take(field.bytes, "a text").decode("utf-8", "replace")
