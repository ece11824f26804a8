"""A service in a child process, seen from the core: its link, its window of credits, its asks in flight.

Towards the child at most CREDITS messages are unhandled; a reply returns the credit of its ask, a CREDIT frame
those of tells. Towards the core the child has as many; they return when its message has a place in the receiver's
mailbox. What merely passes through from child to child is never decoded here.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from .errors import BluerillError, CallerError, CapabilityError, PeerRestarted, error_from
from .host.base import ChildHandle, ChildSpec
from .lease import Lease, LeaseTable
from .ledger import Reservation
from .limits import CREDITS, ESTIMATE_GROWTH, HELLO_TIMEOUT_S, MAX_ERROR_TEXT, MAX_PENDING_ASKS, STOP_GRACE_S
from .link import Link, socket_pair
from .manifest import ServiceSpec, parse_size
from .message import TAINTS, Body, Frame, Kind, Packed, pack
from .port import Envelope
from .seat import Seat, lane_of
from .supervisor import ExitKind, ExitReason
from .task import Event, State
from .trace import TraceEvent, unpack_events

if TYPE_CHECKING:
    from .loop import Kernel


_ASK, _TELL, _REPLY = Kind.ASK, Kind.TELL, Kind.REPLY  # a global is four times as fast as an enum's attribute


_RUNNING = State.RUNNING


class RemoteAsk(Envelope, eq=False):
    """An ask that came over a link: answered by a frame."""

    link: Any = None  # Link
    owner: Any = None  # RemoteSeat
    wire_id: int = 0
    done: bool = False

    @property
    def answered(self) -> bool:
        return self.done

    def reply(self, body: Body | Packed, lease: Lease | None = None) -> None:
        if not self._finish():
            if lease is not None:
                lease.release()
            return
        wire, data = pack(body)
        fd, size = (-1, -1) if lease is None else (lease.fd, lease.size)
        try:
            self.link.send(Frame(_REPLY, self.wire_id, "", 0, 0, 0, 0, wire, data, size), fd)
        except BluerillError as error:
            self.link.send(_error_frame(self.wire_id, error))
        finally:
            if lease is not None:
                lease.release()

    def fail(self, error: BluerillError) -> None:
        if self._finish():
            self.link.send(_error_frame(self.wire_id, error))

    def _finish(self) -> bool:
        if self.done:
            return False
        self.done = True
        self.owner.asked.pop(self.wire_id, None)
        return True


class RemoteTell(Envelope, eq=False):
    """A tell that came over a link; its credit goes back once it has a place."""

    owner: Any = None  # RemoteSeat

    def accepted(self) -> None:
        self.owner.give_credit()


def _error_frame(number: int, error: BluerillError) -> Frame:
    return Frame(Kind.ERROR, number, wire=error.code, body=str(error)[:MAX_ERROR_TEXT].encode("utf-8", "replace"))


class RemoteSeat(Seat):
    """The seat of a service that runs as a child process under a memory cap."""

    isolation = "child"

    def __init__(self, kernel: Kernel, name: str, spec: ServiceSpec) -> None:
        super().__init__(kernel, name, spec)
        self.asked: dict[int, RemoteAsk] = {}
        self.child: ChildHandle | None = None
        self.reservation: Reservation | None = None
        self._link: Link | None = None
        self._flight: dict[int, Envelope] = {}
        self._window = CREDITS
        self._owed = 0
        self._unplaced = 0  # tells of the child that have no place in a mailbox yet
        self._leases = LeaseTable(name)
        self._tracing: asyncio.Future[bytes] | None = None
        self._ids = itertools.count(1)
        self._heard = 0  # frames ever received: whether it grows is the sign of life
        self._probe: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._hello: asyncio.TimerHandle | None = None
        self._gone = asyncio.Event()
        self._killed_for: ExitReason | None = None
        self._signal = 0

    @property
    def holder(self) -> object:
        return self._link

    def count(self, envelope: Envelope) -> None:
        super().count(envelope)
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
            self.kernel.spawn(self._rest(), f"rest {self.name}")

    async def _rest(self) -> None:
        await self.stop()
        if self.mailbox:  # something came while it stopped
            self.kernel.begin(self)

    # --- towards the child

    def deliver(self, envelope: Envelope) -> None:
        if self._window > 0 and self.life.state is _RUNNING and not self.mailbox.waiting:
            self._hand_over(envelope)
            return
        self.refuse_if_down()
        self.mailbox.push(envelope)
        if self.life.state is State.ABSENT:
            self.kernel.begin(self)

    def notify(self, signal: int) -> None:
        if self.life.state is State.RUNNING and self._link is not None:
            self._link.send(Frame(Kind.NOTIFY, signal))
        else:
            self._signal |= signal

    def _pump(self) -> None:
        while self.life.state is State.RUNNING and self._window > 0:
            envelope = self.mailbox.pop()
            if envelope is None:
                return
            self._hand_over(envelope)

    def _hand_over(self, envelope: Envelope) -> None:
        link = self._link
        if link is None or envelope.answered:
            self.count(envelope)
            return
        lease = envelope.lease
        try:
            wire, data = pack(envelope.body)
            number = envelope.id  # unique on the device, so that traces of both sides join
            while number in self._flight:  # unless the asker is hostile
                number = next(self._ids)
            frame = Frame(
                envelope.kind,
                number,
                self.name,
                envelope.lane,
                int(envelope.deadline * 1e9),
                envelope.trace,
                envelope.taint,
                wire,
                data,
                -1 if lease is None else lease.size,
                envelope.sender,
                envelope.generation,
            )
            link.send(frame, -1 if lease is None else lease.fd)
        except BluerillError as error:
            envelope.fail(error)
            self.count(envelope)
            return
        finally:
            if lease is not None:
                lease.release()
                envelope.lease = None
        self._window -= 1
        if envelope.kind is _ASK:
            self._flight[number] = envelope
            envelope.cancel = lambda: self._cancel(number)
        else:
            self.count(envelope)

    def _cancel(self, number: int) -> None:
        if number in self._flight and self._link is not None:
            self._link.send(Frame(Kind.CANCEL, number))
            self._suspect()

    def _suspect(self) -> None:
        """An answer is overdue: unless the child says anything within ``hang_s``, it hangs and is killed."""
        if self._probe is not None or self._link is None:
            return
        heard, generation = self._heard, self.generation
        self._link.send(Frame(Kind.HELLO, 0))

        def check() -> None:
            self._probe = None
            if self.generation == generation and self._heard == heard and self.child is not None:
                self._killed_for = ExitReason(ExitKind.HUNG, 0, f"no sign of life for {self.spec.hang_s:g} s")
                self.child.kill()

        self._probe = self.kernel.loop.call_later(self.spec.hang_s, check)

    # --- from the child

    def _received(self, frame: Frame, fd: int) -> None:
        self._heard += 1
        kind = frame.kind
        if kind == _REPLY or kind == Kind.ERROR:
            self._answered(frame, fd)
            return
        if kind <= _TELL:  # an ask or a tell
            self._sent(frame, fd)
            return
        if fd >= 0:
            os.close(fd)
        if kind == Kind.NOTIFY:
            self._notified(frame)
        elif kind == Kind.CREDIT:
            self._window += frame.id
            self._pump()
        elif kind == Kind.CANCEL:
            ask = self.asked.get(frame.id)
            if ask is not None:
                if ask.cancel is not None:
                    ask.cancel()
                ask.done = True
                self.asked.pop(frame.id, None)
        elif kind == Kind.TRACE:
            waiting, self._tracing = self._tracing, None
            if waiting is not None and not waiting.done():
                waiting.set_result(frame.body)
        elif kind == Kind.HELLO and self.life.state is State.STARTING:
            self._ready()

    def _last_words(self, frame: Frame) -> None:
        """Why the child is about to end, in its own words. Its caller's fault (a wrong setting) is not retried."""
        error = error_from(frame.wire, frame.body.decode("utf-8", "replace"))
        kind = ExitKind.REFUSED if isinstance(error, CallerError) else ExitKind.CODE
        self._killed_for = ExitReason(kind, 1, str(error))

    def _answered(self, frame: Frame, fd: int) -> None:
        if frame.id == 0:
            self._last_words(frame)
            return
        envelope = self._flight.pop(frame.id, None)
        lease = None
        if fd >= 0:
            lease = self._adopt(frame, fd)
        if envelope is None:
            if lease is not None:
                lease.release()
            return
        self._window += 1
        envelope.cancel = None
        if frame.kind == _REPLY:
            envelope.reply(Packed(frame.wire, frame.body), lease)
        else:
            self.errors += 1
            envelope.fail(error_from(frame.wire, frame.body.decode("utf-8", "replace")))
        self.count(envelope)
        if self.mailbox.waiting:
            self._pump()

    def _adopt(self, frame: Frame, fd: int) -> Lease | None:
        try:
            return self._leases.adopt(fd, frame.lease_bytes)
        except BluerillError as error:
            self.kernel.log.warning("lease from %r refused: %s", self.name, error)
            return None

    def _sent(self, frame: Frame, fd: int) -> None:
        asked = frame.kind == _ASK
        if asked:
            honest = len(self.asked) < MAX_PENDING_ASKS and frame.id not in self.asked
        else:
            self._unplaced += 1
            honest = self._unplaced <= CREDITS
        if not honest and self._link is not None:
            # The port of a child counts for itself; one that does not is broken or hostile.
            if fd >= 0:
                os.close(fd)
            what = (
                f"ask {frame.id} came twice, or was one of too many" if asked else "it told more than its credits allow"
            )
            self._killed_for = ExitReason(ExitKind.PROTOCOL, 0, what)
            self._link.close(what)
            return
        lease = self._adopt(frame, fd) if fd >= 0 else None
        envelope = (RemoteAsk if asked else RemoteTell)(
            _ASK if asked else _TELL,
            self.name,  # from the connection, whatever the frame claims
            self.generation,
            frame.to,
            Packed(frame.wire, frame.body),
            lane_of(frame.lane),
            frame.deadline_ns / 1e9,
            frame.trace,
            TAINTS[frame.taint & 7],
            lease,
            frame.id,
        )
        envelope.owner = self
        if isinstance(envelope, RemoteAsk):
            assert self._link is not None
            envelope.link, envelope.wire_id, envelope.done = self._link, frame.id, False
            self.asked[frame.id] = envelope
        try:
            self.kernel.admit(self._link, envelope)
        except BluerillError as error:
            if lease is not None:
                lease.release()
            envelope.fail(error)
            envelope.accepted()
            if not asked:
                self.kernel.log.warning("tell refused: %s", error)

    def _notified(self, frame: Frame) -> None:
        try:
            self.kernel.admit_signal(self._link, self.name, frame.to, frame.id)
        except CapabilityError as error:
            self.kernel.log.warning("notification refused: %s", error)

    def give_credit(self) -> None:
        """One of the child's tells has found its place."""
        self._unplaced -= 1
        self._owed += 1
        if self._owed >= CREDITS // 4 and self._link is not None:
            self._link.send(Frame(Kind.CREDIT, self._owed))
            self._owed = 0
        elif self._owed == 1:
            self.kernel.loop.call_later(0.002, self._settle)

    def _settle(self) -> None:
        if self._owed and self._link is not None:
            self._link.send(Frame(Kind.CREDIT, self._owed))
            self._owed = 0

    async def events(self, within: float = 0.25) -> list[TraceEvent]:
        """What the child's own trace ring holds; nothing if it does not say in time."""
        if self._link is None or self.life.state is not State.RUNNING or self._tracing is not None:
            return []
        waiting = self._tracing = self.kernel.loop.create_future()
        self._link.send(Frame(Kind.TRACE, 0))
        try:
            return unpack_events(await asyncio.wait_for(waiting, within), self.name)
        except TimeoutError:
            return []
        finally:
            self._tracing = None

    # --- life and death

    async def start(self) -> None:
        """Spawn a new generation; returns once it is spawned, not once it is ready."""
        if self.reservation is None:
            self.reservation = self.kernel.ledger.reserve(self.name, self.spec.memory_bytes)
        self.life.step(Event.START)
        self.supervisor.started(self.kernel.now())
        ours, theirs = socket_pair()
        argv = [sys.executable, "-m", "bluerill.kernel.child", str(theirs.fileno())]
        try:
            self.child = self.kernel.host.spawn(
                ChildSpec(
                    self.name,
                    argv,
                    dict(os.environ),
                    self.reservation.total,
                    (theirs.fileno(),),
                    data_bytes=parse_size(self.spec.data),
                )
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._gone = asyncio.Event()
        self._killed_for = None
        self._window, self._owed, self._unplaced = CREDITS, 0, 0
        self._leases = LeaseTable(self.name)
        self._link = Link(ours, self._received, self._closed)
        self.grant(self._link)
        greeting = msgspec.msgpack.encode(
            {
                "name": self.name,
                "generation": self.generation,
                "class": self.spec.class_,
                "settings": self.spec.settings,
                "lane": int(self.spec.default_lane),
            }
        )
        self._link.send(Frame(Kind.HELLO, self.generation, body=greeting))
        self._hello = self.kernel.loop.call_later(HELLO_TIMEOUT_S, self._no_hello)
        self.kernel.watch(self.child, self._exited)

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
        for ask in list(self.asked.values()):
            if ask.cancel is not None:
                ask.cancel()
            ask.done = True
        self.asked.clear()
        flight, self._flight = self._flight, {}
        for envelope in flight.values():
            envelope.fail(PeerRestarted(f"service {self.name!r} {why} before it answered {envelope.body.wire!r}"))
            self.count(envelope)
        self._gone.set()
        if self.life.state is State.STOPPING:
            self.life.step(Event.EXIT)
            return
        self.errors += 1
        self.kernel.log.warning("service %s %s", self.id, why)
        self.kernel.fault(f"service {self.id} {why}")
        if reason.kind is ExitKind.MEMORY:
            self._release()
            self.kernel.ledger.raise_estimate(self.name, ESTIMATE_GROWTH)
        again = self.give_up_or_wait(reason, why)
        if again is None:
            self._release()
        else:
            self.kernel.loop.call_at(again, self.kernel.begin, self)

    def _release(self) -> None:
        if self.reservation is not None:
            self.kernel.ledger.release(self.name)
            self.reservation = None

    async def stop(self) -> None:
        """Ask it to end; kill it after the grace time."""
        if self.child is None:
            if self.life.state in (State.WAITING, State.QUARANTINED):
                self.life.step(Event.STOP)
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
