"""What the kernel is measured beside: other ways to ask somebody and get an answer, each as plain as it can be.

Every contender answers two questions: how long do ``n`` asks take one after the other, and how long with 64 under way
at once. The bare transport is what the kernel itself is built on (a SEQPACKET socket pair watched by asyncio on both
sides) with nothing on top: no types, no encoding, no deadline, no trace. The difference is what the kernel costs.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import sys
import time
from collections import deque
from multiprocessing.connection import Connection
from typing import Any, Protocol

from ..kernel.eventloop import run as run_loop
from ..kernel.link import socket_pair

SIZE = 256
DEPTH = 64
PAYLOAD = bytes(range(SIZE))


class Contender(Protocol):
    """Something that can be asked. Times are in seconds for ``n`` asks."""

    name: str
    across: bool  # whether the answer comes from another process
    peer: int  # the process that answers; 0 for this one

    async def open(self) -> None: ...

    async def one_by_one(self, n: int) -> float: ...

    async def pipelined(self, n: int) -> float: ...

    async def close(self) -> None: ...


class Pykka:
    """An actor in a thread, asked with ``ask`` (pykka 4)."""

    name = "pykka ask"
    across = False
    peer = 0

    async def open(self) -> None:
        import pykka

        class Actor(pykka.ThreadingActor):
            def on_receive(self, message: Any) -> Any:
                return message

        self._ref = Actor.start()

    async def one_by_one(self, n: int) -> float:
        ask = self._ref.ask
        began = time.perf_counter()
        for _ in range(n):
            ask(PAYLOAD)
        return time.perf_counter() - began

    async def pipelined(self, n: int) -> float:
        ask = self._ref.ask
        began = time.perf_counter()
        for _ in range(0, n, DEPTH):
            for future in [ask(PAYLOAD, block=False) for _ in range(DEPTH)]:
                future.get()
        return time.perf_counter() - began

    async def close(self) -> None:
        self._ref.stop()


class Pipe:
    """``multiprocessing.Pipe``: two blocking processes that send each other pickled objects."""

    name = "multiprocessing.Pipe"
    across = True

    async def open(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_pipe_echo, args=(theirs,), daemon=True)
        self._process.start()
        self.peer = self._process.pid or 0
        theirs.close()

    async def one_by_one(self, n: int) -> float:
        send, recv = self._ours.send, self._ours.recv
        began = time.perf_counter()
        for _ in range(n):
            send(PAYLOAD)
            recv()
        return time.perf_counter() - began

    async def pipelined(self, n: int) -> float:
        send, recv = self._ours.send, self._ours.recv
        began = time.perf_counter()
        for _ in range(0, n, DEPTH):
            for _ in range(DEPTH):
                send(PAYLOAD)
            for _ in range(DEPTH):
                recv()
        return time.perf_counter() - began

    async def close(self) -> None:
        self._ours.close()
        self._process.join(5)


class Streams:
    """asyncio's streams over a Unix socket, with a length before each message."""

    name = "asyncio unix streams"
    across = True

    async def open(self) -> None:
        ours, theirs = socket.socketpair()
        self.peer = _start("streams", theirs)
        self._reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        self._frame = len(PAYLOAD).to_bytes(4, "big") + PAYLOAD

    async def one_by_one(self, n: int) -> float:
        began = time.perf_counter()
        for _ in range(n):
            self._writer.write(self._frame)
            await self._writer.drain()
            await _read_frame(self._reader)
        return time.perf_counter() - began

    async def pipelined(self, n: int) -> float:
        began = time.perf_counter()
        for _ in range(0, n, DEPTH):
            for _ in range(DEPTH):
                self._writer.write(self._frame)
            await self._writer.drain()
            for _ in range(DEPTH):
                await _read_frame(self._reader)
        return time.perf_counter() - began

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()
        _collect(self.peer)


