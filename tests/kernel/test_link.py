"""A link keeps order, carries descriptors only where they are announced, and ends once."""

from __future__ import annotations

import array
import asyncio
import os
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.kernel.eventloop import LinkLoop
from bluerill.kernel.lease import Lease
from bluerill.kernel.limits import MAX_FRAME_BYTES
from bluerill.kernel.link import Link, socket_pair
from bluerill.kernel.message import Frame, Kind, encode_frame


class Peer:
    """One end that remembers what came."""

    def __init__(self, sock: socket.socket) -> None:
        self.got: list[tuple[Frame, int]] = []
        self._something = asyncio.Event()
        self.ends: list[str] = []
        self.link = Link(sock, self._received, self._closed)

    def _received(self, frame: Frame, fd: int) -> None:
        self.got.append((frame, fd))
        self._something.set()

    def _closed(self, why: str) -> None:
        self.ends.append(why)
        self._something.set()

    async def has(self, count: int) -> list[tuple[Frame, int]]:
        while len(self.got) < count and not self.ends:
            self._something.clear()
            await self._something.wait()
        return self.got


@pytest.fixture(params=[asyncio.new_event_loop, LinkLoop])
def factory(request: pytest.FixtureRequest) -> Any:
    return request.param


def run(work: Coroutine[Any, Any, None], factory: Any) -> None:
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(asyncio.wait_for(work, 20))


def tell(number: int, body: bytes = b"") -> Frame:
    return Frame(Kind.TELL, number, "test.ping", body)


def test_order_is_kept_when_the_socket_is_full_and_some_frames_have_leases(factory: Any) -> None:
    async def main() -> None:
        ours, theirs = socket_pair()
        sender, receiver = Peer(ours), Peer(theirs)
        lease = Lease.offer(b"borrowed" * 1000)
        for number in range(600):  # far more than fits
            sender.link.send(tell(number, bytes(20_000)), lease.fd if number % 7 == 3 else -1)
        got = await receiver.has(600)
        assert [frame.id for frame, _ in got] == list(range(600))
        for frame, fd in got:
            assert (fd >= 0) == (frame.id % 7 == 3)
            if fd >= 0:
                with Lease.adopt(fd, lease.size) as borrowed:
                    assert borrowed.bytes()[:8] == b"borrowed"
        lease.release()
        sender.link.close()
        await receiver.has(601)
        assert receiver.ends == ["the other end closed"]

    run(main(), factory)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")
def test_no_descriptor_stays_open_that_nobody_was_given(factory: Any) -> None:
    async def main() -> None:
        ours, theirs = socket_pair()
        receiver = Peer(theirs)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))]
        before = len(os.listdir("/proc/self/fd"))
        ours.sendmsg([encode_frame(tell(1))], rights)  # not announced
        ours.send(b"+")
        ours.sendmsg([b"+"], rights)  # an announcement is no frame
        ours.send(encode_frame(tell(2)))  # announced, but without one
        assert [(frame.id, fd) for frame, fd in await receiver.has(2)] == [(1, -1), (2, -1)]
        ours.send(b"+")
        ours.sendmsg([b"garbage"], rights)
        await receiver.has(3)
        assert receiver.ends[0].startswith("peer sent garbage")
        ours.close()
        assert len(os.listdir("/proc/self/fd")) == before - 2  # less the two ends

    run(main(), factory)


@pytest.mark.parametrize("data", [b"\xc1" * 9, bytes(MAX_FRAME_BYTES + 1), encode_frame(tell(1)) + b"\0"])
def test_garbage_ends_the_link(factory: Any, data: bytes) -> None:
    async def main() -> None:
        ours, theirs = socket_pair()
        receiver = Peer(theirs)
        ours.send(data)
        await receiver.has(1)
        assert receiver.got == []
        assert len(receiver.ends) == 1
        assert receiver.ends[0].startswith("peer sent garbage")
        ours.close()

    run(main(), factory)


def test_a_frame_too_large_is_the_senders_fault(factory: Any) -> None:
    async def main() -> None:
        ours, theirs = socket_pair()
        sender = Peer(ours)
        with pytest.raises(CallerError, match="send a lease"):
            sender.link.send(tell(1, bytes(MAX_FRAME_BYTES)))
        sender.link.close()
        sender.link.close()
        assert sender.ends == ["closed"]
        theirs.close()

    run(main(), factory)
