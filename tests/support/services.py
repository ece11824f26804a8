"""Small services that kernel tests run, in the core and as child processes."""

from __future__ import annotations

import asyncio
import os
import signal
import time

from bluerill.kernel.children import BudgetChanged, ChildExited, Shortage
from bluerill.kernel.errors import CallerError
from bluerill.kernel.lease import Lease
from bluerill.kernel.message import Body, Frame, Kind, encode_body, message
from bluerill.kernel.service import Call, Leased, Service, handles


@message("test.ping")
class Ping(Body, frozen=True):
    n: int = 0
    data: bytes = b""


@message("test.pong")
class Pong(Body, frozen=True):
    n: int = 0
    data: bytes = b""
    sender: str = ""
    generation: int = 0


@message("test.misbehave")
class Misbehave(Body, frozen=True):
    how: str


@message("test.relay")
class Relay(Body, frozen=True):
    """Ask another service, and answer what it answers."""

    to: str
    n: int = 0


@message("test.seen")
class Seen(Body, frozen=True):
    numbers: list[int] = []


@message("test.get-seen")
class GetSeen(Body, frozen=True):
    pass


@message("test.get-time")
class GetTime(Body, frozen=True):
    pass


@message("test.time")
class Time(Body, frozen=True):
    wall: float


class Echo(Service):
    """Answers, misbehaves on request, and remembers what it was told."""

    def __init__(self, greeting: str = "") -> None:
        self.greeting = greeting
        self.seen: list[int] = []
        self.signals = 0

    @handles(Ping)
    async def ping(self, request: Ping, call: Call) -> Pong | Leased | None:
        self.seen.append(request.n)
        if call.lease is not None:
            return Leased(Pong(call.lease.size, b"", call.sender, call.generation), Lease.offer(call.lease.bytes()))
        return Pong(request.n, request.data, call.sender, call.generation)

    @handles(GetTime)
    def time(self, request: GetTime, call: Call) -> Time:
        return Time(self.port.wall())

    @handles(GetSeen)
    def get_seen(self, request: GetSeen, call: Call) -> Seen:
        return Seen(self.seen[-200:])

    @handles(Relay)
    async def relay(self, request: Relay, call: Call) -> Pong:
        return await self.port.ask(request.to, Ping(request.n), Pong)

    @handles(Misbehave)
    async def misbehave(self, request: Misbehave, call: Call) -> Pong | None:
        match request.how:
            case "raise":
                raise ValueError("as asked")
            case "refuse":
                raise CallerError("that is your fault")
            case "nothing":
                return None
            case "never":
                await asyncio.Event().wait()
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "freeze":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "eat":
                hoard = [bytearray(b"x" * (1 << 20)) for _ in range(2048)]
                del hoard
            case "spin":
                time.sleep(3600)  # noqa: ASYNC251 - a service that blocks its loop is what is tested
            case "spawn-failure":
                self.port.spawn(self._fail(), "failing")
        return Pong()

    async def _fail(self) -> None:
        raise RuntimeError("spawned work failed")

    async def notified(self, signal: int) -> None:
        self.signals |= signal
        self.seen.append(-signal)


class Parent(Service):
    """Starts children through its port (as the test tells it) and remembers what the kernel told of them."""

    def __init__(self) -> None:
        self.told: list[Body] = []

    @handles(ChildExited, BudgetChanged, Shortage)
    def tell(self, body: Body, call: Call) -> None:
        self.told.append(body)


class Glutton(Echo):
    """An Echo that holds as much anonymous memory as it is pinged for, in MiB."""

    def __init__(self) -> None:
        super().__init__()
        self.held = bytearray()

    @handles(Ping)
    async def ping(self, request: Ping, call: Call) -> Pong:
        self.held = bytearray(b"x" * (request.n << 20))
        return Pong(request.n)


class Deaf(Echo):
    """An Echo that does not end when it is asked to, nor on SIGTERM."""

    async def start(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    async def stop(self) -> None:
        time.sleep(3600)  # noqa: ASYNC251 - a child that will not end is what is tested


class Hostile(Service):
    """A child that writes to its link past its port: it forgets credits, repeats ids, or sends garbage."""

    @handles(Misbehave)
    def misbehave(self, request: Misbehave, call: Call) -> Pong:
        link = getattr(getattr(self.port, "_router"), "link")  # noqa: B009 - no service should be able to spell this
        body = encode_body(Ping())
        for n in range(2000):
            match request.how:
                case "flood":
                    link.send(Frame(Kind.TELL, 0, "test.ping", body, to="stuck"))
                case "repeat":
                    link.send(Frame(Kind.ASK, 7, "test.ping", body, to="stuck"))
                case "lanes":
                    link.send(Frame(Kind.ASK, n + 10_000, "test.ping", body, 10**12, "stuck", 10**9, -5, -1, 10**9))
        return Pong()

    @handles(Ping)
    def ping(self, request: Ping, call: Call) -> Pong:
        return Pong(request.n)
