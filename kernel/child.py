"""A service as a child process: ``python -m bluerill.kernel.child FD``.

The core spawns this with one end of a socket pair. The first frame says which service to be; from then on the same
:class:`~.runner.Runner` and :class:`~.service_port.ServicePort` work as in the core, over the link. When the core
ends, the link ends, and so does the child (the host layer also asks the system to kill it then).
"""

from __future__ import annotations

import sys

from .host.cage import enter
from .lean import import_asyncio

enter()  # into the memory cage, before anything large is imported
import_asyncio()

import asyncio  # noqa: E402
import importlib  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import socket  # noqa: E402
import time  # noqa: E402
from collections import deque  # noqa: E402
from typing import Any  # noqa: E402

import msgspec  # noqa: E402

from .box.spec import BoxSpec  # noqa: E402
from .clock import DeviceClock, Setting  # noqa: E402
from .deadline import Deadlines  # noqa: E402
from .errors import BluerillError, BudgetExceeded, ManifestError, PeerRestarted, error_from  # noqa: E402
from .eventloop import run  # noqa: E402
from .lease import Lease  # noqa: E402
from .limits import CREDIT_BATCH, CREDITS  # noqa: E402
from .link import Link  # noqa: E402
from .local_ask import LocalAsk  # noqa: E402
from .message import LANES, TAINTS, Frame, Kind, Lane, Packed, decode_frame, pack  # noqa: E402
from .port import Envelope, Mailbox  # noqa: E402
from .remote_ask import LinkAsk, error_frame  # noqa: E402
from .runner import Runner  # noqa: E402
from .service import Service  # noqa: E402
from .service_port import ServicePort  # noqa: E402
from .tap import Tap  # noqa: E402
from .trace import Trace, pack_events  # noqa: E402

_ASK, _TELL = Kind.ASK, Kind.TELL  # a global is four times as fast as an enum's attribute
_LAST_SENT, _REPLY, _ERROR = Kind.TELL.value, Kind.REPLY.value, Kind.ERROR.value  # plain, to compare with the wire


class Greeting(msgspec.Struct, frozen=True):
    """What the core says first."""

    name: str
    generation: int
    class_: str = msgspec.field(name="class")
    settings: dict[str, Any]
    lane: int
    box: BoxSpec | None = None
    clock: Setting | None = None


