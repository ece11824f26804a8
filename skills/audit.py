"""The audit log: what changed something on this device, who asked for it, and what came of it.

One JSON line for each call of an action that is not marked as reading, for what was taken back, and for each decision
on skills. It is written after the outcome is known and beside the store, not in it: a log that cannot be written (a
full disk) never stops an alarm, and the next line says how many are missing. Two files of a bounded size; the older
goes.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from ..kernel.errors import ServiceFault
from ..kernel.message import Taint

FILE = "audit.jsonl"
MAX_BYTES = 1 << 20
"""Of each of the two files: some thousand calls."""
MAX_LINE = 8 * 1024
_MAX_VALUE = 300
_MAX_ARGUMENTS = 16

DECISIONS = ("install", "decline", "remove", "enable", "disable", "grant", "revoke")
"""What stands as the action of a decision on skills."""
Outcome = Literal["done", "asked", "refused", "failed", "undone"]


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call. ``labels`` say whose words led to it, ``by`` which service (or skill) asked; ``outcome`` is ``asked``
    where it waits for the owner's yes, and ``confirmed`` that the owner gave it; ``lost`` counts lines before this one
    that could not be written."""

    at: float
    action: str
    skill: str = ""
    package: str = ""
    arguments: dict[str, str] = {}
    labels: list[str] = []
    by: str = ""
    grants: list[str] = []
    confirmed: bool = False
    outcome: Outcome = "done"
    why: str = ""
    lost: int = 0


def labels(taint: Taint) -> list[str]:
    """The names of a call's labels."""
    return [str(each.name).lower() for each in Taint if each & taint]


def shown(arguments: Mapping[str, Any]) -> dict[str, str]:
    """Arguments as they are kept: texts of a bounded length, and not more than some."""
    return {str(k)[:60]: str(v)[:_MAX_VALUE] for k, v in list(arguments.items())[:_MAX_ARGUMENTS]}


class Audit:
    """Writes the log of a folder ('': there is none)."""

    def __init__(self, folder: str) -> None:
        self._path = Path(folder) / FILE if folder else None
        self._lost = 0

    def write(self, entry: Entry) -> str:
        """Append one entry; returns why it could not be ('' if it could)."""
        if self._path is None:
            return ""
        line = msgspec.json.encode(msgspec.structs.replace(entry, lost=self._lost)) + b"\n"
        if len(line) > MAX_LINE:
            bare = msgspec.structs.replace(entry, arguments={}, why=entry.why[:_MAX_VALUE], lost=self._lost)
            line = msgspec.json.encode(bare) + b"\n"
        try:
            self._append(self._path, line)
        except OSError as error:
            self._lost += 1
            return f"{self._path}: {error.strerror}"
        self._lost = 0
        return ""

    @staticmethod
    def _append(path: Path, line: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(fd).st_size
            if size and os.pread(fd, 1, size - 1) != b"\n":
                line = b"\n" + line  # the last one was cut off by a full disk or a crash
            written = os.write(fd, line)
        finally:
            os.close(fd)
        if written < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if size + len(line) > MAX_BYTES:
            path.replace(older(path))


def older(path: Path) -> Path:
    """The file that the log's first half was moved to."""
    return path.with_suffix(".1.jsonl")


def read(folder: str | Path) -> Iterator[Entry]:
    """All entries that are kept, the oldest first; what is not readable is left out. Raises ServiceFault."""
    path = Path(folder) / FILE
    for file in (older(path), path):
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ServiceFault(f"{file}: cannot be read: {error.strerror}") from error
        yield from decoded(data)


def decoded(data: bytes) -> Iterator[Entry]:
    """The entries of some whole lines."""
    for line in data.splitlines():
        try:
            yield msgspec.json.decode(line, type=Entry)
        except msgspec.DecodeError:
            continue  # cut off by a full disk
