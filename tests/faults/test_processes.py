"""What happens to a device when processes die, freeze or eat: one typed error each, and everything else goes on."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import textwrap
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel import limits
from bluerill.kernel.errors import DeadlineExceeded, PeerRestarted, ServiceFault
from bluerill.kernel.eventloop import LinkLoop
from bluerill.kernel.host import this_host
from bluerill.kernel.loop import Kernel
from bluerill.kernel.service_port import ServicePort
from support.devices import device, manifest
from support.services import Misbehave, Ping, Pong

pytestmark = pytest.mark.process
CHILD: dict[str, Any] = {"isolation": "child", "memory": "64M"}


@pytest.fixture(params=["plain asyncio", "the kernel's loop"])
def factory(request: pytest.FixtureRequest) -> Any:
    return LinkLoop if request.param == "the kernel's loop" else asyncio.new_event_loop


def run(work: Coroutine[Any, Any, None], factory: Any = LinkLoop) -> None:
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(asyncio.wait_for(work, 60))


def pid_of(kernel: Kernel, name: str) -> int:
    child = getattr(kernel.seats[name], "child", None)
    assert child is not None
    return int(child.pid)


async def works(port: ServicePort, name: str, n: int) -> Pong:
    """The service answers, whatever became of its earlier life."""
    pong = await port.ask(name, Ping(n), Pong, within=20)
    assert pong.n == n
    return pong


async def until(condition: Any, within: float = 10.0) -> None:
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.005)


def test_a_child_killed_mid_call_costs_one_typed_error_and_the_next_call_works(factory: Any) -> None:
    async def main() -> None:
        async with device(manifest(echo=CHILD, other=CHILD)) as kernel:
            port = kernel.connect("front")
            await works(port, "echo", 1)
            bystander = (await works(port, "other", 1)).n
            asks = [asyncio.create_task(port.ask("echo", Misbehave("never"), Pong, within=20)) for _ in range(3)]
            await asyncio.sleep(0)
            os.kill(pid_of(kernel, "echo"), signal.SIGKILL)
            ends = await asyncio.gather(*asks, return_exceptions=True)
            assert [type(end) for end in ends] == [PeerRestarted] * 3
            assert "'echo' was killed by SIGKILL before it answered 'test.misbehave'" in str(ends[0])
            assert kernel.seats["echo"].generation == 1
            await works(port, "echo", 2)
            assert kernel.seats["echo"].generation == 2
            assert (kernel.seats["other"].generation, bystander) == (1, 1)

    run(main(), factory)


@pytest.mark.parametrize("seed", range(5))
def test_a_child_killed_at_any_moment_leaves_no_ask_unanswered(seed: int) -> None:
    """Keep asking while the child is killed somewhere in between: every ask ends, with its own answer or one error."""

    async def main() -> None:
        async with device(manifest(echo=CHILD)) as kernel:
            port = kernel.connect("front")
            await works(port, "echo", 0)
            asks = [asyncio.create_task(port.ask("echo", Ping(n), Pong, within=20)) for n in range(150)]
            for _ in range(seed * 3):
                await asyncio.sleep(0)
            os.kill(pid_of(kernel, "echo"), signal.SIGKILL)
            ends = await asyncio.gather(*asks, return_exceptions=True)
            for n, end in enumerate(ends):
                assert isinstance(end, PeerRestarted) or (isinstance(end, Pong) and end.n == n), (seed, n, end)
            await works(port, "echo", 7)
            assert kernel.deadlines.pending == {}

    run(main())


def test_a_frozen_child_meets_the_deadline_and_is_then_replaced() -> None:
    async def main() -> None:
        async with device(manifest(echo={**CHILD, "hang_s": 0.2})) as kernel:
            port = kernel.connect("front")
            await works(port, "echo", 1)
            os.kill(pid_of(kernel, "echo"), signal.SIGSTOP)
            began = time.monotonic()
            with pytest.raises(DeadlineExceeded):
                await port.ask("echo", Ping(2), Pong, within=0.2)
            assert time.monotonic() - began < 2
            await until(lambda: kernel.seats["echo"].generation == 2)
            await works(port, "echo", 3)
            assert any("stopped answering" in line for line in kernel.monitor.faults)

    run(main())


def test_a_spinning_child_is_replaced_too() -> None:
    async def main() -> None:
        async with device(manifest(echo={**CHILD, "hang_s": 0.2})) as kernel:
            port = kernel.connect("front")
            await works(port, "echo", 1)
            with pytest.raises((DeadlineExceeded, PeerRestarted)):
                await port.ask("echo", Misbehave("spin"), Pong, within=0.2)
            await until(lambda: kernel.seats["echo"].generation == 2)
            await works(port, "echo", 3)

    run(main())


def test_a_slow_but_living_child_is_not_killed() -> None:
    async def main() -> None:
        async with device(manifest(echo={**CHILD, "hang_s": 0.2})) as kernel:
            port = kernel.connect("front")
            await works(port, "echo", 1)
            with pytest.raises(DeadlineExceeded):
                await port.ask("echo", Misbehave("never"), Pong, within=0.1)
            await asyncio.sleep(0.4)
            assert kernel.seats["echo"].generation == 1

    run(main())


def test_a_child_that_does_not_stop_when_asked_is_killed_in_bound() -> None:
    async def main() -> None:
        async with device(manifest(echo=CHILD)) as kernel:
            port = kernel.connect("front")
            await works(port, "echo", 1)
            pid = pid_of(kernel, "echo")
            os.kill(pid, signal.SIGSTOP)  # deaf to everything but SIGKILL
            began = time.monotonic()
            await kernel.stop()
            assert time.monotonic() - began < limits.STOP_GRACE_S + 2
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)

    run(main())


def test_over_its_memory_cap_only_the_child_dies_and_its_estimate_grows() -> None:
    async def main() -> None:
        async with device(manifest(echo=CHILD, other=CHILD)) as kernel:
            if kernel.host.mechanism.startswith("rlimit"):
                pytest.skip(f"no hard cap here: {kernel.host.mechanism}")
            port = kernel.connect("front")
            await works(port, "echo", 1)
            await works(port, "other", 1)
            before = kernel.ledger.holds("echo")
            with pytest.raises(ServiceFault) as caught:
                await port.ask("echo", Misbehave("eat"), Pong, within=30)
            await works(port, "echo", 2)
            await works(port, "other", 2)
            assert kernel.seats["other"].generation == 1
            after = kernel.ledger.holds("echo")
            assert before is not None
            assert after is not None
            if isinstance(caught.value, PeerRestarted):  # the hard wall
                assert "exceeded its memory cap" in str(caught.value)
                assert after.anon == int(before.anon * 1.25)
            else:  # the soft wall came first: a MemoryError in the handler, and the child lives
                assert "MemoryError" in str(caught.value)
                assert kernel.seats["echo"].generation == 1

    run(main())


def test_a_crash_loop_ends_in_quarantine_and_the_device_stays_up() -> None:
    async def main() -> None:
        async with device(manifest(echo=CHILD, other=CHILD)) as kernel:
            port = kernel.connect("front")
            await works(port, "other", 1)
            supervisor = kernel.seats["echo"].supervisor
            supervisor._intensity = 2  # the policy itself is tested elsewhere; do not spend its minute here
            for _ in range(3):
                with pytest.raises(PeerRestarted):
                    await port.ask("echo", Misbehave("die"), Pong, within=20)
            await until(lambda: kernel.seats["echo"].state.value == "quarantined")
            with pytest.raises(ServiceFault, match="'echo' is quarantined: echo ended 3 times within 60 s"):
                await port.ask("echo", Ping(), Pong)
            assert kernel.ledger.holds("echo") is None
            await works(port, "other", 2)

    run(main())


@pytest.mark.parametrize("how", ["flood", "repeat", "lanes"])
def test_a_child_that_ignores_its_credits_is_cut_off_and_the_device_stays_bounded(how: str) -> None:
    async def main() -> None:
        hostile = {**CHILD, "class": "support.services:Hostile", "asks": ["stuck"], "tells": ["stuck"]}
        async with device(manifest(bad=hostile, stuck={})) as kernel:
            port = kernel.connect("front")
            await works(port, "bad", 1)
            blocked = asyncio.create_task(port.ask("stuck", Misbehave("never"), Pong, within=30))
            await asyncio.sleep(0)
            try:
                await port.ask("bad", Misbehave(how), Pong, within=20)
            except ServiceFault:
                pass  # cut off before it answered
            if how != "lanes":  # refused asks are no flood: the mailbox said no to each
                await until(lambda: kernel.seats["bad"].generation == 2)
                assert any("broke the protocol" in line for line in kernel.monitor.faults)
            assert len(kernel._tasks) <= limits.CREDITS + 8
            await works(port, "bad", 2)
            blocked.cancel()
            await asyncio.wait([blocked])
            await until(lambda: len(kernel.seats["stuck"].mailbox) == 0)
            await works(port, "stuck", 3)

    run(main())


def test_children_and_their_cages_go_when_the_core_is_killed(tmp_path: Path) -> None:
    """The core is killed with SIGKILL: no child survives it, and the next core sweeps what it left."""
    read_end, write_end = os.pipe()
    core = f"""
        import asyncio, os, sys
        from support.devices import device, manifest
        from support.services import Ping, Pong
        async def main():
            async with device(manifest(a={CHILD!r}, b={CHILD!r})) as kernel:
                port = kernel.connect("front")
                for name in "ab":
                    await port.ask(name, Ping(1), Pong, within=20)
                pids = [seat.child.pid for seat in kernel.seats.values() if seat.isolation == "child"]
                os.kill(pids[0], 19)
                os.write({write_end}, (" ".join(map(str, pids)) + "\\n").encode())
                await asyncio.Event().wait()
        asyncio.run(main())
    """
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", textwrap.dedent(core)]
    pid = os.posix_spawn(argv[0], argv, env, file_actions=[(os.POSIX_SPAWN_DUP2, write_end, write_end)])
    os.close(write_end)
    line = b""
    try:
        while not line.endswith(b"\n"):
            assert select.select([read_end], [], [], 30)[0], "the core did not start"
            part = os.read(read_end, 100)
            assert part, "the core ended before it was killed"
            line += part
    finally:
        os.close(read_end)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    pids = [int(text) for text in line.split()]
    assert len(pids) == 2  # one of them is frozen: SIGKILL reaches it all the same

    async def main() -> None:
        await until(lambda: not any(_alive(child) for child in pids), within=5)

    run(main())
    tree = getattr(host := this_host(), "tree", None)  # asking for it opens it, which sweeps
    if tree is not None:
        assert [path.name for path in tree.base.parent.glob(f"bluerill.{pid}.*")] == []
    host.close()


def _alive(pid: int) -> bool:
    """Whether a process runs (a zombie that nobody collects does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
