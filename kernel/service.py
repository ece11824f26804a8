"""What a service is. The same class runs in the core or as a child process; ``device.toml`` decides.

    class Recognizer(Service):
        async def start(self) -> None:            # optional: load what is needed
            ...

        @handles(Transcribe)
        async def transcribe(self, request: Transcribe, call: Call) -> Transcript | NotHeard:
            ...

- A handler of an *ask* returns the reply's body; of a *tell*, ``None``. What it raises reaches the asker as one
  typed error (:class:`CallerError` stays the caller's fault, anything else becomes :class:`ServiceFault`).
- A handler may be a plain ``def``: then it never suspends, and it is run without a task (cheapest).
- Messages of one service are handled one at a time, lane by lane, in order within a lane, unless the class says
  ``concurrency = N``.
- A service reaches the world only through ``self.port``: messages, time, leases, spawned work. It never opens a
  socket to another service and never reads the clock by itself, so that the same class runs under virtual time.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, cast

import msgspec

from .errors import CallerError
from .message import Body, Lane, Taint

if TYPE_CHECKING:
    from .lease import Lease

R = TypeVar("R", bound=Body)
F = TypeVar("F", bound=Callable[..., Any])


class Call(msgspec.Struct, eq=False):
    """The envelope of the message being handled, as its handler sees it."""

    sender: str
    generation: int = 0
    lane: Lane = Lane.INTERACTIVE
    deadline: float = 0.0
    """On the port's clock; 0.0 = none."""
    trace: int = 0
    taint: Taint = Taint.NONE
    lease: Lease | None = None
    """A borrowed payload; released when the handler returns unless taken."""


class Leased:
    """What a handler returns when its reply carries a payload: the body, and the lease to hand over."""

    __slots__ = ("body", "lease")

    def __init__(self, body: Body, lease: Lease) -> None:
        self.body = body
        self.lease = lease


Handler = Callable[[Any, Any, Call], "Body | Leased | Awaitable[Body | Leased | None] | None"]


class Task(Protocol):
    """Spawned work that can be cancelled."""

    def cancel(self) -> bool: ...

    def done(self) -> bool: ...


class Port(Protocol):
    """The one door of a service to the rest of the device.

    While a message is handled, what is sent through the port inherits its lane, trace id, taint labels and (for
    asks) its deadline, unless given.
    """

    @property
    def address(self) -> str:
        """The name of this service."""
        ...

    async def ask(
        self,
        to: str,
        body: Body,
        expect: type[R],
        *,
        within: float | None = None,
        lane: Lane | None = None,
        taint: Taint | None = None,
        lease: Lease | None = None,
    ) -> R:
        """Rendezvous: exactly one reply of type ``expect`` (``Body`` accepts any), or one typed error.

        ``within`` is in seconds. Raises CapabilityError (not in the manifest), DeadlineExceeded, PeerRestarted,
        BudgetExceeded (mailbox full), ServiceFault, CallerError.
        """
        ...

    async def borrow(
        self,
        to: str,
        body: Body,
        expect: type[R],
        *,
        within: float | None = None,
        lane: Lane | None = None,
        taint: Taint | None = None,
        lease: Lease | None = None,
    ) -> tuple[R, Lease]:
        """Like ``ask``, for a reply whose payload is a lease (see :class:`Leased`); the caller releases it.

        Raises also ServiceFault if the reply carried none.
        """
        ...

    async def ask_any(
        self, to: str, body: Body, *, within: float | None = None, lease: Lease | None = None
    ) -> tuple[Body, Lease | None]:
        """Any answer and its payload, if it has one (the caller releases it): for what passes answers on."""
        ...

    async def tell(
        self,
        to: str,
        body: Body,
        *,
        lane: Lane | None = None,
        taint: Taint | None = None,
        lease: Lease | None = None,
        wait: bool = True,
    ) -> None:
        """Send without an answer. Spends a credit; with none left waits, or raises BudgetExceeded if not ``wait``."""
        ...

    def notify(self, to: str, signal: int = 1) -> None:
        """Set bits in a peer's signal word; carries no data, never blocks, never fails. See Service.notified."""
        ...

    def now(self) -> float:
        """Seconds on the monotonic clock (virtual under the simulated host)."""
        ...

    def wall(self) -> float:
        """Seconds since the Unix epoch, UTC, on the device's clock (virtual under the simulated host)."""
        ...

    def elapsed(self) -> float:
        """Seconds on the device's own monotonic clock: ``now``, but for a clock that runs faster (``clock.py``)."""
        ...

    async def rest(self, seconds: float) -> None:
        """Wait for so many seconds of the device's, or until its clock is set: look again afterwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait on the port's clock."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> Task:
        """Run work beside the handlers; it is cancelled with the service, and its failure is the service's."""
        ...

    def offer(self, data: bytes | bytearray | memoryview) -> Lease:
        """Put a payload into borrowed memory to send beside a body."""
        ...

    @property
    def log(self) -> logging.Logger: ...


class Service:
    """The base of all services. Subclasses take their settings (from device.toml) as keyword arguments."""

    concurrency: ClassVar[int] = 1
    handlers: ClassVar[dict[type[Body], str]] = {}
    port: Port

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        table = dict(cls.handlers)
        for name, attribute in vars(cls).items():
            for body in getattr(attribute, "__handles__", ()):
                held = table.get(body)
                if held is not None and held != name and held in vars(cls):
                    raise CallerError(f"{cls.__qualname__} handles {body.__qualname__} twice: {held}, {name}")
                table[body] = name
        cls.handlers = table

    async def start(self) -> None:
        """Called once, with ``self.port`` set, before the first message. Raise to refuse to start."""

    async def stop(self) -> None:
        """Called once, after the last message; must end within the kernel's grace time."""

    async def notified(self, signal: int) -> None:
        """Called after one or more notifications, with their bits or-ed together."""


def handles(*bodies: type[Body]) -> Callable[[F], F]:
    """Mark a method as the handler of these message bodies."""

    def mark(function: F) -> F:
        cast("Any", function).__handles__ = bodies
        return function

    return mark
