"""A device with a broker and six synthetic models in real, capped processes, and somebody who watches their memory."""

from __future__ import annotations

import asyncio
import os
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from ..kernel.child import resolve
from ..kernel.errors import BluerillError
from ..kernel.host import this_host
from ..kernel.limits import MIB
from ..kernel.loop import Kernel
from ..kernel.manifest import Manifest
from ..kernel.remote import RemoteSeat
from ..kernel.service_port import ServicePort
from ..models.known import Known
from ..models.messages import Infer, Inference, Refused
from ..models.service import ModelsService
from .synthetic import known, write_weights

SIZES = (96, 120, 144, 168, 192, 240)
"""MiB of the six models, their servers included."""
WEIGHTS = 10
"""MiB of each that are mapped weights, all of which every token reads."""
OFF = 1.15
"""How far the estimates are above the truth before anything was measured."""


class Bench(NamedTuple):
    """A running device. ``models`` are the names of its models, the smallest first."""

    kernel: Kernel
    port: ServicePort
    models: tuple[str, ...]
    watcher: Watcher


class BenchShelf:
    """The six models, small ones for the soak beside them; what is learned of them is kept for the run."""

    folder: ClassVar[Path]
    floor: ClassVar[int] = 24 * MIB
    """Anonymous memory of a server without a model; measured before anything else."""

    def __init__(self) -> None:
        self._anon: dict[str, int] = {}
        self._found: dict[str, Known] = {}

    async def find(self, name: str) -> Known:
        if name not in self._found:
            kind, _, mib = name.partition("-")
            weights = WEIGHTS if kind == "model" else 1
            path = write_weights(self.folder / f"{name}.weights", weights * MIB)
            held = max(MIB, int(mib) * MIB - self.floor - weights * MIB)
            tpot = 0.001 * weights
            made = known(name, path, held, floor=self.floor, seqs=4, tpot_s=tpot, off=OFF)
            self._found[name] = made
        return self._found[name]

    def learned(self, known: Known, anon: int, file: int, oom: bool) -> Known:
        return known

    def stamped(self, known: Known, stamps: dict[str, str]) -> None:
        """Synthetic weights have no pins."""


class BenchModels(ModelsService):
    """The product's service over the bench's shelf."""

    def catalogue(self) -> BenchShelf:
        return BenchShelf()


class Life(NamedTuple):
    """One child as it was seen: bytes, and whether its model had been measured before it was loaded."""

    model: str
    reserved_anon: int
    reserved_file: int
    anon: int
    charge: int
    oom_kills: int
    calibrated: bool

    @property
    def over(self) -> float:
        """How much more was reserved than was needed. Its weights count as needed, whoever read them first (and was
        charged for the page cache): every token reads all of them."""
        return (self.reserved_anon + self.reserved_file) / (self.anon + self.reserved_file) - 1.0


class Watcher:
    """Looks at every child's memory again and again; knows nothing but what the kernel and the cgroup say."""

    def __init__(self, kernel: Kernel, models: ModelsService) -> None:
        self._kernel = kernel
        self._models = models
        self._seen: dict[tuple[str, int], Life] = {}
        self._measured: dict[str, int] = {}

    async def run(self, every: float = 0.05) -> None:
        while True:
            self.look()
            await asyncio.sleep(every)

    def look(self) -> None:
        broker = self._models._broker
        if broker is None:
            return
        for host in list(broker.hosted.values()):
            seat = self._kernel.seats.get(host.name)
            held = self._kernel.ledger.holds(host.name)
            if not isinstance(seat, RemoteSeat) or held is None or not host.tokens or host.leaving:
                continue  # before its first token it has not touched all that it needs; at its end it has let go of it
            used = seat.memory()
            key = (host.name, seat.generation)
            before = self._seen.get(key)
            if before is None:
                known_before = host.known.name in self._measured
                before = Life(host.known.name, held.anon, held.file, 0, 0, 0, known_before)
            self._seen[key] = before._replace(
                reserved_anon=held.anon,
                anon=max(before.anon, used.anon),
                charge=max(before.charge, used.peak),
                oom_kills=used.oom_kills,
            )
            if host.peak_anon:
                self._measured[host.known.name] = host.peak_anon

    def lives(self) -> list[Life]:
        return list(self._seen.values())


@asynccontextmanager
async def device(folder: Path, sum_over_budget: float = 3.0) -> AsyncIterator[Bench]:
    """Boot it. The models' share is their sum divided by ``sum_over_budget``."""
    BenchShelf.folder = folder
    share = int(sum(SIZES) * MIB / sum_over_budget)
    ram = int((share + 40 * MIB + 8 * MIB) / 0.95)
    table: dict[str, Any] = {
        "device": {"ram": ram, "core": "40M"},
        "services": {
            "models": {
                "class": "bluerill.bench.broker_device:BenchModels",
                "asks": ["kernel"],
                "starts": {"class": "bluerill.bench.synthetic:SyntheticServer", "prefix": "model-", "most": 16},
            }
        },
    }
    host = this_host()
    kernel = Kernel(Manifest.parse(table), host, resolve)
    await kernel.start()
    try:
        port = kernel.connect("bench")
        await port.ask("models", Infer("small-40", prompt="x", max_tokens=1), Inference, within=60)
        models = kernel.local("models")
        assert isinstance(models, ModelsService)
        BenchShelf.floor = _floor(kernel, models)
        watcher = Watcher(kernel, models)
        watching = asyncio.get_running_loop().create_task(watcher.run())
        try:
            yield Bench(kernel, port, tuple(f"model-{size}" for size in SIZES), watcher)
        finally:
            watching.cancel()
    finally:
        await kernel.stop()
        host.close()


def _floor(kernel: Kernel, models: ModelsService) -> int:
    """What a server takes beside what its model holds: seen in the first one."""
    broker = models._broker
    assert broker is not None
    [server] = broker.hosted.values()
    held = int(server.known.options.settings["anon"])
    used = kernel.seats[server.name].memory().anon
    return max(8 * MIB, used - held) if used > 0 else BenchShelf.floor


async def ask(port: ServicePort, model: str, tokens: int, klass: str, prompt: str, within: float) -> str:
    """One request: "done", "refused", or the kind of its error."""
    request = Infer(model, prompt=prompt, max_tokens=tokens, klass=klass)  # type: ignore[arg-type]
    try:
        answer = await port.ask("models", request, Inference | Refused, within=within)  # type: ignore[arg-type]
    except BluerillError as error:
        return type(error).__name__
    return "done" if isinstance(answer, Inference) else "refused"


class Footprint(NamedTuple):
    """What could leak."""

    rss: int
    files: int
    memfds: int
    threads: int
    children: int
    cgroups: int
    seats: int
    tasks: int


def footprint(kernel: Kernel) -> Footprint:
    """What this process, the core of the device, has now."""
    with open("/proc/self/statm", "rb") as file:
        rss = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    links = []
    for name in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            continue  # the listing's own
    tree = getattr(kernel.host, "tree", None)
    groups = 0 if tree is None or tree.base is None else sum(path.is_dir() for path in tree.base.iterdir())
    return Footprint(
        rss,
        len(links),
        sum("memfd:" in link for link in links),
        len(os.listdir("/proc/self/task")),
        len(kernel.nursery),
        groups,
        len(kernel.seats),
        len(asyncio.all_tasks()),
    )


def slope(samples: list[tuple[int, int]]) -> float:
    """Bytes a request, by least squares over (requests, bytes)."""
    if len(samples) < 2:
        return 0.0
    return statistics.linear_regression([float(x) for x, _ in samples], [float(y) for _, y in samples]).slope
