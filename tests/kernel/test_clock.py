"""The device's clock: set, run faster, followed again; in the core and in children; and what waits by it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bluerill.kernel.clock import ClockNow, DeviceClock, SetClock
from bluerill.kernel.errors import CallerError
from bluerill.kernel.host.sim import EPOCH, SimHost, run_sim
from support.devices import device, manifest
from support.services import GetTime, Time


def test_an_untouched_clock_is_the_machines_whatever_becomes_of_that() -> None:
    async def main(host: SimHost) -> None:
        clock = DeviceClock(host.now, host.wall)
        host.shift_wall(500)
        assert (clock.wall(), clock.elapsed(), clock.follows) == (EPOCH + 500, 0, True)

    run_sim(main)


def test_setting_moves_the_time_of_day_and_not_what_has_passed() -> None:
    async def main(host: SimHost) -> None:
        clock = DeviceClock(host.now, host.wall)
        await asyncio.sleep(10)
        clock.set(SetClock(by=3600))
        assert (clock.wall(), clock.elapsed(), clock.follows) == (EPOCH + 3610, 10, False)
        clock.set(SetClock(follow=True))
        assert (clock.wall(), clock.elapsed(), clock.follows) == (EPOCH + 10, 10, True)

    run_sim(main)


def test_a_faster_clock_hastens_both_and_who_rests_by_it() -> None:
    async def main(host: SimHost) -> None:
        clock = DeviceClock(host.now, host.wall)
        clock.set(SetClock(rate=60))
        await clock.rest(600)
        assert host.now() == pytest.approx(10)
        assert clock.wall() == pytest.approx(EPOCH + 600)
        assert clock.elapsed() == pytest.approx(600)
        clock.set(SetClock(rate=1))
        await clock.rest(5)
        assert clock.elapsed() == pytest.approx(605)

    run_sim(main)


def test_a_rest_too_short_to_be_told_still_ends_later() -> None:
    async def main(host: SimHost) -> None:
        clock = DeviceClock(host.now, host.wall)
        clock.set(SetClock(rate=60))
        before = host.now()
        await clock.rest(1e-9)
        assert host.now() > before

    run_sim(main)


def test_who_rests_looks_again_when_the_clock_is_set() -> None:
    async def main(host: SimHost) -> None:
        clock = DeviceClock(host.now, host.wall)
        resting = asyncio.create_task(clock.rest(3600))
        await asyncio.sleep(1)
        clock.set(SetClock(to=EPOCH + 86_400))
        await resting
        assert host.now() == 1

    run_sim(main)


@pytest.mark.parametrize(
    "request_", [SetClock(rate=1e9), SetClock(rate=float("nan")), SetClock(to=0.0), SetClock(to=float("inf"))]
)
def test_times_that_cannot_be_are_refused_and_change_nothing(request_: SetClock) -> None:
    async def main(host: SimHost) -> None:
        clock = DeviceClock(host.now, host.wall)
        with pytest.raises(CallerError, match="got"):
            clock.set(request_)
        assert clock.setting is None

    run_sim(main)


@pytest.mark.process
def test_children_go_by_it_those_that_run_and_those_that_start_later() -> None:
    child: dict[str, Any] = {"isolation": "child", "memory": "64M"}

    async def main() -> None:
        wiring = manifest(early={**child}, late={**child, "start": "demand"}, core={})
        async with device(wiring) as kernel:
            port = kernel.connect("front")
            await port.ask("early", GetTime(), Time)
            now = await port.ask("kernel", SetClock(to=2e9, rate=2.0), ClockNow)
            assert now.rate == 2
            for name in ("early", "late", "core"):
                told = await port.ask(name, GetTime(), Time, within=20)
                assert 2e9 <= told.wall < 2e9 + 120, name

    asyncio.run(asyncio.wait_for(main(), 30))
