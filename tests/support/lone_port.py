"""A small port for testing one service: peers are functions, time is a number that only moves when told to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, cast

from bluerill.kernel.errors import BluerillError, CallerError, ServiceFault
from bluerill.kernel.lease import Lease
from bluerill.kernel.message import Body, Lane, Taint
from bluerill.kernel.service import Call, Leased, Service, Task

R = TypeVar("R", bound=Body)
Peer = Callable[[Body], Body]


class LonePort:
    """Implements the Port protocol. ``told`` and ``notified`` record what was sent."""

    def __init__(self, address: str, peers: dict[str, Peer]) -> None:
        self._address = address
        self.peers = peers
        self.told: list[tuple[str, Body]] = []
        self.asked: list[tuple[str, Body]] = []
        self.notified: list[str] = []
        self.deaf: set[str] = set()
        self.time = 100.0
        self.epoch = 1_795_179_900.0  # 2026-11-20T13:05Z
        self.tasks: list[asyncio.Task[None]] = []
        self._sleeping: list[tuple[float, asyncio.Event]] = []

    @property
    def address(self) -> str:
        return self._address

    @property
    def log(self) -> logging.Logger:
        return logging.getLogger("test")

    async def ask(
        self, to: str, body: Body, expect: type[R], *, within: float | None = None, lane: Lane | None = None,
        taint: Taint | None = None, lease: Lease | None = None,
    ) -> R:  # fmt: skip
        await asyncio.sleep(0)
        self.asked.append((to, body))
        if to not in self.peers:
            raise CallerError(f"service {self._address!r} may not ask {to!r}")
        answer = self.peers[to](body)
        if not isinstance(answer, expect):
            raise ServiceFault(f"expected {expect.__name__}, got {type(answer).__name__}")
        return answer

    async def ask_any(
        self, to: str, body: Body, *, within: float | None = None, lease: Lease | None = None
    ) -> tuple[Body, Lease | None]:
        return await self.ask(to, body, Body), None

    async def borrow(self, to: str, body: Body, expect: type[R], **options: Any) -> tuple[R, Lease]:
        raise ServiceFault("no leases here")

    async def tell(
        self, to: str, body: Body, *, lane: Lane | None = None, taint: Taint | None = None,
        lease: Lease | None = None, wait: bool = True,
    ) -> None:  # fmt: skip
        if to in self.deaf:
            raise BluerillError(f"{to} is away")
        self.told.append((to, body))

    def notify(self, to: str, signal: int = 1) -> None:
        self.notified.append(to)

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return self.epoch + self.time - 100.0

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.Event()
        self._sleeping.append((self.time + seconds, woken))
        await woken.wait()

    def elapsed(self) -> float:
        return self.time

    async def rest(self, seconds: float) -> None:
        await self.sleep(seconds)

    async def advance(self, seconds: float) -> None:
        """Let time pass, and everything that waits for it happen."""
        for _turn in range(5):
            await asyncio.sleep(0)  # what was just spawned begins to wait
        self.time += seconds
        for due, woken in list(self._sleeping):
            if due <= self.time:
                self._sleeping.remove((due, woken))
                woken.set()
        for _turn in range(20):
            await asyncio.sleep(0)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> Task:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.append(task)
        return task

    def offer(self, data: bytes | bytearray | memoryview) -> Lease:
        return cast("Lease", bytes(data))

    def of(self, to: str, kind: type[R]) -> list[R]:
        """The bodies of a kind that were told to an address."""
        return [body for address, body in self.told if address == to and isinstance(body, kind)]


async def send(service: Service, body: Body, sender: str = "web") -> Any:
    """Hand a message to a service's handler, as the kernel would."""
    handler = getattr(service, service.handlers[type(body)])
    outcome = handler(body, Call(sender))
    return await outcome if asyncio.iscoroutine(outcome) else outcome


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run an asynchronous test and end what it left running."""

    async def whole() -> None:
        await test()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    asyncio.run(whole())


__all__ = ["Leased", "LonePort", "run", "send"]
