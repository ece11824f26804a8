from __future__ import annotations

import asyncio

import pytest

from bluerill.kernel.errors import BudgetExceeded
from bluerill.kernel.message import Kind, Lane, Taint
from bluerill.kernel.port import Envelope, Mailbox
from support.services import Ping


def envelope(n: int, lane: Lane = Lane.INTERACTIVE) -> Envelope:
    return Envelope(Kind.TELL, "a", 1, "b", Ping(n), lane, 0.0, 0, Taint.NONE, None)


def numbers(box: Mailbox) -> list[int]:
    found = []
    while (item := box.pop()) is not None:
        assert isinstance(item.body, Ping)
        found.append(item.body.n)
    return found


def test_lanes_are_strictly_ordered_and_fifo_within() -> None:
    box = Mailbox("b")
    for n, lane in enumerate([Lane.BACKGROUND, Lane.INTERACTIVE, Lane.CONTROL, Lane.BACKGROUND, Lane.CONTROL]):
        box.push(envelope(n, lane))
    assert numbers(box) == [2, 4, 1, 0, 3]


def test_a_full_lane_refuses_and_names_its_owner() -> None:
    box = Mailbox("b", (1, 2, 1))
    box.push(envelope(0))
    box.push(envelope(1))
    with pytest.raises(BudgetExceeded, match=r"mailbox of 'b' is full: 2 messages wait in lane interactive"):
        box.push(envelope(2))
    box.push(envelope(3, Lane.BACKGROUND))  # other lanes have places of their own


def test_waiters_get_places_in_turn_and_nobody_steals_them() -> None:
    async def main() -> None:
        box = Mailbox("b", (1, 1, 1))
        box.push(envelope(0))
        order: list[int] = []

        async def sender(n: int) -> None:
            await box.place(Lane.INTERACTIVE)
            order.append(n)
            box.push(envelope(n))

        tasks = [asyncio.create_task(sender(n)) for n in (1, 2)]
        await asyncio.sleep(0)
        assert box.pop() is not None
        with pytest.raises(BudgetExceeded):  # the place is promised to sender 1
            box.push(envelope(9))
        await asyncio.sleep(0)
        assert order == [1]
        box.pop()
        await asyncio.gather(*tasks)
        assert order == [1, 2]

    asyncio.run(main())


def test_a_cancelled_waiter_hands_its_place_on() -> None:
    async def main() -> None:
        box = Mailbox("b", (1, 1, 1))
        box.push(envelope(0))
        first = asyncio.create_task(box.place(Lane.INTERACTIVE))
        second = asyncio.create_task(box.place(Lane.INTERACTIVE))
        await asyncio.sleep(0)
        box.pop()
        first.cancel()
        await asyncio.wait([first])
        await asyncio.wait_for(second, 1)
        box.push(envelope(1))

    asyncio.run(main())


def test_drain_returns_everything_and_wakes_waiters() -> None:
    async def main() -> None:
        box = Mailbox("b", (1, 1, 1))
        box.push(envelope(0))
        waiter = asyncio.create_task(box.place(Lane.INTERACTIVE))
        await asyncio.sleep(0)
        assert len(box.drain()) == 1
        await asyncio.wait_for(waiter, 1)

    asyncio.run(main())
