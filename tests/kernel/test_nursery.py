"""Children that come and go at run time: rights, memory, deaths told, and nothing left of those that are gone."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.children import (
    BudgetChanged,
    BudgetState,
    ChildExited,
    ChildMemory,
    ChildResized,
    ChildStarted,
    ChildStopped,
    GetBudget,
    GetChildMemory,
    ResizeChild,
    SetBudget,
    Shortage,
    StartChild,
    StopChild,
)
from bluerill.kernel.errors import (
    BudgetExceeded,
    CallerError,
    CapabilityError,
    ManifestError,
    PeerRestarted,
    ServiceFault,
)
from bluerill.kernel.eventloop import LinkLoop
from bluerill.kernel.host.sim import SimHost, run_sim
from bluerill.kernel.ledger import headroom_of
from bluerill.kernel.limits import MAKE_ROOM_S, MIB, SHRINK_S, STOP_GRACE_S
from bluerill.kernel.loop import Kernel
from bluerill.kernel.manifest import Manifest
from bluerill.kernel.message import Body
from bluerill.kernel.nursery import LocalChild
from bluerill.kernel.service import Port
from bluerill.kernel.status import GetStatus, Status
from bluerill.kernel.supervisor import ExitKind, ExitReason
from support.devices import ECHO, device, manifest
from support.services import Misbehave, Parent, Ping, Pong, Relay

PARENT: dict[str, Any] = {
    "class": "support.services:Parent",
    "asks": ["kernel"],
    "starts": {"class": ECHO, "prefix": "model-", "most": 4, "hang_s": 0.2},
}


def wiring(child: str = ECHO, **services: dict[str, Any]) -> Manifest:
    parent = {**PARENT, "starts": {**PARENT["starts"], "class": child}}
    return manifest(parent=parent, other={"asks": ["kernel"]}, **services)


def parent_of(kernel: Kernel) -> Parent:
    parent = kernel.local("parent")
    assert isinstance(parent, Parent)
    return parent


async def start(port: Port, name: str = "model-1", anon: int = 64 * MIB, file: int = 0) -> ChildStarted:
    return await port.ask("kernel", StartChild(name, anon, file), ChildStarted)


def sim(work: Any, made: Manifest | None = None) -> None:
    """Run ``work(kernel, parent's port)`` on a simulated device."""

    async def main(host: SimHost) -> None:
        async with device(made or wiring(), host) as kernel:
            await work(kernel, parent_of(kernel).port)

    run_sim(main)


def real(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=LinkLoop) as runner:
        runner.run(asyncio.wait_for(work, 90))


async def until(condition: Any) -> None:
    for _ in range(4000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen in time")


# --- rights


def test_a_started_child_answers_its_starter_and_nobody_else() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        assert (await start(port)).cap == 64 * MIB
        assert (await port.ask("model-1", Ping(7), Pong)).n == 7
        with pytest.raises(CapabilityError, match="'other' may not ask 'model-1'"):
            await kernel.local("other").port.ask("model-1", Ping(1), Pong)

    sim(work)


def test_only_a_service_whose_manifest_says_so_may_start_children() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        with pytest.raises(CallerError, match="'other' may start no children"):
            await start(kernel.local("other").port)

    sim(work)


@pytest.mark.parametrize(
    ("name", "anon", "expected"),
    [
        ("other-1", MIB, "may start children named model-"),
        ("model-A", MIB, "may start children named model-"),
        ("model-x", 0, "expected a positive cap"),
        ("model-x", -1, "expected a positive cap"),
    ],
)
def test_a_child_that_cannot_be_is_refused(name: str, anon: int, expected: str) -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        with pytest.raises(CallerError, match=expected):
            await start(port, name, anon)
        assert len(kernel.nursery) == 0

    sim(work)


def test_there_are_never_more_than_the_manifest_allows_nor_two_of_a_name() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        for n in range(4):
            await start(port, f"model-{n}", MIB)
        with pytest.raises(CallerError, match="has 4 children already"):
            await start(port, "model-4", MIB)
        await port.ask("kernel", StopChild("model-3"), ChildStopped)
        with pytest.raises(CallerError, match="'model-2' is there already"):
            await start(port, "model-2", MIB)

    sim(work)


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ({"class": "nonsense"}, "expected 'module:Class'"),
        ({"prefix": "Model"}, "expected a prefix like 'model-'"),
        ({"prefix": "ot"}, "expected a prefix like 'model-'"),
        ({"most": 0}, "expected 1 to 64"),
        ({"wrong": 1}, "wrong"),
    ],
)
def test_a_manifest_with_wrong_starts_is_refused(starts: dict[str, Any], expected: str) -> None:
    with pytest.raises(ManifestError, match=expected):
        manifest(parent={**PARENT, "starts": {**PARENT["starts"], **starts}})


