"""The kernel's own address: what the device is doing, for monitors and ``doctor``.

Sampling is on demand: nobody who does not look pays for the looking.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from typing import TYPE_CHECKING

from .children import (
    BudgetState,
    ChildMemory,
    ChildResized,
    ChildRests,
    ChildStarted,
    ChildStopped,
    GetBudget,
    GetChildMemory,
    GetPressure,
    PressureNow,
    ResizeChild,
    RestChild,
    SetBudget,
    StartChild,
    StopChild,
)
from .clock import ClockNow, SetClock
from .limits import MAX_ERROR_TEXT
from .message import Body, message
from .remote import RemoteSeat
from .restart import RestartService, ServiceRestarting, restart
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

    concurrency = 32  # a child that is slow to stop keeps nobody else waiting

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
            memory = seat.memory()
            child = seat.child if isinstance(seat, RemoteSeat) else None
            reserved = ledger.holds(seat.name)
            rows.append(
                ServiceStatus(
                    seat.name,
                    seat.state.value,
                    seat.generation,
                    seat.isolation,
                    seat.spec.lane,
                    0 if child is None else child.pid,
                    0 if reserved is None else reserved.total,
                    0 if child is None else max(0, memory.charge),
                    max(0, memory.peak),
                    seat.handled,
                    seat.errors,
                    seat.problem[:MAX_ERROR_TEXT],
                    0 if child is None else max(0, memory.anon),
                    0 if child is None else max(0, memory.file),
                    0 if reserved is None else reserved.file,
                    memory.oom_kills,
                    kernel.nursery.starter_of(seat.name),
                    list(seat.walls) if isinstance(seat, RemoteSeat) else [],
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

    @handles(StartChild)
    async def start_child(self, request: StartChild, call: Call) -> ChildStarted:
        return await self._kernel.nursery.start(request, call)

    @handles(StopChild)
    async def stop_child(self, request: StopChild, call: Call) -> ChildStopped:
        return await self._kernel.nursery.stop(request, call)

    @handles(RestChild)
    async def rest_child(self, request: RestChild, call: Call) -> ChildRests:
        return await self._kernel.nursery.rest(request, call)

    @handles(ResizeChild)
    async def resize_child(self, request: ResizeChild, call: Call) -> ChildResized:
        return await self._kernel.nursery.resize(request, call)

    @handles(GetChildMemory)
    def child_memory(self, request: GetChildMemory, call: Call) -> ChildMemory:
        return self._kernel.nursery.memory(request, call)

    @handles(GetBudget)
    def budget(self, request: GetBudget, call: Call) -> BudgetState:
        return self._kernel.budget.state(call)

    @handles(GetPressure)
    def pressure(self, request: GetPressure, call: Call) -> PressureNow:
        return PressureNow(*self._kernel.host.pressure())

    @handles(SetBudget)
    async def set_budget(self, request: SetBudget, call: Call) -> BudgetState:
        return await self._kernel.budget.set(request, call)

    @handles(RestartService)
    async def restart_service(self, request: RestartService, call: Call) -> ServiceRestarting:
        return await restart(self._kernel, request, call)

    @handles(SetClock)
    def set_clock(self, request: SetClock, call: Call) -> ClockNow:
        kernel = self._kernel
        if request != SetClock():
            kernel.set_clock(kernel.clock.set(request))
        return ClockNow(kernel.clock.wall(), kernel.clock.rate, kernel.clock.follows)

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
