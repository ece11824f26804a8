"""Real child processes: how they are caged, how they end, and that nothing outlives its core."""

from __future__ import annotations

import os
import select
import signal
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.kernel.host import this_host
from bluerill.kernel.host.base import ChildHandle, ChildSpec, Host
from bluerill.kernel.host.cage import REFUSED
from bluerill.kernel.host.doctor import describe_caps
from bluerill.kernel.host.linux import LinuxHost
from bluerill.kernel.host.posix import PosixHost
from bluerill.kernel.limits import MIB
from bluerill.kernel.supervisor import ExitKind, ExitReason

pytestmark = pytest.mark.process
PYTHON = [sys.executable, "-I", "-S", "-c"]
GROW = "held = []\nwhile len(held) < 200: held.append(b'x' * (1 << 20))"


def spec(code: str, budget: int = 0, **more: Any) -> ChildSpec:
    asked = ChildSpec("test", [*PYTHON, textwrap.dedent(code)], {"PATH": os.environ["PATH"]}, budget, wrap=True)
    return asked._replace(**more)


def end_of(child: ChildHandle, within: float = 10.0) -> ExitReason:
    """Wait for the end as an event loop would: on the descriptor, or by looking where there is none."""
    if child.fileno() >= 0:
        assert select.select([child.fileno()], [], [], within)[0], "the child did not end in time"
    until = time.monotonic() + within
    while child.fileno() < 0 and child.poll() is None:
        assert time.monotonic() < until, "the child did not end in time"
        select.select([], [], [], 0.005)
    reason = child.poll()
    assert reason is not None
    assert child.poll() is reason
    return reason


def read_all(fd: int, within: float = 10.0) -> bytes:
    parts = []
    while select.select([fd], [], [], within)[0]:
        part = os.read(fd, 65536)
        if not part:
            break
        parts.append(part)
    os.close(fd)
    return b"".join(parts)


@pytest.fixture(params=[PosixHost, LinuxHost])
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    if request.param is LinuxHost and sys.platform != "linux":
        pytest.skip("the Linux host needs Linux")
    made: Host = request.param()
    yield made
    made.close()


@pytest.fixture
def caged() -> Iterator[LinuxHost]:
    host = LinuxHost()
    if host.tree is None:
        pytest.skip(f"no cgroup can be made here: {host.mechanism}")
    yield host
    host.close()


def test_a_child_ends_with_its_code(host: Host) -> None:
    child = host.spawn(spec("import os; os._exit(3)"))
    assert end_of(child) == ExitReason(ExitKind.CODE, 3)
    child.kill()
    child.terminate()
    child.close()
    child.close()


def test_a_signal_is_told_apart_from_a_code(host: Host) -> None:
    child = host.spawn(spec("import os; os.kill(os.getpid(), 11)"))
    assert end_of(child) == ExitReason(ExitKind.SIGNAL, signal.SIGSEGV)
    child.close()


def test_a_program_that_does_not_exist(host: Host) -> None:
    with pytest.raises(ServiceFault, match="cannot be started: '/nowhere/program'"):
        host.spawn(spec("")._replace(argv=["/nowhere/program"], wrap=False))
    child = host.spawn(spec("")._replace(argv=["/nowhere/program"]))
    assert end_of(child).kind is ExitKind.EXEC
    child.close()
    for wrong in (spec("", argv=[]), spec("", budget=-1)):
        with pytest.raises(CallerError):
            host.spawn(wrong)


def test_descriptors_are_passed_under_their_number_and_no_others(host: Host) -> None:
    passed_r, passed_w = os.pipe()
    kept_r, kept_w = os.pipe()
    code = f"""
        import os, stat
        os.write({passed_w}, b"hello ")
        try:
            os.fstat({kept_w})
        except OSError:
            os.write({passed_w}, b"alone")
    """
    child = host.spawn(spec(code, pass_fds=(passed_w,)))
    os.close(passed_w)
    assert end_of(child).number == 0
    assert read_all(passed_r) == b"hello alone"
    child.close()
    os.close(kept_r)
    os.close(kept_w)


