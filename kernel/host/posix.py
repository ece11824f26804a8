"""Any POSIX system: child processes with a soft wall (RLIMIT_DATA) and a lifeline.

RLIMIT_DATA makes an allocation beyond the budget fail with a clean MemoryError, but counts address space rather than
memory and does not count file mappings or shared memory: it is a second wall, and here the only one. RLIMIT_AS and
RLIMIT_RSS are never used: the first breaks threads and mappings long before memory runs out, the second has no
effect.

Children are started with posix_spawn: no code of ours runs between fork and exec, and the parent's address space is not
copied. Each child leads its own process group, so that killing it kills what it started, and a Ctrl-C at
the terminal reaches the core alone, which then stops its children in order. stdin is /dev/null and stdout is joined to
stderr: a stray print in a child never ends up in the output of a command.

A child inherits the read end of a lifeline (see ``cage.py``), whose write end only we hold. There is no portable
descriptor that tells of a child's end (a pipe is closed a moment before the child can be collected, and may be closed
by a living one), so ``fileno`` is -1 here and the kernel's loop looks now and then.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import CallerError, ServiceFault
from ..supervisor import ExitKind, ExitReason
from .base import Cap, ChildSpec, Mechanism, Memory, Pressure
from .cage import ENVIRONMENT, REFUSED

if TYPE_CHECKING:
    import socket

NO_MEMORY: Final = Memory(-1, -1, -1, -1, 0)
_CAGE: Final = str(Path(__file__).with_name("cage.py"))


class PosixChild:
    """A child process under rlimits. The Linux host adds a cgroup and a pidfd to it."""

    def __init__(self, name: str, pid: int, cap: Cap, life: int) -> None:
        self.name = name
        self._pid = pid
        self._cap = cap
        self._life = life
        self._exit: ExitReason | None = None

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def cap(self) -> Cap:
        return self._cap

    @property
    def group(self) -> Path | None:
        """The directory of its control group: there are none here."""
        return None

    def memory(self) -> Memory:
        return NO_MEMORY

    def resize(self, budget_bytes: int) -> str:
        raise ServiceFault(f"child {self.name!r} runs under RLIMIT_DATA, which nobody can move from outside here")

    def terminate(self) -> None:
        if self.poll() is None:
            self._send(signal.SIGTERM)

    def kill(self) -> None:
        if self.poll() is None:
            self._send(signal.SIGKILL)

    def poll(self) -> ExitReason | None:
        if self._exit is None:
            try:
                if sys.platform != "darwin":
                    # Look before collecting: as long as it is a zombie its process group cannot be anybody else's.
                    if os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                        return None
                    self._send(signal.SIGKILL)  # what it left behind
                pid, status = os.waitpid(self._pid, os.WNOHANG)
            except ChildProcessError:
                # Somebody else collected it: that it is gone is all we know.
                self._exit = ExitReason(ExitKind.CODE, -1, "its exit status was collected by somebody else")
                return self._exit
            if pid:
                self._exit = self._reason(os.waitstatus_to_exitcode(status))
        return self._exit

    def fileno(self) -> int:
        return -1

    def close(self) -> None:
        if self.poll() is None:
            self.kill()
            self._collect()
        if self._life >= 0:
            os.close(self._life)
            self._life = -1

    def _send(self, number: signal.Signals) -> None:
        """Signal the child's process group (its id is the child's pid, which lives as long as any member does)."""
        try:
            os.killpg(self._pid, number)
        except (ProcessLookupError, PermissionError):
            pass  # nobody left (macOS says EPERM for a group of zombies)

    def _collect(self) -> None:
        """Wait for a child that was sent SIGKILL; the kernel ends it in its own time, normally within a millisecond."""
        while self.poll() is None:
            time.sleep(0.0005)

    def _reason(self, code: int) -> ExitReason:
        if code < 0:
            return ExitReason(ExitKind.SIGNAL, -code)
        if code == REFUSED:
            return ExitReason(ExitKind.CAGE, code)
        if code == REFUSED + 1:
            return ExitReason(ExitKind.EXEC, code)
        return ExitReason(ExitKind.CODE, code)


class PosixHost:
    """A host whose only cap is RLIMIT_DATA."""

    name = "posix"
    forks = False

    @property
    def mechanism(self) -> str:
        return "rlimit: RLIMIT_DATA, a soft wall; cgroups exist on Linux only"

    @property
    def boot_id(self) -> str:
        # Without a boot id from the system: the moment of boot, to ten seconds (the wall clock may be set a little).
        return f"booted-{round((time.time() - time.monotonic()) / 10)}"

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    def boottime(self) -> float:
        return time.monotonic()

    def pressure(self) -> Pressure:
        return Pressure(0.0, 0.0, "")

    def mechanisms(self) -> list[Mechanism]:
        return [Mechanism("rlimit", True, "RLIMIT_DATA: allocations beyond the budget fail with MemoryError")]

    def spawn(self, spec: ChildSpec, zygote: socket.socket | None = None) -> PosixChild:
        pid, life = launch(spec, [], soft_wall(spec, alone=True))
        return PosixChild(spec.name, pid, Cap("rlimit", spec.budget_bytes, spec.budget_bytes > 0), life)

    def close(self) -> None:
        """Nothing of ours outlives the children."""


def soft_wall(spec: ChildSpec, alone: bool) -> int:
    """RLIMIT_DATA of a child, 0 for none: the budget itself if it is the only wall, else twice as far out.

    It counts address space; a program may reserve more than it touches, and behind it stands the cgroup.
    """
    if spec.data_bytes:
        return max(0, spec.data_bytes)
    return spec.budget_bytes if alone else 2 * spec.budget_bytes


def cage_of(spec: ChildSpec, cgroups: list[str], data: int) -> dict[str, str]:
    """What a child's cage is made of, less its lifeline."""
    parts = {"cgroup": "\t".join(cgroups), "data": str(data) if data > 0 else "", "cwd": spec.cwd}
    return {key: value for key, value in parts.items() if value}


def launch(spec: ChildSpec, cgroups: list[str], data: int) -> tuple[int, int]:
    """Start the process; returns its pid and the write end of its lifeline."""
    if not spec.argv:
        raise CallerError(f"child {spec.name!r} has an empty command line")
    if spec.budget_bytes < 0:
        raise CallerError(f"child {spec.name!r} has a budget of {spec.budget_bytes} bytes")
    argv = [sys.executable, "-I", "-S", _CAGE, *spec.argv] if spec.wrap else list(spec.argv)
    read_end, life = os.pipe()
    cage = {"life": str(read_end), **cage_of(spec, cgroups, data)}
    env = {**spec.env, ENVIRONMENT: "\n".join(f"{key}={value}" for key, value in cage.items())}
    env.setdefault("MALLOC_ARENA_MAX", "1")  # glibc otherwise reserves 64 MiB of address space a thread
    actions: list[tuple[int, int, int] | tuple[int, int, str, int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, 2, 1),
    ]
    # Duplicating a descriptor onto itself clears its close-on-exec flag in the child only.
    actions += [(os.POSIX_SPAWN_DUP2, fd, fd) for fd in (read_end, *spec.pass_fds)]
    try:
        pid = os.posix_spawn(argv[0], argv, env, file_actions=actions, setpgroup=0, setsigdef=[signal.SIGPIPE])
    except (OSError, ValueError) as error:
        os.close(life)
        raise ServiceFault(f"child {spec.name!r} cannot be started: {argv[0]!r}: {error}") from error
    finally:
        os.close(read_end)
    return pid, life
