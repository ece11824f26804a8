"""A broker of models without models: servers that take virtual time, a catalogue of what a test says there is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import msgspec

from bluerill.kernel.errors import BudgetExceeded, CallerError
from bluerill.kernel.host.sim import SimHost
from bluerill.kernel.limits import MIB
from bluerill.kernel.loop import Kernel
from bluerill.kernel.nursery import LocalChild
from bluerill.kernel.scheduler.profile import Profile
from bluerill.kernel.service import Call, Service, handles
from bluerill.kernel.supervisor import ExitKind, ExitReason
from bluerill.models.known import Known
from bluerill.models.messages import (
    Cancel,
    Cancelled,
    Hurry,
    InferBatch,
    InferBatched,
    InferChunk,
    InferNext,
    InferStart,
    InferStarted,
    InferStop,
    Load,
    Loaded,
    LoadOptions,
    ModelInfo,
    Pause,
    Paused,
    Resume,
    Resumed,
    Usage,
)
from bluerill.models.service import ModelsService
from support.devices import device, manifest

KILLED = ExitReason(ExitKind.SIGNAL, 9)
OVER_ITS_CAP = ExitReason(ExitKind.MEMORY, 9, "test")


class FakeServer(Service):
    """Loads in ``load_s`` and makes a token each ``tpot_s`` (settings of its load options), on the port's clock."""

    concurrency = 64
    log: ClassVar[list[str]] = []
    broken: ClassVar[dict[str, str]] = {}
    """Model → what is wrong with it: "file" (bad), "memory" (too little at load, until it is loaded smaller)."""

    def __init__(self) -> None:
        self.model = ""
        self.made: dict[int, int] = {}
        self.asked: dict[int, InferStart] = {}
        self.tpot = 0.01

    @handles(Load)
    async def load(self, request: Load, call: Call) -> Loaded:
        self.log.append(f"load {request.model}")
        await self.port.sleep(float(request.options.settings.get("load_s", "0.5")))
        wrong = self.broken.get(request.model, "")
        if wrong == "file":
            raise CallerError(f"{request.model} is not a model")
        if wrong == "memory" and request.options.ctx > 1024:
            raise BudgetExceeded("no memory left in this server's share")
        self.model, self.tpot = request.model, float(request.options.settings.get("tpot_s", "0.01"))
        return Loaded(ModelInfo(request.model, request.engine, ["generate"]), 0.5)

    @handles(InferStart)
    def start_sequence(self, request: InferStart, call: Call) -> InferStarted:
        if "refuse" in request.prompt:
            raise CallerError("the engine cannot do that")
        self.asked[request.seq], self.made[request.seq] = request, 0
        self.log.append(f"start {self.model} {request.prompt}")
        return InferStarted(request.seq, 10)

    def _stop(self, seq: int) -> InferStop:
        made = self.made.pop(seq)
        del self.asked[seq]
        self.log.append(f"stop {self.model}")
        return InferStop(seq, "", [], "length", Usage(10, 0, made))

    async def _go(self, seq: int, most: int, budget: float) -> InferChunk | InferStop:
        asked = self.asked[seq]
        number = min(most, asked.max_tokens - self.made[seq], max(1, round(budget / self.tpot)))
        first = self.made[seq]
        await self.port.sleep(number * self.tpot)
        if seq not in self.asked:
            return InferStop(seq, finish="cancelled")
        self.made[seq] += number
        text = "".join(f"{asked.prompt}{n} " for n in range(first, first + number))
        tokens = list(range(first, first + number))
        if self.made[seq] >= asked.max_tokens:
            return msgspec.structs.replace(self._stop(seq), text=text, tokens=tokens, elapsed_s=number * self.tpot)
        prefilled = 10 if first == 0 else 0
        return InferChunk(seq, text, tokens, 10 + self.made[seq], prefilled, number * self.tpot)

    @handles(InferNext)
    async def next(self, request: InferNext, call: Call) -> InferChunk | InferStop:
        if request.seq not in self.asked:
            raise CallerError(f"there is no sequence {request.seq} here")
        if "freeze" in self.asked[request.seq].prompt:
            await asyncio.Event().wait()
        return await self._go(request.seq, request.max_tokens, request.budget_s)

    @handles(InferBatch)
    async def batch(self, request: InferBatch, call: Call) -> InferBatched:
        made = await asyncio.gather(*(self._go(n, request.max_tokens, request.budget_s) for n in request.seqs))
        return InferBatched(
            [each for each in made if isinstance(each, InferChunk)],
            [each for each in made if isinstance(each, InferStop)],
        )

    @handles(Hurry)
    def hurry(self, request: Hurry, call: Call) -> None:
        self.log.append(f"hurry {self.model}")

    @handles(Pause)
    def pause(self, request: Pause, call: Call) -> Paused:
        self.log.append(f"pause {self.model} {request.keep}")
        return Paused(request.seq, request.keep, MIB, 0)

    @handles(Resume)
    def resume(self, request: Resume, call: Call) -> Resumed:
        self.log.append(f"resume {self.model}")
        return Resumed(request.seq, 0, "restored")

    @handles(Cancel)
    def cancel(self, request: Cancel, call: Call) -> Cancelled:
        self.log.append(f"cancel {self.model}")
        self.made.pop(request.seq, None)
        return Cancelled(request.seq, self.asked.pop(request.seq, None) is not None)


class Shelf:
    """A catalogue of fake models: ``name`` or ``name:key=value,…`` (``mib``, ``seqs``, and the server's settings)."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    async def find(self, name: str) -> Known:
        title, _, rest = name.partition(":")
        given = dict(item.split("=") for item in rest.split(",") if item)
        if title.startswith("no-"):
            raise CallerError(f"no model is named {title!r}")
        mib = int(given.pop("mib", "100"))
        profile = Profile(
            name,
            anon=mib * MIB // 5,
            file=mib * MIB * 4 // 5,
            load_s=float(given.get("load_s", "0.5")),
            tpot_s=float(given.get("tpot_s", "0.01")),
            kv_whole=True,
            seqs=int(given.pop("seqs", "1")),
            storable=True,
        )
        return Known(name, title, "fake", (), LoadOptions(ctx=2048, settings=given), profile)

    def learned(self, known: Known, anon: int, file: int, oom: bool) -> Known:
        self.seen[known.name] = anon
        return known

    def stamped(self, known: Known, stamps: dict[str, str]) -> None:
        pass


class FakeModels(ModelsService):
    """The real service over the shelf."""

    def catalogue(self) -> Shelf:
        return Shelf()


MODELS: dict[str, Any] = {
    "class": "support.fake_models:FakeModels",
    "asks": ["kernel"],
    "starts": {"class": "support.fake_models:FakeServer", "prefix": "model-", "most": 8},
}


@asynccontextmanager
async def fake_models(host: SimHost, ram: str = "512M", **settings: Any) -> AsyncIterator[Kernel]:
    """A simulated device with a broker of fake models."""
    FakeServer.log.clear()
    FakeServer.broken.clear()
    wiring = manifest(models={**MODELS, "settings": settings}, other={"asks": ["kernel"]})
    wiring = msgspec.structs.replace(wiring, device=msgspec.structs.replace(wiring.device, ram=ram))
    async with device(wiring, host) as kernel:
        yield kernel


def children(kernel: Kernel) -> list[LocalChild]:
    return [seat for seat in kernel.seats.values() if isinstance(seat, LocalChild)]


def loads() -> list[str]:
    return [line.removeprefix("load ") for line in FakeServer.log if line.startswith("load ")]
