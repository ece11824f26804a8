"""The link between the core and one child process: frames over a SEQPACKET socket pair, leases as descriptors.

SOCK_SEQPACKET keeps frame boundaries and order, tells the end when a peer dies, and carries descriptors
(``SCM_RIGHTS``). Where a system has none (macOS), SOCK_DGRAM socket pairs do the same but for the end, which the
child's exit then tells. Nothing here waits: what the socket cannot take is kept in order and written when it
can; how much that may be is bounded by the credits of the layer above.
"""

from __future__ import annotations

import array
import asyncio
import errno
import os
import socket
import sys
from collections import deque
from collections.abc import Callable

from .errors import CallerError
from .limits import MAX_FRAME_BYTES
from .message import Answer, Frame, decode_frame, encode_frame

_FDS = socket.CMSG_SPACE(4)
_BURST = 32
_CUT = int(socket.MSG_TRUNC) | int(socket.MSG_CTRUNC)  # plain: joining flags of an enum is slow
SOCKET_TYPE = getattr(socket, "SOCK_SEQPACKET", socket.SOCK_DGRAM) if sys.platform == "linux" else socket.SOCK_DGRAM


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends; the second is inheritable."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, SOCKET_TYPE)
    for end in (ours, theirs):
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, 1 << 20)
    ours.setblocking(False)
    theirs.set_inheritable(True)
    return ours, theirs


class Link:
    """One end. ``received`` gets each frame with its descriptor (or -1); ``closed`` is called once at the end."""

    def __init__(
        self,
        sock: socket.socket,
        received: Callable[[Frame, int], None],
        closed: Callable[[str], None],
    ) -> None:
        sock.setblocking(False)
        self.frames_in = 0  # ever received: whether it grows is the sign of life
        self._sock = sock
        self._fd = sock.fileno()
        self._received = received
        self._closed = closed
        self._queue: deque[tuple[bytes, int]] = deque()
        self._buffer = bytearray(MAX_FRAME_BYTES)
        self._view = memoryview(self._buffer)
        self._buffers = [self._buffer]
        self._recvmsg_into = sock.recvmsg_into
        self._write = sock.send
        self._loop = asyncio.get_running_loop()
        self._busy = False
        self._events = 0
        add_link = getattr(self._loop, "add_link", self._loop.add_reader)
        add_link(self._fd, self._readable)
        self.open = True

    def send(self, frame: Frame | Answer, fd: int = -1) -> None:
        """Send in order. ``fd`` is duplicated, the caller keeps its own. Raises CallerError if too large."""
        data = encode_frame(frame)
        if not self.open:
            return
        if self._queue:
            self._queue.append((data, os.dup(fd) if fd >= 0 else -1))
            return
        try:
            if fd < 0:
                self._write(data)
            else:
                self._sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
        except (BlockingIOError, InterruptedError):
            self._queue.append((data, os.dup(fd) if fd >= 0 else -1))
            self._loop.add_writer(self._fd, self._writable)
        except OSError as error:
            if error.errno == errno.ENOBUFS:  # a datagram socket's way to say "later"
                self._queue.append((data, os.dup(fd) if fd >= 0 else -1))
                self._loop.add_writer(self._fd, self._writable)
            else:
                self._loop.call_soon(self.close, f"send failed: {error.strerror}")

    def _writable(self) -> None:
        while self._queue:
            data, fd = self._queue[0]
            try:
                if fd < 0:
                    self._sock.send(data)
                else:
                    self._sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self.close(f"send failed: {error.strerror}")
                return
            self._queue.popleft()
            if fd >= 0:
                os.close(fd)
        self._loop.remove_writer(self._fd)

    def _readable(self) -> None:
        # To ask an empty socket for more costs as much as a message. So take one, unless there lately was more than
        # one at once; now and then look whether that has changed.
        self._events += 1
        self._busy = self._take(_BURST if self._busy or not self._events & 31 else 1) > 1

    def _take(self, most: int) -> int:
        """Receive and hand on at most so many frames; returns how many."""
        for count in range(most):
            try:
                size, ancillary, flags, _ = self._recvmsg_into(self._buffers, _FDS)
            except (BlockingIOError, InterruptedError):
                return count
            except OSError as error:
                self.close(f"receive failed: {error.strerror}")
                return count
            fd = _descriptor(ancillary) if ancillary else -1
            if size == 0:
                self.close("the other end closed")
                return count
            try:
                if flags & _CUT:
                    raise CallerError(f"frame larger than {MAX_FRAME_BYTES} bytes or with several descriptors")
                frame = decode_frame(self._view[:size])
            except CallerError as error:
                if fd >= 0:
                    os.close(fd)
                self.close(f"peer sent garbage: {error}")
                return count
            self.frames_in += 1
            self._received(frame, fd)
            if not self.open:
                return count + 1
        return most

    def drain(self) -> None:
        """Take in what the peer wrote before it ended."""
        while self.open and self._take(_BURST) == _BURST:
            pass

    def close(self, why: str = "closed") -> None:
        """Close this end, once."""
        if not self.open:
            return
        self.open = False
        getattr(self._loop, "remove_link", self._loop.remove_reader)(self._fd)
        self._loop.remove_writer(self._fd)
        for _, fd in self._queue:
            if fd >= 0:
                os.close(fd)
        self._queue.clear()
        self._sock.close()
        self._closed(why)


def _descriptor(ancillary: list[tuple[int, int, bytes]]) -> int:
    """The first descriptor received; any further ones are closed."""
    first = -1
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds = array.array("i")
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
            for fd in fds:
                if first < 0:
                    first = fd
                else:
                    os.close(fd)
    return first
