"""A small device for voice tests: services joined by a router in one event loop, and speech to feed them."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pytest

from bluerill.kernel.errors import BluerillError, CallerError
from bluerill.kernel.lease import Lease
from bluerill.kernel.message import Body, Lane, Taint
from bluerill.kernel.service import Call, Leased, Service
from bluerill.modalities.voice.messages import Corpus, GetCorpus, Judge, Judged
from support.commands import expand, understand

R = TypeVar("R", bound=Body)
Samples = npt.NDArray[np.int16]


class FakePort:
    """One service's door to a :class:`FakeDevice`; asks run the handler at once."""

    def __init__(self, device: FakeDevice, address: str) -> None:
        self.device, self.address = device, address
        self.log = logging.getLogger(f"bluerill.{address}")

    async def _answer(self, to: str, body: Body, lane: Lane | None = Lane.INTERACTIVE) -> tuple[Body, Lease | None]:
        failure = self.device.failures.pop((to, type(body)), None)
        if failure is not None:
            raise failure
        service = self.device.services[to]
        handler = getattr(service, service.handlers[type(body)])
        answer = handler(body, Call(self.address, lane=lane or Lane.INTERACTIVE))
        answer = await answer if inspect.isawaitable(answer) else answer
        if isinstance(answer, Leased):
            return answer.body, answer.lease
        return answer, None

    async def ask(self, to: str, body: Body, expect: type[R], *, lane: Lane | None = None, **_: Any) -> R:
        answer, _lease = await self._answer(to, body, lane)
        assert isinstance(answer, expect)
        return answer

    async def borrow(self, to: str, body: Body, expect: type[R], **_: Any) -> tuple[R, Lease]:
        answer, lease = await self._answer(to, body)
        assert isinstance(answer, expect)
        assert lease is not None
        return answer, lease

    async def ask_any(
        self, to: str, body: Body, *, within: float | None = None, lease: Lease | None = None
    ) -> tuple[Body, Lease | None]:
        return await self._answer(to, body)

    async def tell(
        self, to: str, body: Body, *, lane: Lane | None = None, taint: Taint | None = None,
        lease: Lease | None = None, wait: bool = True,
    ) -> None:  # fmt: skip
        self.device.told.append((to, body))
        if to in self.device.services:
            try:
                await self._answer(to, body)
            except BluerillError as error:
                self.device.errors.append(error)

    def notify(self, to: str, signal: int = 1) -> None: ...

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def wall(self) -> float:
        return 1_000.0

    def elapsed(self) -> float:
        return self.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    async def rest(self, seconds: float) -> None:
        await asyncio.sleep(0)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self.device.tasks.append(task)
        return task

    def offer(self, data: bytes | bytearray | memoryview) -> Lease:
        return Lease.offer(bytes(data))


class FakeDevice:
    """Services by address, everything they told, and asks that should fail once."""

    def __init__(self) -> None:
        self.services: dict[str, Service] = {}
        self.told: list[tuple[str, Body]] = []
        self.errors: list[BluerillError] = []
        self.failures: dict[tuple[str, type[Body]], BluerillError] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def add(self, address: str, service: Service) -> FakePort:
        port = FakePort(self, address)
        service.port = port
        self.services[address] = service
        await service.start()
        return port

    def planner(self, sentences: list[str]) -> FakePlanner:
        return FakePlanner(sentences)

    def port(self, address: str = "test") -> FakePort:
        return FakePort(self, address)

    def heard(self, *types: type[Body]) -> list[Body]:
        """What was told to the session, of these types (all without one)."""
        return [body for to, body in self.told if to == "session" and (not types or isinstance(body, types))]

    async def settle(self) -> None:
        """Let everything run that can run without new input."""
        for _ in range(400):
            await asyncio.sleep(0)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for service in self.services.values():
            await service.stop()


class FakePlanner(Service):
    """Answers GetCorpus with fixed sentences, and understands these and what ``support.commands`` does."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        self.fingerprint = "one"

    async def judge(self, request: Judge, call: Call) -> Judged:
        return Judged([float(text in self.sentences or bool(understand(text))) for text in request.texts])

    async def corpus(self, request: GetCorpus, call: Call) -> Leased:
        if not self.sentences:
            raise CallerError("no sentences yet")
        data = "\n".join(self.sentences).encode()
        return Leased(Corpus(self.fingerprint, len(self.sentences)), self.port.offer(data))


FakePlanner.handlers = {GetCorpus: "corpus", Judge: "judge"}


@pytest.fixture(scope="session")
def corpus() -> list[str]:
    return expand(1500, 1)


@pytest.fixture
def run() -> Callable[[Callable[[FakeDevice], Coroutine[Any, Any, None]]], None]:
    """Run a coroutine function with a fresh device, and close it after."""

    def runner(test: Callable[[FakeDevice], Coroutine[Any, Any, None]]) -> None:
        async def main() -> None:
            device = FakeDevice()
            try:
                await test(device)
            finally:
                await device.close()

        asyncio.run(main())

    return runner


@pytest.fixture(scope="session")
def say() -> Callable[..., bytes]:
    """Spoken words with silence around them, 16 kHz PCM; skipped without espeak-ng."""
    pytest.importorskip("espeakng_loader", reason="needs the extra 'speak'")
    from bluerill.models.engines.espeak import EspeakEngine

    def speak(text: str, before: float = 0.5, after: float = 1.2, voice: str = "en-us", rate: int = 160) -> bytes:
        samples = EspeakEngine(voice, rate).say(text)
        quiet = np.random.default_rng(1)
        parts: list[Any] = [quiet.normal(0, 4, int(before * 16_000)), samples, quiet.normal(0, 4, int(after * 16_000))]
        return np.concatenate(parts).astype(np.int16).tobytes()

    return speak


@pytest.fixture(scope="session")
def data() -> Path:
    folder = Path(os.environ.get("BLUERILL_DATA", Path(__file__).parents[4] / "shared" / "data"))
    if not (folder / "speech_misc").is_dir():
        pytest.skip(f"public speech data is absent: {folder}/speech_misc")
    return folder
