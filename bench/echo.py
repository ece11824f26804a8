"""The services the message benchmark talks to: one that echoes, one that checks order and loss."""

from __future__ import annotations

from ..kernel.message import Body, message
from ..kernel.service import Call, Service, handles


@message("bench.echo")
class Echo(Body, frozen=True):
    """Ask for the same bytes back. → Echoed"""

    data: bytes


@message("bench.echoed")
class Echoed(Body, frozen=True):
    data: bytes


@message("bench.number")
class Number(Body, frozen=True):
    """One of a sequence; each lane counts for itself from 0."""

    number: int


@message("bench.count")
class Count(Body, frozen=True):
    """Ask how the sequences went. → Counted"""


@message("bench.counted")
class Counted(Body, frozen=True):
    """By lane: messages received, and how many did not carry the number that was next."""

    received: tuple[int, int, int]
    disordered: tuple[int, int, int]


class EchoService(Service):
    """Echoes what it is asked, and keeps count of what it is told."""

    def __init__(self) -> None:
        self._next = [0, 0, 0]
        self._received = [0, 0, 0]
        self._disordered = [0, 0, 0]

    @handles(Echo)
    def echo(self, request: Echo, call: Call) -> Echoed:
        return Echoed(request.data)

    @handles(Number)
    def number(self, told: Number, call: Call) -> None:
        lane = call.lane
        self._received[lane] += 1
        if told.number != self._next[lane]:
            self._disordered[lane] += 1
        self._next[lane] = told.number + 1

    @handles(Count)
    def count(self, request: Count, call: Call) -> Counted:
        a, b, c = self._received
        x, y, z = self._disordered
        return Counted((a, b, c), (x, y, z))
