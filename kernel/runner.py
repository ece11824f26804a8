"""Running one service: take envelopes from its mailbox, call its handlers, turn what they do into replies.

The same runner serves a service in the core and in a child process. It keeps the promise of ``ask``: exactly
one reply or one typed error for every envelope, whatever the handler does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any

from .errors import BluerillError, CallerError, PeerRestarted, ServiceFault
from .lean import suspends
from .message import Body, Kind, Packed, decode_body
from .port import Envelope, Mailbox
from .service import Call, Leased, Service
from .trace import DONE, HANDLE, Trace

current: ContextVar[Call | None] = ContextVar("bluerill_call", default=None)
"""The call being handled, from which messages sent meanwhile inherit lane, trace, taint and deadline."""


_ASK = Kind.ASK


class Runner:
    """A service with its mailbox. ``failed`` is told of failures that are the service's own."""

    def __init__(
        self,
        name: str,
        service: Service,
        mailbox: Mailbox,
        trace: Trace,
        handled: Callable[[Envelope], None],
    ) -> None:
        self.name = name
        self.service = service
        self.mailbox = mailbox
        self.ready = False
        self.done = 0
        self.errors = 0
        self._trace = trace
        self._handled = handled
        self._loop = asyncio.get_running_loop()
        self._time = self._loop.time
        self._running = 0
        self._limit = service.concurrency
        self._tasks: dict[asyncio.Task[None], Envelope | None] = {}
        self._log = logging.getLogger(f"bluerill.{name}")
        self._signal = 0
        self._table: dict[type[Body], tuple[Callable[..., Any], bool]] = {}
        for body, method in service.handlers.items():
            function = getattr(service, method)
            self._table[body] = (function, suspends(function))

    def go(self) -> None:
        """The service has started: handle what waits."""
        self.ready = True
        self._next()

    def deliver(self, envelope: Envelope) -> None:
        """Handle now if the service is free, else queue. Raises BudgetExceeded when its lane is full."""
        mailbox = self.mailbox
        if self.ready and self._running < self._limit and not mailbox.waiting:
            self._begin(envelope)
            if self.mailbox.waiting:  # it may have come in meanwhile
                self._next()
        else:
            self.mailbox.push(envelope)

    def notify(self, signal: int) -> None:
        """Or bits into the signal word; the service's ``notified`` runs soon, once for any number of these."""
        if self._signal == 0:
            self._loop.call_soon(self._begin_notified)
        self._signal |= signal

    def _begin_notified(self) -> None:
        if not self.ready:
            self._loop.call_later(0.01, self._begin_notified)
            return
        signal, self._signal = self._signal, 0
        self._keep(self._notified(signal))

    async def _notified(self, signal: int) -> None:
        current.set(None)
        try:
            await self.service.notified(signal)
        except Exception as error:  # noqa: BLE001 - the service's own failure must not end the kernel
            self.errors += 1
            self._log.error("notified of %r failed", self.name, exc_info=error)

    def _keep(self, work: Coroutine[Any, Any, None], envelope: Envelope | None = None) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks[task] = envelope
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        envelope = self._tasks.pop(task)
        if envelope is not None and task.cancelled():  # before its first step, or _run would have answered
            self._finish(envelope, PeerRestarted(f"service {self.name!r} was stopped, or the call cancelled"))

    def _next(self) -> None:
        while self.ready and self._running < self._limit:
            envelope = self.mailbox.pop()
            if envelope is None:
                return
            self._begin(envelope)

    def _begin(self, envelope: Envelope) -> None:
        if envelope.answered:  # expired or cancelled while it waited
            self._handled(envelope)
            return
        try:
            held = envelope.body
            body: Any = decode_body(held.wire, held.data) if type(held) is Packed else held
            entry = self._table.get(type(body))
            if entry is None:
                raise CallerError(f"service {self.name!r} does not understand {body.wire!r}")
        except CallerError as error:
            self._answer(envelope, error)
            self._handled(envelope)
            return
        handler, suspends = entry
        lane, trace, sender = envelope.lane, envelope.trace, envelope.sender
        call = Call(sender, envelope.generation, lane, envelope.deadline, trace, envelope.taint, envelope.lease)
        began = self._time()
        if suspends:
            self._trace.record(int(began * 1e9), HANDLE, body.wire, self.name, trace, (envelope.id, lane, sender))
            self._running += 1
            self._begin_task(envelope, self._run(envelope, handler, body, call))
            return
        token = current.set(call)
        try:
            outcome = handler(body, call)
        except Exception as error:  # noqa: BLE001 - reported by _answer, with its traceback
            outcome = error
        finally:
            current.reset(token)
        self._answer(envelope, outcome)
        # One record for both ends, after the answer, which somebody waits for.
        self._trace.span(began, self._time(), HANDLE, DONE, body.wire, self.name, trace, envelope.id, lane, sender)
        self._handled(envelope)

    def _begin_task(self, envelope: Envelope, work: Coroutine[Any, Any, None]) -> None:
        task = self._keep(work, envelope)
        envelope.withdraw = lambda _: task.cancel()

    async def _run(self, envelope: Envelope, handler: Callable[..., Any], body: Any, call: Call) -> None:
        current.set(call)
        outcome: object
        try:
            outcome = await handler(body, call)
        except asyncio.CancelledError:
            outcome = PeerRestarted(f"service {self.name!r} was stopped, or the call cancelled, during {body.wire!r}")
        except Exception as error:  # noqa: BLE001 - reported by _finish, with its traceback
            outcome = error
        self._finish(envelope, outcome)

    def _finish(self, envelope: Envelope, outcome: object) -> None:
        """A handler that may suspend has ended."""
        envelope.withdraw = None
        self._running -= 1
        self._answer(envelope, outcome)
        self._trace.record(int(self._time() * 1e9), DONE, envelope.body.wire, self.name, envelope.trace, (envelope.id,))
        self._handled(envelope)
        if self.mailbox.waiting:
            self._next()

    def _answer(self, envelope: Envelope, outcome: object) -> None:
        self.done += 1
        lease = envelope.lease
        if lease is not None and not lease.taken:
            lease.release()
        asked = envelope.kind is _ASK
        if asked and isinstance(outcome, Body):
            envelope.reply(outcome)
            return
        wire = envelope.body.wire
        if asked and isinstance(outcome, Leased):
            envelope.reply(outcome.body, outcome.lease)
        elif isinstance(outcome, BaseException):
            error = self._typed(outcome, wire)
            if asked:
                envelope.fail(error)
            elif not isinstance(error, PeerRestarted):
                self._log.warning("message %s from %r: %s", wire, envelope.sender, error)
        elif asked:
            self.errors += 1
            envelope.fail(ServiceFault(f"service {self.name!r} answered {wire!r} with {type(outcome).__name__}"))

    def _typed(self, error: BaseException, wire: str) -> BluerillError:
        if isinstance(error, BluerillError):
            return error
        self.errors += 1
        self._log.error("handler of %s in %r failed", wire, self.name, exc_info=error)
        return ServiceFault(f"service {self.name!r} failed on {wire!r}: {type(error).__name__}: {error}")

    async def stop(self, error: BluerillError) -> None:
        """End all handlers; whoever still waits gets ``error``."""
        self.ready = False
        for envelope in self.mailbox.drain():
            if envelope.lease is not None:
                envelope.lease.release()
            envelope.fail(error)
            self._handled(envelope)
        mine = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not mine]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
