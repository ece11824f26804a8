"""Children forked from a zygote: as caged, as mortal and as alone as those that are started on their own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.children import (
    ChildExited,
    ChildRests,
    ChildStarted,
    ChildStopped,
    RestChild,
    StartChild,
    StopChild,
)
from bluerill.kernel.errors import CallerError, PeerRestarted, ServiceFault
from bluerill.kernel.eventloop import LinkLoop
from bluerill.kernel.limits import MIB
from bluerill.kernel.loop import Kernel
from bluerill.kernel.manifest import Manifest
from bluerill.kernel.service import Port
from bluerill.kernel.task import State
from support.devices import device, manifest
from support.services import Misbehave, Parent, Ping, Pong

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not hasattr(os, "pidfd_open") or sys.platform != "linux", reason="nothing is forked here"),
]
ECHO = "support.services:Echo"
ZYGOTE = "parent-zygote"


def wiring(zygote: dict[str, Any] | None = None, ram: str = "1G", **starts: Any) -> Manifest:
    forked = {"class": ECHO, "prefix": "child-", "most": 4, "zygote": zygote or {"memory": "32M"}, **starts}
    made = manifest(parent={"class": "support.services:Parent", "asks": ["kernel"], "starts": forked})
    return Manifest(type(made.device)(ram=ram), made.services)


def real(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=LinkLoop) as runner:
        runner.run(asyncio.wait_for(work, 60))


def port_of(kernel: Kernel) -> Port:
    return kernel.local("parent").port


def told(kernel: Kernel) -> list[Any]:
    parent = kernel.local("parent")
    assert isinstance(parent, Parent)
    return parent.told


def pid_of(kernel: Kernel, name: str) -> int:
    child: Any = getattr(kernel.seats[name], "child")  # noqa: B009 - only a seat of a process has one
    return int(child.pid)


def parent_pid(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def opened(pid: int) -> set[str]:
    """What a process has open beyond the standard three."""
    links = [link for link in Path(f"/proc/{pid}/fd").iterdir() if int(link.name) > 2]
    return {os.readlink(link) for link in links}


def members(group: Path) -> list[int]:
    return [int(line) for line in (group / "cgroup.procs").read_text().split()]


async def start(port: Port, name: str, *, kept: bool = False, memory: int = 64 * MIB) -> None:
    await port.ask("kernel", StartChild(name, memory, kept=kept), ChildStarted)
    assert (await port.ask(name, Ping(1), Pong, within=20)).n == 1


async def until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.005)


def test_a_child_is_forked_caged_and_holds_nothing_of_the_zygotes() -> None:
    async def story() -> None:
        async with device(wiring()) as kernel:
            port = port_of(kernel)
            await start(port, "child-1")
            await start(port, "child-2")
            zygote, one, two = (pid_of(kernel, name) for name in (ZYGOTE, "child-1", "child-2"))
            assert parent_pid(one) == parent_pid(two) == zygote
            assert os.getpgid(one) == one
            child: Any = getattr(kernel.seats["child-1"], "child")  # noqa: B009
            assert child.cap.enforced
            if not kernel.host.mechanism.startswith("rlimit"):
                assert one in members(child.group)
            assert not opened(one) & opened(zygote)

    real(story())


def test_a_forked_child_that_is_killed_is_told_of_like_any_other() -> None:
    async def story() -> None:
        async with device(wiring()) as kernel:
            port = port_of(kernel)
            await start(port, "child-1")
            with pytest.raises(PeerRestarted, match="was killed by SIGKILL"):
                await port.ask("child-1", Misbehave("die"), Pong, within=20)
            await until(lambda: told(kernel))
            (said,) = told(kernel)
            assert isinstance(said, ChildExited)
            assert (said.name, said.kind) == ("child-1", "signal")
            assert kernel.ledger.holds("child-1") is None

    real(story())


def test_over_its_cap_only_the_forked_child_dies() -> None:
    async def story() -> None:
        async with device(wiring()) as kernel:
            if kernel.host.mechanism.startswith("rlimit"):
                pytest.skip(f"no hard cap here: {kernel.host.mechanism}")
            port = port_of(kernel)
            await start(port, "child-1")
            await start(port, "child-2")
            with pytest.raises((PeerRestarted, ServiceFault)) as caught:
                await port.ask("child-1", Misbehave("eat"), Pong, within=30)
            if isinstance(caught.value, PeerRestarted):
                assert "exceeded its memory cap" in str(caught.value)
            assert (await port.ask("child-2", Ping(2), Pong, within=20)).n == 2
            assert kernel.seats[ZYGOTE].generation == 1

    real(story())


def test_a_child_that_is_stopped_before_it_is_there_leaves_nothing() -> None:
    async def story() -> None:
        async with device(wiring()) as kernel:
            port = port_of(kernel)
            await port.ask("kernel", StartChild("child-1", 64 * MIB), ChildStarted)
            child: Any = getattr(kernel.seats["child-1"], "child")  # noqa: B009
            await port.ask("kernel", StopChild("child-1", kill=True), ChildStopped, within=20)
            assert child.poll() is not None
            assert kernel.ledger.holds("child-1") is None
            await start(port, "child-1")

    real(story())


def test_when_the_zygote_dies_its_children_go_and_kept_ones_come_back_from_a_new_one() -> None:
    async def story() -> None:
        async with device(wiring()) as kernel:
            port = port_of(kernel)
            await start(port, "child-1", kept=True)
            await start(port, "child-2")
            before = pid_of(kernel, "child-1")
            os.kill(pid_of(kernel, ZYGOTE), signal.SIGKILL)
            await until(
                lambda: kernel.seats["child-1"].generation > 2 and kernel.seats["child-1"].state is State.RUNNING
            )
            assert (await port.ask("child-1", Ping(3), Pong, within=20)).n == 3
            assert pid_of(kernel, "child-1") != before
            assert [said.name for said in told(kernel)] == ["child-2"]

    real(story())


def test_a_kept_child_rests_and_the_next_message_starts_it_again() -> None:
    async def story() -> None:
        async with device(wiring()) as kernel:
            port = port_of(kernel)
            await start(port, "child-1", kept=True)
            seat = kernel.seats["child-1"]
            first = seat.generation
            assert (await port.ask("kernel", RestChild("child-1"), ChildRests, within=20)).rests
            assert seat.state is State.ABSENT
            assert kernel.ledger.holds("child-1") is None
            assert not (await port.ask("kernel", RestChild("child-1"), ChildRests, within=20)).rests
            answer = await port.ask("child-1", Ping(4), Pong, within=20)
            assert answer.n == 4
            assert seat.generation > first
            assert told(kernel) == []

    real(story())


def test_a_device_stops_while_a_child_goes_to_rest() -> None:
    async def story() -> None:
        async with device(wiring()) as kernel:
            port = port_of(kernel)
            await start(port, "child-1", kept=True)
            resting = asyncio.ensure_future(port.ask("kernel", RestChild("child-1"), ChildRests, within=20))
            await until(lambda: kernel.seats["child-1"].state is State.STOPPING)
        assert kernel.ledger.holds("child-1") is None
        await asyncio.wait([resting])

    real(story())


def test_only_its_starter_lets_a_child_rest_and_only_a_kept_one_that_is_idle() -> None:
    async def story() -> None:
        async with device(wiring()) as kernel:
            port = port_of(kernel)
            await start(port, "child-1")
            await start(port, "child-2", kept=True)
            assert not (await port.ask("kernel", RestChild("child-1"), ChildRests, within=20)).rests
            busy = asyncio.ensure_future(port.ask("child-2", Misbehave("never"), Pong, within=20))
            await until(lambda: getattr(kernel.seats["child-2"], "busy"))  # noqa: B009
            assert not (await port.ask("kernel", RestChild("child-2"), ChildRests, within=20)).rests
            busy.cancel()
            with pytest.raises(CallerError, match="has no child"):
                await port.ask("kernel", RestChild("child-9"), ChildRests, within=20)

    real(story())


def test_a_zygote_without_children_ends_and_another_follows_on_demand() -> None:
    async def story() -> None:
        async with device(wiring({"memory": "32M", "idle_s": 0.01})) as kernel:
            port = port_of(kernel)
            assert kernel.seats[ZYGOTE].state is State.ABSENT
            await start(port, "child-1")
            await port.ask("kernel", StopChild("child-1"), ChildStopped, within=20)
            await until(lambda: kernel.seats[ZYGOTE].state is State.ABSENT)
            await until(lambda: kernel.ledger.holds(ZYGOTE) is None)
            await start(port, "child-1")
            assert parent_pid(pid_of(kernel, "child-1")) == pid_of(kernel, ZYGOTE)

    real(story())


def test_without_room_for_a_zygote_children_are_started_on_their_own() -> None:
    async def story() -> None:
        async with device(wiring({"memory": "900M"}, ram="256M")) as kernel:
            port = port_of(kernel)
            await start(port, "child-1")
            assert parent_pid(pid_of(kernel, "child-1")) == os.getpid()

    real(story())


def test_a_zygote_takes_no_messages() -> None:
    async def story() -> None:
        async with device(wiring()) as kernel:
            await start(port_of(kernel), "child-1")
            with pytest.raises(ServiceFault, match="takes no messages"):
                await kernel.connect("front").ask(ZYGOTE, Ping(1), Pong, within=20)

    real(story())
