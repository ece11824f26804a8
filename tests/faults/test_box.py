"""Hostile code in a boxed child: every attack fails there, and the same attack works in a child that is not boxed."""

from __future__ import annotations

import asyncio
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluerill.kernel.box import landlock
from bluerill.kernel.box.calls import ARCHITECTURES
from bluerill.kernel.children import ChildStarted, StartChild
from bluerill.kernel.errors import PeerRestarted, ServiceFault
from bluerill.kernel.limits import MIB
from bluerill.kernel.loop import Kernel
from bluerill.kernel.status import GetStatus, Status
from support.attacks import SYSTEM_CALLS, Attack, Attacked
from support.devices import device, manifest

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="there is a box on Linux only"),
    pytest.mark.skipif(os.uname().machine not in ARCHITECTURES, reason="no filter for this machine"),
]
needs_landlock = pytest.mark.skipif(
    sys.platform == "linux" and landlock.version() < 1, reason="this kernel has no Landlock"
)
CHILD = {"class": "support.attacks:Attacker", "isolation": "child", "memory": "96M"}


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the same user that does nothing."""
    process = subprocess.Popen([sys.executable, "-I", "-S", "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def attack(how: str, target: str = "", *, writes: tuple[str, ...] = ()) -> tuple[str, str]:
    """What came of an attack with the box on (in a forked child first: its box holds as well), and with the box off."""

    async def story() -> tuple[str, str]:
        box = {"writes": list(writes)}
        starts = {"class": CHILD["class"], "prefix": "forked-", "box": box, "zygote": {"memory": "64M"}}
        parent = {"class": "support.services:Parent", "asks": ["kernel"], "starts": starts}
        wiring = manifest(boxed={**CHILD, "box": box}, loose=CHILD, parent=parent)
        async with device(wiring) as kernel:
            port = kernel.local("parent").port
            await port.ask("kernel", StartChild("forked-1", 96 * MIB), ChildStarted)
            forked = await port.ask("forked-1", Attack(how, target), Attacked, within=20)
            front = kernel.connect("front")
            boxed = await front.ask("boxed", Attack(how, target), Attacked, within=20)
            assert forked.outcome == boxed.outcome
            assert kernel.seats["parent-zygote"].generation == 1
            loose = await front.ask("loose", Attack(how, target), Attacked, within=20)
            return boxed.outcome, loose.outcome

    return asyncio.run(story())


def contained(outcomes: tuple[str, str]) -> bool:
    boxed, loose = outcomes
    assert loose == "worked", f"the attack must work where there is no box, or this test proves nothing: {loose}"
    return boxed.startswith("refused")


@needs_landlock
@pytest.mark.parametrize("how", ["read", "write", "link-out"])
def test_files_of_others_are_out_of_reach(how: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    boxed, loose = attack(how, str(secret), writes=(str(scratch),))
    assert (boxed, loose) == ("refused: PermissionError 13", "worked")


def test_modes_and_owners_of_files_stay(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    assert contained(attack("change-mode", str(secret)))


@needs_landlock
def test_the_parent_cannot_be_read_by_proc() -> None:
    assert contained(attack("read-parent"))


def test_a_disk_cannot_be_filled(tmp_path: Path) -> None:
    assert attack("fill-disk", str(tmp_path), writes=(str(tmp_path),)) == ("refused: OSError 27", "worked")
    if landlock.version():
        assert contained(attack("fill-disk", str(tmp_path)))


@pytest.mark.parametrize("how", ["fork-bomb", "execute"])
def test_there_is_no_second_process_and_no_other_program(how: str) -> None:
    assert contained(attack(how))


def test_threads_are_allowed() -> None:
    assert attack("start-thread") == ("worked", "worked")


@pytest.mark.parametrize("how", ["send-signal", "signal-by-pipe"])
def test_nobody_else_is_signalled(how: str, victim: subprocess.Popen[bytes]) -> None:
    async def story() -> None:
        async with device(manifest(boxed={**CHILD, "box": {}}, loose=CHILD)) as kernel:
            front = kernel.connect("front")
            boxed = await front.ask("boxed", Attack(how, str(victim.pid)), Attacked, within=20)
            assert boxed.outcome == "refused: PermissionError 1"
            assert victim.poll() is None
            await front.ask("loose", Attack(how, str(victim.pid)), Attacked, within=20)
            assert await asyncio.to_thread(victim.wait, 10) == -signal.SIGKILL

    asyncio.run(story())


def test_no_process_is_traced_or_read(victim: subprocess.Popen[bytes]) -> None:
    held = ctypes.create_string_buffer(b"a secret")
    traced, read = attack("trace", str(victim.pid)), attack("peek", f"{os.getpid()}:{ctypes.addressof(held)}")
    if "refused" in (traced[1][:7], read[1][:7]):
        pytest.skip(f"this machine refuses it to everyone: {traced[1]}, {read[1]}")
    assert contained(traced)
    assert contained(read)


@pytest.mark.parametrize("how", ["call-out", "resolve-out"])
def test_nothing_leaves_by_the_network(how: str) -> None:
    kind = socket.SOCK_STREAM if how == "call-out" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as listener:
        listener.bind(("127.0.0.1", 0))
        if how == "call-out":
            listener.listen()
        assert contained(attack(how, str(listener.getsockname()[1])))


def test_the_sockets_of_this_machine_are_shut(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as door, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as box:
        door.bind(str(tmp_path / "door"))
        door.listen()
        assert contained(attack("call-local", str(tmp_path / "door")))
        box.bind(str(tmp_path / "box"))
        assert contained(attack("post-local", str(tmp_path / "box")))


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
@pytest.mark.parametrize("name", SYSTEM_CALLS)
def test_the_kernel_is_not_reconfigured(name: str) -> None:
    boxed, loose = attack("raw-call", name)
    assert boxed == "refused: PermissionError 1"
    if loose != "worked":
        pytest.skip(f"this machine refuses {name} to everyone")


def test_memory_beyond_the_cap_ends_only_the_child() -> None:
    async def story() -> None:
        async with device(manifest(boxed={**CHILD, "box": {}}, other={})) as kernel:
            front = kernel.connect("front")
            with pytest.raises(
                (PeerRestarted, ServiceFault)
            ):  # killed, or refused the memory: either wall may be first
                await front.ask("boxed", Attack("eat"), Attacked, within=20)
            assert await row(kernel, "other") == "running"

    asyncio.run(story())


def test_what_boxes_a_child_is_told_and_cannot_be_told_twice() -> None:
    async def story() -> None:
        async with device(manifest(boxed={**CHILD, "box": {}}, loose=CHILD)) as kernel:
            front = kernel.connect("front")
            await front.ask("boxed", Attack("start-thread"), Attacked, within=20)
            status = await front.ask("kernel", GetStatus(), Status)
            rows = {each.name: each for each in status.services}
            assert rows["loose"].box == []
            assert [wall.name for wall in rows["boxed"].box] == ["limits", "privileges", "files", "calls"]
            assert all(wall.stands for wall in rows["boxed"].box) or landlock.version() == 0

    asyncio.run(story())


async def row(kernel: Kernel, name: str) -> str:
    status = await kernel.connect("watcher").ask("kernel", GetStatus(), Status)
    return next(each.state for each in status.services if each.name == name)


def test_a_boxed_child_dies_with_the_core(tmp_path: Path) -> None:
    """The lifeline is a signal of the kernel's, which the walls against signals must not hold back."""
    code = f"""
import asyncio, os, sys
sys.path[:0] = {sys.path!r}
from support.attacks import Attack, Attacked
from support.devices import device, manifest
async def story():
    async with device(manifest(boxed={{**{CHILD!r}, "box": {{}}}})) as kernel:
        await kernel.connect("front").ask("boxed", Attack("start-thread"), Attacked, within=20)
        print(kernel.seats["boxed"].child.pid, flush=True)
        os.kill(os.getpid(), 9)
asyncio.run(story())
"""
    core = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=False, timeout=60)
    lifeline = os.pidfd_open(int(core.stdout)) if _there(int(core.stdout)) else -1
    assert lifeline < 0 or select.select([lifeline], [], [], 10)[0], "the boxed child outlived its core"


def _there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def test_no_secret_of_the_environment_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")

    async def story() -> None:
        async with device(manifest(boxed={**CHILD, "box": {}}, loose=CHILD)) as kernel:
            for name, there in (("boxed", False), ("loose", True)):
                front = kernel.connect(f"front-{name}")
                await front.ask(name, Attack("start-thread"), Attacked, within=20)
                child = getattr(kernel.seats[name], "child")  # noqa: B009 - only a seat of a process has one
                told = environment(child.pid)
                assert (b"SOME_API_KEY" in told) is there

    asyncio.run(story())
