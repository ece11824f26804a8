"""``kernel-…``: the kernel's own operations, in the manner of Thread-Metric (Express Logic, 2007), which counts how
often a real-time kernel does each of a few basic things.

An item is a batch of one operation; its time is that of *one* of them, the mean of the batch. Right is a batch that
kept the kernel's promise: nothing lost, nothing overtaken within a lane, nothing early, the urgent before the rest.

- ``ask``: 256 bytes to a service of the same process, and its answer (Thread-Metric: message processing);
- ``link``: the same to a service in a child process;
- ``lanes``: messages told, each in another lane than the one before, until all are handled (cooperative scheduling);
- ``timer``: how late a timer of 2 ms rings (Thread-Metric has interrupts);
- ``preempt``: a control message to a child that has 40 background messages of 0.5 ms waiting, until its answer
  (preemptive scheduling);
- ``lease``: 1 MiB lent to a child process, read there, given back (memory allocation);
- ``load``: a child process started in its cap, asked, and ended: loading and eviction.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from ....kernel.child import resolve
from ....kernel.errors import ServiceFault
from ....kernel.eventloop import HAVE_EPOLL, LinkLoop
from ....kernel.host import this_host
from ....kernel.lease import Lease
from ....kernel.limits import MIB
from ....kernel.loop import Kernel
from ....kernel.manifest import DeviceSpec, Manifest, ServiceSpec
from ....kernel.message import Lane
from ....kernel.remote import RemoteSeat
from ...echo import Count, Counted, Echo, Echoed, Number
from ...kernel_peer import Lend, Lent, Toil, Toiled, Toils
from ..wire import Answer
from ..work import Prepared, Wanted

KEPT = "kept"
PAYLOAD = bytes(range(256))
BATCH = {"ask": 500, "link": 200, "lanes": 600, "timer": 10, "preempt": 1, "lease": 8, "load": 1}
TIMER_S = 0.002
TOILS, TOIL_US = 40, 500
CHILD = 16 * MIB
"""The cap of the child, where there is one."""
APART = ("link", "preempt", "lease", "load")


def prepare(wanted: Wanted, name: str) -> Prepared:
    """Nothing is needed."""
    op = name.removeprefix("kernel-")
    items = 5 if op == "load" or wanted.quick else 20
    count = f", {BATCH[op]} a batch" if BATCH[op] > 1 else ""
    return Prepared(
        name, ".works.kernel:KernelWork", wanted.folder, items, [KEPT] * items, "exact", "promises kept",
        f"{items} batches{count}", "operation", settings={"op": op}, scope="device", budgeted=True,
    )  # fmt: skip


class KernelWork:
    """A kernel with a service beside it, in this process or in a child's."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.versions: dict[str, str] = {}
        self._op = settings["op"]
        self._loop = LinkLoop() if HAVE_EPOLL else asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._host = this_host()
        self._told = [0, 0, 0]
        self._toils = 0
        self._lent = bytes(MIB)
        self._checksum = zlib.crc32(self._lent)
        self._loop.run_until_complete(self._open(settings.get("ram", "")))

    async def _open(self, ram: str) -> None:
        child = self._op in APART
        peer = ServiceSpec(
            class_="bluerill.bench.kernel_peer:PeerService", isolation="child" if child else "core",
            memory=CHILD if child else 0, start="demand" if self._op == "load" else "boot",
        )  # fmt: skip
        manifest = Manifest(DeviceSpec(name="bench", ram=ram or "256M", core="12M"), {"peer": peer})
        self._kernel = Kernel(manifest, self._host, resolve)
        await self._kernel.start()
        self._port = self._kernel.connect("bench")
        if self._op != "load":
            await self._port.ask("peer", Echo(PAYLOAD), Echoed, within=20)

    def run(self, item: int) -> Answer:
        operate: Callable[[int], Awaitable[tuple[int, str]]] = getattr(self, f"_{self._op}")
        batch = BATCH[self._op]
        spent, said = self._loop.run_until_complete(operate(batch))
        return Answer(item, spent // batch, said, extra={"batch": batch})

    async def _ask(self, batch: int) -> tuple[int, str]:
        ask, body = self._port.ask, Echo(PAYLOAD)
        began, whole = perf_counter_ns(), True
        for _ in range(batch):
            whole &= len((await ask("peer", body, Echoed)).data) == len(PAYLOAD)
        return perf_counter_ns() - began, KEPT if whole else "an answer was not whole"

    _link = _ask

    async def _lanes(self, batch: int) -> tuple[int, str]:
        began = perf_counter_ns()
        for number in range(batch):
            lane = number % 3
            await self._port.tell("peer", Number(self._told[lane]), lane=Lane(lane))
            self._told[lane] += 1
        got = await self._port.ask("peer", Count(), Counted, within=20, lane=Lane.BACKGROUND)
        took = perf_counter_ns() - began
        if list(got.received) != self._told or any(got.disordered):
            return took, f"told {self._told}, received {got.received}, {sum(got.disordered)} out of order"
        return took, KEPT

    async def _timer(self, batch: int) -> tuple[int, str]:
        late, early = 0, 0
        for _ in range(batch):
            began = perf_counter_ns()
            await self._port.sleep(TIMER_S)
            over = perf_counter_ns() - began - int(TIMER_S * 1e9)
            early += over < -1000
            late += max(0, over)
        return late, KEPT if not early else f"{early} of {batch} rang early"

    async def _preempt(self, batch: int) -> tuple[int, str]:
        for _ in range(TOILS):
            await self._port.tell("peer", Toil(TOIL_US), lane=Lane.BACKGROUND)
        self._toils += TOILS
        began = perf_counter_ns()
        seen = await self._port.ask("peer", Toiled(), Toils, within=20, lane=Lane.CONTROL)
        took = perf_counter_ns() - began
        done = await self._port.ask("peer", Toiled(), Toils, within=20, lane=Lane.BACKGROUND)
        if done.done != self._toils:
            return took, f"{self._toils - done.done} background messages were lost"
        waiting = self._toils - seen.done
        return took, KEPT if waiting > TOILS // 2 else f"only {waiting} of {TOILS} were overtaken"

    async def _lease(self, batch: int) -> tuple[int, str]:
        began, whole = perf_counter_ns(), True
        for _ in range(batch):
            answer = await self._port.ask("peer", Lend(), Lent, within=20, lease=Lease.offer(self._lent))
            whole &= answer.checksum == self._checksum
        return perf_counter_ns() - began, KEPT if whole else "something else was read than lent"

    async def _load(self, batch: int) -> tuple[int, str]:
        seat: Any = self._kernel.seats["peer"]
        if not isinstance(seat, RemoteSeat):
            raise ServiceFault("expected the peer in a child process")
        began = perf_counter_ns()
        for _ in range(batch):
            await self._port.ask("peer", Echo(PAYLOAD), Echoed, within=20)
            await seat.rest()
        took = perf_counter_ns() - began
        held = self._kernel.ledger.holds("peer")
        return took, KEPT if held is None and seat.child is None else "it is gone, and still holds memory"

    def close(self) -> None:
        self._loop.run_until_complete(self._kernel.stop())
        self._host.close()
        self._loop.close()