class Child:
    """The router of a child process: everything goes to the core."""

    tap: Tap | None = None  # who listens in does so in the core

    def __init__(self, sock: socket.socket, greeting: Greeting) -> None:
        self.loop = asyncio.get_running_loop()
        self.trace = Trace()
        self.deadlines = Deadlines(self.loop, lambda ask: None)
        self.greeting = greeting
        self.clock = DeviceClock(self.loop.time, time.time, greeting.clock)
        self.link = Link(sock, self._received, self._closed)
        self.failure: BaseException | None = None
        self._ended = asyncio.Event()
        self._working: dict[int, Envelope] = {}
        self._withdrawing = self._withdraw  # bound once, not for every ask
        self._credits = CREDITS
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._owed = 0
        self._runner: Runner | None = None

    async def run(self, service: Service) -> None:
        """Serve until the core says stop or is gone. Raises what ended the service."""
        name = self.greeting.name
        port = ServicePort(name, self.greeting.generation, self, Lane(self.greeting.lane), self._failed)
        service.port = port
        mailbox = Mailbox(name, (CREDITS, CREDITS, CREDITS))
        self._runner = runner = Runner(name, service, mailbox, self.trace, self._handled)
        try:
            await service.start()
        except BluerillError as error:
            self.last_words(error)
            raise
        self.link.send(Frame(Kind.HELLO, self.greeting.generation))
        runner.go()
        await self._ended.wait()
        await service.stop()
        await runner.stop(PeerRestarted(f"service {name!r} was stopped"))
        await port.close()
        self.link.close()
        if self.failure is not None:
            raise self.failure

    def last_words(self, error: BluerillError) -> None:
        """Tell the core why this process is about to end."""
        self.link.send(error_frame(0, error))

    def _failed(self, error: BaseException) -> None:
        self.failure = self.failure or error
        self._ended.set()

    def _closed(self, why: str) -> None:
        self._ended.set()

    # --- router

    def send(self, port: ServicePort, envelope: Envelope) -> None:
        wire, data = pack(envelope.body)
        lease = envelope.lease
        if isinstance(envelope, LocalAsk):
            envelope.withdraw = self._withdrawing
        else:
            if self._credits <= 0:
                raise BudgetExceeded(f"service {port.address!r} has no credit left for {envelope.to!r}")
            self._credits -= 1
        frame = Frame(
            envelope.kind,
            envelope.id,  # unique on the device, so that traces of both sides join
            wire,
            data,
            -1 if lease is None else lease.size,
            envelope.to,
            envelope.lane,
            envelope.deadline,
            envelope.trace,
            envelope.taint,
        )
        try:
            self.link.send(frame, -1 if lease is None else lease.fd)
        finally:
            if lease is not None:
                lease.release()
        if not self.link.open:
            raise PeerRestarted("the core is gone")

    def _withdraw(self, ask: LocalAsk) -> None:
        self.link.send(Frame(Kind.CANCEL, ask.id))

    async def place(self, port: ServicePort, to: str, lane: Lane) -> None:
        while self._credits <= 0:
            future = self.loop.create_future()
            self._waiting.append(future)
            await future

    def signal(self, port: ServicePort, to: str, signal: int) -> None:
        self.link.send(Frame(Kind.NOTIFY, signal, to=to))

    # --- from the core

    def _received(self, frame: Frame, fd: int) -> None:
        kind = frame.kind
        if kind <= _LAST_SENT:  # an ask or a tell
            self._incoming(frame, fd)
            return
        if kind == _REPLY or kind == _ERROR:  # noqa: SIM109 - no tuple for every frame
            self._answer(frame, fd)
            return
        if fd >= 0:
            os.close(fd)
        if kind == Kind.NOTIFY and self._runner is not None:
            self._runner.notify(frame.id)
        elif kind == Kind.CREDIT:
            self._credits += frame.id
            for _ in range(min(frame.id, len(self._waiting))):
                future = self._waiting.popleft()
                if not future.done():
                    future.set_result(None)
        elif kind == Kind.CANCEL:
            envelope = self._working.get(frame.id)
            if envelope is not None and envelope.withdraw is not None:
                envelope.withdraw(envelope)
        elif kind == Kind.HELLO:
            self.link.send(Frame(Kind.HELLO, 0))  # still alive
        elif kind == Kind.STOP:
            self._ended.set()
        elif kind == Kind.TRACE:
            self.link.send(Frame(Kind.TRACE, frame.id, body=pack_events(self.trace, self.deadlines.open_events())))
        elif kind == Kind.CLOCK:
            self.clock.take(msgspec.msgpack.decode(frame.body, type=Setting))

    def _incoming(self, frame: Frame, fd: int) -> None:
        asked = frame.kind == 0  # Kind.ASK, plain
        envelope = (LinkAsk if asked else Envelope)(
            _ASK if asked else _TELL,
            frame.sender,
            frame.generation,
            frame.to,
            Packed(frame.wire, frame.body),
            LANES[frame.lane],
            frame.deadline,
            frame.trace,
            TAINTS[frame.taint],
            Lease.adopt(fd, frame.lease_bytes) if fd >= 0 else None,
            frame.id,
        )
        if isinstance(envelope, LinkAsk):
            envelope.link = self.link
        runner = self._runner
        if runner is None:
            envelope.fail(PeerRestarted(f"service {frame.to!r} is not ready"))
            return
        try:
            runner.deliver(envelope)
        except BudgetExceeded as error:
            envelope.fail(error)
        if asked and not envelope.answered:  # it can be cancelled from now on
            self._working[frame.id] = envelope

    def _handled(self, envelope: Envelope) -> None:
        if envelope.kind is _ASK:
            self._working.pop(envelope.id, None)
            return
        self._owed += 1
        if self._owed >= CREDIT_BATCH:
            self._settle()
        elif self._owed == 1:
            self.loop.call_soon(self._settle)

    def _settle(self) -> None:
        if self._owed:
            self.link.send(Frame(Kind.CREDIT, self._owed))
            self._owed = 0

    def _answer(self, frame: Frame, fd: int) -> None:
        ask = self.deadlines.pending.get(frame.id)
        lease = Lease.adopt(fd, frame.lease_bytes) if fd >= 0 else None
        if ask is None:
            if lease is not None:
                lease.release()
        elif frame.kind == _REPLY:
            ask.resume(Packed(frame.wire, frame.body), lease)
        else:
            ask.fail(error_from(frame.wire, frame.body.decode("utf-8", "replace")))


def resolve(class_path: str) -> type[Service]:
    """The class of ``module:Class``. Raises ManifestError saying what is missing."""
    module_name, _, name = class_path.partition(":")
    try:
        found = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError) as error:
        raise ManifestError(f"service class {class_path!r} cannot be loaded: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Service)):
        raise ManifestError(f"service class {class_path!r} is not a Service")
    return found


async def _serve(sock: socket.socket, greeting: Greeting) -> None:
    child = Child(sock, greeting)
    try:
        if greeting.box is not None:
            from .box.box import close  # a child that is not boxed does without ctypes

            # told before anything of a stranger's is imported, so that it is the kernel's word and not a skill's
            child.link.send(Frame(Kind.HELLO, 0, body=msgspec.msgpack.encode(close(greeting.box))))
        service = resolve(greeting.class_)(**greeting.settings)
    except BluerillError as error:
        child.last_words(error)
        raise
    except TypeError as error:
        refusal = ManifestError(f"[services.{greeting.name}] settings do not fit {greeting.class_}: {error}")
        child.last_words(refusal)
        raise refusal from error
    await child.run(service)


def main(argv: list[str]) -> int:
    return become(socket.socket(fileno=int(argv[1])))


def greeted(sock: socket.socket) -> Greeting | None:
    """The first frame on a link that was inherited; None where the core hung up."""
    sock.set_inheritable(False)
    sock.setblocking(True)
    data = sock.recv(1 << 17)
    return msgspec.msgpack.decode(decode_frame(data).body, type=Greeting) if data else None


def become(sock: socket.socket) -> int:
    """Be what the first frame on this link says, until the core says stop; returns the exit status."""
    greeting = greeted(sock)
    if greeting is None:
        return 0
    level = os.environ.get("BLUERILL_LOG", "WARNING").upper()
    logging.basicConfig(level=level, format=f"%(levelname)s {greeting.name}: %(message)s", stream=sys.stderr)
    try:
        run(_serve(sock, greeting))
    except BluerillError as error:
        logging.getLogger("bluerill").debug("%s", error)  # the core has it and says it
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