def test_a_prefix_that_is_not_free_or_without_the_kernel_is_refused() -> None:
    with pytest.raises(ManifestError, match="service 'model-x' has such a name"):
        manifest(parent=PARENT, **{"model-x": {}})
    with pytest.raises(ManifestError, match="add it to asks"):
        manifest(parent={**PARENT, "asks": []})
    with pytest.raises(ManifestError, match="starts 'model-'"):
        manifest(parent=PARENT, second=PARENT)


# --- memory


def test_both_classes_are_reserved_and_given_back() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        before = kernel.ledger.reserved
        await start(port, anon=20 * MIB, file=80 * MIB)
        assert kernel.ledger.holds("model-1") == ("model-1", 20 * MIB, 80 * MIB)
        status = await port.ask("kernel", GetStatus(), Status)
        [row] = [row for row in status.services if row.name == "model-1"]
        assert (row.reserved, row.reserved_file, row.starter) == (100 * MIB, 80 * MIB, "parent")
        assert (await port.ask("kernel", ResizeChild("model-1", 10 * MIB, 80 * MIB), ChildResized)).cap == 90 * MIB
        assert kernel.ledger.reserved == before + 90 * MIB
        await port.ask("kernel", StopChild("model-1"), ChildStopped)
        assert kernel.ledger.reserved == before

    sim(work)


def test_what_does_not_fit_is_refused_and_leaves_nothing() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        with pytest.raises(BudgetExceeded, match="'model-1' wants 4096 MiB"):
            await start(port, anon=4096 * MIB)
        assert "model-1" not in kernel.seats
        await start(port, anon=MIB)
        with pytest.raises(BudgetExceeded):
            await port.ask("kernel", ResizeChild("model-1", 4096 * MIB), ChildResized)
        held = kernel.ledger.holds("model-1")
        assert held is not None
        assert held.total == MIB

    sim(work)


# --- death


def test_a_death_is_told_to_the_starter_and_costs_its_callers_one_error_each() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        started = await start(port)
        asks = [asyncio.ensure_future(port.ask("model-1", Misbehave("never"), Pong, within=60)) for _ in range(3)]
        await asyncio.sleep(0)
        seat = kernel.seats["model-1"]
        assert isinstance(seat, LocalChild)
        await seat.die(ExitReason(ExitKind.MEMORY, 9, "1 MiB"))
        ends = await asyncio.gather(*asks, return_exceptions=True)
        assert [type(end) for end in ends] == [PeerRestarted] * 3
        await asyncio.sleep(0.01)
        [told] = parent_of(kernel).told
        assert isinstance(told, ChildExited)
        assert (told.name, told.generation, told.kind, told.oom) == ("model-1", started.generation, "memory", True)
        assert "model-1" not in kernel.seats
        assert kernel.ledger.holds("model-1") is None
        with pytest.raises(CapabilityError):
            await port.ask("model-1", Ping(1), Pong)

    sim(work)


def test_it_is_not_started_again_but_may_be_with_a_higher_generation() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        first = await start(port)
        seat = kernel.seats["model-1"]
        assert isinstance(seat, LocalChild)
        await seat.die(ExitReason(ExitKind.SIGNAL, 9))
        await asyncio.sleep(60)
        assert "model-1" not in kernel.seats
        second = await start(port)
        assert second.generation > first.generation
        assert (await port.ask("model-1", Ping(2), Pong)).n == 2

    sim(work)


def test_a_stop_that_was_wanted_is_answered_and_not_told() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        await start(port)
        waiting = asyncio.ensure_future(port.ask("model-1", Misbehave("never"), Pong, within=60))
        await asyncio.sleep(0)
        assert (await port.ask("kernel", StopChild("model-1"), ChildStopped)).exit
        with pytest.raises(PeerRestarted):
            await waiting
        assert (await port.ask("kernel", StopChild("model-1"), ChildStopped)) == ChildStopped()
        assert parent_of(kernel).told == []

    sim(work)


def test_the_starters_end_is_its_childrens_end() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        await start(port)

        async def fail() -> None:
            raise RuntimeError("the parent failed")

        port.spawn(fail(), "failing")
        await asyncio.sleep(1)
        assert kernel.seats["parent"].generation == 2
        assert len(kernel.nursery) == 0
        assert kernel.ledger.holds("model-1") is None
        with pytest.raises(CapabilityError):  # what the old generation held is gone
            await start(port)
        await start(parent_of(kernel).port)

    sim(work)


