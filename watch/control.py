"""The control door: how the command line (and a second process) reaches a device.

In the process that runs the device, :class:`ControlService` is just another service: its port asks, and what the
session tells it goes to listeners. For other processes of the same user it opens a socket in the state directory
(mode 0600) that speaks JSON lines of the very same messages::

    → {"id": 1, "to": "session", "wire": "agent.request", "body": {"text": "what time is it"}}
    ← {"id": 1, "wire": "agent.turn", "body": {...}}            or {"id": 1, "error": "deadline", "text": "..."}
    → {"to": "ears", "wire": "voice.audio-chunk", "body": {...}}   a tell: no id, no answer
    ← {"wire": "agent.state", "body": {...}}                     what the session tells its fronts
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from ..agent.messages import Acted, Hush, Microphone, Request, Say, State, Turn
from ..kernel.errors import BluerillError, CallerError, ManifestError, PeerRestarted, error_from
from ..kernel.message import Body, Taint, body_type
from ..kernel.service import Call, Service, handles
from ..modalities.voice.messages import HeardNothing, HeardPartial, SpeechStarted, Woken
from ..skills.admission import Admit, Dismiss, KeepMade, Make, Switch
from ..skills.questions import Decide, SetGrant
from .recording.messages import GetRecording, Record, Recording, StopRecording

if TYPE_CHECKING:
    from ..kernel.loop import Kernel

MAX_LINE = 1 << 20
MAX_CLIENTS = 8
FORWARDED = (Turn, State, Say, Hush, Acted, Microphone, HeardPartial, HeardNothing, SpeechStarted, Woken)
OWNERS = (Request, Admit, Dismiss, Switch, Make, KeepMade, Decide, SetGrant)
"""Words and decisions of the owner's, which carry the owner's label from here on."""
LATE = {"models": "..models.messages"}
"""Messages of wings that the core does not import before somebody speaks to them."""
R = TypeVar("R", bound=Body)
Listener = Callable[[Body], None]


class Line(msgspec.Struct, omit_defaults=True):
    """One JSON line in either direction."""

    id: int = 0
    to: str = ""
    wire: str = ""
    body: msgspec.Raw = msgspec.Raw(b"{}")
    lease: bytes | None = None
    taint: int = 0
    error: str = ""
    text: str = ""
    within: float = 0.0


_decoder = msgspec.json.Decoder(Line)
_encoder = msgspec.json.Encoder()


def _type(wire: str) -> type[Body]:
    try:
        return body_type(wire)
    except CallerError:
        late = LATE.get(wire.partition(".")[0])
        if late is None:
            raise
        import_module(late, __package__)
        return body_type(wire)


def _decode_body(line: Line) -> Body:
    decoded: Any = msgspec.json.decode(line.body, type=_type(line.wire))
    if not isinstance(decoded, Body):
        raise CallerError(f"message {line.wire!r} is not a body")
    return decoded


class ControlService(Service):
    """Service ``control``: the door of the command line. ``socket`` '' opens no socket."""

    concurrency = 8

    def __init__(self, socket: str = "") -> None:
        self._path = socket
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self._closing = False
        self.kernel: Kernel | None = None
        """The device it is the door of, once that has started: for what the door does itself."""
        self._desk: Any = None  # who records, once somebody wants to
        self.listeners: list[Listener] = []

    async def start(self) -> None:
        if not self._path:
            return
        if len(os.fsencode(self._path)) > 100:
            raise ManifestError(
                f"{self._path}: a socket path has at most 100 bytes; set BLUERILL_HOME to a shorter one"
            )
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)  # we hold the device's lock, so it is a dead device's
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._path, limit=MAX_LINE)
        except OSError as error:
            raise ManifestError(f"{self._path}: the control socket cannot be opened: {error.strerror}") from error
        finally:
            os.umask(mask)

    async def stop(self) -> None:
        self._closing = True
        if self._desk is not None:
            self._desk.close()
        if self._server is not None:
            self._server.close()
            for writer in list(self._clients):
                writer.close()
            os.unlink(self._path)

    @handles(Record, StopRecording, GetRecording)
    async def recording(self, body: Record | StopRecording | GetRecording, call: Call | None = None) -> Recording:
        """What the owner asks of the door itself. Raises CallerError for what cannot be done."""
        if self.kernel is None:
            raise CallerError("expected a device that has started; this one has not")
        if self._desk is None:
            self._desk = import_module(".recording.desk", __package__).Desk(self.port, self.kernel)
        answer: Recording = await self._desk.answer(body)
        return answer

    @handles(*FORWARDED)
    def forward(self, body: Body, call: Call) -> None:
        """Whatever the session tells: to every listener here and every client outside."""
        for listener in list(self.listeners):
            listener(body)
        if self._clients:
            data = _encoder.encode(Line(wire=body.wire, body=msgspec.Raw(_encoder.encode(body)))) + b"\n"
            for writer in list(self._clients):
                if writer.transport.get_write_buffer_size() < MAX_LINE:  # a client that does not read misses some
                    writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closing:  # accepted in the last moment
            writer.close()
            return
        if len(self._clients) >= MAX_CLIENTS:
            writer.write(
                _encoder.encode(Line(error="budget", text=f"{MAX_CLIENTS} fronts are connected already")) + b"\n"
            )
            writer.close()
            return
        self._clients.add(writer)
        asks: set[asyncio.Task[None]] = set()
        try:
            while True:
                try:
                    data = await reader.readline()
                except ValueError:
                    self.port.log.warning("a control client sent a line of more than %d bytes", MAX_LINE)
                    break
                if not data:
                    break
                task = asyncio.get_running_loop().create_task(self._one(data, writer))
                asks.add(task)
                task.add_done_callback(asks.discard)
                if len(asks) > MAX_CLIENTS * 4:
                    await asyncio.wait(asks, return_when=asyncio.FIRST_COMPLETED)
        except ConnectionError:
            pass  # the client is gone; so is its interest
        finally:
            self._clients.discard(writer)
            for task in asks:
                task.cancel()  # nobody waits for these answers: whoever works on them may stop
            writer.close()

    async def _one(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        number = 0
        try:
            line = _decoder.decode(data)
            number = line.id
            body = _decode_body(line)
            if not number:
                await self.port.tell(line.to, body, taint=Taint(line.taint & 7))
                return
            answer, lease = await ask_with_lease(self, line.to, body, line.within or None)
            reply = Line(number, wire=answer.wire, body=msgspec.Raw(_encoder.encode(answer)), lease=lease)
        except BluerillError as error:
            reply = Line(number, error=error.code, text=str(error))
        except (msgspec.DecodeError, ValueError) as error:
            reply = Line(number, error="caller", text=f"control line is not understood: {error}")
        writer.write(_encoder.encode(reply) + b"\n")


async def ask_with_lease(service: Service, to: str, body: Body, within: float | None) -> tuple[Body, bytes | None]:
    """Ask through a service's port; the reply's payload, if any, is copied out. Who is let in here is the owner, so a
    request or a decision that comes this way is the owner's."""
    if isinstance(service, ControlService) and isinstance(body, Record | StopRecording | GetRecording):
        return await service.recording(body), None
    if isinstance(body, OWNERS):
        return await service.port.ask(to, body, Body, within=within, taint=Taint.USER), None
    answer, lease = await service.port.ask_any(to, body, within=within)
    if lease is None:
        return answer, None
    with lease:
        return answer, lease.bytes()


