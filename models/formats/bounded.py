"""Reading a file that may be hostile: every read is checked against the file's size and against a budget of bytes.

A header is believed only as far as the file can back it: a count of 2^40 strings is refused because that many strings
cannot fit, not because memory ran out on the way. Errors are one line: file, offset, expected, found.
"""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NoReturn

from ...kernel.errors import CallerError

__all__ = ["BoundedFile"]

_BLOCK = 1 << 16
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")


class BoundedFile:
    """A little-endian file read from the front through one buffer; at most ``most`` bytes of it are ever looked at.

    Raises CallerError for a path that is no regular file. Memory: one block and what :meth:`take` was asked for.
    """

    def __init__(self, path: Path, most: int, block: int = _BLOCK) -> None:
        self.path = path
        try:
            # O_NONBLOCK: a FIFO must not hang the open before it is found not to be a file
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (OSError, ValueError) as error:
            raise CallerError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise CallerError(f"{path}: expected a file, found something else")
        self._file: BinaryIO = os.fdopen(descriptor, "rb", buffering=0)
        self.size = status.st_size
        self._most = most
        self._block = block
        self._buffer = b""
        self._at = 0
        """Offset in the buffer."""
        self._base = 0
        """Offset of the buffer in the file."""

    def __enter__(self) -> BoundedFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    @property
    def offset(self) -> int:
        return self._base + self._at

    @property
    def left(self) -> int:
        return self.size - self.offset

    def fail(self, expected: str, found: str, at: int | None = None) -> NoReturn:
        """Raise the one-line error of this file."""
        where = self.offset if at is None else at
        raise CallerError(f"{self.path}: at byte {where}: expected {expected}, found {found}")

    def take(self, count: int, what: str) -> bytes:
        """The next ``count`` bytes. Raises CallerError at the end of the file or of the budget."""
        self._need(count, what)
        if len(self._buffer) - self._at < count:
            self._fill(count)
        start, self._at = self._at, self._at + count
        return self._buffer[start : self._at]

    def skip(self, count: int, what: str) -> None:
        """Pass over bytes without reading them."""
        self._need(count, what)
        if count <= len(self._buffer) - self._at:
            self._at += count
            return
        self._base, self._at, self._buffer = self.offset + count, 0, b""
        self._file.seek(self._base)

    def seek(self, offset: int, what: str) -> None:
        """Go to an absolute offset. Raises CallerError if the file is shorter."""
        if not 0 <= offset <= self.size:
            self.fail(f"an offset within the file of {self.size} bytes for {what}", str(offset))
        self._base, self._at, self._buffer = offset, 0, b""
        self._file.seek(offset)

    def go(self, offset: int, what: str) -> None:
        """Go to an offset, through the buffer if it is there. Raises CallerError if the file is shorter."""
        if 0 <= offset - self._base <= len(self._buffer):
            self._at = offset - self._base
        else:
            self.seek(offset, what)

    def u32(self, what: str) -> int:
        return int(_U32.unpack(self.take(4, what))[0])

    def u64(self, what: str) -> int:
        return int(_U64.unpack(self.take(8, what))[0])

    def _need(self, count: int, what: str) -> None:
        if count > self.left:
            self.fail(f"{count} bytes of {what}", f"{self.left} to the end of the file")
        if self.offset + count > self._most:
            self.fail(f"at most {self._most} bytes of header", f"{what} of {count} bytes beyond that")

    def _fill(self, count: int) -> None:
        self._base, rest = self.offset, self._buffer[self._at :]
        self._at = 0
        parts, have = [rest], len(rest)
        while have < count:
            try:
                part = self._file.read(max(self._block, count - have))
            except OSError as error:
                raise CallerError(f"{self.path}: {error.strerror or error}") from None
            if not part:  # it shrank after it was opened
                self._buffer = b"".join(parts)
                self.fail(f"{count} bytes", f"{have}: the file became shorter")
            parts.append(part)
            have += len(part)
        self._buffer = b"".join(parts)
