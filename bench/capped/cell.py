"""One child under one cap: started, asked from outside, looked at, ended without a trace."""

from __future__ import annotations

import os
import select
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

import msgspec

from ...kernel.errors import ServiceFault
from ...kernel.host.base import ChildSpec
from ...kernel.host.linux import LinuxHost
from ...kernel.host.posix import PosixHost
from ...kernel.supervisor import ExitKind, ExitReason
from . import group, machine, scope
from .rows import Cap, Memory, Outcome
from .wire import Answer, Ask, Failed, First, FromChild, Ready, Setup

_DECODER: msgspec.json.Decoder[FromChild] = msgspec.json.Decoder(FromChild)
_CRASHES = (6, 7, 11)
"""SIGABRT, SIGBUS, SIGSEGV: how native code ends whose allocation failed under a soft wall."""
_LOG_TAIL = 2000


class Ended(Exception):
    """The child will answer no more; ``outcome`` and one line why."""

    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome: Outcome = outcome
        self.why = why


class Wall(NamedTuple):
    """The cap of a cell: bytes (None: none), and whose memory it bounds."""

    bytes: int | None
    scope: Literal["process", "device"] = "process"


class Cell:
    """``with Cell(host, setup, wall) as cell: cell.ready(20); cell.ask(0, 5)``. Raises :class:`Ended`."""

    def __init__(self, host: PosixHost, setup: Setup, wall: Wall, name: str = "cell") -> None:
        self._host, self._setup, self._wall, self._name = host, setup, wall, name
        self._buffer = bytearray()
        self._memory = Memory()
        self._limit: int | None = None
        self._swap: int | None = None
        self._kills = 0
        self._closed = False

    def __enter__(self) -> Self:
        asked, self._ask = os.pipe()
        self._answers, out = os.pipe()
        self._log = tempfile.TemporaryFile()
        mine = [asked, out]
        words = [msgspec.json.encode(self._setup).decode(), str(asked), str(out), str(self._log.fileno())]
        spec = ChildSpec(
            self._name,
            [sys.executable, "-m", f"{__package__}.child", *words],
            {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            self._budget(),
            pass_fds=(asked, out, self._log.fileno()),
            data_bytes=-1 if self._hard else 0,  # what ends the child is to be the kernel's doing, not a second wall's
        )
        self.began = time.perf_counter()
        try:
            self._child = self._host.spawn(spec)
        except BaseException:
            self._shut()
            raise
        finally:
            for fd in mine:
                os.close(fd)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._child.pid

    # --- asking

    def ready(self, within: float) -> Ready:
        """Wait until it is loaded."""
        found = self._next(within)
        if not isinstance(found, Ready):
            raise Ended("failed", f"expected the child's readiness, got {type(found).__name__}")
        return found

    def send(self, item: int, tokens: bool = False) -> None:
        """Ask for an item; the answer is read with :meth:`answer`."""
        try:
            os.write(self._ask, msgspec.json.encode(Ask(item, tokens)) + b"\n")
        except BrokenPipeError:
            raise self._ended() from None

    def answer(self, within: float, first: Callable[[], None] | None = None) -> Answer:
        """The next answer; ``first`` is called when its first token is there."""
        found = self._next(within)
        while isinstance(found, First) and first is not None:
            first()
            found = self._next(within)
        if not isinstance(found, Answer):
            raise Ended("failed", f"expected an answer, got {type(found).__name__}")
        return found

    def ask(self, item: int, within: float, first: Callable[[], None] | None = None) -> Answer:
        """One item, waited for; with ``first`` only the request of a model that speaks."""
        self.send(item, first is not None)
        return self.answer(within, first)

    def _next(self, within: float) -> FromChild:
        until = time.monotonic() + within
        while (end := self._buffer.find(b"\n")) < 0:
            left = until - time.monotonic()
            if left <= 0:
                self.look()
                raise Ended("timeout", f"no answer within {within:.3g} s")
            if not select.select([self._answers], [], [], left)[0]:
                continue
            data = os.read(self._answers, 1 << 16)
            if not data:
                raise self._ended()
            self._buffer += data
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        found = _DECODER.decode(line)
        if isinstance(found, Failed):
            self.look()
            outcome: Outcome = {"memory": "oom", "refused": "refused"}.get(found.kind, "failed")  # type: ignore[assignment]
            raise Ended(outcome, found.text)
        return found

    def _ended(self) -> Ended:
        """Why the child is gone."""
        until = time.monotonic() + 10.0
        while (reason := self._child.poll()) is None and time.monotonic() < until:
            time.sleep(0.001)
        self.look()
        if reason is None:
            return Ended("failed", "it closed its pipe and did not end")
        said = self._tail()
        if reason.kind is ExitKind.MEMORY or (reason == (ExitKind.SIGNAL, 9, "") and self._kills):
            return Ended("oom", ExitReason(ExitKind.MEMORY, 9, self._mechanism).text)
        soft = not self._hard and self._wall.bytes is not None
        if soft and (reason.number in _CRASHES or "MemoryError" in said or "memory" in said.lower()):
            return Ended("oom", f"an allocation failed; it {reason.text}")
        return Ended("failed", f"it {reason.text}" + (f": {said.splitlines()[-1][:200]}" if said else ""))

    def _tail(self) -> str:
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), _LOG_TAIL, max(0, size - _LOG_TAIL)).decode("utf-8", "replace").strip()

    # --- looking

    def look(self) -> Memory:
        """Read what the kernel says of it now; kept for after its end."""
        where = self._child.group
        seen = machine.process(self.pid)
        before = self._memory
        if where is None:
            self._memory = Memory(
                mapped_file=seen.get("mapped_file", before.mapped_file),
                read_bytes=seen.get("read_bytes", before.read_bytes),
            )
            self._read_rlimit()
            return self._memory
        now = group.charge(where)
        self._limit, self._swap, self._kills = group.limit(where), group.swap_limit(where), now.oom_kills
        gone = self._child.poll() is not None  # then the group is empty: what it held last is what counts
        self._memory = Memory(
            now.peak,
            before.charge if gone else now.charge,
            before.anon if gone else now.anon,
            before.file if gone else now.file,
            seen.get("mapped_file", before.mapped_file),
            now.refaults,
            seen.get("read_bytes", before.read_bytes),
        )
        return self._memory

    @property
    def kills(self) -> int:
        """Processes inside that the kernel killed for memory, when last looked at."""
        return self._kills

    @property
    def group(self) -> Path | None:
        """Its control group."""
        return self._child.group

    def resize(self, cap: int) -> None:
        """Move its cap while it runs. Raises ServiceFault if it cannot be got below that."""
        self._child.resize(cap)
        self._wall = self._wall._replace(bytes=cap)

    def cap(self) -> Cap:
        """What bounds it, as the kernel said when last looked at."""
        wanted = self._wall.bytes
        seen = self._child.cap.enforced and self._limit is not None
        enforced = wanted is not None and seen and abs((self._limit or 0) - wanted) < 65536
        swap: Any = machine.swap({} if self._swap is None else {"swap": self._swap})
        return Cap(
            self._mechanism if wanted is not None else "none", wanted, self._limit if wanted is not None else None,
            enforced, swap, self._wall.scope, via="systemd-run" if scope.inside() else "",
        )  # fmt: skip

    def _read_rlimit(self) -> None:
        if hasattr(os, "sched_getaffinity"):  # Linux: prlimit(2)
            import resource

            try:
                soft, _ = resource.prlimit(self.pid, resource.RLIMIT_DATA)
            except (OSError, ValueError):
                return  # it is gone; what was read before stands
            self._limit = None if soft == resource.RLIM_INFINITY else soft

    @property
    def _hard(self) -> bool:
        return isinstance(self._host, LinuxHost) and self._host.tree is not None

    @property
    def _mechanism(self) -> str:
        tree = self._host.tree if isinstance(self._host, LinuxHost) else None
        return "rlimit" if tree is None else tree.name

    def _budget(self) -> int:
        if self._wall.bytes is not None:
            return self._wall.bytes
        return machine.ram() if self._hard else 0  # a group without a limit to speak of, so that it is counted

    # --- the end

    def close(self) -> None:
        """End it, and remove its groups. Twice is harmless."""
        if self._closed:
            return
        self._closed = True
        where: Path | None = self._child.group
        self._child.kill()
        if where is not None:
            group.clear(where)
        self._child.close()
        self._shut()

    def _shut(self) -> None:
        os.close(self._ask)
        os.close(self._answers)
        self._log.close()


def open_host(mechanism: str = "auto") -> PosixHost:
    """The host with the strongest mechanism, or with the one that is named. Raises ServiceFault if it does not work."""
    from ...kernel.host import this_host
    from ...kernel.host.cgroup import TreeV1, TreeV2, Unusable
    from ...kernel.host.mounts import find

    if mechanism == "auto" or sys.platform != "linux":
        found = this_host()
        assert isinstance(found, PosixHost)
        return found
    if mechanism == "rlimit":
        return LinuxHost(trees=[])
    v2, v1 = find()
    tree = TreeV2(v2) if mechanism == "cgroup-v2" else TreeV1(v1)
    try:
        tree.open()
    except Unusable as unusable:
        raise ServiceFault(
            f"{mechanism} does not work here: {unusable.why}; {unusable.mend or 'use --mechanism auto'}"
        ) from None
    return LinuxHost(trees=[tree])
