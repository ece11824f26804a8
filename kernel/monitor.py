"""The kernel's own address: what the device is doing, for monitors and ``doctor``.

Sampling is on demand: nobody who does not look pays for the looking.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from typing import TYPE_CHECKING

from .host.base import Memory
from .limits import MAX_ERROR_TEXT
from .message import Body, message
from .remote import RemoteSeat
from .service import Call, Leased, Service, handles
from .status import GetStatus, ServiceStatus, Status
from .trace import perfetto

if TYPE_CHECKING:
    from .loop import Kernel

FAULTS_SHOWN = 20
_PAGE = os.sysconf("SC_PAGE_SIZE")


@message("kernel.get-trace")
class GetTrace(Body, frozen=True):
    """Ask ``kernel`` for the trace ring as Perfetto JSON. → TraceFile (by lease)"""


@message("kernel.trace-file")
class TraceFile(Body, frozen=True):
    """``events`` in the ring now, ``dropped`` before them."""

    events: int
    dropped: int


def core_rss() -> int:
    """Resident bytes of this process, or 0 where the system has no /proc."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except OSError:
        return 0


class KernelService(Service):
    """Answers for the kernel. Seated by :class:`~.loop.Kernel` under the name ``kernel``."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._core_peak = 0
        self.faults: deque[str] = deque(maxlen=FAULTS_SHOWN)

    @handles(GetStatus)
    def status(self, request: GetStatus, call: Call) -> Status:
        kernel = self._kernel
        ledger = kernel.ledger
        rows = []
        for seat in kernel.seats.values():
            if seat.name == self.port.address:
                continue
            memory = Memory(0, 0, 0, 0, 0)
            pid = 0
            if isinstance(seat, RemoteSeat) and seat.child is not None:
                pid = seat.child.pid
                memory = seat.child.memory()
            reserved = ledger.holds(seat.name)
            rows.append(
                ServiceStatus(
                    seat.name,
                    seat.state.value,
                    seat.generation,
                    seat.isolation,
                    seat.spec.lane,
                    pid,
                    0 if reserved is None else reserved.total,
                    max(0, memory.charge),
                    max(0, memory.peak),
                    seat.handled,
                    seat.errors,
                    seat.problem[:MAX_ERROR_TEXT],
                )
            )
        rss = core_rss()
        self._core_peak = max(self._core_peak, rss)
        core = ledger.holds("core")
        rows.insert(
            0,
            ServiceStatus(
                "core",
                "running",
                1,
                "core",
                "control",
                os.getpid(),
                0 if core is None else core.total,
                rss,
                self._core_peak,
                sum(row.handled for row in rows if row.isolation == "core"),
            ),
        )
        now = kernel.now()
        return Status(
            now - kernel.started_at,
            kernel.host.name,
            kernel.host.mechanism,
            ledger.budget,
            ledger.headroom,
            ledger.reserved,
            kernel.trace.messages_per_s(int(now * 1e9)),
            rows,
            list(self.faults),
        )

    @handles(GetTrace)
    async def trace(self, request: GetTrace, call: Call) -> Leased:
        kernel = self._kernel
        children = [seat for seat in kernel.seats.values() if isinstance(seat, RemoteSeat)]
        rings = await asyncio.gather(*(seat.events() for seat in children))
        processes = {
            seat.name: (seat.child.pid, seat.name)
            for seat in kernel.seats.values()
            if isinstance(seat, RemoteSeat) and seat.child is not None
        }
        events = kernel.trace.events() + kernel.deadlines.open_events()
        for ring in rings:
            events += ring
        data = perfetto(events, processes, kernel.trace.dropped)
        return Leased(TraceFile(len(events), kernel.trace.dropped), self.port.offer(data))
