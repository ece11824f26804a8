"""How fast the kernel's messages are, beside others, in one run: ``python -m bluerill.bench.ipc [--json]``.

Absolute times on a shared machine mean little, so the contenders take turns: in every round each is timed once, and
what is reported is the median over rounds of each, and of the *ratio within a round*. Two bars (see docs/testing.md):
an ask inside the process is at least as fast as pykka's; an ask of another process takes at most 1.2 times what the
bare transport takes. Where the scheduler puts the two processes changes every figure; ``--pin`` decides it. A third
bar is not about speed: of 100,000 numbered messages on three lanes none is lost and none overtakes another of its
lane.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import platform
import statistics
import sys
import time
from typing import Any

from ..kernel.child import resolve
from ..kernel.eventloop import run as run_loop
from ..kernel.host import this_host
from ..kernel.loop import Kernel
from ..kernel.manifest import DeviceSpec, Manifest, ServiceSpec
from ..kernel.message import Lane
from ..kernel.remote import RemoteSeat
from ..kernel.service_port import ServicePort
from .echo import Count, Counted, Echo, Echoed, Number
from .ipc_peers import DEPTH, PAYLOAD, SIZE, Bare, Contender, Pipe, Pykka, Short, Streams

SCHEMA = "bluerill.bench.ipc/1"
ASK_BAR = 1.0
LINK_BAR = 1.2


class KernelAsk:
    """The kernel's own ask, of a service in the core or in a child process."""

    def __init__(self, port: ServicePort, to: str, name: str, across: bool) -> None:
        self.name = name
        self.across = across
        self.peer = 0
        self._port = port
        self._to = to

    async def open(self) -> None:
        await self._port.ask(self._to, Echo(PAYLOAD), Echoed, within=30)

    async def one_by_one(self, n: int) -> float:
        ask, to, body = self._port.ask, self._to, Echo(PAYLOAD)
        began = time.perf_counter()
        for _ in range(n):
            await ask(to, body, Echoed)
        return time.perf_counter() - began

    async def pipelined(self, n: int) -> float:
        ask, to, body = self._port.ask, self._to, Echo(PAYLOAD)
        began = time.perf_counter()
        for _ in range(0, n, DEPTH):
            await asyncio.gather(*(ask(to, body, Echoed) for _ in range(DEPTH)))
        return time.perf_counter() - began

    async def close(self) -> None:
        """The kernel is stopped by whoever started it."""


def device() -> Manifest:
    """A device of two echoing services."""
    echo = f"{__package__}.echo:EchoService"
    return Manifest(
        DeviceSpec(name="bench", ram="256M"),
        {"near": ServiceSpec(class_=echo), "far": ServiceSpec(class_=echo, isolation="child", memory="48M")},
    )


