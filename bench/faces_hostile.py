"""Faces that mean harm: each a small file that asks for much. Made here, so that tests and benchmark try the same."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

HEAD = '<WatchFace width="450" height="450"><Scene>'
FOOT = "</Scene></WatchFace>"
GROUP = '<Group name="g" x="0" y="0" width="1" height="1">'
PLAIN = HEAD + GROUP + "</Group>" + FOOT


def entities() -> bytes:
    """Ten entities of ten each: 10^10 characters in half a kilobyte."""
    lines = ['<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">']
    lines += [f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True)]
    return ("".join(lines) + ']><WatchFace width="450" height="450"><Scene>&j;</Scene></WatchFace>').encode()


def outside() -> bytes:
    """An entity that names a file of the machine."""
    return b'<!DOCTYPE w [<!ENTITY f SYSTEM "file:///etc/passwd">]><WatchFace>&f;</WatchFace>'


def many() -> bytes:
    """A million elements in 8 MB."""
    return (HEAD + "<Group/>" * 1_000_000 + FOOT).encode()


def many_small() -> bytes:
    """As many elements as fit into the largest document."""
    return (HEAD + "<a/>" * 1_000_000 + FOOT).encode()[: (2 << 20) - 1]


def deep() -> bytes:
    """Groups inside each other, 100,000 deep."""
    return (HEAD + "<g>" * 100_000).encode()


def attributes() -> bytes:
    """One element with 20,000 attributes."""
    return ("<WatchFace " + " ".join(f'a{i}="1"' for i in range(20_000)) + "/>").encode()


def long_text() -> bytes:
    """One attribute of 3 MB."""
    return f'<WatchFace width="{"9" * 3_000_000}" height="450"/>'.encode()


def digits() -> bytes:
    """A size of 300 digits, and one of 60,000."""
    return PLAIN.replace('x="0"', f'x="{"9" * 300}"').replace('y="0"', f'y="{"9" * 60_000}"').encode()


def not_numbers() -> bytes:
    """NaN and infinity where numbers belong."""
    return PLAIN.replace('x="0"', 'x="NaN"').replace("<Group ", '<Group scaleX="NaN" pivotX="INF" ').encode()


def expression(text: str) -> bytes:
    """A face with one expression."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return PLAIN.replace("</Group>", f'<Transform target="x" value="{escaped}"/></Group>').encode()


def bad_bytes() -> bytes:
    """NUL, a lone surrogate and no XML at all."""
    return b"<WatchFace>\x00\xed\xa0\x80</WatchFace>"


def unknown_encoding() -> bytes:
    """An encoding nobody knows."""
    return b'<?xml version="1.0" encoding="no-such-thing"?><WatchFace/>'


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "entity expansion": entities,
    "external entity": outside,
    "10^6 elements, 8 MB": many,
    "500,000 elements, 2 MiB": many_small,
    "100,000 deep": deep,
    "20,000 attributes": attributes,
    "an attribute of 3 MB": long_text,
    "NUL and surrogates": bad_bytes,
    "unknown encoding": unknown_encoding,
}
"""Documents that are refused while they are read."""

JUDGED: dict[str, Callable[[], bytes]] = {
    "300 and 60,000 digits": digits,
    "NaN and infinity": not_numbers,
    "5,000 parentheses": lambda: expression("(" * 5_000 + "1" + ")" * 5_000),
    "30,000 characters of sums": lambda: expression("1" + "+1" * 15_000),
    "nested calls": lambda: expression("sin(" * 400 + "1" + ")" * 400),
    "a chain of powers": lambda: expression("pow(9,pow(9,pow(9,pow(9,9))))"),
    "quotes without end": lambda: expression('"' + "a" * 4_000),
    "patterns that double": lambda: PLAIN.replace('x="0"', f'x="0" tintColor="[A{"_a" * 400}!"').encode(),
    "weights that double": lambda: PLAIN.replace(
        "</Group>",
        '<PartDraw x="0" y="0" width="1" height="1"><Arc centerX="0" centerY="0" width="1" height="1" startAngle="0" '
        f'endAngle="1"><WeightedStroke colors="#ffffff" thickness="1" weights="{"1" * 4_000}!"/></Arc></PartDraw>'
        "</Group>",
    ).encode(),
}
"""Documents that are read, and refused by what they say."""


