"""The files of a model as a server opens them: regular, absolute, and the ones that were pinned.

A pin is a SHA-256. Hashing a gigabyte takes seconds, so what was hashed is remembered by its *stamp* (device, inode,
size, and the times of the last change of contents and of the inode); a file that still has its stamp is not read
again. Nobody but root can set the change time of an inode, so a stamp does not survive a changed file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from ..kernel.errors import CallerError
from .cards import sha256_of
from .messages import ModelFile

__all__ = ["stamp_of", "verified"]

MAX_FILES = 64


def stamp_of(path: str) -> str:
    """The stamp of a file. Raises CallerError unless it is a regular file at an absolute path."""
    if not Path(path).is_absolute() or "\0" in path:
        raise CallerError(f"a model file needs an absolute path, got {path[:200]!r}")
    try:
        found = os.stat(path)
    except OSError as error:
        raise CallerError(f"{path}: {error.strerror or error}") from None
    if not stat.S_ISREG(found.st_mode):
        raise CallerError(f"{path}: expected a regular file")
    return f"{found.st_dev}-{found.st_ino}-{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}"


def verified(files: Sequence[ModelFile]) -> dict[str, str]:
    """The stamps of the pinned files by path, after checking those without a valid one.

    Raises CallerError for a file that is not there, and for one that is not as it was pinned.
    """
    if len(files) > MAX_FILES:
        raise CallerError(f"a model has at most {MAX_FILES} files, got {len(files)}")
    stamps: dict[str, str] = {}
    for file in files:
        stamp = stamp_of(file.path)
        if not file.sha256:
            continue
        if file.stamp != stamp:
            found = sha256_of(Path(file.path))
            if found != file.sha256.lower():
                raise CallerError(
                    f"{file.path} has sha256 {found}, pinned is {file.sha256}: it is not the file that was trusted"
                )
            if stamp_of(file.path) != stamp:
                raise CallerError(f"{file.path} changed while it was being verified")
        stamps[file.path] = stamp
    return stamps