async def compare(contenders: list[Contender], rounds: int, n: int) -> dict[str, dict[str, list[float]]]:
    """Microseconds per ask: {contender: {"ping": [a value a round], "piped": [...]}}."""
    results: dict[str, dict[str, list[float]]] = {c.name: {"ping": [], "piped": []} for c in contenders}
    piped = max(DEPTH, n // DEPTH * DEPTH)
    for contender in contenders:  # warm up, also the processor's caches and the allocator
        await contender.one_by_one(n // 4)
        await contender.pipelined(piped)
    for number in range(rounds):
        turn = contenders if number % 2 else contenders[::-1]
        for contender in turn:
            gc.collect()
            results[contender.name]["ping"].append(await contender.one_by_one(n) / n * 1e6)
            results[contender.name]["piped"].append(await contender.pipelined(piped) / piped * 1e6)
    return results


async def ordered(port: ServicePort, to: str, count: int) -> dict[str, Any]:
    """Tell ``count`` numbered messages over the three lanes in turn; what arrived, and how."""
    began = time.perf_counter()
    for number in range(count):
        await port.tell(to, Number(number // 3), lane=Lane(number % 3))
    sent = [count // 3 + (lane < count % 3) for lane in range(3)]
    # The question travels in the last lane, behind everything.
    got = await port.ask(to, Count(), Counted, within=60, lane=Lane.BACKGROUND)
    took = time.perf_counter() - began
    lost = [a - b for a, b in zip(sent, got.received, strict=True)]
    return {
        "to": to,
        "messages": count,
        "lost": sum(lost),
        "disordered": sum(got.disordered),
        "messages_per_s": round(count / took),
    }


def pin(contenders: list[Contender], how: str) -> None:
    """Keep this process on one processor, and all peers on the same or on another one."""
    cpus = sorted(os.sched_getaffinity(0))
    for contender in contenders:
        if contender.peer:
            os.sched_setaffinity(contender.peer, {cpus[0] if how == "same" else cpus[-1]})
    os.sched_setaffinity(0, {cpus[0]})


async def measure(rounds: int, n: int, messages: int, how: str = "no") -> dict[str, Any]:
    """One whole run; the result is the JSON line."""
    host = this_host()
    kernel = Kernel(device(), host, resolve)
    await kernel.start()
    port = kernel.connect("bench")
    near = KernelAsk(port, "near", "kernel ask, in-process", False)
    far = KernelAsk(port, "far", "kernel ask, child process", True)
    contenders: list[Contender] = [near, Pykka(), far, Bare(), Short(), Pipe(), Streams()]
    try:
        for contender in contenders:
            await contender.open()
        seat = kernel.seats["far"]
        if isinstance(seat, RemoteSeat) and seat.child is not None:
            far.peer = seat.child.pid
        if how != "no":
            pin(contenders, how)
        results = await compare(contenders, rounds, n)
        order = [await ordered(port, to, messages) for to in ("near", "far")] if messages else []
        for contender in contenders:
            await contender.close()
    finally:
        await kernel.stop()
        host.close()
    return {
        "schema": SCHEMA,
        "host": {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count(), "os": platform.release()},
        "python": platform.python_version(),
        "bytes": SIZE,
        "pinned": how,
        "rounds": rounds,
        "asks_a_round": n,
        "us_per_ask": {name: {kind: _summary(v) for kind, v in kinds.items()} for name, kinds in results.items()},
        "ratios": {
            f"{kind}: {a} / {b}": _ratio(results[a][kind], results[b][kind])
            for kind in ("ping", "piped")
            for a, b in (
                (near.name, Pykka.name),
                (far.name, Bare.name),
                (far.name, Short.name),
                (far.name, Pipe.name),
                (far.name, Streams.name),
            )
        },
        "order": order,
        "bars": {
            "in-process ask at least as fast as pykka": _ratio(results[near.name]["ping"], results[Pykka.name]["ping"])
            <= ASK_BAR,
            "cross-process ask within 1.2 of its transport": _ratio(
                results[far.name]["ping"], results[Bare.name]["ping"]
            )
            <= LINK_BAR,
            "nothing lost or reordered": all(row["lost"] == row["disordered"] == 0 for row in order),
        },
    }


def _summary(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 2), "best": round(min(values), 2)}


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the ratios within each round: what disturbs a round disturbs both."""
    return round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 3)


def table(run: dict[str, Any]) -> str:
    """A run, for a person."""
    lines = [f"{'256 B ask':28} {'one by one':>12} {'64 at once':>12}   us each, median of {run['rounds']} rounds"]
    for name, kinds in run["us_per_ask"].items():
        lines.append(f"{name:28} {kinds['ping']['median']:12.2f} {kinds['piped']['median']:12.2f}")
    lines.append("")
    lines += [f"{ratio:7.3f}  {what}" for what, ratio in run["ratios"].items()]
    lines.append("")
    for row in run["order"]:
        lines.append(
            f"{row['messages']} messages over 3 lanes to {row['to']!r}: {row['lost']} lost, "
            f"{row['disordered']} out of order, {row['messages_per_s']} a second"
        )
    lines += [f"{'met   ' if met else 'MISSED'}  {bar}" for bar, met in run["bars"].items()]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 if a bar was missed and ``--strict`` given."""
    parser = argparse.ArgumentParser(prog="python -m bluerill.bench.ipc", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON line instead of a table")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--asks", type=int, default=1024, help="asks a round and contender")
    parser.add_argument("--messages", type=int, default=100_000, help="numbered messages of the order check")
    parser.add_argument("--pin", choices=["no", "same", "apart"], default="no", help="processors of the two sides")
    parser.add_argument("--strict", action="store_true", help="fail if a bar was missed")
    chosen = parser.parse_args(argv)
    run = run_loop(measure(chosen.rounds, chosen.asks, chosen.messages, chosen.pin))
    print(json.dumps(run) if chosen.json else table(run))
    return int(chosen.strict and not all(run["bars"].values()))


if __name__ == "__main__":
    sys.exit(main())
