"""``results.jsonl``: rows appended one by one, each on the disk before the next is begun.

A benchmark that is killed leaves whole lines and at most one broken last one, which the next reader leaves out and the
next writer cuts off.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from ...kernel.errors import CallerError, ServiceFault
from .rows import Row

NAME = "results.jsonl"
MAX_BYTES = 512 << 20
_DECODER = msgspec.json.Decoder(Row)


class Journal:
    """The file in a folder, which is made if need be. Raises CallerError for a folder that cannot be written,
    ServiceFault when a row cannot be (a full disk)."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._cut()
            self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise CallerError(
                f"{folder}: expected a folder that can be written, got: {error.strerror}; choose another with --out"
            ) from None

    def append(self, row: Row) -> None:
        """Write a row and wait until the disk has it."""
        data = msgspec.json.encode(row) + b"\n"
        before = os.fstat(self._fd).st_size
        try:
            while data:
                data = data[os.write(self._fd, data) :]
            os.fsync(self._fd)
        except OSError as error:
            os.ftruncate(self._fd, before)
            raise ServiceFault(
                f"{self.path}: a row cannot be written: {error.strerror}; the {before} bytes before it are kept"
            ) from None

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _cut(self) -> None:
        """Cut off the broken line that a killed writer left."""
        if not self.path.exists():
            return
        with self.path.open("r+b") as file:
            data = file.read()
            end = data.rfind(b"\n") + 1
            if end < len(data):
                file.truncate(end)


def read_rows(path: Path) -> list[Row]:
    """The rows of a file, or of the one in a folder. Raises CallerError naming the line that is not a row."""
    if path.is_dir():
        path = path / NAME
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CallerError(f"{path}: expected at most {MAX_BYTES >> 20} MiB of results")
        data = path.read_bytes()
    except OSError as error:
        raise CallerError(f"{path}: expected results of bluerill bench, got: {error.strerror}") from None
    rows = []
    lines = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(_DECODER.decode(line))
        except msgspec.DecodeError as error:
            if number == len(lines):  # no line end: its writer was killed
                break
            raise CallerError(f"{path}:{number}: not a row of {NAME}: {error}") from None
    return rows
