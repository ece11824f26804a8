"""Files that somebody else wrote, read whole and never more of them than a bound."""

from __future__ import annotations

from pathlib import Path

from .errors import CallerError

__all__ = ["read_bounded"]


def read_bounded(path: Path, most: int, where: str = "") -> bytes:
    """The bytes of a file, at most so many; ``where`` says in errors what it was given as.

    Raises CallerError if it cannot be read, or is larger.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise CallerError(f"{where or path}: cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise CallerError(f"{where or path}: expected at most {most:,} bytes, got more")
    return data
