"""What the kernel asks of an operating system: clocks, capped child processes, and memory pressure.

A host promises three things about a child. It runs under the strongest memory cap the machine allows, and says which
one (:class:`Cap`), because a benchmark or a person must never mistake a soft wall for a hard one. It dies when the
core dies, however the core dies. And nothing here waits for it: ``spawn`` returns as soon as the process exists,
``poll`` answers at once, and ``fileno`` is what an event loop waits on (or -1 where a system has no such thing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ..supervisor import ExitReason

if TYPE_CHECKING:
    import socket


class Memory(NamedTuple):
    """What a child uses, in bytes. ``charge`` is what its cap counts; -1 where the mechanism cannot tell."""

    charge: int
    anon: int
    file: int
    peak: int
    oom_kills: int


class Cap(NamedTuple):
    """What stops a child: mechanism, limit, and whether the child is seen to be under it."""

    mechanism: str
    bytes: int
    enforced: bool


class Pressure(NamedTuple):
    """Pressure stall information: percent of the last 10 s in which some or all tasks waited for memory."""

    some: float
    full: float
    source: str  # the file it came from; "" if the machine has none


class Mechanism(NamedTuple):
    """One way to cap memory, and whether it works here; ``mend`` is the one command that would make it work."""

    name: str
    works: bool
    why: str
    mend: str = ""


class ChildSpec(NamedTuple):
    """A child to start. ``argv[0]`` is a path, ``env`` the whole environment, ``budget_bytes`` its cap, 0 for none.

    ``pass_fds`` keep their numbers in the child. A program that calls ``cage.enter()`` first thing is started as it
    is; any other one needs ``wrap``, which starts it through the cage at the price of a second exec. ``data_bytes``
    overrides the soft wall (RLIMIT_DATA), for programs that reserve far more address space than they touch; -1 turns
    it off.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    budget_bytes: int
    pass_fds: Sequence[int] = ()
    cwd: str = ""
    wrap: bool = False
    data_bytes: int = 0


class ChildHandle(Protocol):
    """One child process. ``close`` must be called once it is gone (it also kills, if it is not)."""

    @property
    def pid(self) -> int: ...

    @property
    def cap(self) -> Cap: ...

    def memory(self) -> Memory:
        """What it uses now (or used last, once it is gone)."""
        ...

    def resize(self, budget_bytes: int) -> str:
        """Move its cap while it runs; returns what did not move with it, in one line ("" if everything did).

        Raises ServiceFault if it holds more than that and cannot be got below it, or if the cap cannot move.
        """
        ...

    def terminate(self) -> None:
        """Ask it to end (SIGTERM). Harmless if it is gone."""
        ...

    def kill(self) -> None:
        """End it and everything it started (SIGKILL). Harmless if it is gone."""
        ...

    def poll(self) -> ExitReason | None:
        """Why it ended, or None while it runs. Never blocks; may be called again."""
        ...

    def fileno(self) -> int:
        """A descriptor that becomes readable when the child can be collected, for ``loop.add_reader``; or -1."""
        ...

    def close(self) -> None:
        """Kill what is left, collect it, and remove its cage."""
        ...


class Host(Protocol):
    """One machine (or a simulated one)."""

    @property
    def name(self) -> str: ...

    @property
    def mechanism(self) -> str:
        """The strongest cap that works here, and why no stronger one is used. One line."""
        ...

    @property
    def boot_id(self) -> str:
        """Changes with every boot of the machine."""
        ...

    def now(self) -> float:
        """Seconds on a clock that never goes back; shared by all processes; stops while the machine sleeps."""
        ...

    def wall(self) -> float:
        """Seconds since the Unix epoch; people and networks set it, so it may jump either way."""
        ...

    def boottime(self) -> float:
        """Seconds since boot, including sleep."""
        ...

    @property
    def forks(self) -> bool:
        """Whether children can be forked from a zygote here."""
        ...

    def spawn(self, spec: ChildSpec, zygote: socket.socket | None = None) -> ChildHandle:
        """Start a capped child; by a zygote that listens at the other end of this socket, where the host ``forks``.

        Raises CallerError for a spec that cannot be, ServiceFault if the system refuses.
        """
        ...

    def pressure(self) -> Pressure: ...

    def mechanisms(self) -> list[Mechanism]:
        """Every mechanism this host knows, strongest first; found by trying. May take a few milliseconds."""
        ...

    def close(self) -> None:
        """Remove what the host made (empty cgroups, descriptors)."""
        ...