class Front:
    """What the command line talks to: a device in this process, or one reached through its socket."""

    async def ask(self, to: str, body: Body, expect: type[R], within: float | None = None) -> R:
        answer, _ = await self.borrow(to, body, expect, within)
        return answer

    async def borrow(self, to: str, body: Body, expect: type[R], within: float | None = None) -> tuple[R, bytes | None]:
        """Ask, and get the payload of the reply too. Raises typed errors as a port does."""
        raise NotImplementedError

    async def tell(self, to: str, body: Body, taint: Taint = Taint.NONE) -> None:
        """Tell, with labels of where it came from."""
        raise NotImplementedError

    @property
    def listeners(self) -> list[Listener]:
        """Who gets what the session tells its fronts."""
        raise NotImplementedError

    def listen(self, listener: Listener) -> None:
        """Get what the session tells its fronts."""
        self.listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        self.listeners.remove(listener)


class LocalFront(Front):
    """The front of a device in this process."""

    def __init__(self, control: ControlService) -> None:
        self._control = control

    async def borrow(self, to: str, body: Body, expect: type[R], within: float | None = None) -> tuple[R, bytes | None]:
        answer, data = await ask_with_lease(self._control, to, body, within)
        return _expected(answer, expect, to), data

    async def tell(self, to: str, body: Body, taint: Taint = Taint.NONE) -> None:
        await self._control.port.tell(to, body, taint=taint)

    @property
    def listeners(self) -> list[Listener]:
        return self._control.listeners


class SocketFront(Front):
    """The front of a device that another process runs."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._listeners: list[Listener] = []
        self._pending: dict[int, asyncio.Future[Line]] = {}
        self._count = 0
        self._task = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def connect(cls, path: str) -> SocketFront:
        """Raises PeerRestarted if no device listens there."""
        try:
            return cls(*await asyncio.open_unix_connection(path, limit=MAX_LINE))
        except OSError as error:
            raise PeerRestarted(f"the device at {path} does not answer: {error.strerror}") from error

    async def _read(self) -> None:
        while True:
            try:
                data = await self._reader.readline()
            except (ConnectionError, ValueError):
                data = b""
            if not data:
                break
            line = _decoder.decode(data)
            future = self._pending.pop(line.id, None)
            if future is not None and not future.done():
                future.set_result(line)
            elif not line.id and line.wire:
                body = _decode_body(line)
                for listener in list(self._listeners):
                    listener(body)
        for future in self._pending.values():
            if not future.done():
                future.set_exception(PeerRestarted("the device ended before it answered"))
        self._pending.clear()

    async def borrow(self, to: str, body: Body, expect: type[R], within: float | None = None) -> tuple[R, bytes | None]:
        if self._task.done():
            raise PeerRestarted("the device is gone")
        self._count += 1
        future: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        self._pending[self._count] = future
        self._send(Line(self._count, to, body.wire, msgspec.Raw(_encoder.encode(body)), within=within or 0.0))
        line = await future
        if line.error:
            raise error_from(line.error, line.text)
        return _expected(_decode_body(line), expect, to), line.lease

    async def tell(self, to: str, body: Body, taint: Taint = Taint.NONE) -> None:
        self._send(Line(0, to, body.wire, msgspec.Raw(_encoder.encode(body)), taint=int(taint)))
        await self._writer.drain()

    def _send(self, line: Line) -> None:
        self._writer.write(_encoder.encode(line) + b"\n")

    @property
    def listeners(self) -> list[Listener]:
        return self._listeners

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


def _expected(answer: Body, expect: type[R], to: str) -> R:
    if not isinstance(answer, expect):
        raise CallerError(f"service {to!r} answered {answer.wire!r}, expected {expect.wire!r}")
    return answer
