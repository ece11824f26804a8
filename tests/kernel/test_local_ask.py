"""An ask is what its asker awaits: it has to behave in asyncio like the future it replaces."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bluerill.kernel.errors import ServiceFault
from bluerill.kernel.eventloop import LinkLoop
from bluerill.kernel.host.sim import run_sim
from bluerill.kernel.lease import Lease
from bluerill.kernel.local_ask import LocalAsk
from bluerill.kernel.message import Kind, Lane, Taint
from support.services import Ping, Pong

Run = Callable[[Coroutine[Any, Any, None]], None]


def plain(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 5))


def short(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=LinkLoop) as runner:
        runner.run(asyncio.wait_for(work, 5))


def debugging(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 5), debug=True)


@pytest.fixture(params=[plain, short, debugging, run_sim])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.param
    return found


def ask() -> LocalAsk:
    loop = asyncio.get_running_loop()
    return LocalAsk(
        Kind.ASK, "a", 1, "b", Ping(), Lane.INTERACTIVE, 9.0, 0, Taint.NONE, None, 7, None, False, loop, 0.0
    )


async def wait_for(sent: LocalAsk, seen: list[object]) -> None:
    await sent
    seen.append(sent.answer or sent.error)


def test_an_answer_wakes_the_asker(run: Run) -> None:
    async def main() -> None:
        for answer in ("reply", "fail", "resume"):
            sent, seen = ask(), list[object]()
            task = asyncio.create_task(wait_for(sent, seen))
            await asyncio.sleep(0)
            loop = asyncio.get_running_loop()
            outcome: object = ServiceFault("no") if answer == "fail" else Pong(3)
            arguments = [outcome, None] if answer == "resume" else [outcome]
            loop.call_soon(getattr(sent, answer), *arguments)  # from where no task runs, as a link does
            loop.call_soon(sent.reply, Pong(4))  # too late
            await task
            assert seen == [outcome]

    run(main())


def test_resume_goes_on_before_it_returns() -> None:
    async def main() -> None:
        sent, seen = ask(), list[object]()
        task = asyncio.create_task(wait_for(sent, seen))
        await asyncio.sleep(0)

        def arrive() -> None:
            sent.resume(Pong(1), None)
            seen.append("returned")

        asyncio.get_running_loop().call_soon(arrive)
        await task
        assert seen == [Pong(1), "returned"]

    plain(main())


def test_an_answer_before_the_await_does_not_suspend(run: Run) -> None:
    async def main() -> None:
        sent = ask()
        sent.reply(Pong(2))
        order: list[str] = []
        asyncio.get_running_loop().call_soon(order.append, "somebody else")
        await sent
        assert order == []

    run(main())


def test_a_cancelled_asker_is_woken_and_a_late_answer_gives_its_lease_back(run: Run) -> None:
    async def main() -> None:
        sent, seen = ask(), list[object]()
        task = asyncio.create_task(wait_for(sent, seen))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        lease = Lease.offer(b"late")
        sent.reply(Pong(), lease)
        assert lease.released
        assert sent.answered
        assert seen == []

    run(main())


def test_cancelled_between_the_answer_and_its_waking(run: Run) -> None:
    async def main() -> None:
        sent, seen = ask(), list[object]()
        task = asyncio.create_task(wait_for(sent, seen))
        await asyncio.sleep(0)
        sent.reply(Pong())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == []

    run(main())


def test_timeouts_and_groups_work_around_it(run: Run) -> None:
    async def main() -> None:
        sent = ask()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await sent
        first, second, seen = ask(), ask(), list[object]()
        both = asyncio.gather(wait_for(first, seen), wait_for(second, seen))
        await asyncio.sleep(0)
        second.reply(Pong(2))
        await asyncio.sleep(0)
        first.reply(Pong(1))
        await both
        assert seen == [Pong(2), Pong(1)]

    run(main())
