"""Writes compiled documents as an Android builder does, from text, so that reading them can be tried."""

from __future__ import annotations

import struct
from xml.etree import ElementTree

NONE = 0xFFFFFFFF
ANDROID = "http://schemas.android.com/apk/res/android"


def compiled(text: str, *, utf8: bool = True, typed: bool = True) -> bytes:
    """The document; with ``typed`` numbers and colours are stored as such, not as text."""
    root = ElementTree.fromstring(text)
    pool: list[str] = []

    def index(word: str) -> int:
        if word not in pool:
            pool.append(word)
        return pool.index(word)

    def split(name: str) -> tuple[int, int]:
        space, _, plain = name.rpartition("}")
        return (index(space[1:]) if space else NONE), index(plain)

    def value(word: str) -> tuple[int, int, int]:
        if typed and word.startswith("#") and len(word) == 9:
            return NONE, 0x1C, int(word[1:], 16)
        if typed and word.endswith("dp"):
            return NONE, 0x05, int(word[:-2]) << 8 | 1
        if typed and word.isdigit():
            return NONE, 0x10, int(word)
        if typed and word.replace(".", "", 1).isdigit():
            return NONE, 0x04, struct.unpack("<I", struct.pack("<f", float(word)))[0]
        return index(word), 0x03, index(word)

    chunks = b""

    def write(node: ElementTree.Element) -> None:
        nonlocal chunks
        attributes = b"".join(
            struct.pack("<IIIHBBI", *split(name), raw, 8, 0, kind, data)
            for name, word in node.attrib.items()
            for raw, kind, data in [value(word)]
        )
        head = struct.pack("<IIHHHHHH", *split(node.tag), 20, 20, len(node.attrib), 0, 0, 0)
        body = struct.pack("<II", 7, NONE) + head + attributes
        chunks += struct.pack("<HHI", 0x0102, 16, 8 + len(body)) + body
        for child in node:
            write(child)
        chunks += struct.pack("<HHIIIII", 0x0103, 16, 24, 7, NONE, *split(node.tag))

    write(root)
    strings, offsets = b"", []
    for word in pool:
        offsets.append(len(strings))
        data = word.encode("utf-8" if utf8 else "utf-16-le")
        if utf8:
            size = len(data)
            strings += _length8(len(word)) + _length8(size) + data + b"\0"
        else:
            strings += struct.pack("<H", len(word)) + data + b"\0\0"
    strings += b"\0" * (-len(strings) % 4)
    begin = 28 + 4 * len(pool)
    body = struct.pack("<IIIII", len(pool), 0, 256 if utf8 else 0, begin, 0)
    body += struct.pack(f"<{len(pool)}I", *offsets) + strings
    chunks = struct.pack("<HHI", 0x0001, 28, 8 + len(body)) + body + chunks
    return struct.pack("<HHI", 0x0003, 8, 8 + len(chunks)) + chunks


def _length8(size: int) -> bytes:
    return bytes([size]) if size < 128 else bytes([0x80 | size >> 8, size & 255])
