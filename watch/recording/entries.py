"""The file of a recording: JSON lines. The first is the head, the last says that it is whole.

    head    ``{"recording": 1, "wall": …, "elapsed": …, "rows": {space: {key: value}}, …}``: the device as it was
    in      what came from outside: ``t`` seconds after the beginning, ``from`` and ``to`` services, ``wire`` and
            ``body`` of the message, its labels (``taint``) and ``lane``; ``ask`` where an answer was waited for
    signal  a notification; its bits are the ``body``
    answer  what a service outside answered (``from``) to one inside (``to``) that asked it ``of``; or its ``error``;
            ``took`` seconds
    out     what the device did: plans, rows, screens, words
    end     ``why`` it ended, after ``t`` seconds

Bodies are the messages of docs/messages.md as JSON, bytes and leases as base64. Times are those of the device.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from ...kernel.errors import CallerError
from .messages import MOST_BYTES

__all__ = ["INSIDE", "MAX_LINE", "VERSION", "End", "Entry", "Head", "Session", "read"]

VERSION: Final = 1
MAX_LINE: Final = 16 << 20
"""Bytes of one line: the head has all rows of the store."""
MAX_ENTRIES: Final = 1_000_000
INSIDE: Final = frozenset({"store", "skills", "planner", "session", "jobs", "screen", "gesture"})
"""What is the device: the services that live again in a replay. All others are outside, and only speak their lines."""


class Head(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The device at the beginning. ``wall`` and ``elapsed`` are its clocks (``kernel/clock.py``), ``rate`` how fast
    they ran, ``boot`` the boot that ``elapsed`` counts in, ``zone`` its time zone; ``packages`` are others' skills,
    which a replay has not. ``exact`` marks one that was made on the virtual clock, and is repeated to the letter."""

    recording: int
    version: str
    made: str
    wall: float
    elapsed: float
    rate: float = 1.0
    boot: str = ""
    zone: str = ""
    packages: list[str] = []
    settings: dict[str, dict[str, Any]] = {}
    gestures: str = ""
    rows: dict[str, dict[str, Any]] = {}
    exact: bool = False


class Entry(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One line between head and end."""

    k: Literal["in", "signal", "answer", "out"]
    t: float
    sender: str = msgspec.field(name="from")
    to: str
    wire: str = ""
    body: msgspec.Raw = msgspec.Raw(b"{}")
    taint: int = 0
    lane: int = 1
    ask: bool = False
    lease: bytes | None = None
    of: str = ""
    took: float = 0.0
    error: str = ""


class End(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The last line."""

    end: bool
    t: float
    why: str = ""


class Session(msgspec.Struct):
    """A whole recording. ``end`` is None for one that was cut off."""

    head: Head
    entries: list[Entry]
    end: End | None

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.end.t if self.end is not None else max((each.t for each in self.entries), default=0.0)

    @property
    def fastest(self) -> float:
        """How many times as fast the device's clock ran at most."""
        sets = (msgspec.json.decode(each.body) for each in self.entries if each.wire == "kernel.set-clock")
        return max([self.head.rate, *(float(each.get("rate", 1.0)) for each in sets)])

    def of(self, *kinds: str) -> list[Entry]:
        """The entries of some kinds, in order."""
        return [each for each in self.entries if each.k in kinds]


def read(path: Path, most: int = 2 * MOST_BYTES) -> Session:
    """A recording. Raises CallerError in one line: the file, the line, what was expected and found."""
    head: Head | None = None
    entries: list[Entry] = []
    end: End | None = None
    for number, line in _lines(path, most):
        where = f"{path}: line {number}"
        if end is not None:
            raise CallerError(f"{where}: expected nothing after the end, got {len(line)} bytes")
        try:
            if head is None:
                head = msgspec.json.decode(line, type=Head)
                if head.recording != VERSION:
                    raise CallerError(f"{where}: expected a recording of version {VERSION}, got {head.recording}")
            elif line.startswith(b'{"end"'):
                end = msgspec.json.decode(line, type=End)
            else:
                entries.append(_sound(msgspec.json.decode(line, type=Entry), entries, where))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            what = "the head of a recording" if head is None else "an entry"
            raise CallerError(f"{where}: expected {what}, got: {str(error)[:200]}") from None
    if head is None:
        raise CallerError(f"{path}: expected a recording, got an empty file")
    return Session(head, entries, end)


def _sound(entry: Entry, before: list[Entry], where: str) -> Entry:
    last = before[-1].t if before else 0.0
    if not 0 <= entry.t < 1e8 or entry.t < last - 1.0:  # NaN too
        raise CallerError(f"{where}: expected times that go forward, got {entry.t:g} s after {last:g} s")
    if len(before) >= MAX_ENTRIES:
        raise CallerError(f"{where}: expected at most {MAX_ENTRIES} entries")
    return entry


def _lines(path: Path, most: int) -> Iterator[tuple[int, bytes]]:
    """The lines of a file with their numbers; one that was cut off in the middle is left out."""
    try:
        with path.open("rb") as file:
            number = size = 0
            while line := file.readline(MAX_LINE + 1):
                number, size = number + 1, size + len(line)
                if len(line) > MAX_LINE or size > most:
                    raise CallerError(f"{path}: line {number}: expected at most {MAX_LINE} bytes a line, {most} in all")
                if line.endswith(b"\n") or number == 1:
                    yield number, line
    except OSError as error:
        raise CallerError(f"{path}: cannot be read: {error.strerror}") from error