# --- the budget


def test_a_starter_is_told_its_share_when_it_moves() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        state = await port.ask("kernel", GetBudget(), BudgetState)
        await start(port)
        await asyncio.sleep(0.01)
        assert parent_of(kernel).told == []  # what its own children hold is part of it
        after = await port.ask("kernel", SetBudget(512 * MIB), BudgetState)
        await asyncio.sleep(0.01)
        lost = (1024 * MIB - headroom_of(1024 * MIB)) - (512 * MIB - headroom_of(512 * MIB))
        assert after.share == state.share - lost
        assert parent_of(kernel).told[-1:] in ([], [BudgetChanged(after.share)])
        await kernel.local("other").port.ask("kernel", SetBudget(1024 * MIB), BudgetState)
        await asyncio.sleep(0.01)
        assert parent_of(kernel).told[-1] == BudgetChanged(state.share)

    sim(work)


def test_a_smaller_budget_waits_until_its_starter_made_room() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        await port.ask("kernel", GetBudget(), BudgetState)
        await start(port, "model-1", 400 * MIB)
        await start(port, "model-2", 400 * MIB)
        other = kernel.local("other").port
        shrinking = asyncio.ensure_future(other.ask("kernel", SetBudget(600 * MIB), BudgetState, within=60))
        await asyncio.sleep(1)
        assert not shrinking.done()
        told = parent_of(kernel).told[-1]
        assert isinstance(told, BudgetChanged)
        assert told.bytes < 800 * MIB
        with pytest.raises(BudgetExceeded):  # what becomes free meanwhile is not given away
            await start(port, "model-3", 150 * MIB)
        await port.ask("kernel", StopChild("model-1"), ChildStopped)
        assert (await shrinking).budget == 600 * MIB
        assert kernel.ledger.reserved <= 600 * MIB - headroom_of(600 * MIB)

    sim(work)


def test_a_budget_nobody_makes_room_for_is_refused_and_the_old_one_stands() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        await start(port, "model-1", 700 * MIB)
        began = kernel.now()
        with pytest.raises(BudgetExceeded, match="no room was made in 10 s: model-1 700 MiB"):
            await kernel.local("other").port.ask("kernel", SetBudget(400 * MIB), BudgetState, within=60)
        assert kernel.now() - began == pytest.approx(SHRINK_S)
        assert kernel.ledger.budget == 1024 * MIB
        await start(port, "model-2", 100 * MIB)

    sim(work)


def test_a_budget_too_small_for_what_boots_is_refused_in_one_line() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        with pytest.raises(BudgetExceeded, match=r"48M leaves 37\.6M, the core and .* need 40M"):
            await port.ask("kernel", SetBudget(48 * MIB), BudgetState)
        with pytest.raises(CallerError):
            await port.ask("kernel", SetBudget(0), BudgetState)

    made = wiring()
    sim(work, Manifest(type(made.device)(ram="1G", core="40M"), made.services))


# --- real processes


@pytest.mark.process
@pytest.mark.parametrize(("lane", "told"), [("background", Shortage), ("interactive", BudgetChanged)])
def test_children_for_real_their_memory_and_their_shortage(lane: str, told: type[Body]) -> None:
    """A service on demand does not fit beside children: their starter is told, makes room, and it starts."""

    async def main() -> None:
        late = {"isolation": "child", "memory": "500M", "start": "demand", "lane": lane}
        async with device(wiring(late=late)) as kernel:
            port = parent_of(kernel).port
            await port.ask("kernel", GetBudget(), BudgetState)
            started = await start(port, "model-1", 300 * MIB, 100 * MIB)
            await start(port, "model-2", 200 * MIB)
            assert (await port.ask("model-1", Ping(1), Pong, within=20)).sender == "parent"
            if started.mechanism.startswith("cgroup"):
                used = await port.ask("kernel", GetChildMemory("model-1"), ChildMemory)
                assert MIB < used.anon <= used.charge <= used.peak <= 400 * MIB
            front = kernel.connect("front")
            wanted = asyncio.create_task(front.ask("late", Ping(5), Pong, within=20))
            await until(lambda: any(isinstance(said, told) for said in parent_of(kernel).told))
            await port.ask("kernel", StopChild("model-1"), ChildStopped)
            assert (await wanted).n == 5
            assert kernel.ledger.holds("model-2") is not None
            with pytest.raises(BudgetExceeded):
                await start(port, "model-1", 400 * MIB)

    real(main())


