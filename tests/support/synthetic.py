"""Real model servers of real memory, for fault tests: processes that can be killed, frozen, starved and disobedient."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from bluerill.bench.synthetic import SyntheticEngine, SyntheticServer, SyntheticSession, known, write_weights
from bluerill.kernel.loop import Kernel
from bluerill.kernel.remote import RemoteSeat
from bluerill.models.engines import registry
from bluerill.models.engines.contract import Quantum, Session, Step
from bluerill.models.known import Known
from bluerill.models.messages import InferStart, LoadOptions, ModelFile, ModelInfo
from bluerill.models.service import ModelsService
from support.devices import device, manifest

MIB = 1 << 20
FLOOR = 40 * MIB
"""Anonymous memory of a server without a model, with room to spare."""


class _Faulty(SyntheticSession):
    """Misbehaves if its prompt says so."""

    def __init__(self, engine: SyntheticEngine, request: InferStart) -> None:
        super().__init__(engine, request)
        self._fault = request.prompt

    def step(self, quantum: Quantum) -> Step:
        if "eat" in self._fault:
            self._hoard = [bytearray(os.urandom(4096) * 256) for _ in range(1024)]
        if "crash" in self._fault:
            os.kill(os.getpid(), signal.SIGSEGV)
        return super().step(quantum)


class FaultyEngine(SyntheticEngine):
    """A model named ``crash-…`` crashes while it loads."""

    def load(self, model: str, files: Any, options: LoadOptions) -> ModelInfo:
        if model.startswith("crash-"):
            os.kill(os.getpid(), signal.SIGSEGV)
        return super().load(model, files, options)

    def start(self, request: InferStart, payload: Any) -> Session:
        self.seats += 1
        return _Faulty(self, request)


registry.MODEL_ENGINES["faulty"] = "support.synthetic:FaultyEngine"


class FaultyServer(SyntheticServer):
    """Prompts are its faults."""


class DeafServer(FaultyServer):
    """Does not end when asked, nor on SIGTERM."""

    async def start(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    async def stop(self) -> None:
        time.sleep(3600)  # noqa: ASYNC251 - a child that will not end is what is tested


class Shelf:
    """Synthetic models by name: ``NAME-MIB``, two of them weights, so that tokens are quick."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def find(self, name: str) -> Known:
        whole = int(name.rpartition("-")[2]) * MIB
        size = 2 * MIB
        path = self.folder / f"{size}.weights"
        if not path.exists():
            write_weights(path, size)
        found = known(name, path, whole - size, floor=FLOOR, seqs=4, tpot_s=0.003)
        return msgspec.structs.replace(found, engine="faulty", files=(ModelFile(str(path)),))

    def learned(self, known: Known, anon: int, file: int, oom: bool) -> Known:
        return known

    def stamped(self, known: Known, stamps: dict[str, str]) -> None:
        pass


class SyntheticModels(ModelsService):
    """The real service over synthetic models in the folder ``state``."""

    def catalogue(self) -> Shelf:
        return Shelf(Path(self._state))


@asynccontextmanager
async def real_models(ram: str = "512M", server: str = "FaultyServer", **settings: Any) -> AsyncIterator[Kernel]:
    """A device with a broker of synthetic models in real processes."""
    with tempfile.TemporaryDirectory() as folder:
        models = {
            "class": "support.synthetic:SyntheticModels",
            "asks": ["kernel"],
            "starts": {"class": f"support.synthetic:{server}", "prefix": "model-", "most": 8, "hang_s": 1},
            "settings": {"state": folder, **settings},
        }
        wiring = manifest(models=models, echo={})
        wiring = msgspec.structs.replace(wiring, device=msgspec.structs.replace(wiring.device, ram=ram))
        async with device(wiring) as kernel:
            yield kernel


def servers(kernel: Kernel) -> list[RemoteSeat]:
    """The model servers that run, as seats."""
    starter = kernel.nursery.starter_of
    return [seat for seat in kernel.seats.values() if isinstance(seat, RemoteSeat) and starter(seat.name)]


def pid_of(kernel: Kernel) -> int:
    [seat] = servers(kernel)
    assert seat.child is not None
    return seat.child.pid


async def until(condition: Any, within: float = 100.0) -> None:
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.005)
