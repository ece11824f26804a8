"""The nursery: children that come and go at run time, because a service asked for them.

A service with a ``starts`` table in the manifest may have up to ``most`` children of one class, under names with one
prefix. It holds the right to ask each of its children and nobody else does; a child itself may only answer, unless the
manifest lets its starter give it rights. The memory of a child is reserved before it starts, in the ledger's two
classes, and their sum is its cap.

Unlike a service of the manifest, such a child is not started again by the supervisor: its death is told to its
starter (:class:`~.children.ChildExited`), whose decision it is. One that is started as *kept* is looked after like a
service, and only told of when it is given up. Whoever waited for an answer of the dead child gets
one typed error, as everywhere. When the starter ends, restarts included, so do its children: a new generation knows
nothing of them. Nothing is kept of a child that is gone but its number: generations are unique on the device,
so that a late word about ``model-1#7`` is never taken for one about ``model-1#9``.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from .capability import Capability, Right
from .children import (
    ChildExited,
    ChildMemory,
    ChildResized,
    ChildRests,
    ChildStarted,
    ChildStopped,
    GetChildMemory,
    ResizeChild,
    RestChild,
    StartChild,
    StopChild,
)
from .errors import CallerError, PeerRestarted
from .host.base import ChildHandle, ChildSpec
from .ledger import Reservation
from .limits import MAX_ERROR_TEXT
from .manifest import ServiceSpec, StartsSpec
from .message import Lane
from .remote import RemoteSeat
from .seat import LocalSeat, Seat
from .service import Call, Service
from .supervisor import ExitKind, ExitReason
from .task import Event, State, TaskId

if TYPE_CHECKING:
    from .loop import Kernel

_NAME = re.compile(r"^[a-z][a-z0-9-]{0,31}$")


class _Born(Seat):
    """What the two seats below share: one life, a reservation in two classes, and whom to tell of the end."""

    def born(self, starter: str, generation: int, want: StartChild, ended: Callable[[_Born, ExitReason], None]) -> None:
        self.starter = starter
        self.want = want
        self.life.id = TaskId(self.name, generation - 1)
        self.capability: Capability | None = None
        self._ended = ended
        self.over = asyncio.Event()

    @property
    def mechanism(self) -> str:
        """What enforces its cap."""
        return "none"

    def kill(self) -> None:
        """End it without asking."""

    def resize(self, cap: int) -> str:
        """Move its cap; returns what did not move with it."""
        return ""

    def _reserve(self) -> Reservation:
        return self.kernel.ledger.reserve(self.name, self.want.anon, self.want.file)

    def _free(self) -> None:
        if self.kernel.ledger.holds(self.name) is not None:
            self.kernel.ledger.release(self.name)
            self.kernel.budget.moved()

    def _after(self, reason: ExitReason, why: str) -> None:
        self.life.step(Event.EXIT)
        self.life.step(Event.STOP)
        self.problem = why
        self._release()
        self._ended(self, reason)

    def _release(self) -> None:
        self._free()


class ProcessChild(_Born, RemoteSeat):
    """A child process of the nursery."""

    @property
    def mechanism(self) -> str:
        return "none" if self.child is None else self.child.cap.mechanism

    def kill(self) -> None:
        if self.child is not None:
            self.child.kill()

    def resize(self, cap: int) -> str:
        if self.child is None:
            raise CallerError(f"child {self.name!r} is gone")
        return self.child.resize(cap)

    async def launch(self, spec: ChildSpec) -> ChildHandle:
        zygote = self.kernel.zygotes.of(self.starter)
        if zygote is None or not await zygote.wake():
            return await super().launch(spec)
        return self.kernel.host.spawn(spec, zygote.forks)

    def _release(self) -> None:
        self.reservation = None
        self._free()


class KeptChild(ProcessChild):
    """A child process that the supervisor starts again, until it gives up; it may rest meanwhile."""

    _started = False

    async def start(self) -> None:
        if self._started:  # anew: as a generation that no child had
            self.life.id = TaskId(self.name, self.kernel.nursery.number() - 1)
        self._started = True
        await super().start()

    @property
    def busy(self) -> bool:
        return bool(self._flight or self.mailbox or self.asked)

    def _after(self, reason: ExitReason, why: str) -> None:
        RemoteSeat._after(self, reason, why)
        if self.life.state is State.QUARANTINED:
            self._ended(self, reason)


class LocalChild(_Born, LocalSeat):
    """A child of the nursery on the simulated host: a service of this process, with a reservation all the same."""

    async def start(self) -> None:
        self._reserve()
        try:
            await super().start()
        except BaseException:
            self._release()
            raise

    async def stop(self) -> None:
        await super().stop()
        self._release()

    async def die(self, reason: ExitReason) -> None:
        """End it as the system would end a process (tests)."""
        await self._end(PeerRestarted(f"service {self.name!r} {reason.text}"))
        self._after(reason, reason.text)


class Nursery:
    """The children of a device that the manifest does not name."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._born: dict[str, ProcessChild | LocalChild] = {}
        self._stopping: set[str] = set()
        self._generations = itertools.count(1)

    def __len__(self) -> int:
        return len(self._born)

    def number(self) -> int:
        """A generation that no child of this device had."""
        return next(self._generations)

    def of(self, starter: str) -> list[str]:
        """The names of a starter's children."""
        return [seat.name for seat in self._born.values() if seat.starter == starter]

    def held(self, starter: str) -> int:
        """Bytes reserved by a starter's children."""
        held = (self._kernel.ledger.holds(name) for name in self.of(starter))
        return sum(reservation.total for reservation in held if reservation is not None)

    def starter_of(self, name: str) -> str:
        seat = self._born.get(name)
        return "" if seat is None else seat.starter

    async def start(self, want: StartChild, call: Call) -> ChildStarted:
        """Start a child. Raises CallerError, BudgetExceeded, ServiceFault (the system refuses)."""
        kernel = self._kernel
        starter, starts = self._starter(call)
        if not want.name.startswith(starts.prefix) or not _NAME.match(want.name):
            raise CallerError(f"{starter.name!r} may start children named {starts.prefix}…, not {want.name[:40]!r}")
        if want.name in kernel.seats:
            raise CallerError(f"child {want.name!r} is there already ({kernel.seats[want.name].state.value})")
        if want.anon + want.file <= 0 or want.anon < 0 or want.file < 0 or want.data < 0:
            raise CallerError(f"child {want.name!r}: expected a positive cap, got anon {want.anon}, file {want.file}")
        if len(self.of(starter.name)) >= starts.most:
            raise CallerError(f"{starter.name!r} has {starts.most} children already, as many as its manifest allows")
        for verb, given, most in (
            ("ask", want.asks, starts.asks),
            ("tell", want.tells, starts.tells),
            ("notify", want.notifies, starts.notifies),
        ):
            if not set(given) <= set(most):
                raise CallerError(f"child {want.name!r} may {verb} {', '.join(most) or 'nobody'}, not {given}")
        if want.reads and starts.box is None:
            raise CallerError(f"child {want.name!r} is not boxed: it reads what it wants")
        spec = ServiceSpec(
            class_=starts.class_,
            isolation="child",
            memory=want.anon + want.file,
            data=want.data,
            hang_s=starts.hang_s,
            settings=want.settings,
            asks=want.asks,
            tells=want.tells,
            notifies=want.notifies,
            box=None if starts.box is None else msgspec.structs.replace(starts.box, reads=want.reads),
        )
        seat: ProcessChild | LocalChild
        if kernel.host.name == "sim":
            seat = LocalChild(kernel, want.name, spec, self._make(starts.class_))
        else:
            seat = (KeptChild if want.kept else ProcessChild)(kernel, want.name, spec)
        seat.born(starter.name, self.number(), want, self._ended)
        kernel.seats[want.name] = self._born[want.name] = seat
        try:
            await seat.start()
        except BaseException:
            self._forget(seat)
            raise
        rights = Right.ASK | Right.TELL | Right.NOTIFY
        seat.capability = kernel.capabilities.grant(starter.holder, want.name, rights)
        return ChildStarted(seat.generation, want.anon + want.file, seat.mechanism)

    async def stop(self, want: StopChild, call: Call) -> ChildStopped:
        """End a child, and answer once it is gone and its memory is free."""
        starter, _ = self._starter(call)
        seat = self._born.get(want.name)
        if seat is None or seat.starter != starter.name:
            return ChildStopped()
        if want.kill:
            self._stopping.add(want.name)
            seat.kill()
        await self._end(seat)
        return ChildStopped(seat.problem or "stopped", max(0, seat.memory().peak))

    async def rest(self, want: RestChild, call: Call) -> ChildRests:
        """Let a kept child rest, unless it has something to do. Raises CallerError."""
        seat = self._child(want.name, call)
        if not isinstance(seat, KeptChild) or seat.state is not State.RUNNING or seat.busy:
            return ChildRests(False)
        await seat.rest()
        return ChildRests(True)

    async def resize(self, want: ResizeChild, call: Call) -> ChildResized:
        """Move a child's reservation and cap. Raises CallerError, BudgetExceeded, ServiceFault; then nothing moved."""
        kernel = self._kernel
        seat = self._child(want.name, call)
        held = kernel.ledger.holds(want.name)
        if held is None or want.anon < 0 or want.file < 0 or want.anon + want.file <= 0:
            raise CallerError(f"child {want.name!r}: expected a positive cap, got anon {want.anon}, file {want.file}")
        cap = want.anon + want.file
        grown = kernel.ledger.resize(want.name, want.anon, want.file) if cap > held.total else None
        try:
            note = seat.resize(cap)
        except BaseException:
            if grown is not None:
                kernel.ledger.resize(want.name, held.anon, held.file)
            raise
        if grown is None:
            kernel.ledger.resize(want.name, want.anon, want.file)
            kernel.budget.moved()
        return ChildResized(cap, seat.mechanism, note)

    def memory(self, want: GetChildMemory, call: Call) -> ChildMemory:
        """What a child uses now. Raises CallerError."""
        used = self._child(want.name, call).memory()
        return ChildMemory(*used)

    def abandon(self, starter: str) -> None:
        """The starter ended: so do its children."""
        for name in self.of(starter):
            if name not in self._stopping and not self._kernel.stopping:
                self._kernel.spawn(self._end(self._born[name]), f"stop {name}")

    def clear(self) -> None:
        """The device has stopped, and all children with it."""
        for seat in list(self._born.values()):
            self._forget(seat)

    # --- inside

    def _make(self, class_path: str) -> Callable[..., Service]:
        return lambda **settings: self._kernel.resolve(class_path)(**settings)

    def _starter(self, call: Call) -> tuple[Seat, StartsSpec]:
        """The seat that asks. Raises CallerError if its manifest lets it start nothing, or it is of an earlier life."""
        seat = self._kernel.seats.get(call.sender)
        starts = None if seat is None else seat.spec.starts
        if seat is None or starts is None:
            raise CallerError(f"service {call.sender!r} may start no children: its manifest has no 'starts'")
        if seat.holder is None or seat.generation != call.generation:
            raise CallerError(f"service {call.sender!r} was restarted: its children ended with it")
        return seat, starts

    def _child(self, name: str, call: Call) -> ProcessChild | LocalChild:
        starter, _ = self._starter(call)
        seat = self._born.get(name)
        if seat is None or seat.starter != starter.name:
            raise CallerError(f"service {call.sender!r} has no child {name[:40]!r}")
        return seat

    async def _end(self, seat: ProcessChild | LocalChild) -> None:
        self._stopping.add(seat.name)
        if seat.life.state is State.STOPPING:  # somebody else began it
            await seat.over.wait()
            return
        try:
            await seat.stop()
        finally:
            self._forget(seat)

    def _forget(self, seat: _Born) -> None:
        """Nothing of it stays."""
        kernel = self._kernel
        if self._born.get(seat.name) is not seat:
            return
        del self._born[seat.name]
        kernel.zygotes.rests(seat.starter)
        self._stopping.discard(seat.name)
        seat.over.set()
        if kernel.seats.get(seat.name) is seat:
            del kernel.seats[seat.name]
        if seat.capability is not None:
            kernel.capabilities.revoke(seat.capability)
        seat.fail_waiting(PeerRestarted(f"service {seat.name!r} is gone: {seat.problem or 'it was stopped'}"))

    def _ended(self, seat: _Born, reason: ExitReason) -> None:
        """A child ended unasked: forget it, and tell its starter."""
        expected = seat.name in self._stopping or self._born.get(seat.name) is not seat
        self._forget(seat)
        starter = self._kernel.seats.get(seat.starter)
        if expected or starter is None or starter.holder is None or self._kernel.stopping:
            return
        used = seat.memory()
        oom = reason.kind is ExitKind.MEMORY
        said = ChildExited(
            seat.name, seat.generation, reason.kind.value, seat.problem[:MAX_ERROR_TEXT], oom, max(0, used.peak)
        )
        self._kernel.spawn(
            self._kernel.monitor.port.tell(seat.starter, said, lane=Lane.CONTROL), f"tell {seat.starter}"
        )
