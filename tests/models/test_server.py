"""The model server with an engine of the test: control beside computing, and nothing made is lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar

import pytest

from bluerill.kernel.errors import BudgetExceeded, CallerError, ServiceFault
from bluerill.kernel.lease import Lease
from bluerill.kernel.message import Body
from bluerill.kernel.service import Call, Leased
from bluerill.models import server as server_module
from bluerill.models.engines.contract import Engine, Payload, Quantum, Session, Step
from bluerill.models.messages import (
    Cancel,
    Cancelled,
    Describe,
    Hurry,
    InferBatch,
    InferBatched,
    InferChunk,
    InferFeed,
    InferNext,
    InferStart,
    InferStarted,
    InferStop,
    Keep,
    Load,
    Loaded,
    LoadOptions,
    ModelFile,
    ModelInfo,
    Pause,
    Paused,
    Resume,
    Resumed,
    Tensor,
    Unload,
)
from bluerill.models.server import ModelServer
from support.lone_port import LonePort


class Slow(Engine):
    """Makes the letters of the prompt, one a token. A letter ``~`` takes until the engine is interrupted, ``!`` fails,
    ``#`` has no memory, ``$`` answers with a large tensor."""

    name: ClassVar[str] = "slow"
    closed: ClassVar[list[str]] = []

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.entered = threading.Event()

    def load(self, model: str, files: Sequence[ModelFile], options: LoadOptions) -> ModelInfo:
        if model == "huge":
            raise MemoryError("cannot allocate")
        return ModelInfo(model, self.name, ["generate"], seqs=4)

    def start(self, request: InferStart, payload: Payload) -> Session:
        return Letters(self, request.prompt or bytes(payload.data).decode())

    def interrupt(self) -> None:
        self.stop.set()

    def proceed(self) -> None:
        self.stop.clear()

    def close(self) -> None:
        self.closed.append("engine")


class Letters(Session):
    def __init__(self, engine: Slow, text: str) -> None:
        self.engine, self.text = engine, text
        self.prompt_tokens = len(text)
        self.kept: Keep = "memory"

    def step(self, quantum: Quantum) -> Step:
        made = Step()
        while self.position < len(self.text):
            letter = self.text[self.position]
            if letter == "~":
                self.engine.entered.set()
                assert self.engine.stop.wait(10)
            if self.engine.stop.is_set():
                return made
            if letter == "!":
                raise ServiceFault("the graph failed")
            if letter == "#":
                raise MemoryError("no room")
            if letter == "$":
                made.data = bytes(40_000)
                made.tensors = [Tensor("big", "uint8", [40_000], 0, 40_000)]
            self.position += 1
            made.text += letter
            made.tokens = [*made.tokens, ord(letter)]
            if len(made.tokens) >= quantum.tokens:
                break
        if self.position == len(self.text):
            made.finish = "stop"
        return made

    def feed(self, payload: Payload, last: bool) -> int:
        self.text += bytes(payload.data).decode()
        return len(self.text) - self.position

    def pause(self, keep: Keep) -> tuple[Keep, int]:
        if keep == "drop":
            raise CallerError("letters cannot be dropped")
        self.kept = keep
        return keep, 7

    def close(self) -> None:
        self.engine.closed.append(self.text)


class Bench:
    """A server and what it is told, as the kernel would."""

    def __init__(self) -> None:
        self.server = ModelServer()
        self.server.port = LonePort("model-1", {})

    async def ask(self, body: Body, lease: bytes | None = None) -> Any:
        call = Call("models", lease=None if lease is None else Lease.offer(lease))
        outcome = getattr(self.server, self.server.handlers[type(body)])(body, call)
        return await outcome if asyncio.iscoroutine(outcome) else outcome

    async def start(self, prompt: str, seq: int = 1) -> InferStarted:
        answer: InferStarted = await self.ask(InferStart(seq, prompt=prompt))
        return answer

    @property
    def engine(self) -> Slow:
        engine = self.server._engine
        assert isinstance(engine, Slow)
        return engine

    async def computing(self) -> None:
        """Until the engine is in the middle of a graph."""
        await asyncio.to_thread(self.engine.entered.wait, 10)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Bench], Coroutine[Any, Any, None]]], None]:
    monkeypatch.setattr(server_module, "find_engine", lambda name: Slow)
    Slow.closed.clear()

    def with_bench(test: Callable[[Bench], Coroutine[Any, Any, None]]) -> None:
        async def main() -> None:
            bench = Bench()
            await bench.ask(Load("m", "slow"))
            try:
                await test(bench)
            finally:
                await bench.server.stop()

        asyncio.run(main())

    return with_bench


