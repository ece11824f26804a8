"""The page cache: asking a model's files out of it, and seeing whether they went.

A page that another process has read is charged to that one, and a capped reader gets it for nothing. So before a
measurement the files are asked out (posix_fadvise(2), DONTNEED) and looked for again (mincore(2)). Pages that somebody
has mapped stay, which is why the count is recorded.
"""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def drop(files: Iterable[Path]) -> int:
    """Ask the files out of the page cache; returns their bytes. A file that cannot be opened counts for nothing."""
    asked = 0
    for path in files:
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            os.fsync(fd)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            asked += os.fstat(fd).st_size
        except OSError:
            continue  # a read-only file system refuses the fsync: nothing of it is dirty
        finally:
            os.close(fd)
    return asked


def cached(files: Iterable[Path]) -> int | None:
    """Bytes of the files that are in the page cache; None where the system does not say."""
    libc: Any = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "mincore"):
        return None
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
    held, page = 0, mmap.PAGESIZE
    for path in files:
        size = path.stat().st_size if path.is_file() else 0
        if not size:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_COPY) as view:
            first = ctypes.c_char.from_buffer(view)
            seen = ctypes.create_string_buffer((size + page - 1) // page)
            failed = libc.mincore(ctypes.addressof(first), size, seen)
            del first  # a view that is exported cannot be closed
            if failed:
                return None
            held += min(size, sum(byte & 1 for byte in seen.raw) * page)
    return held
