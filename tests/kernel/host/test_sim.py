"""Virtual time: it jumps, it is the same every time, and it never hides a deadlock."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.kernel.host import sim
from bluerill.kernel.host.base import ChildSpec
from bluerill.kernel.host.sim import EPOCH, Deadlock, SimHost, run_sim


def test_a_year_passes_at_once_and_exactly() -> None:
    async def main(host: SimHost) -> tuple[float, float]:
        for _ in range(365):
            await asyncio.sleep(86_400)
        return host.now(), host.wall()

    began = time.perf_counter()
    assert run_sim(main) == (365 * 86_400, EPOCH + 365 * 86_400)
    assert time.perf_counter() - began < 5


def test_timers_of_one_moment_fire_in_the_order_they_were_set() -> None:
    order: list[int] = []

    async def main() -> None:
        for n in range(50):
            asyncio.get_running_loop().call_later(1.0, order.append, n)
        await asyncio.sleep(2)

    run_sim(main())
    assert order == list(range(50))


def _who_goes_when(seed: int, shuffle: bool) -> list[int]:
    order: list[int] = []

    async def worker(number: int) -> None:
        for _ in range(3):
            await asyncio.sleep(1)
            order.append(number)

    async def main() -> None:
        await asyncio.gather(*(worker(n) for n in range(6)))

    run_sim(main(), seed=seed, shuffle=shuffle)
    return order


def test_a_seed_tells_the_whole_run() -> None:
    assert _who_goes_when(0, shuffle=False) == list(range(6)) * 3
    shuffled = {tuple(_who_goes_when(seed, shuffle=True)) for seed in range(10)}
    assert len(shuffled) > 5
    assert _who_goes_when(7, shuffle=True) == _who_goes_when(7, shuffle=True)


def test_random_of_the_host_depends_on_the_seed_alone() -> None:
    async def main(host: SimHost) -> float:
        return host.random.random()

    assert run_sim(main, seed=3) == run_sim(main, seed=3) != run_sim(main, seed=4)


def test_a_deadlock_names_who_waits_and_where() -> None:
    async def waits_for_nothing() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        await asyncio.create_task(waits_for_nothing(), name="the-stuck-one")

    with pytest.raises(
        Deadlock, match=r"no timer is set at 0.000000 s \(seed 5\); waiting: .*the-stuck-one in .*test_sim"
    ):
        run_sim(main(), seed=5)


def test_a_livelock_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim, "STEPS_AT_ONCE", 1000)

    async def main() -> None:
        while True:  # noqa: ASYNC110 - a livelock is the subject
            await asyncio.sleep(0)

    with pytest.raises(Deadlock, match="without time moving"):
        run_sim(main())


def test_timeouts_and_threads_work_in_virtual_time() -> None:
    async def main(host: SimHost) -> str:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600):
                await asyncio.Event().wait()
        assert host.now() == 3600
        with pytest.raises(KeyError):
            await asyncio.to_thread(dict[str, str]().__getitem__, "absent")
        return await asyncio.to_thread(str.upper, "done")

    assert run_sim(main) == "DONE"


def test_what_is_left_running_is_cancelled() -> None:
    ended: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(1e9)
        finally:
            ended.append("cancelled")

    async def main() -> str:
        task = asyncio.create_task(forever())
        await asyncio.sleep(1)
        assert not task.done()
        return "ok"

    assert run_sim(main()) == "ok"
    assert ended == ["cancelled"]


def test_the_wall_clock_can_be_set_and_drift_while_the_monotonic_one_goes_on() -> None:
    async def main(host: SimHost) -> None:
        await asyncio.sleep(10)
        host.shift_wall(-86_400)
        assert (host.now(), host.wall()) == (10, EPOCH + 10 - 86_400)
        host.set_wall(EPOCH)
        host.drift_wall(0.01)
        await asyncio.sleep(100)
        assert host.now() == 110
        assert host.wall() == pytest.approx(EPOCH + 101)

    run_sim(main)


def test_sleep_of_the_device_moves_wall_and_boot_time_only() -> None:
    async def main(host: SimHost) -> None:
        host.suspend(3600)
        assert (host.now(), host.boottime(), host.wall()) == (0, 3600, EPOCH + 3600)
        with pytest.raises(CallerError):
            host.suspend(-1)
        before = host.boot_id
        host.reboot()
        assert host.boot_id != before

    run_sim(main)


def test_a_run_can_begin_just_before_summer_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 29, 1, 59, tzinfo=berlin).timestamp()

    async def main(host: SimHost) -> list[str]:
        times = []
        for _ in range(2):
            times.append(datetime.fromtimestamp(host.wall(), berlin).strftime("%H:%M"))
            await asyncio.sleep(60)
        return times

    assert run_sim(main, wall=before) == ["01:59", "03:00"]


def test_no_process_is_started_under_simulation() -> None:
    async def main(host: SimHost) -> None:
        with pytest.raises(CallerError, match="in-process"):
            host.spawn(ChildSpec("asr", ["/bin/true"], {}, 0))
        host.set_pressure(12.5)
        assert host.pressure().some == 12.5
        assert "simulated" in host.mechanism
        assert host.mechanisms() == []
        host.close()

    run_sim(main)