_VECTOR = (
    '<vector xmlns:android="http://schemas.android.com/apk/res/android" android:width="400dp" android:height="400dp" '
    'android:viewportWidth="400" android:viewportHeight="400">'
)
_CLIP = '<clip-path android:pathData="M0,0h400v400h-400z"/>'
_PATH = '<path android:fillColor="#F00" android:strokeColor="#0F0" android:strokeWidth="9" android:pathData="{}"/>'
_SPIKES = "M0,0" + "L400,400L0,0L0,400L400,0" * 2_400

VECTORS: dict[str, Callable[[], str]] = {
    "20,000 spikes": lambda: _PATH.format(_SPIKES[: 60_000].rpartition("L")[0]),
    "a path of 60 KB of curves": lambda: _PATH.format("M0,0" + "c1,9e5 2,-9e5 3,0" * 3_000),
    "3,000 paths": lambda: _PATH.format("M0,0h400v400h-400z") * 3_000,
    "10,000 clips": lambda: _CLIP * 10_000 + _PATH.format("M0,0h9v9z"),
    "60 groups of infinite scale": lambda: (
        '<group android:scaleX="1e30" android:rotation="NaN" android:translateX="-1e30">' * 60
        + _PATH.format("M0,0h9v9z") + "</group>" * 60
    ),
    "numbers of 300 digits": lambda: _PATH.format(f"M{'9' * 300},0L0,{'9' * 300}L-{'9' * 300},5z"),
    "colours in a circle": lambda: _PATH.format("M0,0h9v9z").replace("#F00", "@color/a"),
}  # fmt: skip
"""Contents of a vector drawable: it is shown, or left out with one line that says why."""


def with_vector(content: str) -> bytes:
    """A face that shows a vector drawable over the whole glass."""
    part = '<PartImage x="0" y="0" width="450" height="450"><Image resource="v"/></PartImage>'
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("res/raw/watchface.xml", HEAD + part + FOOT)
        archive.writestr("res/drawable/v.xml", f"{_VECTOR}{content}</vector>")
        archive.writestr(
            "res/values/colors.xml",
            '<resources><color name="a">@color/b</color><color name="b">@color/a</color></resources>',
        )
    return sink.getvalue()


def bomb(path: Path) -> Path:
    """An archive of 200 KB with 200 MB of zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("res/raw/watchface.xml", PLAIN)
        for number in range(13):
            archive.writestr(f"res/drawable/zeros{number}.png", b"\0" * (16 << 20))
    return path


def liar(path: Path) -> Path:
    """An archive whose member says it has 100 bytes and has 64 MB."""
    bomb_bytes = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(bomb_bytes.compress(b"\0" * (1 << 20)) for _ in range(64)) + bomb_bytes.flush()
    name = b"res/raw/watchface.xml"
    crc, small = 0, 100
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, crc, len(packed), small, len(name), 0)
    central = struct.pack(
        "<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0, crc, len(packed), small, len(name), 0, 0, 0, 0, 0, 0
    )
    body = local + name + packed
    directory = central + name
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    return path


def climber(path: Path) -> Path:
    """A member outside the archive."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("res/raw/watchface.xml", PLAIN)
        archive.writestr("../../evil.py", "raise SystemExit")
    return path


def absolute(path: Path) -> Path:
    """A member with an absolute name."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("/etc/cron.d/evil", "* * * * *")
    return path


def linked(path: Path) -> Path:
    """A member that is a link."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("res/raw/watchface.xml", PLAIN)
        link = zipfile.ZipInfo("res/drawable/hand.png")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return path


def crowded(path: Path) -> Path:
    """An archive of 6,000 members."""
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(6_000):
            archive.writestr(f"res/drawable/{number}.png", b"")
    return path


def broken(path: Path) -> Path:
    """An archive cut in the middle."""
    climber(path)
    path.write_bytes(path.read_bytes()[:90])
    return path


ARCHIVES: dict[str, Callable[[Path], Path]] = {
    "200 KB to 208 MB": bomb,
    "a member that lies": liar,
    "../ in a member": climber,
    "an absolute member": absolute,
    "a link as a member": linked,
    "6,000 members": crowded,
    "a cut archive": broken,
}
"""Archives that are refused before anything of them is used."""


def huge_picture() -> bytes:
    """A PNG of 18 KB that says it has 150 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 12_250, 12_250, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (1532 * 12_250), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def with_picture(picture: bytes) -> bytes:
    """An archive of a face that shows a picture."""
    face = PLAIN.replace(
        "</Group>",
        '<PartImage x="0" y="0" width="1" height="1"><Image resource="big"/></PartImage></Group>',
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("res/raw/watchface.xml", face)
        archive.writestr("res/drawable/big.png", picture)
    return data.getvalue()
