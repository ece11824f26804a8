"""For tests of a skill: a bench on which it runs without a device, on a virtual clock.

    async def story(folder: Path) -> None:
        bench = await Bench.of(Tea, state=folder)
        reply = await bench.do("brew_tea", kind="green", duration="PT4M")
        assert reply.speech == "Your green tea takes 4 minutes."
        await bench.advance(240)
        assert bench.said == ["Your green tea is ready."]
        await bench.close()

The skill is loaded by the host that runs it on the device, against the real store; only the kernel is not there.
Time moves only by :meth:`Bench.advance`, which wakes sleepers in order; messages are delivered by calling the handler,
the same rendezvous as the kernel's, in one process. Nothing on the device imports this file.
"""

from __future__ import annotations

import asyncio
import heapq
import inspect
import itertools
import logging
from collections.abc import Coroutine, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import msgspec

from ..kernel.errors import ServiceFault
from ..kernel.lease import Lease
from ..kernel.message import Body, Lane, Taint
from ..kernel.service import Call, Leased, Service, handles
from . import loader
from .calls import CallDone, CallOut, CallTaken
from .contract import Skill
from .messages import Catalogue, Fetch, Fetched, GetCatalogue, Happened, Invoke, Invoked, Undo
from .skillhost import SkillHost
from .store import StoreService

__all__ = ["NO_ANSWER", "NO_PAGE", "WEDNESDAY", "Bench", "BenchPort", "Others", "Pages"]

R = TypeVar("R", bound=Body)
NO_PAGE = "the test gives no page of this address"
NO_ANSWER = "the test gives no answer of the action"
WEDNESDAY = 1_795_000_000.0
"""2026-11-18 11:06:40 UTC, 12:06:40 in Paris."""


class Bench:
    """Virtual time and a switchboard. ``told`` is every tell as (from, to, body)."""

    SKILLS, HOST = "skills", "skill-test"

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
        service.port = BenchPort(self, address)
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

    # one package's skills

    @classmethod
    async def of(
        cls,
        *skills: type[Skill] | ModuleType,
        state: Path,
        pages: Mapping[str, bytes] | None = None,
        others: Mapping[str, dict[str, Any]] | None = None,
        settings: dict[str, dict[str, Any]] | None = None,
        zone: str = "Europe/Paris",
        wall: float = WEDNESDAY,
    ) -> Bench:
        """Start skills (classes, or modules of functions) on an empty state folder.

        ``pages`` are what ``device.fetch`` finds, by address, ``others`` what
        actions of other packages' skills answer ``device.call`` with, by name.

        Raises ServiceFault in one line if one of them cannot be loaded.
        """
        bench = cls(wall)
        entries = [loader.entry_of(each) for each in skills]
        await bench.add("store", StoreService(str(state / "store")))
        await bench.add("egress", Pages(pages or {}))
        await bench.add(cls.SKILLS, Others(others or {}))
        host = SkillHost(entries, package="test", announce=cls.SKILLS, settings=settings, zone=zone, boot="test")
        await bench.add(cls.HOST, host)
        broken = [each.problem for each in (await bench.catalogue()).skills if each.problem]
        if broken:
            await bench.close()
            raise ServiceFault(broken[0])
        return bench

    async def catalogue(self) -> Catalogue:
        """Everything that was derived from the skills: actions, parameters, sentences."""
        answer = await self.ask(self.SKILLS, self.HOST, GetCatalogue(by_lease=True))
        try:
            return msgspec.json.decode(answer.lease.bytes(), type=Catalogue)
        finally:
            answer.lease.release()

    async def do(self, action: str, /, **arguments: Any) -> Invoked:
        """Run an action with JSON arguments, as a planner would. Raises CallerError if it refuses."""
        answer = await self.ask(self.SKILLS, self.HOST, Invoke(action, arguments))
        await self.settle()
        assert isinstance(answer, Invoked)
        return answer

    async def undo(self, done: Invoked) -> Invoked:
        """Take an action back."""
        answer = await self.ask(self.SKILLS, self.HOST, Undo(done.action, done.undo))
        assert isinstance(answer, Invoked)
        return answer

    @property
    def happened(self) -> list[Happened]:
        """What the skill told unasked, oldest first."""
        return self.bodies(self.SKILLS, Happened)

    @property
    def said(self) -> list[str]:
        """The words of it."""
        return [each.speech for each in self.happened]

    async def close(self) -> None:
        """End everything and close the store."""
        store = self.services.get("store")
        await self.kill()
        if store is not None:
            await store.stop()


class BenchPort:
    """Implements ``kernel.service.Port`` over a bench."""

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

    async def ask_any(self, to: str, body: Body, *, within: float | None = None, lease: Any = None) -> tuple[Body, Any]:
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

    def elapsed(self) -> float:
        return self._bench.mono

    async def rest(self, seconds: float) -> None:
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


class Others(Service):
    """What stands in for other packages' skills: the results that a test gives; what was asked is in ``asked``."""

    def __init__(self, answers: Mapping[str, dict[str, Any]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    @handles(CallOut)
    def called(self, want: CallOut, call: Call) -> None:
        self.asked.append((want.action, want.arguments))
        answer = CallDone(want.id, self.answers.get(want.action, {}))
        if want.action not in self.answers:
            answer = CallDone(want.id, error=f"{NO_ANSWER} {want.action!r}", code=ServiceFault.code)
        self.port.spawn(self._tell(call.sender, answer), "answer")

    async def _tell(self, to: str, answer: CallDone) -> None:
        await self.port.ask(to, answer, CallTaken)


class Pages(Service):
    """What stands in for the network: the bodies of the pages that a test gives; all others cannot be reached."""

    def __init__(self, pages: Mapping[str, bytes]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.sent: list[Fetch] = []
        """The same requests, whole."""

    @handles(Fetch)
    async def fetch(self, request: Fetch, call: Call) -> Leased:
        self.asked.append(request.url)
        self.sent.append(request)
        if request.url not in self.pages:
            raise ServiceFault(f"{request.url} cannot be reached: {NO_PAGE}")
        body = self.pages[request.url]
        return Leased(Fetched(200, b""), self.port.offer(body))
