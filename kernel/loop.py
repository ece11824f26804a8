"""The kernel: joins ports, capabilities, seats, ledger, supervisor and host into one running device.

Principles
    1. Everything is a message to a named service. There is no other way from one service to another.
    2. An ask is answered exactly once: by a reply or by a typed error. Death, restart, a missed deadline, a full
       queue and an undecodable reply are answers too.
    3. Nothing grows without a bound: mailboxes have places, connections have credits, leases are counted.
    4. Rights belong to connections. What a service may send is in device.toml and nowhere else.
    5. The kernel never waits for a service. It starts, stops and judges services by events.
    6. Memory is reserved before a child starts and enforced by the operating system while it runs.
    7. Time comes from the host, so that a whole device runs unchanged on a virtual clock.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from .budget import Budget
from .capability import CapabilityTable, Right
from .clock import DeviceClock, Setting
from .deadline import Deadlines
from .errors import BluerillError, BudgetExceeded, ServiceFault
from .host.base import ChildHandle, Host
from .ledger import Ledger
from .local_ask import LocalAsk
from .manifest import KERNEL, Manifest, ServiceSpec, parse_size
from .message import Kind, Lane
from .monitor import KernelService
from .nursery import Nursery
from .port import Envelope
from .remote import RemoteSeat
from .seat import LocalSeat, Seat
from .service import Service
from .service_port import ServicePort
from .tap import Tap
from .task import State
from .trace import Trace
from .zygotes import Zygotes

Resolve = Callable[[str], Callable[..., Service]]
"""Turns a manifest's ``class`` into the class; called only for services that run in this process."""


_ASK, _ASK_BITS, _TELL_BITS = Kind.ASK, Right.ASK.value, Right.TELL.value  # plain: joining flags is slow


