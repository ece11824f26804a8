"""Deadlines on virtual time: never early, at most one tick late, and nothing kept of what ended."""

from __future__ import annotations

import asyncio
import random

import pytest

from bluerill.kernel.deadline import TICK_S, Deadlines
from bluerill.kernel.errors import DeadlineExceeded
from bluerill.kernel.host.sim import run_sim
from bluerill.kernel.local_ask import LocalAsk
from bluerill.kernel.message import Kind, Lane, Taint
from bluerill.kernel.port import Envelope
from support.services import Ping, Pong


def ask(number: int, deadline: float) -> LocalAsk:
    loop = asyncio.get_running_loop()
    return LocalAsk(
        Kind.ASK, "a", 1, "b", Ping(), Lane.INTERACTIVE, deadline, 0, Taint.NONE, None, number, None, False, loop, 0.0
    )


@pytest.mark.parametrize("seed", range(4))
def test_each_fails_in_its_tick_and_the_answered_do_not(seed: int) -> None:
    async def main() -> None:
        rng, loop = random.Random(seed), asyncio.get_running_loop()
        ended: dict[int, float] = {}
        withdrawn: list[int] = []

        def note(sent: LocalAsk) -> None:
            ended[sent.id] = loop.time()

        def withdraw(envelope: Envelope) -> None:
            withdrawn.append(envelope.id)

        deadlines = Deadlines(loop, note)
        asks = []
        for number in range(200):
            sent = ask(number, loop.time() + rng.choice([0.05, 1, 5]) * rng.random())
            sent.withdraw = withdraw
            deadlines.add(sent)
            asks.append(sent)
            if number % 3 == 0:
                sent.reply(Pong())
                deadlines.pending.pop(number)
            await asyncio.sleep(rng.random() * 0.02)
        await asyncio.sleep(6)
        assert deadlines.pending == {}
        assert sorted(ended) == sorted(withdrawn) == [sent.id for sent in asks if sent.id % 3]
        for sent in asks:
            if sent.id % 3:
                assert isinstance(sent.error, DeadlineExceeded)
                assert sent.deadline <= ended[sent.id] <= sent.deadline + TICK_S + 1e-6
            else:
                assert sent.error is None

    run_sim(main())


def test_one_timer_however_many_asks() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        timers = len(getattr(loop, "_scheduled"))  # noqa: B009 - not declared
        deadlines = Deadlines(loop, lambda _: None)
        for number in range(1000):
            deadlines.add(ask(number, loop.time() + 5 + number / 1000))
        assert len(getattr(loop, "_scheduled")) == timers + 1  # noqa: B009
        assert [event[1] for event in deadlines.open_events()[:2]] == ["ask", "ask"]

    run_sim(main())
