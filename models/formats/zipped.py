"""The directory of a ZIP archive, read with bounds: which members there are and how large, nothing unpacked.

Specification: PKWARE's APPNOTE.TXT 6.3, with the ZIP64 records that checkpoints above 4 GiB have. (``zipfile`` reads
whatever directory a file claims into memory.) Raises nothing but CallerError.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from .bounded import BoundedFile

__all__ = ["Member", "members", "stored"]

MAX_MEMBERS = 20_000
MAX_NAME = 1_024
MAX_COMMENT = 65_535
_END, _END64, _LOCATOR, _ENTRY, _LOCAL = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\1\2", b"PK\3\4"
_FULL = 0xFFFF_FFFF


class Member(NamedTuple):
    """A member: its name, its method (0 = stored), its size unpacked, and where its local header is."""

    name: str
    method: int
    size: int
    packed: int
    offset: int


def members(file: BoundedFile) -> list[Member]:
    """Every member of the archive."""
    count, size, start = _directory(file)
    if count > MAX_MEMBERS:
        file.fail(f"an archive of at most {MAX_MEMBERS} members", str(count))
    if start + size > file.size or count * 46 > size:
        file.fail(f"a directory of {count} members in {file.size} bytes", f"{size} bytes at {start}")
    file.seek(start, "the directory")
    found = []
    for _ in range(count):
        at = file.offset
        head = file.take(46, "a member")
        if head[:4] != _ENTRY:
            file.fail("a member of the directory", repr(head[:4]), at)
        method, packed, unpacked = struct.unpack_from("<H", head, 10)[0], *struct.unpack_from("<II", head, 20)
        name, extra, comment = struct.unpack_from("<HHH", head, 28)
        if name > MAX_NAME:
            file.fail(f"a name of at most {MAX_NAME} bytes", f"{name} bytes", at)
        text = file.take(name, "a name").decode("utf-8", "replace")
        more = file.take(extra, "an extra field")
        file.skip(comment, "a comment")
        sizes = [unpacked, packed, struct.unpack_from("<I", head, 42)[0]]
        unpacked, packed, offset = _widened(sizes, more)
        if offset + packed > file.size:
            file.fail(f"{text[:80]} to lie within the file of {file.size} bytes", f"{packed} bytes at {offset}", at)
        found.append(Member(text, method, unpacked, packed, offset))
    return found


def stored(file: BoundedFile, member: Member, most: int) -> bytes:
    """The contents of a member that is not compressed."""
    if member.method or member.size != member.packed or member.size > most:
        file.fail(f"{member.name} stored as at most {most} bytes", f"method {member.method}, {member.size} bytes")
    file.seek(member.offset, member.name)
    head = file.take(30, f"the header of {member.name}")
    if head[:4] != _LOCAL:
        file.fail(f"the header of {member.name}", repr(head[:4]), member.offset)
    name, extra = struct.unpack_from("<HH", head, 26)
    file.skip(name + extra, member.name)
    return file.take(member.size, member.name)


def _directory(file: BoundedFile) -> tuple[int, int, int]:
    """Number of members, bytes and offset of the directory."""
    reach = min(file.size, MAX_COMMENT + 22)
    file.seek(file.size - reach, "the end of an archive")
    tail = file.take(reach, "the end of an archive")
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        file.fail("the end of a ZIP archive", "none: it is cut off or no archive", file.size - reach)
    count, size, start = struct.unpack_from("<HII", tail, at + 10)
    if count != 0xFFFF and size != _FULL and start != _FULL:
        return count, size, start
    if at < 20 or tail[at - 20 : at - 16] != _LOCATOR:
        file.fail("the locator of a ZIP64 directory", "none", file.size - reach + at)
    (record,) = struct.unpack_from("<Q", tail, at - 12)
    file.seek(record, "the ZIP64 end")
    head = file.take(56, "the ZIP64 end")
    if head[:4] != _END64:
        file.fail("the ZIP64 end", repr(head[:4]), record)
    count64, size64, start64 = struct.unpack_from("<QQQ", head, 32)
    return count64, size64, start64


def _widened(sizes: list[int], extra: bytes) -> list[int]:
    """Sizes that did not fit 32 bits stand in the extra field with id 1, in this order."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            wide = extra[at + 4 : at + 4 + length]
            for i, value in enumerate(sizes):
                if value == _FULL and len(wide) >= 8:
                    sizes[i], wide = struct.unpack_from("<Q", wide)[0], wide[8:]
        at += 4 + length
    return sizes
