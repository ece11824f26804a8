"""A page's queues: pictures are dropped, messages are not, and a dropped picture makes the page stale."""

from __future__ import annotations

import asyncio
from typing import Any

from bluerill.watch.web.page import MAX_PICTURES, MAX_QUEUE, Page


class Slow:
    """A connection that takes nothing until it is let."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.sent: list[bytes] = []
        self.more = asyncio.Event()
        self.closed: list[int] = []

    async def send(self, data: bytes, text: bool | None = None) -> None:
        await self.open.wait()
        self.sent.append(data)
        self.more.set()

    async def took(self, count: int) -> None:
        while len(self.sent) < count:
            self.more.clear()
            await self.more.wait()

    async def close(self, code: int, reason: str) -> None:
        self.closed.append(code)


def page() -> tuple[Page, Slow]:
    slow = Slow()
    connection: Any = slow
    return Page(1, connection, 0.0), slow


def test_patches_wait_for_a_whole_picture_and_must_follow_each_other() -> None:
    async def main() -> None:
        one, _ = page()
        assert not one.show(4, False, b"patch before anything")
        assert one.show(5, True, b"whole")
        assert one.show(6, False, b"next")
        assert not one.show(8, False, b"one is missing")
        assert one.stale
        assert not one.show(9, False, b"still stale")
        assert one.show(9, True, b"whole again")
        assert not one.stale

    asyncio.run(main())


def test_a_slow_page_drops_pictures_and_keeps_messages_in_order() -> None:
    async def main() -> None:
        one, slow = page()
        one.show(0, True, b"p0")
        for seq in range(1, MAX_PICTURES + 20):
            one.show(seq, False, b"p%d" % seq)
            one.send(b"m%d" % seq)
        assert one.stale
        assert one.dropped >= MAX_PICTURES
        slow.open.set()
        sender = asyncio.create_task(one.drain())
        await slow.took(MAX_PICTURES + 19)
        one.end()
        await sender
        assert [m for m in slow.sent if m[:1] == b"m"] == [b"m%d" % seq for seq in range(1, MAX_PICTURES + 20)]
        assert not any(m[:1] == b"p" for m in slow.sent)

    asyncio.run(main())


def test_a_page_that_takes_no_messages_is_closed() -> None:
    async def main() -> None:
        one, slow = page()
        for number in range(MAX_QUEUE + 10):
            one.send(b"%d" % number)
        slow.open.set()
        await one.drain()
        assert slow.closed == [1013]

    asyncio.run(main())
