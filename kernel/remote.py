"""A service in a child process, seen from the core: its life and death. Its messages are in ``traffic.py``.

The kernel never waits for a child: it is spawned, says hello when it can work, and its exit is an event after which
everybody who waited for it is answered, its memory accounted and the supervisor asked what next.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from typing import TYPE_CHECKING

import msgspec

from .clock import Setting
from .errors import PeerRestarted
from .host.base import ChildHandle, ChildSpec, Memory
from .ledger import Reservation
from .limits import ESTIMATE_GROWTH, HELLO_TIMEOUT_S, STOP_GRACE_S
from .link import Link, socket_pair
from .manifest import ServiceSpec, parse_size
from .message import Frame, Kind
from .port import Envelope
from .supervisor import ExitKind, ExitReason
from .task import Event, State
from .traffic import Traffic

if TYPE_CHECKING:
    from .loop import Kernel


TOLD = re.compile(r"(PATH|LANG|LC_\w+|TZ|VIRTUAL_ENV|LD_LIBRARY_PATH|PYTHON\w+|MALLOC_\w+|BLUERILL_LOG)\Z")
"""What a boxed child is told of the environment: the rest may hold keys and tokens."""


class RemoteSeat(Traffic):
    """The seat of a service that runs as a child process under a memory cap."""

    def __init__(self, kernel: Kernel, name: str, spec: ServiceSpec) -> None:
        super().__init__(kernel, name, spec)
        self.reservation: Reservation | None = None
        self._used = Memory(0, 0, 0, 0, 0)
        self._idle: asyncio.TimerHandle | None = None
        self._hello: asyncio.TimerHandle | None = None
        self._gone = asyncio.Event()

    @property
    def holder(self) -> object:
        return self._link

    @property
    def spare(self) -> bool:
        """Whether it was started on demand and has nothing to do: it may be stopped where memory is short."""
        idle = not (self._flight or self.mailbox or self.asked)
        return self.spec.start == "demand" and self.spec.idle_s > 0 and self.life.state is State.RUNNING and idle

    def memory(self) -> Memory:
        if self.child is not None:
            self._used = self.child.memory()
        return self._used

    def count(self, envelope: Envelope) -> None:
        self.handled += 1
        if self.spec.idle_s > 0 and not self._flight and self._idle is None:
            self._idle = self.kernel.loop.call_later(self.spec.idle_s, self._idled, self.handled)

    def _idled(self, handled: int) -> None:
        """Stop a child that had nothing to do since ``handled``; the next message starts it again."""
        self._idle = None
        busy = self._flight or self.mailbox or self.asked
        if busy or self.handled != handled:
            if not self._flight:
                self._idle = self.kernel.loop.call_later(self.spec.idle_s, self._idled, self.handled)
        elif self.life.state is State.RUNNING:
            self.kernel.spawn(self.rest(), f"rest {self.name}")

    def tell_clock(self, setting: Setting) -> None:
        """The device's clock was set."""
        if self._link is not None:
            self._link.send(Frame(Kind.CLOCK, 0, body=msgspec.msgpack.encode(setting)))

    async def rest(self) -> None:
        """Stop until somebody needs it again."""
        await self.stop()
        if self.mailbox:  # something came while it stopped
            self.kernel.begin(self)

    async def start(self) -> None:
        """Spawn a new generation; returns once it is spawned, not once it is ready."""
        if self.reservation is None:
            self.reservation = self._reserve()
            self.kernel.budget.moved()
        self.life.step(Event.START)
        self.supervisor.started(self.kernel.now())
        ours, theirs = socket_pair()
        boxed = self.spec.box is not None
        # A boxed child imports nothing from the folder the device was started in, and is not told its secrets.
        argv = [sys.executable, *(("-P",) if boxed else ()), "-m", *self.program(theirs.fileno())]
        env = {name: value for name, value in os.environ.items() if not boxed or TOLD.match(name)}
        spec = ChildSpec(
            self.name, argv, env, self.reservation.total, self.passed(theirs.fileno()),
            data_bytes=parse_size(self.spec.data),
        )  # fmt: skip
        try:
            self.child = await self.launch(spec)
        except BaseException as error:
            ours.close()
            self._after(ExitReason(ExitKind.SPAWN, 0, str(error)), f"could not be started: {error}")
            raise
        finally:
            theirs.close()
        self._gone = asyncio.Event()
        self._killed_for = None
        self._open_accounts()
        self._link = Link(ours, self._received, self._closed)
        self.grant(self._link)
        greeting = msgspec.msgpack.encode(
            {
                "name": self.name,
                "generation": self.generation,
                "class": self.spec.class_,
                "settings": self.spec.settings,
                "lane": int(self.spec.default_lane),
                "box": self.spec.box,
                "clock": self.kernel.clock.setting,
            }
        )
        self._link.send(Frame(Kind.HELLO, self.generation, body=greeting))
        self._hello = self.kernel.loop.call_later(HELLO_TIMEOUT_S, self._no_hello)
        self.kernel.watch(self.child, self._exited)

    def program(self, link: int) -> tuple[str, ...]:
        """The module to run, and its arguments."""
        return ("bluerill.kernel.child", str(link))

    def passed(self, link: int) -> tuple[int, ...]:
        """The descriptors it is given."""
        return (link,)

    async def launch(self, spec: ChildSpec) -> ChildHandle:
        return self.kernel.host.spawn(spec)

    def _no_hello(self) -> None:
        if self.life.state is State.STARTING and self.child is not None:
            self._killed_for = ExitReason(ExitKind.HELLO, 0, f"within {HELLO_TIMEOUT_S:g} s")
            self.child.kill()

    def _ready(self) -> None:
        if self._hello is not None:
            self._hello.cancel()
        self.life.step(Event.HELLO)
        self.problem = ""
        self.kernel.log.debug("service %s is running", self.id)
        if self._signal and self._link is not None:
            self._link.send(Frame(Kind.NOTIFY, self._signal))
            self._signal = 0
        self._pump()

    def _closed(self, why: str) -> None:
        if self.child is not None and self.life.state is not State.STOPPING:
            self.kernel.log.debug("link of %s: %s", self.id, why)
            self.kernel.loop.call_later(0.2, self._make_sure, self.generation)

    def _make_sure(self, generation: int) -> None:
        """A child without a link is of no use: end it."""
        if self.generation == generation and self.child is not None:
            self.child.kill()

    def _exited(self) -> None:
        """The process is gone: answer everyone, account, decide what next."""
        child, link = self.child, self._link
        if child is None:
            return
        reason = child.poll()
        if reason is None:
            return
        reason = self._killed_for or reason
        why = reason.text
        self.child = None
        for timer in (self._probe, self._hello, self._idle):
            if timer is not None:
                timer.cancel()
        self._probe = self._idle = None
        if link is not None:
            link.drain()  # replies written before the end still count
            self.kernel.capabilities.forget(link)
            link.close("the process ended")
        self._link = None
        child.close()
        self._used = child.memory()
        if self.spec.starts is not None:
            self.kernel.nursery.abandon(self.name)
        asked, self.asked = self.asked, {}
        for ask in asked.values():
            if ask.withdraw is not None:
                ask.withdraw(ask)
            ask.answered = True
        flight, self._flight = self._flight, {}
        for envelope in flight.values():
            envelope.fail(PeerRestarted(f"service {self.name!r} {why} before it answered {envelope.body.wire!r}"))
            self.count(envelope)
        self._gone.set()
        if self.life.state is State.STOPPING:
            self.supervisor.stopped()
            self.life.step(Event.EXIT)
            return
        self.errors += 1
        self.kernel.log.warning("service %s %s", self.id, why)
        self.kernel.fault(f"service {self.id} {why}")
        self._after(reason, why)

    def _after(self, reason: ExitReason, why: str) -> None:
        """It ended unasked and everybody was answered: what next."""
        if reason.kind is ExitKind.MEMORY:
            self._release()
            self.kernel.ledger.raise_estimate(self.name, ESTIMATE_GROWTH)
        again = self.give_up_or_wait(reason, why)
        if again is None:
            self._release()
        else:
            self.kernel.loop.call_at(again, self.kernel.begin, self)

    def _reserve(self) -> Reservation:
        return self.kernel.ledger.reserve(self.name, self.spec.memory_bytes)

    def _release(self) -> None:
        if self.reservation is not None:
            self.kernel.ledger.release(self.name)
            self.reservation = None
            self.kernel.budget.moved()

    async def restart(self, why: str) -> None:
        if self.child is not None:
            self.child.kill()

    async def stop(self) -> None:
        """Ask it to end; kill it after the grace time."""
        if self.child is None:
            if self.life.state in (State.WAITING, State.QUARANTINED):
                self.life.step(Event.STOP)
            self._release()
            return
        if self.life.state is State.STOPPING:  # somebody else began it
            await self._gone.wait()
            self._release()
            return
        self.life.step(Event.STOP)
        if self._link is not None:
            self._link.send(Frame(Kind.STOP, 0))
        try:
            await asyncio.wait_for(self._gone.wait(), STOP_GRACE_S)
        except TimeoutError:
            if self.child is not None:
                self.child.kill()
                await self._gone.wait()
        if self.kernel.stopping:
            self.fail_waiting(PeerRestarted(f"service {self.name!r} was stopped"))
        self._release()
