"""The other side of the kernel suite: echoes and counts, works for a while when told to, and reads what it is lent."""

from __future__ import annotations

import asyncio
import zlib
from time import perf_counter_ns

from ..kernel.errors import CallerError
from ..kernel.message import Body, message
from ..kernel.service import Call, handles
from .echo import EchoService


@message("bench.toil")
class Toil(Body, frozen=True):
    """Compute for so long (µs), letting others in after each half."""

    us: int


@message("bench.toiled")
class Toiled(Body, frozen=True):
    """Ask how many toils are done. → Toils"""


@message("bench.toils")
class Toils(Body, frozen=True):
    done: int


@message("bench.lend")
class Lend(Body, frozen=True):
    """Ask for the checksum of what is lent with it. → Lent"""


@message("bench.lent")
class Lent(Body, frozen=True):
    checksum: int


class PeerService(EchoService):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self._toils = 0

    @handles(Toil)
    async def toil(self, told: Toil, call: Call) -> None:
        for _ in range(2):  # whoever works for long lets others in between, or no lane helps
            until = perf_counter_ns() + told.us * 500
            while perf_counter_ns() < until:
                pass
            await asyncio.sleep(0)
        self._toils += 1

    @handles(Toiled)
    def toiled(self, request: Toiled, call: Call) -> Toils:
        return Toils(self._toils)

    @handles(Lend)
    def lend(self, request: Lend, call: Call) -> Lent:
        if call.lease is None:
            raise CallerError("expected something lent, got nothing")
        return Lent(zlib.crc32(call.lease.view()))
