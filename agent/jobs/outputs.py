"""Output files that are written once, whatever happens: by position, each line durable before it counts."""

from __future__ import annotations

import os
from pathlib import Path

from ...kernel.errors import BudgetExceeded, CallerError

MAX_OUTPUT = 256 * 1024 * 1024


def stamp_of(path: Path) -> str:
    """What tells whether a file is still the same: its identity, size and time of change. Raises CallerError."""
    try:
        found = path.stat()
    except OSError as error:
        raise CallerError(f"{path}: {error.strerror or error}") from None
    return f"{found.st_dev:x}-{found.st_ino:x}-{found.st_size:x}-{found.st_mtime_ns:x}"


def claim_output(path: Path) -> None:
    """Make an empty output. Raises CallerError if there is something already, or it cannot be made."""
    if not path.is_absolute():
        raise CallerError(f"{path}: expected a whole path")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
    except OSError as error:
        raise CallerError(f"{path}: cannot be written: {error.strerror}") from None
    if size:
        raise CallerError(f"{path}: expected a new file, it holds {size} bytes already; move it away first")


def append(path: Path, written: int, line: str) -> int:
    """Write a line after the first ``written`` bytes, dropping what lies beyond; durable on return. Returns the size.

    Raises CallerError if the file is gone or shorter than that, BudgetExceeded when the disk is full.
    """
    data = line.encode("utf-8", "replace") + b"\n"
    if written + len(data) > MAX_OUTPUT:
        raise CallerError(f"{path}: an output has at most {MAX_OUTPUT >> 20} MiB")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise CallerError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        size = os.fstat(descriptor).st_size
        if size < written:
            raise CallerError(f"{path}: expected {written} bytes that were written before, found {size}")
        os.ftruncate(descriptor, written)
        at = written
        while data:
            count = os.pwrite(descriptor, data, at)
            at, data = at + count, data[count:]
        os.fsync(descriptor)
    except OSError as error:
        raise BudgetExceeded(f"{path}: not written: {error.strerror}") from error
    finally:
        os.close(descriptor)
    return at


def head(path: Path, most: int) -> str:
    """The first whole lines, at most ``most`` bytes. Raises CallerError."""
    try:
        with path.open("rb") as file:
            data = file.read(max(0, min(most, 32 * 1024)))
            more = bool(file.read(1))
    except OSError as error:
        raise CallerError(f"{path}: {error.strerror or error}") from None
    text = data.decode("utf-8", "replace")
    return text.rpartition("\n")[0] if more and "\n" in text else text.rstrip("\n")
