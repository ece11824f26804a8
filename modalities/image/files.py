"""Pictures from files, without decoding them: that is for the capped child."""

from __future__ import annotations

from pathlib import Path

from ...kernel.errors import CallerError

__all__ = ["MAX_BYTES", "read_picture"]

MAX_BYTES = 32 << 20


def read_picture(path: Path) -> bytes:
    """A file's bytes. Raises CallerError if it cannot be read, is empty or too large."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CallerError(f"cannot be read: {error.strerror}") from None
    if not data:
        raise CallerError("expected a picture, got an empty file")
    if len(data) > MAX_BYTES:
        raise CallerError(f"a picture's file has at most {MAX_BYTES >> 20} MiB, got more")
    return data