class Kernel:
    """A device. ``await start()``, use :meth:`connect` to talk to it, ``await stop()``."""

    def __init__(self, manifest: Manifest, host: Host, resolve: Resolve) -> None:
        self.manifest = manifest
        self.host = host
        self.loop = asyncio.get_running_loop()
        self.trace = Trace()
        self.clock = DeviceClock(self.loop.time, host.wall)
        self.ledger = Ledger(parse_size(manifest.device.ram))
        self.capabilities = CapabilityTable()
        self.deadlines = Deadlines(self.loop, self._expired)
        self.log = logging.getLogger("bluerill.kernel")
        self.seats: dict[str, Seat] = {}
        self.tap: Tap | None = None
        self.started_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self.stopping = False
        self.resolve = resolve
        self.nursery = Nursery(self)
        self.zygotes = Zygotes(self)
        self.budget = Budget(self)
        self.monitor = KernelService(self)
        starters = tuple(name for name, spec in manifest.services.items() if spec.starts is not None)
        self.add(KERNEL, self.monitor, ServiceSpec(class_="kernel:KernelService", lane="control", tells=starters))
        for name, spec in manifest.services.items():
            if spec.isolation == "child" and host.name != "sim":
                self.seats[name] = RemoteSeat(self, name, spec)
            else:
                self.seats[name] = LocalSeat(self, name, spec, _late(resolve, spec.class_))

    # --- life

    def add(self, name: str, service: Service, spec: ServiceSpec) -> None:
        """Seat a ready-made service (the kernel's own status, a front's inbox) before or after start."""
        self.seats[name] = LocalSeat(self, name, spec, lambda **_: service)

    def local(self, name: str) -> Service:
        """The instance of a service of this process. Raises ServiceFault if it is not here or not running."""
        seat = self._seat(name)
        if not isinstance(seat, LocalSeat):
            raise ServiceFault(f"service {name!r} runs in a child process")
        return seat.service

    def fault(self, text: str) -> None:
        """Keep one line about something that went wrong, for the monitor."""
        self.monitor.faults.append(text)

    async def start(self) -> None:
        """Start what the manifest starts at boot: children at once and without waiting, core services in the
        order of their asks. Raises the first error of a core service; then everything is stopped again."""
        self.started_at = self.now()
        self.ledger.reserve("core", parse_size(self.manifest.device.core))
        try:
            for seat in list(self.seats.values()):
                if isinstance(seat, RemoteSeat) and seat.spec.start == "boot":
                    await seat.start()
            for name in self._order():
                seat = self.seats[name]
                if isinstance(seat, LocalSeat) and seat.spec.start == "boot" and seat.state is State.ABSENT:
                    await seat.start()
        except BaseException:
            await self.stop()
            raise

    def _order(self) -> list[str]:
        """Names so that whoever is asked stands before who asks."""
        order: list[str] = []

        def visit(name: str) -> None:
            if name in order or name not in self.seats:
                return
            for peer in self.seats[name].spec.asks:
                visit(peer)
            order.append(name)

        for name in self.seats:
            visit(name)
        return order

    async def stop(self) -> None:
        """Stop everything, askers before the asked; children that do not end in time are killed."""
        if self.stopping:
            return
        self.stopping = True
        for name in reversed(self._order()):
            seat = self.seats.get(name)
            if isinstance(seat, LocalSeat):
                await seat.stop()
        await asyncio.gather(*(seat.stop() for seat in self.seats.values() if isinstance(seat, RemoteSeat)))
        self.nursery.clear()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def begin(self, seat: Seat) -> None:
        """Start a seat from where nothing can be awaited; its failure answers those who wait for it."""
        if not self.stopping and seat.state in (State.ABSENT, State.WAITING):
            self.spawn(self._begin(seat), f"start {seat.name}")

    async def _begin(self, seat: Seat) -> None:
        if seat.state not in (State.ABSENT, State.WAITING) or self.budget.waits(seat):
            return
        try:
            try:
                await seat.start()
            except BudgetExceeded as refused:
                await self.budget.make_room(seat, refused)
                if seat.state in (State.ABSENT, State.WAITING):  # else another message started it meanwhile
                    await seat.start()
        except BluerillError as error:
            seat.problem = str(error)
            seat.errors += 1
            self.log.warning("service %r did not start: %s", seat.name, error)
            seat.fail_waiting(error if isinstance(error, BudgetExceeded) else ServiceFault(str(error)))

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run the kernel's own work."""
        task = self.loop.create_task(work, name=f"kernel:{name}")
        self._tasks.add(task)
        task.add_done_callback(self._work_done)

    def _work_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.log.error("%s failed", task.get_name(), exc_info=task.exception())

    def watch(self, child: ChildHandle, exited: Callable[[], None]) -> None:
        """Call back when a child process ends."""
        fd = child.fileno()
        if fd >= 0:

            def readable() -> None:
                if child.poll() is not None:
                    self.loop.remove_reader(fd)
                    exited()

            self.loop.add_reader(fd, readable)
            return

        def look() -> None:
            if child.poll() is None:
                self.loop.call_later(0.05, look)
            else:
                exited()

        self.loop.call_later(0.02, look)

    # --- the router of everything in this process

    def now(self) -> float:
        return self.loop.time()

    def set_clock(self, setting: Setting) -> None:
        """Every child goes by the device's clock too."""
        for seat in self.seats.values():
            if isinstance(seat, RemoteSeat):
                seat.tell_clock(setting)

    def connect(self, name: str, service: Service | None = None, spec: ServiceSpec | None = None) -> ServicePort:
        """A port for a front (the command line, a benchmark) that is no service of the manifest.

        With ``service``, its handlers receive what is told to ``name``. Its rights are those of ``spec``.
        """
        spec = spec or ServiceSpec(class_="front:Front", asks=tuple(self.seats), tells=tuple(self.seats))
        port = ServicePort(name, 1, self, spec.default_lane, lambda error: self.log.error("front failed: %s", error))
        self.grant(port, spec)
        if service is not None:
            self.add(name, service, spec)
        return port

    def grant(self, holder: object, spec: ServiceSpec) -> None:
        """Give a connection the rights its manifest lists."""
        rights: dict[str, Right] = {}
        for right, peers in ((Right.ASK, spec.asks), (Right.TELL, spec.tells), (Right.NOTIFY, spec.notifies)):
            for peer in peers:
                rights[peer] = rights.get(peer, Right(0)) | right
        for peer, held in rights.items():
            self.capabilities.grant(holder, peer, held)

    def send(self, port: ServicePort, envelope: Envelope) -> None:
        to = envelope.to
        bits = _ASK_BITS if envelope.kind is _ASK else _TELL_BITS
        if not self.capabilities.allows(port, to, bits, envelope.body.wire):
            self.capabilities.check(port, port.address, to, Right(bits), envelope.body.wire)
        if self.tap is not None:
            self.tap.sent(envelope)
        (self.seats.get(to) or self._seat(to)).deliver(envelope)

    async def place(self, port: ServicePort, to: str, lane: Lane) -> None:
        seat = self.seats.get(to)  # who sends to nobody, or without a right, is told by send
        if seat is not None and not seat.mailbox.has_place(lane):
            await seat.mailbox.place(lane)

    def signal(self, port: ServicePort, to: str, signal: int) -> None:
        self.admit_signal(port, port.address, to, signal)

    def admit_signal(self, holder: object, name: str, to: str, signal: int) -> None:
        """A notification. Raises CapabilityError; a peer that is not there is no error."""
        self.capabilities.check(holder, name, to, Right.NOTIFY, "")
        if self.tap is not None:
            self.tap.signalled(name, to, signal)
        seat = self.seats.get(to)
        if seat is not None:
            seat.notify(signal)

    def admit(self, holder: object, envelope: Envelope) -> None:
        """A message from a child. Raises CapabilityError, ServiceFault, BudgetExceeded (asks only)."""
        right = Right.ASK if envelope.kind is Kind.ASK else Right.TELL
        self.capabilities.check(holder, envelope.sender, envelope.to, right, envelope.body.wire)
        seat = self._seat(envelope.to)
        if self.tap is not None:
            self.tap.sent(envelope)
        if envelope.kind is Kind.ASK or seat.mailbox.has_place(envelope.lane):
            seat.deliver(envelope)
            envelope.accepted()
        else:
            self.spawn(self._admit_later(seat, envelope), f"tell {envelope.to}")

    async def _admit_later(self, seat: Seat, envelope: Envelope) -> None:
        await seat.mailbox.place(envelope.lane)
        try:
            seat.deliver(envelope)
        except BluerillError as error:
            self.log.warning("tell refused: %s", error)
        envelope.accepted()

    def _seat(self, name: str) -> Seat:
        seat = self.seats.get(name)
        if seat is None:
            raise ServiceFault(f"service {name!r} is not on this device")
        return seat

    def _expired(self, ask: LocalAsk) -> None:
        seat = self.seats.get(ask.to)
        if seat is not None:
            seat.errors += 1


def _late(resolve: Resolve, class_path: str) -> Callable[..., Service]:
    """Import a service's module only when it starts."""

    def make(**settings: Any) -> Service:
        return resolve(class_path)(**settings)

    return make


__all__ = ["KERNEL", "Kernel", "Resolve"]
