"""The traffic of a child process, seen from the core: its window of credits, its asks in flight, its leases.

Towards the child at most CREDITS messages are unhandled; a reply returns the credit of its ask, a CREDIT frame
those of tells. Towards the core the child has as many; they return when its message has a place in the receiver's
mailbox. What merely passes through from child to child is never decoded here.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from typing import TYPE_CHECKING

import msgspec

from .box.spec import Wall
from .errors import BluerillError, CallerError, CapabilityError, error_from
from .host.base import ChildHandle
from .lease import Lease, LeaseTable
from .limits import CREDITS, MAX_PENDING_ASKS
from .link import Link
from .manifest import ServiceSpec
from .message import TAINTS, Frame, Kind, Packed, pack
from .port import Envelope
from .remote_ask import RemoteAsk, RemoteTell
from .seat import Seat, lane_of
from .supervisor import ExitKind, ExitReason
from .task import State
from .trace import TraceEvent, unpack_events

if TYPE_CHECKING:
    from .loop import Kernel

MAX_WALLS = 16
_ASK, _TELL, _RUNNING = Kind.ASK, Kind.TELL, State.RUNNING  # a global is four times as fast as an enum's attribute
_REPLY, _ERROR = Kind.REPLY.value, Kind.ERROR.value


class Traffic(Seat):
    """The half of a remote seat that sends and receives. The other half (``remote.py``) is its life and death."""

    isolation = "child"

    def __init__(self, kernel: Kernel, name: str, spec: ServiceSpec) -> None:
        super().__init__(kernel, name, spec)
        self.asked: dict[int, RemoteAsk] = {}
        self.child: ChildHandle | None = None
        self._link: Link | None = None
        self._flight: dict[int, Envelope] = {}
        self._ids = itertools.count(1)
        self._cancelling = self._cancel  # bound once, not for every ask
        self._tracing: asyncio.Future[bytes] | None = None
        self._probe: asyncio.TimerHandle | None = None
        self._killed_for: ExitReason | None = None
        self._signal = 0
        self.walls: tuple[Wall, ...] = ()
        """What boxes this generation, in the child's words before it imported anything of a stranger's."""
        self._open_accounts()

    def _open_accounts(self) -> None:
        """A fresh connection owes nothing and holds nothing."""
        self._window = CREDITS
        self._owed = 0
        self.walls = ()
        self._unplaced = 0  # tells of the child that have no place in a mailbox yet
        self._leases = LeaseTable(self.name)

    def _ready(self) -> None:
        """The child said hello."""
        raise NotImplementedError

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
        number = envelope.id  # unique on the device, so that traces of both sides join
        while not number or number in self._flight:  # unless the asker is hostile
            number = next(self._ids)
        try:
            wire, data = pack(envelope.body)
            frame = Frame(
                envelope.kind,
                number,
                wire,
                data,
                -1 if lease is None else lease.size,
                self.name,
                envelope.lane,
                envelope.deadline,
                envelope.trace,
                envelope.taint,
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
            envelope.withdraw = self._cancelling
        else:
            self.count(envelope)

    def _cancel(self, envelope: Envelope) -> None:
        number = envelope.id
        if self._flight.get(number) is not envelope:  # its id was taken when it was handed over
            number = next((n for n, other in self._flight.items() if other is envelope), 0)
        if number and self._link is not None:
            self._link.send(Frame(Kind.CANCEL, number))
            self._suspect()

    def _suspect(self) -> None:
        """An answer is overdue: unless the child says anything within ``hang_s``, it hangs and is killed."""
        if self._probe is not None or self._link is None:
            return
        link, heard = self._link, self._link.frames_in
        self._link.send(Frame(Kind.HELLO, 0))

        def check() -> None:
            self._probe = None
            if self._link is link and link.frames_in == heard and self.child is not None:
                self._killed_for = ExitReason(ExitKind.HUNG, 0, f"no sign of life for {self.spec.hang_s:g} s")
                self.child.kill()

        self._probe = self.kernel.loop.call_later(self.spec.hang_s, check)

    # --- from the child

    def _received(self, frame: Frame, fd: int) -> None:
        kind = frame.kind
        if kind == _REPLY or kind == _ERROR:  # noqa: SIM109 - no tuple for every frame
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
                if ask.withdraw is not None:
                    ask.withdraw(ask)
                ask.answered = True
                self.asked.pop(frame.id, None)
        elif kind == Kind.TRACE:
            waiting, self._tracing = self._tracing, None
            if waiting is not None and not waiting.done():
                waiting.set_result(frame.body)
        elif kind == Kind.HELLO and self.life.state is State.STARTING:
            if frame.id:
                self._ready()
            elif frame.body and not self.walls:  # only its first word of them counts
                self._boxed(frame.body)

    def _boxed(self, body: bytes) -> None:
        try:
            self.walls = tuple(msgspec.msgpack.decode(body, type=list[Wall])[:MAX_WALLS])
        except msgspec.DecodeError as error:
            self.kernel.log.warning("what boxes %r is not readable: %s", self.name, error)

    def _last_words(self, frame: Frame) -> None:
        """Why the child is about to end, in its own words. Its caller's fault (a wrong setting) is not retried."""
        error = error_from(frame.wire, frame.body.decode("utf-8", "replace"))
        kind = ExitKind.REFUSED if isinstance(error, CallerError) else ExitKind.CODE
        self._killed_for = ExitReason(kind, 1, str(error))

    def _answered(self, frame: Frame, fd: int) -> None:
        envelope = self._flight.pop(frame.id, None)
        lease = None if fd < 0 else self._adopt(frame, fd)
        if envelope is None:
            if lease is not None:
                lease.release()
            if frame.id == 0:
                self._last_words(frame)
            return
        # First the accounts: whoever is answered may go on at once, and ask again.
        self._window += 1
        envelope.withdraw = None
        self.count(envelope)
        if frame.kind != _REPLY:
            self.errors += 1
            envelope.fail(error_from(frame.wire, frame.body.decode("utf-8", "replace")))
        elif self.child is not None:
            envelope.resume(Packed(frame.wire, frame.body), lease)
        else:  # its last answers, read while its end is being dealt with: nobody goes on before that is done
            envelope.reply(Packed(frame.wire, frame.body), lease)
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
            frame.deadline,
            frame.trace,
            TAINTS[frame.taint & 7],
            lease,
            frame.id,
        )
        if isinstance(envelope, RemoteAsk):
            envelope.link, envelope.asked = self._link, self.asked
            self.asked[frame.id] = envelope
        else:
            envelope.owner = self
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
