"""A child that a zygote forked, seen from the core: the same promises as of one that the core started itself.

It is the zygote's child, so its end is the zygote's to collect. The zygote tells of it over a socket a child: first the
pid with a descriptor of the process (a pidfd, exact as long as nobody collected it), in the end the exit status. If
the zygote ends first, the child is killed by its descriptor: nobody would account for it.

Nothing waits here. A child that must go before it is known cannot be signalled; its lifeline is cut, and it ends where
it would tie itself to it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket

import msgspec

from ..errors import ServiceFault
from ..supervisor import ExitKind, ExitReason
from .base import Cap, ChildSpec
from .cgroup import Leaf, Tree
from .linux import LinuxChild
from .posix import cage_of

LOST = "the process it was forked from ended"


class ForkedChild(LinuxChild):
    """``told`` is where the zygote tells of it."""

    def __init__(
        self, name: str, cap: Cap, life: int, told: socket.socket, tree: Tree | None, leaf: Leaf | None
    ) -> None:
        super().__init__(name, 0, cap, life, -1, tree, leaf)
        self._told = told
        told.setblocking(False)

    def fileno(self) -> int:
        return self._told.fileno()

    def resize(self, budget_bytes: int) -> str:
        if not self._pid:
            raise ServiceFault(f"child {self.name!r} is only just being started")
        return super().resize(budget_bytes)

    def poll(self) -> ExitReason | None:
        while self._exit is None:
            try:
                data, fds, _, _ = socket.recv_fds(self._told, 16, 1)
            except BlockingIOError:
                return None
            except OSError:
                data, fds = b"", []
            if not data:
                self._send(signal.SIGKILL)
                self._exit = ExitReason(ExitKind.SIGNAL, int(signal.SIGKILL), LOST)
            elif not self._pid:
                self._pid = int.from_bytes(data, "little")
                self._pidfd = fds[0] if fds else -1
                if self._life < 0:
                    self._send(signal.SIGKILL)
            else:
                self._exit = self._reason(os.waitstatus_to_exitcode(int.from_bytes(data, "little")))
        return self._exit

    def kill(self) -> None:
        if self.poll() is None and not self._pid:
            self._cut()
        super().kill()

    def close(self) -> None:
        if self.poll() is None:
            self.kill()  # what it leaves is collected by the zygote, or by the system
        self._exit = self._exit or ExitReason(ExitKind.SIGNAL, int(signal.SIGKILL), "closed")
        self._told.close()
        super().close()

    def _send(self, number: signal.Signals) -> None:
        """A boxed child starts no processes: it is alone. What might be left in its group is killed with the group."""
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def _cut(self) -> None:
        if self._life >= 0:
            os.close(self._life)
            self._life = -1


def fork(zygote: socket.socket, spec: ChildSpec, tree: Tree | None, leaf: Leaf | None, data: int) -> ForkedChild:
    """Ask a zygote for a child, which gets the one descriptor of ``spec.pass_fds``. Raises ServiceFault."""
    life_end, life = os.pipe()
    told, tell = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    want = msgspec.msgpack.encode({"name": spec.name, "cage": cage_of(spec, [leaf.door] if leaf else [], data)})
    try:
        socket.send_fds(zygote, [want], [spec.pass_fds[0], life_end, tell.fileno()])
    except OSError as error:
        os.close(life)
        told.close()
        raise ServiceFault(f"child {spec.name!r} cannot be started: its zygote does not listen: {error}") from error
    finally:
        os.close(life_end)
        tell.close()
    cap = Cap(tree.name if tree else "rlimit", spec.budget_bytes, leaf is None and spec.budget_bytes > 0)
    return ForkedChild(spec.name, cap, life, told, tree, leaf)
