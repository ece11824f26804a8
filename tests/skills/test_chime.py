"""What falls due, exactly once: over kills, restarts, set clocks, clock changes and reboots."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bluerill.kernel.errors import ServiceFault
from bluerill.skills.chime import RECHECK_S, Agenda, Due
from bluerill.skills.messages import Glance, Put
from bluerill.skills.testing import WEDNESDAY, Bench
from support.bench import World

PARIS = ZoneInfo("Europe/Paris")
DAY = 86_400.0


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp()


def test_agenda_counts_each_entry_on_its_own_clock() -> None:
    agenda = Agenda("b1")
    wall_entry = Due("a", "wall", due=100.0, payload={})
    boot_entry = Due("a", "boot", due=100.0, payload={}, boot=60.0, made=50.0, boot_id="b1")
    agenda.put(wall_entry)
    agenda.put(boot_entry)
    assert agenda.wait(wall=90.0, boot=55.0) == 5.0
    assert agenda.due(wall=90.0, boot=60.0) == [boot_entry]
    assert agenda.due(wall=100.0, boot=55.0) == [wall_entry]
    assert agenda.left(boot_entry, wall=1e9, boot=55.0) == 5.0


@pytest.mark.parametrize(
    "entry",
    [
        Due("a", "k", due=100.0, payload={}, boot=60.0, made=50.0, boot_id="before"),
        Due("a", "k", due=100.0, payload={}, boot=60.0, made=50.0, boot_id=""),
        Due("a", "k", due=100.0, payload={}, boot=6000.0, made=5990.0, boot_id="b1"),
    ],
    ids=["other boot", "no boot id", "boot clock began again"],
)
def test_after_a_reboot_the_wall_clock_counts(entry: Due) -> None:
    agenda = Agenda("b1")
    agenda.put(entry)
    assert agenda.left(entry, wall=93.0, boot=3.0) == 7.0


def test_due_is_ordered_by_lateness() -> None:
    agenda = Agenda("b1")
    for key, due in (("late", 10.0), ("later", 5.0), ("not yet", 99.0)):
        agenda.put(Due("a", key, due, {}))
    assert [entry.key for entry in agenda.due(50.0, 0.0)] == ["later", "late"]
    agenda.remove("a", "later")
    assert [entry.key for entry in agenda.due(50.0, 0.0)] == ["late"]


def test_an_alarm_rings_once_and_at_its_time(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("set_alarm", time="2026-11-18T12:30")
        await world.bench.advance(at("2026-11-18T12:29:59") - world.bench.wall())
        assert world.rung() == []
        await world.bench.advance(1.0)
        assert world.rung() == ["It's 12:30 PM. Your alarm."]
        await world.bench.advance(3 * DAY)
        assert len(world.rung()) == 1

    asyncio.run(story())


def test_killed_before_it_is_due_it_rings_after_the_restart(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("start_timer", duration="PT10M", label="pizza")
        await world.do("set_alarm", time="2026-11-18T12:20")
        await world.kill()
        await world.bench.advance(300)
        await world.boot()
        assert world.rung() == []
        await world.bench.advance(300)
        assert world.rung() == ["Your pizza timer finished."]
        await world.bench.advance(300)
        assert world.rung()[1:] == ["It's 12:20 PM. Your alarm."]

    asyncio.run(story())


def test_due_while_the_device_was_off_it_rings_late_and_once(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("set_alarm", time="2026-11-18T12:30")
        await world.kill()
        await world.bench.advance(2 * 3600)
        await world.boot(same_boot=False)
        assert world.rung() == ["It's 2:06 PM. Your alarm. It was due at 12:30 PM."]
        await world.do("dismiss_ring")
        await world.kill()
        await world.boot()
        assert len(world.rung()) == 1

    asyncio.run(story())


def test_killed_while_it_rings_it_goes_on_ringing_until_dismissed(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("set_alarm", time="2026-11-18T12:10")
        await world.do("start_timer", duration="PT4M")
        await world.bench.advance(600)
        assert len(world.rung()) == 2
        for _ in range(2):
            await world.kill()
            await world.boot()
            assert {ring.id for ring in world.glance("rings")} == {"alarm:1", "timer:1"}
        await world.do("dismiss_ring", id="timer:1")
        assert {ring.id for ring in world.glance("rings")} == {"alarm:1"}
        await world.do("dismiss_ring")
        await world.kill()
        world.bench.told.clear()
        await world.boot()
        assert world.rung() == []
        assert world.glance("rings") == []

    asyncio.run(story())


def test_killed_at_each_step_of_falling_due_nothing_is_lost_or_doubled(world: World) -> None:
    """The store refuses (dies) at the commit: the entry is still due. It dies after it: the ring is state."""

    async def story() -> None:
        await world.boot()
        await world.do("set_alarm", time="2026-11-18T12:10")
        store = world.bench.services["store"]
        real = store.handlers

        class Dead(Exception):
            pass

        async def dies(body: Put, call: object) -> None:
            raise ServiceFault("the store was killed")

        store.put = dies  # type: ignore[attr-defined]
        await world.bench.advance(300)
        assert len(world.rung()) == 1, "what must ring rings, also when it cannot be stored"
        del store.put  # type: ignore[attr-defined]
        assert real
        await world.bench.advance(30)
        await world.kill()
        world.bench.told.clear()
        await world.boot()
        assert [ring.id for ring in world.glance("rings")] == ["alarm:1"]
        await world.do("dismiss_ring")
        await world.kill()
        world.bench.told.clear()
        await world.boot()
        await world.bench.advance(3600)
        assert world.rung() == []

    asyncio.run(story())


@pytest.mark.parametrize("jump", [DAY, -DAY, 3600.0, -3600.0, 90.0, -90.0])
def test_a_set_clock_fires_each_alarm_once_and_leaves_timers_alone(world: World, jump: float) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("set_alarm", time="2026-11-18T12:36")
        await world.do("start_timer", duration="PT20M")
        await world.bench.advance(60)
        world.bench.set_wall(world.bench.wall() + jump)
        await world.bench.advance(RECHECK_S + 1)
        early = world.rung()
        assert len(early) == (1 if jump > 1800 else 0)
        await world.bench.advance(20 * 60)
        assert sum("timer" in each for each in world.rung()) == 1
        assert (await world.do("timer_status")).result["timers"][0]["state"] == "ringing"
        world.bench.set_wall(world.bench.wall() - jump)
        await world.bench.advance(2 * DAY)
        assert sum("alarm" in each for each in world.rung()) == 1

    asyncio.run(story())


def test_a_repeated_alarm_is_not_repeated_by_setting_the_clock_back(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("set_alarm", time="2026-11-18T13:00", repeat="FREQ=DAILY")
        await world.bench.advance(3600)
        assert len(world.rung()) == 1
        world.bench.set_wall(world.bench.wall() - 7200)
        await world.bench.advance(3 * 3600)
        assert len(world.rung()) == 1
        await world.bench.advance(DAY)
        assert len(world.rung()) == 2

    asyncio.run(story())


def test_missed_occurrences_of_a_repeated_alarm_ring_once_together(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("set_alarm", time="2026-11-18T13:00", repeat="FREQ=DAILY")
        await world.kill()
        await world.bench.advance(5 * DAY)
        await world.boot()
        assert len(world.rung()) == 1
        await world.do("dismiss_ring")
        assert world.glance("next_alarm") == "2026-11-23T13:00"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("start", "time", "fires"),
    [
        # 2027-03-28: clocks go from 2:00 to 3:00; 2:30 does not exist
        ("2027-03-27T12:00", "2027-03-28T02:30", "2027-03-28T03:00"),
        # 2026-10-25: 2:00 to 3:00 happens twice
        ("2026-10-24T12:00", "2026-10-25T02:30", "2026-10-25T02:30"),
        ("2027-03-27T12:00", "2027-03-28T07:00", "2027-03-28T07:00"),
    ],
)
def test_over_a_clock_change_an_alarm_rings_once_at_a_valid_time(
    world: World, start: str, time: str, fires: str
) -> None:
    async def story() -> None:
        world.bench.set_wall(at(start))
        await world.boot()
        await world.do("set_alarm", time=time, repeat="FREQ=DAILY")
        await world.bench.advance(at(fires) - world.bench.wall() - 1)
        assert world.rung() == []
        await world.bench.advance(1)
        assert len(world.rung()) == 1
        await world.bench.advance(3 * 3600)
        assert len(world.rung()) == 1
        following = datetime.fromisoformat(time) + timedelta(days=1)
        assert world.glance("next_alarm") == following.isoformat(timespec="minutes")

    asyncio.run(story())


def test_a_timer_survives_a_reboot_on_the_wall_clock(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("start_timer", duration="PT10M")
        await world.kill()
        await world.bench.advance(120)
        await world.boot(same_boot=False)
        left = (await world.do("timer_status")).result["timers"][0]["left_s"]
        assert left == 480
        await world.bench.advance(480)
        assert len(world.rung()) == 1

    asyncio.run(story())


def test_timers_are_shown_anew_when_the_wall_clock_was_set(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("start_timer", duration="PT10M")
        world.bench.set_wall(WEDNESDAY + DAY)
        world.bench.told.clear()
        await world.bench.advance(RECHECK_S + 1)
        told = [each for each in world.bench.bodies("screen", Glance) if each.timers]
        assert told[-1].timers is not None
        assert told[-1].timers[0].ends_at == pytest.approx(WEDNESDAY + DAY + 600)

    asyncio.run(story())


def test_with_nothing_on_the_agenda_nothing_wakes_up(bench: Bench) -> None:
    from bluerill.skills.chime import Chime

    async def story() -> None:
        from bluerill.skills.testing import BenchPort

        async def nothing(*_: object) -> None:
            raise AssertionError

        chime = Chime(BenchPort(bench, "skills"), nothing, nothing, "b", lambda: 0.0)
        chime.begin()
        await bench.settle()
        assert bench.waiting == []
        chime.put(chime.after("a", "k", 3600.0, {}))
        await bench.settle()
        assert bench.waiting == [RECHECK_S]

    asyncio.run(story())
