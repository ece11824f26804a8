"""``device`` and ``talk``: the whole watch, core and children in one cage, doing what it is asked.

``device`` is typed requests (plan, act, reply), ``talk`` spoken ones from the ear to the mouth (hear, plan, act, speak
the reply), both without the page; what each stage took stands in the row.
The device is told its cap as its budget, so it may refuse a service, or itself, before anything is killed. Right is
the exact call, whether it was carried out or not.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import msgspec

from ....agent.messages import Request, Settle, Settled, Turn
from ....kernel.errors import BluerillError
from ....kernel.eventloop import HAVE_EPOLL, LinkLoop
from ....kernel.limits import MIB
from ..wire import Answer
from ..work import Prepared, Wanted

TYPED = (
    "set a timer for ten minutes", "what time is it", "add milk to my shopping list", "turn the volume up",
    "what is fifteen percent of eighty", "how long is left on my timer", "how many steps have i taken today",
)  # fmt: skip
SPOKEN = ("set a timer for ten minutes", "what time is it", "turn the volume up", "add milk to my shopping list")
PIECE = 1024
TRIES = 20
SILENCE = bytes(int(0.8 * 32000))


def prepare(wanted: Wanted, *, spoken: bool = False) -> Prepared:
    """Requests whose calls do not depend on the moment, with those calls. Raises Unavailable."""
    from ....agent.plan import Planner
    from ...catalogue import NOW, device_catalogue
    from .planner import said
    from .speech import say

    planner = Planner(device_catalogue())
    texts = SPOKEN if spoken else TYPED
    expected = [said(planner.plan(text, NOW).calls) for text in texts]
    if spoken:
        for number, text in enumerate(texts):
            (wanted.folder / f"{number}.pcm").write_bytes(say(text, 0))
    (wanted.folder / "requests.json").write_bytes(msgspec.json.encode(texts))
    how = "spoken by espeak-ng" if spoken else "typed"
    rounds = 1 if spoken else 2 if wanted.quick else 8
    return Prepared(
        "talk" if spoken else "device", ".works.device:DeviceWork", wanted.folder, len(texts) * rounds,
        expected * rounds, "exact", "exact call", f"{len(texts)} requests {how}", "request",
        settings={"spoken": "yes" if spoken else ""}, scope="device", budgeted=True, patience_s=45.0,
    )  # fmt: skip


def prepare_talk(wanted: Wanted) -> Prepared:
    return prepare(wanted, spoken=True)


class DeviceWork:
    """A booted device; one request an item."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        from ....watch.boot import PAGE, VOICE
        from ....watch.front import open_front

        self.versions: dict[str, str] = {}
        self._folder = folder
        self._requests = msgspec.json.decode((folder / "requests.json").read_bytes(), type=list[str])
        self._spoken = bool(settings.get("spoken"))
        self._spoken_ms = 0.0
        os.environ["BLUERILL_HOME"] = tempfile.mkdtemp(dir=folder, prefix="home-")
        ram = settings.get("ram", "")
        self._loop = LinkLoop() if HAVE_EPOLL else asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._stack = AsyncExitStack()
        without = PAGE if self._spoken else (*VOICE, *PAGE)
        self._fits(without, ram)
        front = open_front(without=without, ram=ram)
        self._front: Any = self._loop.run_until_complete(self._stack.enter_async_context(front))
        self._turns: list[Turn] = []
        self._front.listen(self._took)
        if self._spoken:
            self._loop.run_until_complete(self._until_it_hears())

    def _fits(self, without: tuple[str, ...], ram: str) -> None:
        from ....kernel.errors import BudgetExceeded
        from ....watch.boot import fit, load_manifest

        problems = fit(load_manifest(without=without, ram=ram))
        if problems:
            raise BudgetExceeded(problems[0])

    async def _until_it_hears(self) -> None:
        """A device is there before its recogniser has learned its words; it is loaded once it has heard something."""
        for _ in range(TRIES):
            turn, _ = await self._hear(0)
            if turn is not None and turn.calls:
                return
            await asyncio.sleep(0.25)

    def _took(self, body: object) -> None:
        if isinstance(body, Turn):
            self._turns.append(body)

    def run(self, item: int) -> Answer:
        at = item % len(self._requests)
        began = perf_counter_ns()
        try:
            turn, waited = self._loop.run_until_complete(self._hear(at) if self._spoken else self._ask(at))
        except BluerillError as error:
            return Answer(item, perf_counter_ns() - began, str(error)[:200], ok=False)
        calls = [(call.name, call.arguments) for call in turn.calls] if turn is not None else []
        text = msgspec.json.encode(calls, order="sorted").decode()
        return Answer(
            item, waited, text, ok=turn is not None and turn.outcome not in ("fault",), extra=self._parts(turn)
        )

    async def _ask(self, at: int) -> tuple[Turn | None, int]:
        began = perf_counter_ns()
        turn: Turn = await self._front.ask("session", Request(self._requests[at]), Turn, within=30.0)
        return turn, perf_counter_ns() - began

    async def _hear(self, at: int) -> tuple[Turn | None, int]:
        """A recording, given as fast as it is taken: the time is for all of it, hearing to reply."""
        from ....modalities.voice.messages import (
            AudioChunk,
            CloseStream,
            OpenStream,
            Speech,
            StreamClosed,
            StreamOpened,
            Synthesize,
        )

        pcm = (self._folder / f"{at}.pcm").read_bytes() + SILENCE
        self._turns.clear()
        began = perf_counter_ns()
        opened = await self._front.ask("ears", OpenStream("bench", "always"), StreamOpened, 30.0)
        for number, start in enumerate(range(0, len(pcm) - PIECE + 1, PIECE)):
            await self._front.tell("ears", AudioChunk(opened.stream, number, pcm[start : start + PIECE]))
        await self._front.ask("ears", CloseStream(opened.stream), StreamClosed, 60.0)
        await self._front.ask("session", Settle(), Settled, 60.0)
        turn = self._turns[-1] if self._turns else None
        self._spoken_ms = 0.0
        if turn is not None and turn.reply:
            before = perf_counter_ns()
            await self._front.borrow("mouth", Synthesize(turn.reply), Speech, 30.0)
            self._spoken_ms = (perf_counter_ns() - before) / 1e6
        return turn, perf_counter_ns() - began

    def _parts(self, turn: Turn | None) -> dict[str, float]:
        """The device's own times: of planning and acting, and where it was spoken of the end of speech to the words,
        and of the reply to its sound."""
        parts = {} if turn is None else {name: float(value) for name, value in turn.latency.items()}
        return parts | ({"speak_ms": self._spoken_ms} if self._spoken else {})

    def close(self) -> None:
        self._loop.run_until_complete(self._stack.aclose())
        self._loop.close()


def budget(cap: int | None) -> str:
    """A cap as the manifest writes it; '' for none."""
    return "" if cap is None else f"{cap // MIB}M"
