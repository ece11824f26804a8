"""A port over a virtual clock, and a watch on it, for tests of services without the kernel.

`Bench` holds services by address and a clock; time moves only by :meth:`Bench.advance`, which wakes sleepers in
order. Messages are delivered by calling the handler, the same rendezvous as the kernel's, in one process.
"""

from __future__ import annotations

import asyncio
import heapq
import inspect
import itertools
import logging
import shutil
import tomllib
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.kernel.lease import Lease
from bluerill.kernel.message import Body, Lane, Taint
from bluerill.kernel.service import Call, Service
from bluerill.skills.host import SkillsService
from bluerill.skills.messages import Catalogue, GetCatalogue, Glance, Happened, Invoke, Invoked, Undo
from bluerill.skills.store import StoreService

R = TypeVar("R", bound=Body)
WEDNESDAY = 1_795_000_000.0
"""2026-11-18 11:06:40 UTC, 12:06:40 in Paris."""


class Bench:
    """Virtual time and a switchboard. ``told`` is every tell as (from, to, body)."""

    def __init__(self, wall: float = WEDNESDAY) -> None:
        self.mono = 1000.0
        self.wall_offset = wall - self.mono
        self.services: dict[str, Service] = {}
        self.told: list[tuple[str, str, Body]] = []
        self.notified: list[tuple[str, str, int]] = []
        self.failures: list[BaseException] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self.tasks: set[asyncio.Task[Any]] = set()

    def wall(self) -> float:
        return self.mono + self.wall_offset

    def set_wall(self, wall: float) -> None:
        """Somebody sets the clock."""
        self.wall_offset = wall - self.mono

    async def add(self, address: str, service: Service) -> None:
        service.port = FakePort(self, address)
        self.services[address] = service
        await service.start()
        await self.settle()

    async def settle(self) -> None:
        """Let everything that can run without time passing run: until the loop has nothing ready but this."""
        ready: Any = getattr(asyncio.get_running_loop(), "_ready")  # noqa: B009 - private, and the only way to know
        await asyncio.sleep(0)
        while ready:  # noqa: ASYNC110 - that is what settling is
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Let virtual time pass, waking sleepers at their moments."""
        await self.settle()
        end = self.mono + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, future = heapq.heappop(self._sleepers)
            if future.done():
                continue
            self.mono = max(self.mono, due)
            future.set_result(None)
            await self.settle()
        self.mono = end
        await self.settle()
        if self.failures:
            raise self.failures[0]

    @property
    def waiting(self) -> list[float]:
        """Seconds until each sleeper wakes."""
        return sorted(due - self.mono for due, _, future in self._sleepers if not future.done())

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.mono + max(0.0, seconds), next(self._order), future))
        await future

    async def kill(self) -> None:
        """End everything at once, without a goodbye, as kill -9 would."""
        tasks = [task for task in self.tasks if not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self.services.clear()
        self._sleepers.clear()

    async def ask(self, sender: str, to: str, body: Body) -> Any:
        service = self.services.get(to)
        if service is None:
            raise ServiceFault(f"no service is at {to!r}")
        method = service.handlers.get(type(body))
        if method is None:
            raise ServiceFault(f"service {to!r} does not understand {body.wire!r}")
        outcome = getattr(service, method)(body, Call(sender))
        return await outcome if inspect.isawaitable(outcome) else outcome

    def bodies(self, to: str, kind: type[R]) -> list[R]:
        """What was told to an address, of one type."""
        return [body for _, target, body in self.told if target == to and isinstance(body, kind)]


class FakePort:
    """Implements ``kernel.service.Port`` over a Bench."""

    def __init__(self, bench: Bench, address: str) -> None:
        self._bench = bench
        self._address = address
        self._log = logging.getLogger(f"bluerill.{address}")

    @property
    def address(self) -> str:
        return self._address

    @property
    def log(self) -> logging.Logger:
        return self._log

    async def ask(
        self,
        to: str,
        body: Body,
        expect: type[R],
        *,
        within: float | None = None,
        lane: Lane | None = None,
        taint: Taint | None = None,
        lease: Any = None,
    ) -> R:
        answer = await self._bench.ask(self._address, to, body)
        answer = getattr(answer, "body", answer)
        assert isinstance(answer, expect)
        return answer

    async def borrow(self, to: str, body: Body, expect: type[R], **_: Any) -> tuple[R, Any]:
        answer = await self._bench.ask(self._address, to, body)
        return answer.body, answer.lease

    async def ask_any(self, to: str, body: Body, *, within: float | None = None) -> tuple[Body, Any]:
        answer = await self._bench.ask(self._address, to, body)
        return getattr(answer, "body", answer), getattr(answer, "lease", None)

    async def tell(
        self,
        to: str,
        body: Body,
        *,
        lane: Lane | None = None,
        taint: Taint | None = None,
        lease: Any = None,
        wait: bool = True,
    ) -> None:
        self._bench.told.append((self._address, to, body))
        service = self._bench.services.get(to)
        if service is not None and type(body) in service.handlers:
            await self._bench.ask(self._address, to, body)

    def notify(self, to: str, signal: int = 1) -> None:
        self._bench.notified.append((self._address, to, signal))
        service = self._bench.services.get(to)
        if service is not None:
            self.spawn(service.notified(signal), "notified")

    def now(self) -> float:
        return self._bench.mono

    def wall(self) -> float:
        return self._bench.wall()

    async def sleep(self, seconds: float) -> None:
        await self._bench.sleep(seconds)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._bench.tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._bench.tasks.discard(task)
        if not task.cancelled():
            error = task.exception()
            if error is not None:
                self._bench.failures.append(error)

    def offer(self, data: bytes | bytearray | memoryview) -> Lease:
        return Lease.offer(data)


class World:
    """The store, the skills and a virtual clock; can be killed and booted again on the same files."""

    def __init__(self, folder: Path, zone: str = "Europe/Paris", wall: float = WEDNESDAY, **settings: Any) -> None:
        self.folder = folder
        self.zone = zone
        self.settings = settings
        self.bench = Bench(wall)
        self.boots = 0

    async def boot(self, *, same_boot: bool = True) -> None:
        """Start the store and the skills; ``same_boot`` False means that the machine itself was restarted."""
        self.boots += not same_boot
        if not same_boot:  # another boot: the monotonic clock begins again, the wall clock goes on
            wall = self.bench.wall()
            self.bench.mono = 5.0
            self.bench.set_wall(wall)
        await self.bench.add("store", StoreService(str(self.folder / "store")))
        skills = SkillsService(system_skills(), zone=self.zone, boot=f"boot-{self.boots}", **self.settings)
        await self.bench.add("skills", skills)

    async def kill(self) -> None:
        """As kill -9 would: no goodbye; what goes on is the files as they lie at this moment."""
        store = self.bench.services["store"]
        await self.bench.kill()
        left = self.folder.with_name(self.folder.name + "+")
        shutil.copytree(self.folder, left)
        self.folder = left
        await store.stop()  # only frees this process's handle on the files left behind

    async def do(self, name: str, /, **arguments: Any) -> Invoked:
        """Invoke an action as the session would."""
        answer = await self.bench.ask("session", "skills", Invoke(name, arguments))
        assert isinstance(answer, Invoked)
        return answer

    async def refused(self, name: str, /, **arguments: Any) -> str:
        """The text of the error that an action must end with."""
        with pytest.raises(CallerError) as caught:
            await self.do(name, **arguments)
        return str(caught.value)

    async def undo(self, done: Invoked) -> Invoked:
        answer = await self.bench.ask("session", "skills", Undo(done.action, done.undo))
        assert isinstance(answer, Invoked)
        return answer

    async def catalogue(self) -> Catalogue:
        answer = await self.bench.ask("session", "skills", GetCatalogue())
        if isinstance(answer, Catalogue):
            return answer
        return msgspec.json.decode(answer.lease.bytes(), type=Catalogue)

    def rung(self) -> list[str]:
        """What was said unasked, with a ring."""
        return [each.speech for each in self.bench.bodies("session", Happened) if each.ring]

    def glance(self, field: str) -> Any:
        """The last thing the screen was told of one field."""
        told = [getattr(each, field) for each in self.bench.bodies("screen", Glance)]
        return next(each for each in reversed(told) if each is not None)


def system_skills() -> list[str]:
    """The entry points of pyproject.toml as they are in the tree, whatever is installed."""
    table = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    return [f"{name}={value}" for name, value in table["project"]["entry-points"]["bluerill.skills"].items()]