def test_environment_directory_and_streams(host: Host, tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    code = f"""
        import os
        assert os.read(0, 1) == b"", "stdin is empty"
        assert os.path.samestat(os.fstat(1), os.fstat(2)), "stdout is stderr"
        assert os.getpgid(0) == os.getpid(), "leads its own group"
        text = os.getcwd() + "|" + os.environ["WORD"] + "|" + str("BLUERILL_CAGE" in os.environ)
        os.write({write_end}, text.encode())
    """
    env = {"PATH": os.environ["PATH"], "WORD": "ünïcode"}
    child = host.spawn(spec(code, env=env, cwd=str(tmp_path), pass_fds=(write_end,)))
    os.close(write_end)
    assert end_of(child).number == 0
    assert read_all(read_end).decode() == f"{tmp_path}|ünïcode|False"
    child.close()


def test_a_cage_that_cannot_be_entered_ends_the_child_with_its_own_reason(host: Host) -> None:
    child = host.spawn(spec("pass", cwd="/nowhere/at/all"))
    assert end_of(child) == ExitReason(ExitKind.CAGE, REFUSED)
    child.close()


def test_an_absurd_allocation_is_a_memory_error(host: Host) -> None:
    code = """
        import os
        try:
            bytearray(4 << 30)
        except MemoryError:
            os._exit(42)
    """
    child = host.spawn(spec(code, budget=64 * MIB))
    assert end_of(child) == ExitReason(ExitKind.CODE, 42)
    child.close()


def test_who_ignores_sigterm_is_killed_with_all_it_started(host: Host) -> None:
    read_end, write_end = os.pipe()
    code = f"""
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            time.sleep(600)
        os.write({write_end}, b"ready")
        time.sleep(600)
    """
    child = host.spawn(spec(code, pass_fds=(write_end,)))
    os.close(write_end)
    assert os.read(read_end, 5) == b"ready"
    child.terminate()
    assert child.poll() is None
    child.kill()
    assert select.select([read_end], [], [], 5)[0], "a grandchild still holds the pipe"
    assert os.read(read_end, 1) == b""
    os.close(read_end)
    child.close()
    assert child.poll() == ExitReason(ExitKind.SIGNAL, signal.SIGKILL)


def test_what_a_child_leaves_behind_ends_with_it(host: Host) -> None:
    read_end, write_end = os.pipe()
    code = f"""
        import os, time
        if os.fork() == 0:
            os.write({write_end}, b"orphan")
            time.sleep(600)
        else:
            time.sleep(0.2)
            os._exit(0)
    """
    child = host.spawn(spec(code, pass_fds=(write_end,)))
    os.close(write_end)
    assert os.read(read_end, 6) == b"orphan"
    assert end_of(child).number == 0
    assert select.select([read_end], [], [], 5)[0], "the orphan lives"
    os.close(read_end)
    child.close()


def test_close_kills_what_still_runs(host: Host) -> None:
    child = host.spawn(spec("import time; time.sleep(600)"))
    child.close()
    assert child.poll() == ExitReason(ExitKind.SIGNAL, signal.SIGKILL)


@pytest.mark.parametrize("name", ["PosixHost", "LinuxHost"])
def test_children_die_with_their_core_even_if_they_are_stuck(name: str, tmp_path: Path) -> None:
    """A core is killed while its child spins in C, deaf to everything; the child must be gone."""
    read_end, write_end = os.pipe()
    core = f"""
        import os, signal, sys
        from bluerill.kernel.host.base import ChildSpec
        from bluerill.kernel.host.{name[:-4].lower()} import {name}
        code = "import os, signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))"
        code += "; os.write({write_end}, b'up'); sum(range(10**12))"
        {name}().spawn(ChildSpec("c", [sys.executable, "-I", "-S", "-c", code], {{}}, 0, ({write_end},), wrap=True))
        os.close({write_end})
        signal.pause()
    """
    argv = [sys.executable, "-c", textwrap.dedent(core)]
    action = [(os.POSIX_SPAWN_DUP2, write_end, write_end)]
    pid = os.posix_spawn(sys.executable, argv, os.environ, file_actions=action)
    os.close(write_end)
    try:
        assert os.read(read_end, 2) == b"up"
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert select.select([read_end], [], [], 5)[0], "the child outlived its core"
    assert os.read(read_end, 1) == b""
    os.close(read_end)


def test_over_its_cap_only_the_child_dies_and_the_kernel_counted_it(caged: LinuxHost) -> None:
    neighbour = caged.spawn(spec("import time; time.sleep(600)", budget=32 * MIB))
    child = caged.spawn(spec(GROW, budget=32 * MIB, data_bytes=-1))
    reason = end_of(child)
    assert reason.kind is ExitKind.MEMORY
    assert "32 MiB" in reason.text
    memory = child.memory()
    assert memory.oom_kills >= 1
    assert memory.peak == pytest.approx(32 * MIB, rel=0.02)
    assert child.cap.enforced
    assert neighbour.poll() is None
    child.close()
    assert (child.memory().peak, child.memory().oom_kills) == (memory.peak, memory.oom_kills)
    neighbour.close()


def test_a_kill_by_hand_is_not_called_a_memory_death(caged: LinuxHost) -> None:
    child = caged.spawn(spec("import time; time.sleep(600)", budget=32 * MIB))
    os.kill(child.pid, signal.SIGKILL)
    assert end_of(child) == ExitReason(ExitKind.SIGNAL, signal.SIGKILL)
    child.close()


def test_a_living_child_is_measured_and_its_cap_can_move(caged: LinuxHost) -> None:
    read_end, write_end = os.pipe()
    code = f"""
        import os, sys, time
        held = b"x" * (20 << 20)
        os.write({write_end}, b"up")
        time.sleep(600)
    """
    child = caged.spawn(spec(code, budget=64 * MIB, pass_fds=(write_end,)))
    os.close(write_end)
    assert os.read(read_end, 2) == b"up"
    os.close(read_end)
    assert child.cap.enforced
    assert child.cap.bytes == 64 * MIB
    used = child.memory()
    assert 20 * MIB <= used.anon <= used.charge <= used.peak <= 64 * MIB
    child.resize(48 * MIB)
    assert child.cap.bytes == 48 * MIB
    child.close()
    assert child.memory().peak >= 20 * MIB


def test_cages_are_removed(caged: LinuxHost) -> None:
    assert caged.tree is not None
    base = caged.tree.base
    assert base is not None
    children = [caged.spawn(spec("pass", budget=32 * MIB)) for _ in range(3)]
    assert len([path for path in base.iterdir() if path.is_dir()]) == 3
    for child in children:
        end_of(child)
        child.close()
    assert [path for path in base.iterdir() if path.is_dir()] == []
    caged.close()
    assert not base.exists()


def test_descriptors_do_not_leak(host: Host) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("this system does not list descriptors")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        child = host.spawn(spec("pass", budget=64 * MIB))
        end_of(child)
        child.close()
        with pytest.raises(ServiceFault):
            host.spawn(spec("")._replace(argv=["/nowhere"], wrap=False))
    assert len(os.listdir("/proc/self/fd")) == before


def test_this_host_knows_its_clocks_and_boot() -> None:
    host = this_host()
    assert host.now() <= host.now()
    assert host.boottime() > 0
    assert host.wall() > 1.7e9
    assert host.boot_id == this_host().boot_id
    assert host.pressure().some >= 0
    host.close()


def test_the_doctor_sees_the_strongest_cap_kill() -> None:
    host = this_host()
    caps = describe_caps(host)
    assert caps.proven, caps.lines()
    assert caps.mechanisms[-1].name == "rlimit"
    assert all(line and "\n" not in line for line in caps.lines())
    assert describe_caps(host, prove=False).proof == ""
    host.close()
    soft = describe_caps(PosixHost())
    assert soft.proven
    assert "MemoryError" in soft.proof
