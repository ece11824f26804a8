"""Borrowed memory: a payload too large for a message, lent from one service to another.

Inside one process a lease is a reference to the bytes that were offered: nothing is copied. Only when the bytes
must cross to another process is a memfd made, filled once and *sealed*: nobody, its maker included, can shrink,
grow or write it any more, so that the receiver may map it and hand out views without copying and without fear.
That is why the receiving side believes nothing: an unsealed file could be truncated under the mapping (SIGBUS
kills the reader) or changed between check and use, and a claimed size may lie. See ``memfd_create(2)``,
``fcntl(2)`` "File sealing".

Where the system has no memfd (macOS, BSD) an unlinked temporary file carries the bytes; it cannot be sealed, so
the receiver *reads* it into its own memory instead of mapping it: one copy more, the same safety.

A lease ends by ``release`` (the borrower is done) or ``revoke`` (the lender or the kernel takes it back: the peer
died, its capability ended). After either, every access through the lease raises CallerError; a plain memoryview
handed out before is dead too, unless something else (a NumPy array) still exports its buffer, in which case the memory
lives until that lets go. Held leases are bounded in number and bytes by a :class:`LeaseTable` per connection.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import stat
from pathlib import Path
from typing import Final, TypeAlias

from .errors import BudgetExceeded, CallerError
from .limits import MAX_LEASE_BYTES, MAX_LEASES_HELD, MIB

HAVE_MEMFD: Final = hasattr(os, "memfd_create") and hasattr(fcntl, "F_ADD_SEALS")
_F_ADD_SEALS: Final[int] = getattr(fcntl, "F_ADD_SEALS", 0)
_F_GET_SEALS: Final[int] = getattr(fcntl, "F_GET_SEALS", 0)
_SEAL_SEAL: Final[int] = getattr(fcntl, "F_SEAL_SEAL", 0)
_SEAL_SIZE: Final[int] = getattr(fcntl, "F_SEAL_SHRINK", 0) | getattr(fcntl, "F_SEAL_GROW", 0)
_SEAL_WRITE: Final[int] = getattr(fcntl, "F_SEAL_WRITE", 0)

Bytes: TypeAlias = bytes  # inside the class, ``bytes`` is the method


class Lease:
    """One borrowed block of ``size`` bytes. Make it with :meth:`offer` (lender) or :meth:`adopt` (borrower)."""

    __slots__ = ("_data", "_fd", "_gone", "_map", "_table", "_view", "size", "taken")

    def __init__(self, size: int, *, data: Bytes | None = None, fd: int = -1) -> None:
        self.size = size
        self.taken = False
        self._data = data
        self._fd = fd
        self._map: mmap.mmap | None = None
        self._view: memoryview | None = None
        self._gone = ""
        self._table: LeaseTable | None = None

    @classmethod
    def offer(cls, data: Bytes | bytearray | memoryview) -> Lease:
        """Lend ``data``. ``bytes`` are referenced; anything mutable is copied once, so that later changes do not show.

        Raises CallerError above MAX_LEASE_BYTES.
        """
        size = data.nbytes if isinstance(data, memoryview) else len(data)
        _check_size(size)
        if isinstance(data, bytes):
            return cls(size, data=data)
        return cls(size, fd=_sealed_file(data)) if HAVE_MEMFD else cls(size, data=bytes(data))

    @classmethod
    def adopt(cls, fd: int, size: int, *, sealed: bool = HAVE_MEMFD) -> Lease:
        """Borrow what a peer sent: its descriptor (owned by the lease from here on, closed also on refusal) and size.

        Raises CallerError if the descriptor is not open, not a sealed memory file, or not of that size.
        """
        try:
            _check_size(size)
            kind = os.fstat(fd)
            if not stat.S_ISREG(kind.st_mode):
                raise CallerError(f"a lease must be a memory file, got a descriptor of mode {kind.st_mode:o}")
            if kind.st_size != size:
                raise CallerError(f"a lease of {size} bytes was announced, the descriptor has {kind.st_size}")
            if not sealed:
                return cls(size, data=_read_whole(fd, size))
            missing = (_SEAL_SIZE | _SEAL_WRITE) & ~fcntl.fcntl(fd, _F_GET_SEALS)
            if missing:
                raise CallerError(
                    f"a lease must be sealed against shrink, grow and write; seals {missing:#x} are missing"
                )
            lease, fd = cls(size, fd=fd), -1
            return lease
        except OSError as error:
            raise CallerError(f"a lease needs an open memory file, descriptor {fd}: {error.strerror}") from error
        finally:
            if fd >= 0:
                _close_quietly(fd)

    @property
    def fd(self) -> int:
        """A descriptor to send to another process; made (one copy) on first use. The lease keeps owning it."""
        self._alive()
        if self._fd < 0:
            self._fd = _sealed_file(self._data or b"")
        return self._fd

    def share(self) -> Lease:
        """Another lease of the same bytes, with a life of its own; nothing is copied."""
        self._alive()
        if self._data is not None:
            return Lease(self.size, data=self._data)
        return Lease(self.size, fd=os.dup(self._fd))

    @property
    def released(self) -> bool:
        return bool(self._gone)

    def view(self) -> memoryview:
        """The bytes, read-only, without copying. Raises CallerError once released or revoked."""
        self._alive()
        if self._view is None:
            if self._data is not None:
                self._view = memoryview(self._data)
            elif self.size == 0:
                self._view = memoryview(b"")
            else:
                self._map = mmap.mmap(self._fd, self.size, access=mmap.ACCESS_READ)
                self._view = memoryview(self._map)
        return self._view

    def bytes(self) -> Bytes:
        """The bytes as an object of their own; no copy if they were offered as ``bytes`` in this process."""
        self._alive()
        return self._data if self._data is not None else bytes(self.view())

    def take(self) -> Lease:
        """Keep the lease beyond the handler it came to; whoever takes it must release it."""
        self._alive()
        self.taken = True
        return self

    def release(self) -> None:
        """The borrower is done. Twice is harmless."""
        self._end("released")

    def revoke(self, why: str = "its lender took it back") -> None:
        """Take the lease back from whoever holds it in this process; ``why`` is what later access says."""
        self._end(f"revoked: {why}")

    def __enter__(self) -> Lease:
        self._alive()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def __del__(self) -> None:
        self._end("released")

    def __repr__(self) -> str:
        return f"<Lease {self.size} bytes{', ' + self._gone if self._gone else ''}>"

    def _alive(self) -> None:
        if self._gone:
            raise CallerError(f"this lease of {self.size} bytes is gone: {self._gone}")

    def _end(self, why: str) -> None:
        if self._gone:
            return
        self._gone = why
        view, self._view = self._view, None
        mapped, self._map = self._map, None
        for part in (view, mapped):
            try:
                if isinstance(part, memoryview):
                    part.release()
                elif part is not None:
                    part.close()
            except BufferError:
                pass  # somebody exports the buffer: it is freed when they let go
        self._data = None
        if self._fd >= 0:
            _close_quietly(self._fd)
            self._fd = -1
        if self._table is not None:
            self._table.forget(self)
            self._table = None


class LeaseTable:
    """The leases one connection holds, bounded in number and bytes.

    A peer that hoards leases is refused the next one (BudgetExceeded) instead of filling memory and descriptors.
    """

    def __init__(self, owner: str, *, most: int = MAX_LEASES_HELD, most_bytes: int = MAX_LEASE_BYTES) -> None:
        self.owner = owner
        self._most = most
        self._most_bytes = most_bytes
        self._held: dict[int, Lease] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    @property
    def held_bytes(self) -> int:
        return self._bytes

    def hold(self, lease: Lease) -> Lease:
        """Count a lease in until it is released. Raises BudgetExceeded, and releases it, if there is no room."""
        if id(lease) in self._held:
            return lease
        if len(self._held) >= self._most or self._bytes + lease.size > self._most_bytes:
            lease.release()
            raise BudgetExceeded(
                f"{self.owner!r} holds {len(self._held)} leases of {self._bytes / MIB:.1f} MiB "
                f"(at most {self._most} and {self._most_bytes / MIB:.1f} MiB): no room for {lease.size} bytes more"
            )
        self._held[id(lease)] = lease
        self._bytes += lease.size
        lease._table = self
        return lease

    def adopt(self, fd: int, size: int) -> Lease:
        """:meth:`Lease.adopt`, counted in."""
        return self.hold(Lease.adopt(fd, size))

    def forget(self, lease: Lease) -> None:
        """Called by a lease that ends."""
        if self._held.pop(id(lease), None) is not None:
            self._bytes -= lease.size

    def revoke_all(self, why: str) -> int:
        """End every lease held, because the connection ended; returns how many."""
        held = list(self._held.values())
        for lease in held:
            lease.revoke(why)
        return len(held)


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_LEASE_BYTES:
        raise CallerError(f"a lease is 0 to {MAX_LEASE_BYTES} bytes, got {size}")


def _sealed_file(data: bytes | bytearray | memoryview) -> int:
    """A descriptor holding ``data``, sealed where the system can."""
    fd = os.memfd_create("bluerill-lease", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING) if HAVE_MEMFD else _unlinked_file()
    try:
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[os.write(fd, rest) :]
        if HAVE_MEMFD:
            fcntl.fcntl(fd, _F_ADD_SEALS, _SEAL_SIZE | _SEAL_WRITE | _SEAL_SEAL)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _unlinked_file() -> int:
    """A file without a name, in memory (/dev/shm) where there is one."""
    import tempfile  # only systems without memfd pay for this import

    shm = "/dev/shm"
    fd, path = tempfile.mkstemp(prefix="bluerill-lease-", dir=shm if os.access(shm, os.W_OK) else None)
    Path(path).unlink()
    return fd


def _read_whole(fd: int, size: int) -> bytes:
    """Copy an unsealed file into our own memory: what we hold cannot change or vanish afterwards."""
    parts: list[bytes] = []
    at = 0
    while at < size:
        part = os.pread(fd, size - at, at)
        if not part:
            raise CallerError(f"a lease of {size} bytes was announced, its file ended at {at}")
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def _close_quietly(fd: int) -> None:
    try:
        os.close(fd)
    except OSError:
        pass  # already closed by somebody else: nothing to free
