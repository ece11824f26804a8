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

from .clock import DeviceClock
from .deadline import Deadlines
from .errors import BudgetExceeded, ServiceFault
from .lease import Lease
from .limits import DEFAULT_DEADLINE_S, MAX_PENDING_ASKS
from .local_ask import LocalAsk
from .message import Body, Kind, Lane, Packed, Taint, decode_body
from .port import Envelope
from .runner import current
from .service import Call, Task
from .tap import Tap
from .trace import ASK, FAIL, REPLY, TELL, Trace

R = TypeVar("R", bound=Body)
_messages = itertools.count((os.getpid() & 0xFFFF) << 32 | 1)  # unique over the processes of a device
_traces = itertools.count((os.getpid() & 0xFFFF) << 32 | 1)


_ASK, _LOCAL = Kind.ASK, Taint.LOCAL


class Router(Protocol):
    """Where a port sends to."""

    trace: Trace
    deadlines: Deadlines
    tap: Tap | None

    @property
    def clock(self) -> DeviceClock: ...

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
        self._now = self._loop.time
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
        return self._router.clock.wall()

    def elapsed(self) -> float:
        return self._router.clock.elapsed()

    async def rest(self, seconds: float) -> None:
        await self._router.clock.rest(seconds)

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
        sent = self._send(to, body, within, lane, taint, lease)
        if not sent.answered:  # a handler that never suspends has answered already
            try:
                await sent
            except BaseException:
                self._gave_up(sent)
                raise
        answer = self._settle(sent, expect)
        if sent.borrowed is not None:
            sent.borrowed.release()
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
        sent = self._send(to, body, within, lane, taint, lease)
        try:
            await sent
        except BaseException:
            self._gave_up(sent)
            raise
        answer = self._settle(sent, expect)
        if sent.borrowed is None:
            raise ServiceFault(
                f"service {to!r} answered {body.wire!r} with {answer.wire!r}, expected a lease beside it"
            )
        return answer, sent.borrowed

    async def ask_any(
        self, to: str, body: Body, *, within: float | None = None, lease: Lease | None = None
    ) -> tuple[Body, Lease | None]:
        sent = self._send(to, body, within, None, None, lease)
        try:
            await sent
        except BaseException:
            self._gave_up(sent)
            raise
        return self._settle(sent, Body), sent.borrowed

    def _send(
        self,
        to: str,
        body: Body,
        within: float | None,
        lane: Lane | None,
        taint: Taint | None,
        lease: Lease | None,
    ) -> LocalAsk:
        """The first half of a rendezvous."""
        if self._pending >= MAX_PENDING_ASKS:
            raise BudgetExceeded(f"service {self._address!r} already waits for {self._pending} answers")
        now = self._now()
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
        sent = LocalAsk(
            _ASK,
            self._address,
            self.generation,
            to,
            body,
            lane,
            deadline,
            trace,
            taint,
            lease,
            next(_messages),
            None,  # whoever will work on it
            False,
            self._loop,
            now,
        )
        self._router.send(self, sent)
        self._pending += 1
        if not sent.answered:
            self._router.deadlines.add(sent)
        return sent

    def _gave_up(self, sent: LocalAsk) -> None:
        """The asker's task was cancelled, or closed without an end."""
        self._ended_ask(sent, FAIL)
        if sent.withdraw is not None:
            sent.withdraw(sent)
        if sent.borrowed is not None:
            sent.borrowed.release()

    def _settle(self, sent: LocalAsk, expect: type[R]) -> R:
        """The second half: the answer as an object of the type expected, or the error raised."""
        tap = self._router.tap
        if tap is not None:
            tap.answered(sent)
        error, answer = sent.error, sent.answer
        if error is not None:
            self._ended_ask(sent, FAIL)
            raise error
        self._ended_ask(sent, REPLY)
        if type(answer) is Packed:
            answer = decode_body(answer.wire, answer.data)
        if isinstance(answer, expect):
            return answer
        if sent.borrowed is not None:
            sent.borrowed.release()
        got = "nothing" if answer is None else answer.wire
        raise ServiceFault(f"service {sent.to!r} answered {sent.body.wire!r} with {got!r}, expected {expect.wire!r}")

    def _ended_ask(self, sent: LocalAsk, phase: str) -> None:
        self._pending -= 1
        router, number = self._router, sent.id
        router.deadlines.pending.pop(number, None)
        router.trace.span(
            sent.began,
            self._now(),
            ASK,
            phase,
            sent.body.wire,
            self._address,
            sent.trace,
            number,
            sent.lane,
            sent.to,
        )

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
