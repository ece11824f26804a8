"""Seats: where the services of a device sit, in the core or in a child process, seen from the kernel.

A seat keeps a service's name over its generations: the mailbox stays when the service restarts, so that what was
not yet handed over is handled by the next generation, while what was in its hands is answered PeerRestarted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .errors import BluerillError, PeerRestarted, ServiceFault
from .host.base import Memory
from .manifest import ServiceSpec
from .message import LANES, Lane
from .port import Envelope, Mailbox
from .runner import Runner
from .service import Service
from .service_port import ServicePort
from .supervisor import ExitKind, ExitReason, Quarantine, Supervisor
from .task import Event, State, TaskId, TaskLife

if TYPE_CHECKING:
    from .loop import Kernel


class Seat:
    """The kernel's view of one service."""

    isolation = "core"

    def __init__(self, kernel: Kernel, name: str, spec: ServiceSpec) -> None:
        self.kernel = kernel
        self.name = name
        self.spec = spec
        self.life = TaskLife(name)
        self.problem = ""
        self.mailbox = Mailbox(name)
        self.supervisor = Supervisor(name)
        self.handled = 0
        self.errors = 0

    @property
    def holder(self) -> object:
        """The connection that holds this generation's capabilities."""
        raise NotImplementedError

    @property
    def id(self) -> TaskId:
        return self.life.id

    @property
    def generation(self) -> int:
        return self.life.id.generation

    @property
    def state(self) -> State:
        return self.life.state

    def memory(self) -> Memory:
        """What its own process uses (or used last); zeros for a service of the core."""
        return Memory(0, 0, 0, 0, 0)

    def refuse_if_down(self) -> None:
        """Raise ServiceFault if nobody will ever handle what is sent here now."""
        if self.life.state is State.QUARANTINED:
            raise ServiceFault(f"service {self.name!r} is quarantined: {self.problem}")

    def deliver(self, envelope: Envelope) -> None:
        """Hand over or queue. Raises BudgetExceeded, ServiceFault."""
        raise NotImplementedError

    def notify(self, signal: int) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        raise NotImplementedError

    async def stop(self) -> None:
        raise NotImplementedError

    async def restart(self, why: str) -> None:
        """End the running generation; the supervisor starts the next."""
        raise NotImplementedError

    def give_up_or_wait(self, reason: ExitReason, why: str) -> float | None:
        """After an exit: when to start again (kernel time), or None if the supervisor gave up."""
        self.life.step(Event.EXIT)
        self.problem = why
        decision = self.supervisor.exited(self.kernel.now(), reason)
        if not isinstance(decision, Quarantine):
            return decision.at
        self.life.step(Event.QUARANTINE)
        self.problem = decision.reason
        self.kernel.log.warning("service %r is quarantined: %s", self.name, self.problem)
        self.fail_waiting(ServiceFault(f"service {self.name!r} is quarantined: {self.problem}"))
        return None

    def count(self, envelope: Envelope) -> None:
        """An envelope was dealt with."""
        self.handled += 1

    def fail_waiting(self, error: BluerillError) -> None:
        """Answer everything in the mailbox with an error."""
        for envelope in self.mailbox.drain():
            if envelope.lease is not None:
                envelope.lease.release()
            envelope.fail(error)

    def grant(self, holder: object) -> None:
        """Give a fresh connection what the manifest says."""
        self.kernel.grant(holder, self.spec)


class LocalSeat(Seat):
    """A service in the core process (or, on the simulated host, any service)."""

    def __init__(self, kernel: Kernel, name: str, spec: ServiceSpec, factory: Callable[..., Service]) -> None:
        super().__init__(kernel, name, spec)
        self.isolation = "core"
        self._factory = factory
        self._runner: Runner | None = None
        self._port: ServicePort | None = None
        self._signal = 0

    @property
    def service(self) -> Service:
        """The instance of this generation. Raises ServiceFault when there is none."""
        if self._runner is None:
            raise ServiceFault(f"service {self.name!r} is {self.life.state.value}")
        return self._runner.service

    @property
    def holder(self) -> object:
        return self._port

    def deliver(self, envelope: Envelope) -> None:
        if self._runner is not None:
            self._runner.deliver(envelope)
        else:
            self.refuse_if_down()
            self.mailbox.push(envelope)
            if self.life.state is State.ABSENT:
                self.kernel.begin(self)

    def notify(self, signal: int) -> None:
        if self._runner is not None:
            self._runner.notify(signal)
        else:
            self._signal |= signal

    async def start(self) -> None:
        """Start a new generation. Raises what the service's ``start`` raises."""
        self.life.step(Event.START)
        self.supervisor.started(self.kernel.now())
        service = self._factory(**self.spec.settings)
        port = ServicePort(self.name, self.generation, self.kernel, self.spec.default_lane, self._failed)
        service.port = port
        self._port = port
        self.grant(port)
        runner = Runner(self.name, service, self.mailbox, self.kernel.trace, self.count)
        self._runner = runner
        try:
            await service.start()
        except BluerillError as error:
            self._runner = self._port = None
            self.kernel.capabilities.forget(port)
            await port.close()
            self.life.step(Event.STOP)
            self.life.step(Event.EXIT)
            self.problem = str(error)
            self.fail_waiting(error)
            raise
        self.life.step(Event.HELLO)
        self.problem = ""
        if self._signal:
            runner.notify(self._signal)
            self._signal = 0
        runner.go()

    def _failed(self, error: BaseException) -> None:
        """Spawned work of the service failed: that is the service's end; a new generation takes over."""
        self.errors += 1
        self.kernel.log.error("service %r failed", self.name, exc_info=error)
        self.kernel.spawn(self._restart(f"{type(error).__name__}: {error}"), f"restart {self.name}")

    async def restart(self, why: str) -> None:
        if self._runner is not None and self.life.state is State.RUNNING:
            await self._runner.service.stop()
        await self._restart(why)

    async def _restart(self, why: str) -> None:
        if self.life.state is not State.RUNNING:
            return
        await self._end(PeerRestarted(f"service {self.name!r} was restarted: {why}"))
        self._after(ExitReason(ExitKind.CODE, 1, why), why)

    def _after(self, reason: ExitReason, why: str) -> None:
        """It ended unasked and everybody was answered: what next."""
        again = self.give_up_or_wait(reason, why)
        if again is not None:
            self.kernel.loop.call_at(again, self.kernel.begin, self)

    async def _end(self, error: BluerillError) -> None:
        runner, port = self._runner, self._port
        self._runner = self._port = None
        if runner is None or port is None:
            return
        if self.spec.starts is not None:
            self.kernel.nursery.abandon(self.name)
        # What waits in the mailbox stays there for the next generation; only what runs is answered.
        runner.mailbox = Mailbox(self.name)
        await runner.stop(error)
        await port.close()
        self.kernel.capabilities.forget(port)

    async def stop(self) -> None:
        if self._runner is not None and self.life.state is State.RUNNING:
            self.life.step(Event.STOP)
            await self._runner.service.stop()
            await self._end(PeerRestarted(f"service {self.name!r} was stopped"))
            self.supervisor.stopped()
            self.life.step(Event.EXIT)
        elif self.life.state in (State.WAITING, State.QUARANTINED):
            self.life.step(Event.STOP)
        self.fail_waiting(PeerRestarted(f"service {self.name!r} was stopped"))


def lane_of(number: int) -> Lane:
    """The lane of a number from the wire; anything unknown is background."""
    return LANES[number] if 0 <= number <= 2 else Lane.BACKGROUND