@pytest.mark.process
def test_a_shortage_nobody_mends_is_the_callers_error_in_bounded_time() -> None:
    async def main() -> None:
        late = {"isolation": "child", "memory": "500M", "start": "demand"}
        async with device(wiring(late=late)) as kernel:
            await start(parent_of(kernel).port, "model-1", 700 * MIB)
            began = kernel.now()
            with pytest.raises(BudgetExceeded, match="'late' wants 500 MiB"):
                await kernel.connect("front").ask("late", Ping(5), Pong, within=20)
            assert kernel.now() - began < MAKE_ROOM_S + 2
            assert not kernel.budget._claims

    real(main())


@pytest.mark.process
def test_a_cap_moves_live_both_ways_and_never_below_what_is_held() -> None:
    async def main() -> None:
        async with device(wiring("support.services:Glutton")) as kernel:
            if kernel.host.mechanism.startswith("rlimit"):
                pytest.skip(f"no hard cap here: {kernel.host.mechanism}")
            port = parent_of(kernel).port
            await start(port, "model-1", 64 * MIB)
            await port.ask("model-1", Ping(20), Pong, within=20)
            grown = await port.ask("kernel", ResizeChild("model-1", 160 * MIB), ChildResized)
            assert (grown.cap, grown.note) == (160 * MIB, "")
            await port.ask("model-1", Ping(60), Pong, within=20)  # two copies: more than the first cap
            with pytest.raises(ServiceFault, match="cap of 'model-1' cannot become"):
                await port.ask("kernel", ResizeChild("model-1", 32 * MIB), ChildResized)
            held = kernel.ledger.holds("model-1")
            assert held is not None
            assert held.total == 160 * MIB
            assert (await port.ask("model-1", Ping(1), Pong, within=20)).n == 1
            shrunk = await port.ask("kernel", ResizeChild("model-1", 64 * MIB), ChildResized)
            assert shrunk.cap == 64 * MIB
            with pytest.raises(PeerRestarted, match="exceeded its memory cap"):
                await port.ask("model-1", Ping(100), Pong, within=20)
            await until(lambda: parent_of(kernel).told)
            told = parent_of(kernel).told[0]
            assert isinstance(told, ChildExited)
            assert told.oom
            assert told.peak <= 160 * MIB

    real(main())


@pytest.mark.process
def test_a_child_that_ignores_the_end_is_killed_in_bound() -> None:
    async def main() -> None:
        async with device(wiring("support.services:Deaf")) as kernel:
            port = parent_of(kernel).port
            await start(port)
            await port.ask("model-1", Ping(1), Pong, within=20)
            pid = getattr(kernel.seats["model-1"], "child").pid  # noqa: B009 - of the process kind only
            began = kernel.now()
            await port.ask("kernel", StopChild("model-1"), ChildStopped, within=20)
            assert kernel.now() - began < STOP_GRACE_S + 2
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)

    real(main())


@pytest.mark.process
def test_a_killed_process_is_told_with_its_reason() -> None:
    async def main() -> None:
        async with device(wiring()) as kernel:
            port = parent_of(kernel).port
            await start(port)
            await port.ask("model-1", Ping(1), Pong, within=20)
            os.kill(getattr(kernel.seats["model-1"], "child").pid, signal.SIGKILL)  # noqa: B009
            with pytest.raises(PeerRestarted):
                await port.ask("model-1", Ping(1), Pong, within=20)
            await until(lambda: parent_of(kernel).told)
            told = parent_of(kernel).told[0]
            assert isinstance(told, ChildExited)
            assert (told.kind, told.reason, told.oom) == ("signal", "was killed by SIGKILL", False)

    real(main())


# --- nothing is left


def footprint(kernel: Kernel) -> dict[str, int]:
    gc.collect()
    return {
        "seats": len(kernel.seats),
        "born": len(kernel.nursery),
        "held": len(kernel.ledger.snapshot().reservations),
        "factors": len(kernel.ledger.snapshot().factors),
        "rights": sum(len(held) for held in kernel.capabilities._held.values()),
        "holders": len(kernel.capabilities._holders),
        "tasks": len(asyncio.all_tasks()),
        "pending": len(kernel.deadlines.pending),
        "files": len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else 0,
    }


def test_ten_thousand_names_come_and_go_and_nothing_stays() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        async def life(n: int) -> None:
            await start(port, f"model-{n}", MIB, MIB)
            assert (await port.ask(f"model-{n}", Ping(n), Pong)).n == n
            if n % 3:
                await port.ask("kernel", StopChild(f"model-{n}"), ChildStopped)
            else:
                seat = kernel.seats[f"model-{n}"]
                assert isinstance(seat, LocalChild)
                await seat.die(ExitReason(ExitKind.CODE, 1))

        await life(0)
        await asyncio.sleep(1)
        before = footprint(kernel)
        for n in range(1, 10_001):
            await life(n)
        await asyncio.sleep(10)
        assert footprint(kernel) == before
        assert len(parent_of(kernel).told) == 1 + 10_000 // 3

    sim(work)


