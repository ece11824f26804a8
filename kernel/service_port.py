"""The port a service is given: asks, tells, time and leases, over a router.

The router is the kernel itself in the core, and the link to it in a child process; the port is the same, so a
service cannot tell where it runs.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from .deadline import Deadlines
from .errors import BluerillError, BudgetExceeded, ServiceFault
from .lease import Lease
from .limits import DEFAULT_DEADLINE_S, MAX_PENDING_ASKS
from .message import Body, Kind, Lane, Packed, Taint, unpack
from .port import Envelope, LocalAsk
from .runner import current
from .service import Call, Task
from .trace import ASK, FAIL, REPLY, TELL, Trace

R = TypeVar("R", bound=Body)
_messages = itertools.count((os.getpid() & 0xFFFF) << 32 | 1)  # unique over the processes of a device
_traces = itertools.count((os.getpid() & 0xFFFF) << 32 | 1)


_ASK, _LOCAL = Kind.ASK, Taint.LOCAL


class Router(Protocol):
    """Where a port sends to."""

    trace: Trace
    deadlines: Deadlines

    def wall(self) -> float: ...

    def send(self, port: ServicePort, envelope: Envelope) -> None:
        """Deliver now. Raises BudgetExceeded (no place), CapabilityError, ServiceFault."""
        ...

    async def place(self, port: ServicePort, to: str, lane: Lane) -> None:
        """Wait until a tell to this address would be taken (a credit is free)."""
        ...

    def signal(self, port: ServicePort, to: str, signal: int) -> None: ...


class ServicePort:
    """Implements :class:`~.service.Port` for one generation of one service."""

    def __init__(
        self,
        address: str,
        generation: int,
        router: Router,
        lane: Lane,
        failed: Callable[[BaseException], None],
    ) -> None:
        self._address = address
        self.generation = generation
        self._router = router
        self._lane = lane
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._spawned: set[asyncio.Task[None]] = set()
        self._pending = 0
        self._log = logging.getLogger(f"bluerill.{address}")

    @property
    def address(self) -> str:
        return self._address

    @property
    def log(self) -> logging.Logger:
        return self._log

    def now(self) -> float:
        return self._loop.time()

    def wall(self) -> float:
        return self._router.wall()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def offer(self, data: bytes | bytearray | memoryview) -> Lease:
        return Lease.offer(data)

    async def ask(
        self,
        to: str,
        body: Body,
        expect: type[R],
        *,
        within: float | None = None,
        lane: Lane | None = None,
        taint: Taint | None = None,
        lease: Lease | None = None,
    ) -> R:
        answer, borrowed = await self._rendezvous(to, body, expect, within, lane, taint, lease)
        if borrowed is not None:
            borrowed.release()
        return answer

    async def borrow(
        self,
        to: str,
        body: Body,
        expect: type[R],
        *,
        within: float | None = None,
        lane: Lane | None = None,
        taint: Taint | None = None,
        lease: Lease | None = None,
    ) -> tuple[R, Lease]:
        answer, borrowed = await self._rendezvous(to, body, expect, within, lane, taint, lease)
        if borrowed is None:
            raise ServiceFault(
                f"service {to!r} answered {body.wire!r} with {answer.wire!r}, expected a lease beside it"
            )
        return answer, borrowed

    async def ask_any(self, to: str, body: Body, *, within: float | None = None) -> tuple[Body, Lease | None]:
        return await self._rendezvous(to, body, Body, within, None, None, None)

    async def _rendezvous(
        self,
        to: str,
        body: Body,
        expect: type[R],
        within: float | None,
        lane: Lane | None,
        taint: Taint | None,
        lease: Lease | None,
    ) -> tuple[R, Lease | None]:
        if self._pending >= MAX_PENDING_ASKS:
            raise BudgetExceeded(f"service {self._address!r} already waits for {self._pending} answers")
        loop = self._loop
        now = loop.time()
        deadline = now + (DEFAULT_DEADLINE_S if within is None else within)
        call = current.get()
        if call is None:
            trace = next(_traces)
            lane = self._lane if lane is None else lane
            taint = _LOCAL if taint is None else taint
        else:
            trace = call.trace
            lane = call.lane if lane is None else lane
            taint = call.taint if taint is None else taint
            if 0.0 < call.deadline < deadline:
                deadline = call.deadline
        number = next(_messages)
        future = loop.create_future()
        ask = LocalAsk(
            _ASK, self._address, self.generation, to, body, lane, deadline, trace, taint, lease, number, None, future
        )
        router = self._router
        router.trace.record(int(now * 1e9), ASK, body.wire, self._address, trace, (number, lane, to))
        router.send(self, ask)
        self._pending += 1
        router.deadlines.add(ask)
        try:
            answer, borrowed = await future
        except asyncio.CancelledError:
            if ask.cancel is not None:
                ask.cancel()
            raise
        except BluerillError:
            self._record(FAIL, body.wire, ask)
            raise
        finally:
            self._pending -= 1
            router.deadlines.remove(ask)
        self._record(REPLY, body.wire, ask)
        if type(answer) is Packed:
            answer = unpack(answer)
        if not isinstance(answer, expect):
            if borrowed is not None:
                borrowed.release()
            raise ServiceFault(f"service {to!r} answered {body.wire!r} with {answer.wire!r}, expected {expect.wire!r}")
        return answer, borrowed

    def _inherit(
        self, call: Call | None, lane: Lane | None, deadline: float, taint: Taint | None
    ) -> tuple[Lane, float, int, Taint]:
        if call is None:
            return (
                self._lane if lane is None else lane,
                deadline,
                next(_traces),
                Taint.LOCAL if taint is None else taint,
            )
        return (
            call.lane if lane is None else lane,
            deadline,
            call.trace,
            call.taint if taint is None else taint,
        )

    async def tell(
        self,
        to: str,
        body: Body,
        *,
        lane: Lane | None = None,
        taint: Taint | None = None,
        lease: Lease | None = None,
        wait: bool = True,
    ) -> None:
        call = current.get()
        envelope = Envelope(
            Kind.TELL,
            self._address,
            self.generation,
            to,
            body,
            *self._inherit(call, lane, 0.0, taint),
            lease,
            next(_messages),
        )
        if wait:
            await self._router.place(self, to, envelope.lane)
        self._record(TELL, body.wire, envelope)
        self._router.send(self, envelope)

    def _record(self, phase: str, wire: str, envelope: Envelope) -> None:
        self._router.trace.record(
            int(self._loop.time() * 1e9),
            phase,
            wire,
            self._address,
            envelope.trace,
            (envelope.id, envelope.lane, envelope.to),
        )

    def notify(self, to: str, signal: int = 1) -> None:
        self._router.signal(self, to, signal)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> Task:
        task = self._loop.create_task(self._fresh(work), name=f"{self._address}:{name}")
        self._spawned.add(task)
        task.add_done_callback(self._ended)
        task.add_done_callback(lambda _: work.close())  # cancelled before its first step, it was never awaited
        return task

    @staticmethod
    async def _fresh(work: Coroutine[Any, Any, None]) -> None:
        current.set(None)  # spawned work outlives the message that started it
        await work

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._spawned.discard(task)
        if not task.cancelled():
            error = task.exception()
            if error is not None:
                self._failed(error)

    async def close(self) -> None:
        """Cancel spawned work and wait for its end."""
        mine = asyncio.current_task()
        tasks = [task for task in self._spawned if task is not mine]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
