"""The short way of links must not starve, delay or hide anything else of the loop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from bluerill.kernel.eventloop import HAVE_EPOLL, LinkLoop, run

pytestmark = pytest.mark.skipif(not HAVE_EPOLL, reason="the short way needs epoll")


def go(work: Coroutine[Any, Any, None]) -> None:
    run(asyncio.wait_for(work, 20))


class Chatter:
    """Two links of one loop that keep each other busy for ever, without anything being scheduled."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        assert isinstance(self.loop, LinkLoop)
        self.turns = 0
        self.ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in self.ends:
            end.setblocking(False)
            self.loop.add_link(end.fileno(), lambda end=end: self._turn(end))  # type: ignore[misc]
        self.ends[0].send(b"x")

    def _turn(self, end: socket.socket) -> None:
        end.send(end.recv(10))
        self.turns += 1

    def close(self) -> None:
        assert isinstance(self.loop, LinkLoop)
        for end in self.ends:
            self.loop.remove_link(end.fileno())
            end.close()


def test_timers_threads_and_sockets_go_on_while_links_are_busy() -> None:
    async def main() -> None:
        chatter = Chatter()
        began = time.monotonic()
        await asyncio.sleep(0.02)
        assert time.monotonic() - began < 2
        assert await asyncio.to_thread(lambda: 5) == 5
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        theirs.send(b"hello")
        assert await reader.readexactly(5) == b"hello"
        writer.close()
        theirs.close()
        turns = chatter.turns
        await asyncio.sleep(0.01)
        assert chatter.turns > turns
        chatter.close()

    go(main())


def test_a_timer_set_by_a_link_is_kept() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LinkLoop)
        ours, theirs = socket.socketpair()
        done = asyncio.Event()

        def readable() -> None:
            ours.recv(10)
            loop.call_later(0.01, done.set)

        loop.add_link(ours.fileno(), readable)
        theirs.send(b"x")
        await asyncio.wait_for(done.wait(), 2)
        loop.remove_link(ours.fileno())
        ours.close()
        theirs.close()

    go(main())


def test_a_link_that_raises_is_reported_and_the_loop_goes_on() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LinkLoop)
        reported: asyncio.Queue[str] = asyncio.Queue()
        loop.set_exception_handler(lambda _, context: reported.put_nowait(str(context["exception"])))
        ours, theirs = socket.socketpair()

        def readable() -> None:
            ours.recv(10)
            raise ValueError("broken")

        loop.add_link(ours.fileno(), readable)
        theirs.send(b"x")
        assert await reported.get() == "broken"
        loop.remove_link(ours.fileno())
        ours.close()
        theirs.close()

    go(main())


def test_control_c_ends_a_busy_loop() -> None:
    async def main() -> None:
        chatter = Chatter()
        asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), signal.SIGINT)
        try:
            await asyncio.Event().wait()
        finally:
            chatter.close()

    with pytest.raises(KeyboardInterrupt):
        run(main())