@pytest.mark.process
def test_forty_real_children_come_and_go_and_nothing_stays() -> None:
    async def main() -> None:
        async with device(wiring()) as kernel:
            port = parent_of(kernel).port

            async def life(n: int) -> None:
                await start(port, f"model-{n}", 64 * MIB)
                if n % 4 == 0:  # gone before it could say hello
                    await port.ask("kernel", StopChild(f"model-{n}"), ChildStopped, within=20)
                    return
                assert (await port.ask(f"model-{n}", Ping(n), Pong, within=20)).n == n
                if n % 4 == 1:
                    os.kill(getattr(kernel.seats[f"model-{n}"], "child").pid, signal.SIGKILL)  # noqa: B009
                    await until(lambda: f"model-{n}" not in kernel.seats)
                else:
                    await port.ask("kernel", StopChild(f"model-{n}"), ChildStopped, within=20)

            await life(1)
            await until(lambda: parent_of(kernel).told)
            before = footprint(kernel)
            for first in range(2, 42, 4):
                await asyncio.gather(*(life(n) for n in range(first, first + 4)))
            await until(lambda: footprint(kernel) == before)
            tree = getattr(kernel.host, "tree", None)
            if tree is not None and tree.base is not None:
                leaves = [path.name for path in tree.base.iterdir() if path.is_dir()]
                assert leaves == [], "cgroups of dead children stay"

    real(main())


# --- children with rights, boxed, and kept


def trusted(**more: Any) -> Manifest:
    starts = {**PARENT["starts"], "asks": ["other"], "notifies": ["parent"], "box": {}, **more}
    return manifest(parent={**PARENT, "starts": starts}, other={})


def test_a_child_is_given_rights_of_those_the_manifest_names() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        await port.ask("kernel", StartChild("model-1", MIB, asks=("other",)), ChildStarted)
        await port.ask("kernel", StartChild("model-2", MIB), ChildStarted)
        assert (await port.ask("model-1", Relay("other", 5), Pong)).n == 5
        with pytest.raises(CapabilityError, match="'model-2' may not ask 'other'"):
            await port.ask("model-2", Relay("other", 5), Pong)
        with pytest.raises(CallerError, match="may ask other, not"):
            await port.ask("kernel", StartChild("model-3", MIB, asks=("kernel",)), ChildStarted)

    sim(work, trusted())


@pytest.mark.parametrize(
    ("more", "expected"),
    [({"asks": ["nobody"]}, "no service has that name"), ({"asks": ["other"]}, "it asks 'parent' in turn")],
)
def test_rights_that_cannot_be_given_are_refused_at_boot(more: dict[str, Any], expected: str) -> None:
    starts = {**PARENT["starts"], **more}
    with pytest.raises(ManifestError, match=expected):
        manifest(parent={**PARENT, "starts": starts}, other={"asks": ["parent"]})


def test_only_a_boxed_child_is_told_what_it_may_read() -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        with pytest.raises(CallerError, match="is not boxed"):
            await port.ask("kernel", StartChild("model-1", MIB, reads=("/etc",)), ChildStarted)

    sim(work)


@pytest.mark.process
def test_a_kept_child_is_started_again_until_it_is_given_up() -> None:
    async def work() -> None:
        async with device(trusted()) as kernel:
            parent = parent_of(kernel)
            port = parent.port
            want = StartChild("model-1", 64 * MIB, asks=("other",), kept=True)
            await port.ask("kernel", want, ChildStarted, within=10)
            generations = [(await port.ask("model-1", Relay("other", 1), Pong, within=10)).n]
            for _ in range(9):
                with contextlib.suppress(PeerRestarted, ServiceFault, CapabilityError):
                    await port.ask("model-1", Misbehave("die"), Pong, within=10)
                with contextlib.suppress(PeerRestarted, ServiceFault, CapabilityError):
                    generations.append((await port.ask("model-1", Relay("other", 2), Pong, within=10)).n)
            await until(lambda: parent.told)
            (told,) = parent.told
            assert isinstance(told, ChildExited)
            assert "ended 6 times" in told.reason
            assert generations == [1, 2, 2, 2, 2, 2], "it came back five times, with its rights"
            assert len(kernel.nursery) == 0, "nothing of it is left, its memory least of all"
            assert kernel.ledger.holds("model-1") is None

    real(work())
