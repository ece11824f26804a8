"""A reserve on the medium, so that a full disk does not silence an alarm.

A file of really allocated blocks lies beside the store. When a write finds no room, the reserve is given up and the
write is tried again; from then on only *essential* spaces may still write (deleting is always allowed), until the
reserve could be laid down again.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

RESERVE_BYTES = 512 * 1024


class Reserve:
    """The ballast file of one store."""

    def __init__(self, path: Path, size: int = RESERVE_BYTES) -> None:
        self._path = path
        self._size = size
        self.held = False

    def hold(self) -> bool:
        """Lay the reserve down (again); False if the medium has no room for it."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            self.held = False
            return False
        try:
            self._fill(descriptor)
            self.held = True
        except OSError as error:
            self.held = False
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
        finally:
            os.close(descriptor)
        if not self.held:
            self.give_up()
        return self.held

    def _fill(self, descriptor: int) -> None:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, self._size)
        elif os.fstat(descriptor).st_size < self._size:
            os.write(descriptor, b"\xa5" * self._size)
        os.fsync(descriptor)

    def give_up(self) -> None:
        """Free the reserved blocks."""
        self._path.unlink(missing_ok=True)
        self.held = False
