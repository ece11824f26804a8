"""The link between the core and one child process: frames over a SEQPACKET socket pair, leases as descriptors.

SOCK_SEQPACKET keeps frame boundaries and order, tells the end when a peer dies, and carries descriptors
(``SCM_RIGHTS``). Where a system has none (macOS), SOCK_DGRAM socket pairs do the same but for the end, which the
child's exit then tells. Receiving a descriptor takes a system call that costs more, so a frame that has one is
announced by a packet of one byte; the system drops descriptors that come unannounced.

Nothing here waits: what the socket cannot take is kept in order and written when it can; how much that may be is
bounded by the credits of the layer above.
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
_ANNOUNCE = b"+"
_CUT = int(socket.MSG_TRUNC) | int(socket.MSG_CTRUNC)  # plain: joining flags of an enum is slow
SOCKET_TYPE = getattr(socket, "SOCK_SEQPACKET", socket.SOCK_DGRAM) if sys.platform == "linux" else socket.SOCK_DGRAM


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends. Neither is inherited by who is not handed it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, SOCKET_TYPE)
    for end in (ours, theirs):
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, 1 << 20)
    ours.setblocking(False)
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
        self._buffer = bytearray(MAX_FRAME_BYTES + 1)  # one more, to notice what is too large
        self._view = memoryview(self._buffer)
        self._recv_into = sock.recv_into  # bound once, not for every frame
        self._write = sock.send
        self._announced = False  # the next frame comes with a descriptor
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
        if fd >= 0:
            self._send(_ANNOUNCE, -1)
            self._send(data, fd)
        elif self._queue:
            self._queue.append((data, -1))
        else:
            try:
                self._write(data)
            except OSError as error:
                self._not_sent(error, data, -1)

    def _send(self, data: bytes, fd: int) -> None:
        if self._queue:
            self._queue.append((data, os.dup(fd) if fd >= 0 else -1))
            return
        try:
            self._write_now(data, fd)
        except OSError as error:
            self._not_sent(error, data, fd)

    def _write_now(self, data: bytes, fd: int) -> None:
        if fd < 0:
            self._write(data)
        else:
            self._sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])

    def _not_sent(self, error: OSError, data: bytes, fd: int) -> None:
        """The socket is full: keep it for later. Or the other end is gone."""
        # ENOBUFS is a datagram socket's way to say "later".
        if isinstance(error, (BlockingIOError, InterruptedError)) or error.errno == errno.ENOBUFS:
            self._queue.append((data, os.dup(fd) if fd >= 0 else -1))
            self._loop.add_writer(self._fd, self._writable)
        else:
            self._loop.call_soon(self.close, f"send failed: {error.strerror}")

    def _writable(self) -> None:
        while self._queue:
            data, fd = self._queue[0]
            try:
                self._write_now(data, fd)
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
            fd = -1
            try:
                if self._announced:
                    size, fd = self._with_descriptor()
                else:
                    size = self._recv_into(self._buffer)
            except (BlockingIOError, InterruptedError):
                return count
            except OSError as error:
                self.close(f"receive failed: {error.strerror}")
                return count
            if size <= 1:
                if fd >= 0:
                    os.close(fd)
                if size == 0:
                    self.close("the other end closed")
                    return count
                self._announced = True
                continue
            try:
                if size > MAX_FRAME_BYTES:
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

    def _with_descriptor(self) -> tuple[int, int]:
        """Receive a frame that was announced to have a descriptor: its size, and the descriptor or -1."""
        size, ancillary, flags, _ = self._sock.recvmsg_into([self._buffer], _FDS)
        self._announced = False
        fd = _descriptor(ancillary)
        if flags & _CUT:
            size = MAX_FRAME_BYTES + 1
        return size, fd

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
