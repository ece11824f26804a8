"""``mixed``: requests of three classes for models that do not fit into the memory together, as they come in a day in
small: somebody speaks, somebody types, and a pile of background work lies there. An open loop: arrivals do not wait.

The device is the product's (broker, scheduler, servers, caps); its models are synthetic, with real memory and real
work, whose answers are known beforehand. Right is the whole answer, token for token, whatever was preempted, evicted
and loaded again in between; refused or failed is wrong. The first item plays the trace; every item is a request of it,
its time that from arrival to the whole answer.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

import msgspec

from ....kernel.child import resolve
from ....kernel.errors import BluerillError, BudgetExceeded
from ....kernel.eventloop import HAVE_EPOLL, LinkLoop
from ....kernel.host import this_host
from ....kernel.limits import MIB
from ....kernel.loop import Kernel
from ....kernel.manifest import parse_size
from ....models.messages import Infer, InferChunk, InferOpened, InferStop, Next, Refused
from ....models.service import ModelsService
from ...mixed_device import CORE, FLOOR, MODELS, PASSES, WEIGHTS, SeenBroker, Shelf, Wish, manifest, write_models
from ..cell import Cell
from ..rows import Span
from ..taken import Taken
from ..wire import Answer
from ..work import Prepared, Wanted

Klass = Literal["voice", "interactive", "background"]
WITHIN = {"voice": 4.0, "interactive": 10.0, "background": 40.0}
TOKENS: dict[Klass, tuple[int, int]] = {"voice": (4, 10), "interactive": (10, 30), "background": (20, 60)}
PREFERS: dict[Klass, tuple[str, ...]] = {
    "voice": ("listener", "listener", "helper"),
    "interactive": ("helper", "helper", "writer"),
    "background": ("writer", "helper"),
}


def trace(seed: int, requests: int, seconds: float) -> list[Wish]:
    """Arrivals by chance: half interactive, a third spoken, and background work in one pile at the start."""
    random = Random(f"mixed-{seed}")
    wishes = []
    pile = requests // 6
    for number in range(requests):
        spoken = random.random() < 0.4
        klass: Klass = "background" if number < pile else "voice" if spoken else "interactive"
        at = 0.05 if number < pile else random.uniform(0.1, seconds)
        low, high = TOKENS[klass]
        model = random.choice(PREFERS[klass])
        prompt = " ".join(f"w{random.getrandbits(16):04x}" for _ in range(random.randrange(4, 24)))
        wishes.append(Wish(round(at, 3), klass, model, random.randrange(low, high), prompt, WITHIN[klass]))
    return sorted(wishes)


def prepare(wanted: Wanted) -> Prepared:
    """Weights, a trace, and what every request must be answered with."""
    write_models(wanted.folder)
    count, seconds = (12, 1.5) if wanted.quick else (36, 5.0)
    wishes = trace(wanted.seed, count, seconds)
    weights = {name: (wanted.folder / f"{name}.weights").read_bytes() for name in MODELS}
    expected = [_said(weights[wish.model], wish) for wish in wishes]
    (wanted.folder / "trace.json").write_bytes(msgspec.json.encode(wishes))
    return Prepared(
        "mixed", ".works.mixed:MixedWork", wanted.folder, count, expected, "exact", "answers whole and right",
        f"{count} requests of three classes in {seconds:g} s, three synthetic models", "request", scope="device",
        budgeted=True, patience_s=60.0, how=play,
    )  # fmt: skip


def _said(weights: bytes, wish: Wish) -> str:
    """What the synthetic engine says, computed here without it: see ``synthetic.py``."""
    state, words = 0, wish.prompt.split()
    for at in range(0, len(words), 16):
        state = _passed(weights, zlib.crc32(" ".join(words[at : at + 16]).encode(), state))
    text = ""
    for _ in range(wish.tokens):
        state = _passed(weights, state)
        text += f"{state & 0xFFFF:04x} "
    return text


def _passed(weights: bytes, state: int) -> int:
    for _ in range(PASSES):
        state = zlib.crc32(weights, state)
    return state


def play(cell: Cell, prepared: Prepared, taken: Taken) -> None:
    """Have the trace played, then take the answers of all its requests. Raises Ended."""
    began = time.perf_counter()
    for item in range(prepared.items):
        answer = cell.ask(item, prepared.patience_s)
        taken.answers.append(answer)
        taken.waits.append(answer.ns / 1e9)
    taken.elapsed_s = time.perf_counter() - began


class _End(NamedTuple):
    """How one request went; times from its arrival, in ms."""

    said: str
    ok: bool
    first_ms: float
    total_ms: float


class MixedWork:
    """A booted device of three models."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.versions: dict[str, str] = {}
        ram = settings.get("ram", "")
        least = FLOOR + WEIGHTS + min(MODELS.values()) * MIB
        if ram and parse_size(ram) * 0.95 - 8 * MIB - CORE < 1.1 * least:
            raise BudgetExceeded(
                f"the smallest model wants {least * 1.1 / MIB:.0f} MiB beside the core's {CORE / MIB:.0f} and the "
                f"headroom, {ram} is too little"
            )
        Shelf.folder = folder
        self._wishes = msgspec.json.decode((folder / "trace.json").read_bytes(), type=list[Wish])
        self._loop = LinkLoop() if HAVE_EPOLL else asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._host = this_host()
        self._ends: list[_End] = []
        self._spans: list[Span] = []
        self._loop.run_until_complete(self._open(ram))

    async def _open(self, ram: str) -> None:
        self._kernel = Kernel(manifest(ram), self._host, resolve)
        await self._kernel.start()
        self._port = self._kernel.connect("bench")

    def run(self, item: int) -> Answer:
        if not self._ends:
            self._loop.run_until_complete(self._play())
        end, wish = self._ends[item], self._wishes[item]
        return Answer(
            item, int(end.total_ms * 1e6), end.said, ok=end.ok, kind=wish.klass,
            extra={"ttft_ms": end.first_ms} if end.ok else {}, spans=self._spans if not item else [],
        )  # fmt: skip

    async def _play(self) -> None:
        models: Any = self._kernel.local("models")
        assert isinstance(models, ModelsService)
        broker = await models._open()
        assert isinstance(broker, SeenBroker)
        broker.began = began = time.perf_counter()
        self._ends = await asyncio.gather(*(self._client(wish, began) for wish in self._wishes))
        waits = [
            Span("wait", wish.model, wish.klass, wish.at_s * 1e3, round(wish.at_s * 1e3 + end.first_ms, 2))
            for wish, end in zip(self._wishes, self._ends, strict=True)
            if end.ok
        ]
        self._spans = [*broker.spans, *waits]

    async def _client(self, wish: Wish, began: float) -> _End:
        await asyncio.sleep(max(0.0, began + wish.at_s - time.perf_counter()))
        at = began + wish.at_s  # the arrival, kept or not: a loop that is late does not shorten a wait
        text, first = "", 0.0
        request = Infer(wish.model, prompt=wish.prompt, max_tokens=wish.tokens, klass=wish.klass, stream=True)
        try:
            answers: Any = InferOpened | Refused
            opened = await self._port.ask("models", request, answers, within=wish.within_s)
            if isinstance(opened, Refused):
                return _End(f"refused: {opened.reason}"[:200], False, 0.0, (time.perf_counter() - at) * 1e3)
            pieces: Any = InferChunk | InferStop
            while True:
                piece = await self._port.ask("models", Next(opened.stream), pieces, within=wish.within_s)
                text += piece.text
                if piece.tokens and not first:
                    first = (time.perf_counter() - at) * 1e3
                if isinstance(piece, InferStop):
                    return _End(text, True, first, (time.perf_counter() - at) * 1e3)
        except BluerillError as error:
            return _End(str(error)[:200], False, 0.0, (time.perf_counter() - at) * 1e3)

    def close(self) -> None:
        self._loop.run_until_complete(self._kernel.stop())
        self._host.close()
        self._loop.close()