Run = Callable[[Callable[[Bench], Coroutine[Any, Any, None]]], None]


def test_a_sequence_from_its_start_to_its_end(run: Run) -> None:
    async def test(bench: Bench) -> None:
        started = await bench.start("hello")
        assert started == InferStarted(1, 5, 0)
        assert await bench.ask(InferNext(1, 2)) == InferChunk(1, "he", [104, 101], 2)
        last = await bench.ask(InferNext(1, 9))
        assert isinstance(last, InferStop)
        assert (last.text, last.finish, last.usage.prompt) == ("llo", "stop", 5)
        with pytest.raises(CallerError, match="no sequence 1"):
            await bench.ask(InferNext(1))
        assert (await bench.ask(Describe())).seqs == {}

    run(test)


def test_a_prompt_may_come_as_a_lease_and_more_by_feeding(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.ask(InferStart(1), "häl".encode())
        await bench.ask(InferFeed(1, last=True), b"lo")
        assert (await bench.ask(InferNext(1, 9))).text == "hällo"
        with pytest.raises(CallerError, match="UTF-8"):
            await bench.ask(InferStart(2), b"\xff")

    run(test)


def test_a_pause_ends_a_long_graph_and_nothing_is_lost(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("ab~cd")
        quantum = asyncio.create_task(bench.ask(InferNext(1, 9)))
        await bench.computing()
        assert (await bench.ask(Describe())).seqs == {1: 2}  # answered while the graph runs
        assert await bench.ask(Pause(1, "store")) == Paused(1, "store", 7, 2)
        assert (await quantum).text == "ab"
        with pytest.raises(CallerError, match="is paused"):
            await bench.ask(InferNext(1))
        assert await bench.ask(Resume(1)) == Resumed(1, 2, "kept")
        assert await bench.ask(Resume(1)) == Resumed(1, 2, "kept")
        bench.engine.stop.set()
        again = asyncio.create_task(bench.ask(InferNext(1, 9)))
        await asyncio.sleep(0)
        await bench.ask(Cancel(1))
        await again

    run(test)


def test_a_pause_that_is_refused_leaves_the_sequence_as_it_was(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("abc")
        with pytest.raises(CallerError, match="cannot be dropped"):
            await bench.ask(Pause(1, "drop"))
        assert (await bench.ask(InferNext(1, 9))).text == "abc"

    run(test)


def test_a_cancel_ends_a_long_graph(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("ab~")
        quantum = asyncio.create_task(bench.ask(InferNext(1, 9)))
        await bench.computing()
        assert await bench.ask(Cancel(1)) == Cancelled(1, True)
        assert (await quantum).finish == "cancelled"
        assert Slow.closed == ["ab~"]
        assert await bench.ask(Cancel(1)) == Cancelled(1, False)

    run(test)


def test_what_a_withdrawn_ask_made_comes_with_the_next(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("ab~cd")
        quantum = asyncio.create_task(bench.ask(InferNext(1, 9)))
        await bench.computing()
        quantum.cancel()
        with pytest.raises(asyncio.CancelledError):
            await quantum
        bench.server._entries[1].session.text = "abXcd"  # type: ignore[attr-defined]
        answer = await bench.ask(InferNext(1, 9))
        assert (answer.text, answer.finish) == ("abXcd", "stop")

    run(test)


def test_a_withdrawn_last_quantum_is_not_computed_twice(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("abc")
        await bench.server._quantum([1], 9, 1.0)  # computed, and nobody took it
        answer = await bench.ask(InferNext(1))
        assert (answer.text, answer.finish) == ("abc", "stop")

    run(test)


def test_a_sequence_fails_alone_and_by_name(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("a!", 1)
        await bench.start("b#", 2)
        await bench.start("cd", 3)
        with pytest.raises(ServiceFault, match="the graph failed"):
            await bench.ask(InferNext(1, 9))
        with pytest.raises((BudgetExceeded, ServiceFault)):
            await bench.ask(InferNext(2, 9))
        assert (await bench.ask(InferNext(3, 9))).text == "cd"
        assert (await bench.ask(Describe())).seqs == {}

    run(test)


def test_a_batch_has_each_sequence_in_one_list(run: Run) -> None:
    async def test(bench: Bench) -> None:
        for seq, prompt in enumerate(("abc", "d", "!", "$$$")):
            await bench.start(prompt, seq)
        answer = await bench.ask(InferBatch([0, 1, 2, 3], 1))
        assert isinstance(answer, Leased)
        batched = answer.body
        assert isinstance(batched, InferBatched)
        assert [(chunk.seq, chunk.text) for chunk in batched.chunks] == [(0, "a"), (3, "$")]
        assert [stop.seq for stop in batched.stops] == [1]
        assert [(failure.seq, failure.code) for failure in batched.failures] == [(2, "fault")]
        assert batched.chunks[1].tensors == [Tensor("big", "uint8", [40_000], 0, 40_000)]
        with pytest.raises(CallerError, match="different sequences"):
            await bench.ask(InferBatch([0, 0]))

    run(test)


def test_a_large_answer_is_a_lease(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("$")
        answer = await bench.ask(InferNext(1))
        assert isinstance(answer, Leased)
        assert isinstance(answer.body, InferStop)
        assert answer.body.data == b""
        assert len(answer.lease) == 40_000  # type: ignore[arg-type] # the lone port's lease is the bytes

    run(test)


def test_two_quanta_of_one_sequence_at_once(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("a~")
        quantum = asyncio.create_task(bench.ask(InferNext(1, 9)))
        await bench.computing()
        with pytest.raises(CallerError, match="already computing"):
            await bench.ask(InferNext(1))
        await bench.ask(Cancel(1))
        await quantum

    run(test)


@pytest.mark.parametrize(
    "body", [InferNext(1, 0), InferNext(1, 1, -1.0), InferNext(1, 1, float("nan")), InferNext(1, 1, 1e9)]
)
def test_a_quantum_that_is_none(run: Run, body: InferNext) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("abc")
        with pytest.raises(CallerError, match="a quantum is"):
            await bench.ask(body)
        assert (await bench.ask(InferNext(1, 9))).text == "abc"

    run(test)


def test_only_so_many_sequences(run: Run) -> None:
    async def test(bench: Bench) -> None:
        for seq in range(server_module.MAX_SEQUENCES):
            await bench.start("x", seq)
        with pytest.raises(BudgetExceeded, match="takes no more"):
            await bench.start("x", 1_000)
        with pytest.raises(CallerError, match="already there"):
            await bench.start("x", 3)

    run(test)


def test_unloading_frees_everything(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("ab~")
        quantum = asyncio.create_task(bench.ask(InferNext(1, 9)))
        await bench.computing()
        await bench.ask(Unload())
        assert sorted(Slow.closed) == ["ab~", "engine"]
        assert (await quantum).finish == "cancelled"
        with pytest.raises(CallerError, match="no model yet"):
            await bench.start("x")
        assert isinstance(await bench.ask(Load("n", "slow")), Loaded)

    run(test)


def test_one_server_has_one_model(run: Run) -> None:
    async def test(bench: Bench) -> None:
        with pytest.raises(CallerError, match="already has a model"):
            await bench.ask(Load("other", "slow"))

    run(test)


def test_no_memory_is_nobodys_fault(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.ask(Unload())
        with pytest.raises(BudgetExceeded, match="no memory left"):
            await bench.ask(Load("huge", "slow"))
        assert isinstance(await bench.ask(Load("small", "slow")), Loaded)

    run(test)


def test_a_quantum_ahead_is_there_when_it_is_asked_for(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("abcdef")
        assert (await bench.ask(InferNext(1, 2, ahead=True))).text == "ab"
        session = bench.server._entries[1].session
        await asyncio.wrap_future(bench.server._worker.submit(int))  # the worker is through with what it had
        assert session.position == 4
        assert (await bench.ask(InferNext(1, 2))).text == "cd"
        assert session.position == 4  # not asked to go on
        last = await bench.ask(InferNext(1, 2))
        assert (last.text, last.finish) == ("ef", "stop")

    run(test)


@pytest.mark.parametrize("wish", [Pause(1), Cancel(1), InferStart(2, prompt="x"), Unload()])
def test_any_other_wish_ends_a_quantum_ahead(run: Run, wish: Body) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("ab~cd")
        assert (await bench.ask(InferNext(1, 2, ahead=True))).text == "ab"
        await bench.computing()
        await asyncio.wait_for(bench.ask(wish), 5)
        if isinstance(wish, InferStart):
            assert (await bench.ask(InferNext(2, 9))).finish == "stop"
            again = asyncio.create_task(bench.ask(InferNext(1, 9)))
            assert (await again).text == ""  # it was ended before it made anything, and nothing was lost
            assert bench.server._entries[1].session.position == 2

    run(test)


def test_a_hurried_quantum_is_answered_with_what_it_made(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.ask(Hurry())  # nothing is under way
        await bench.start("ab~cd")
        quantum = asyncio.create_task(bench.ask(InferNext(1, 9)))
        await bench.computing()
        await bench.ask(Hurry())
        assert (await asyncio.wait_for(quantum, 5)).text == "ab"

    run(test)


def test_what_was_begun_ahead_is_read_like_anything_else(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("ab!")
        assert (await bench.ask(InferNext(1, 2, ahead=True))).text == "ab"
        with pytest.raises(ServiceFault, match="the graph failed"):
            await bench.ask(InferNext(1, 2))
        with pytest.raises(CallerError, match="there is no sequence 1"):
            await bench.ask(InferNext(1, 2))

    run(test)


def test_a_quantum_ahead_is_not_told_before_it_is_asked_for(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("abcdefgh")
        for text in ("ab", "cd", "ef"):
            answer = await bench.ask(InferNext(1, 2, ahead=True))
            assert (answer.text, answer.position) == (text, bench.server._entries[1].due * 2)
        last = await bench.ask(InferNext(1, 2, ahead=True))
        assert (last.text, last.finish, last.position) == ("gh", "stop", 8)
        await asyncio.wrap_future(bench.server._worker.submit(int))
        assert Slow.closed == ["abcdefgh"]

    run(test)


def test_a_withdrawn_ask_takes_what_is_ahead_with_it(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("ab~cd")
        quantum = asyncio.create_task(bench.ask(InferNext(1, 9, ahead=True)))
        await bench.computing()
        quantum.cancel()
        with pytest.raises(asyncio.CancelledError):
            await quantum
        bench.server._entries[1].session.text = "abXcd"  # type: ignore[attr-defined]
        answer = await asyncio.wait_for(bench.ask(InferNext(1, 9)), 5)
        assert (answer.text, answer.finish) == ("abXcd", "stop")

    run(test)


def test_hurry_ends_what_is_ahead_too(run: Run) -> None:
    async def test(bench: Bench) -> None:
        await bench.start("ab~cd~")
        quantum = asyncio.create_task(bench.ask(InferNext(1, 9, ahead=True)))
        await bench.computing()
        bench.engine.entered.clear()
        await bench.ask(Hurry())
        assert (await asyncio.wait_for(quantum, 5)).text == "ab"
        assert bench.server._entries[1].ahead is None
        await asyncio.wrap_future(bench.server._worker.submit(int))
        assert not bench.engine.entered.is_set()  # nothing went on

    run(test)