class Bare:
    """The kernel's own transport with nothing on top of it."""

    name = "bare seqpacket"
    across = True

    async def open(self) -> None:
        self._sock, theirs = socket_pair()
        self.peer = _start("bare", theirs)
        self._waiting: deque[asyncio.Future[bytes]] = deque()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._sock.fileno(), self._readable)

    def _readable(self) -> None:
        for _ in range(32):
            try:
                data = self._sock.recv(4096)
            except BlockingIOError:
                return
            self._waiting.popleft().set_result(data)

    async def _ask(self, data: bytes) -> bytes:
        future: asyncio.Future[bytes] = self._loop.create_future()
        self._waiting.append(future)
        self._sock.send(data)
        return await future

    async def one_by_one(self, n: int) -> float:
        began = time.perf_counter()
        for _ in range(n):
            await self._ask(PAYLOAD)
        return time.perf_counter() - began

    async def pipelined(self, n: int) -> float:
        began = time.perf_counter()
        for _ in range(0, n, DEPTH):
            await asyncio.gather(*(self._ask(PAYLOAD) for _ in range(DEPTH)))
        return time.perf_counter() - began

    async def close(self) -> None:
        self._loop.remove_reader(self._sock.fileno())
        self._sock.close()
        _collect(self.peer)


class Short(Bare):
    """The same socket pair served by the kernel's own loop on both sides: the least a message can cost here.

    The kernel is not held to this (its loop is part of what makes it quick), but it says what types, deadlines,
    rights, credits and the trace cost altogether.
    """

    name = "bare, the kernel's loop"

    async def open(self) -> None:
        self._sock, theirs = socket_pair()
        self.peer = _start("short", theirs)
        self._waiting = deque()
        self._loop = asyncio.get_running_loop()
        getattr(self._loop, "add_link", self._loop.add_reader)(self._sock.fileno(), self._readable_once)

    def _readable_once(self) -> None:
        self._waiting.popleft().set_result(self._sock.recv(4096))

    async def close(self) -> None:
        getattr(self._loop, "remove_link", self._loop.remove_reader)(self._sock.fileno())
        self._sock.close()
        _collect(self.peer)


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    size = int.from_bytes(await reader.readexactly(4), "big")
    return await reader.readexactly(size)


def _start(kind: str, theirs: socket.socket) -> int:
    """This module as a program, with one end of a socket pair."""
    fd = theirs.fileno()
    argv = [sys.executable, "-m", "bluerill.bench.ipc_peers", kind, str(fd)]
    pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, fd, fd)])
    theirs.close()
    return pid


def _collect(pid: int) -> None:
    """Wait for a peer that ends because its socket was closed."""
    os.waitpid(pid, 0)


def _pipe_echo(connection: Connection) -> None:
    try:
        while True:
            connection.send(connection.recv())
    except EOFError:
        connection.close()


async def _streams_echo(sock: socket.socket) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=sock)
    try:
        while True:
            data = await _read_frame(reader)
            writer.write(len(data).to_bytes(4, "big") + data)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _bare_echo(sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    sock.setblocking(False)

    def readable() -> None:
        for _ in range(32):
            try:
                data = sock.recv(4096)
            except BlockingIOError:
                return
            if not data:
                loop.remove_reader(sock.fileno())
                gone.set()
                return
            sock.send(data)

    loop.add_reader(sock.fileno(), readable)
    await gone.wait()


async def _short_echo(sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    sock.setblocking(False)

    def readable() -> None:
        data = sock.recv(4096)
        if data:
            sock.send(data)
        else:
            getattr(loop, "remove_link", loop.remove_reader)(sock.fileno())
            gone.set()

    getattr(loop, "add_link", loop.add_reader)(sock.fileno(), readable)
    await gone.wait()


def main(argv: list[str]) -> None:
    """Be the other end of a contender: KIND FD."""
    echo = {"streams": _streams_echo, "bare": _bare_echo, "short": _short_echo}[argv[1]]
    work = echo(socket.socket(fileno=int(argv[2])))
    if argv[1] == "short":
        run_loop(work)
    else:
        asyncio.run(work)


if __name__ == "__main__":
    main(sys.argv)
