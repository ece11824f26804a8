"""A model server: a child process that hosts one model of one engine, and computes only what it is asked to.

Computing happens in one worker thread, in the order asked; messages are handled beside it. So a Pause or a Cancel is
seen while a quantum runs: it interrupts the engine (which ends its graph), and is answered when the worker has got to
it. What a quantum made belongs to the sequence, not to the ask: if the asker gave up meanwhile, the next quantum's
answer begins with it, so nothing that was generated is lost or made twice.

The process is the wall: a model file is parsed here and nowhere else, and what goes wrong in native code ends here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar, TypeVar

import msgspec

from ..kernel.errors import BluerillError, BudgetExceeded, CallerError
from ..kernel.service import Call, Leased, Service, handles
from .engines.contract import Engine, Payload, Quantum, Session
from .engines.registry import find_engine
from .entry import Entry, moved
from .files import verified
from .inspect import Inspect, Inspected
from .messages import (
    INLINE,
    Cancel,
    Cancelled,
    Describe,
    Described,
    Hurry,
    InferBatch,
    InferBatched,
    InferChunk,
    InferFailure,
    InferFed,
    InferFeed,
    InferNext,
    InferStart,
    InferStarted,
    InferStop,
    Load,
    Loaded,
    ModelInfo,
    Pause,
    Paused,
    Resume,
    Resumed,
    Unload,
    Unloaded,
)

__all__ = ["MAX_SEQUENCES", "ModelServer"]

MAX_SEQUENCES = 64
"""Sequences of one server, paused ones included."""
MAX_QUANTUM_S = 10.0
T = TypeVar("T")


class ModelServer(Service):
    """Serves one model. It is started without settings and told by :class:`Load` what it is to be."""

    concurrency: ClassVar[int] = 128

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._info: ModelInfo | None = None
        self._loading = False
        self._entries: dict[int, Entry] = {}
        self._computing: tuple[Entry, ...] = ()
        self._ahead: Entry | None = None  # who was computed ahead last
        self._worker = ThreadPoolExecutor(1, "model")

    async def stop(self) -> None:
        if self._engine is not None:
            self._engine.interrupt()
        self._worker.shutdown(wait=False, cancel_futures=True)

    # --- the model

    @handles(Load)
    async def load(self, request: Load, call: Call) -> Loaded:
        if self._engine is not None or self._loading:
            raise CallerError(f"this server already has a model, it cannot load {request.model!r} too")
        began = self.port.now()
        self._loading = True
        try:
            info, stamps = await self._work(self._load, request)
        finally:
            self._loading = False
        anon, file = resident()
        return Loaded(info, self.port.now() - began, anon, file, stamps)

    def _load(self, request: Load) -> tuple[ModelInfo, dict[str, str]]:
        engine = find_engine(request.engine)()
        engine.clock = self.port.now
        stamps = verified(request.files)
        info = engine.load(request.model, request.files, request.options)
        self._engine, self._info = engine, info
        return info, stamps

    @handles(Inspect)
    async def inspect(self, request: Inspect, call: Call) -> Inspected:
        from .describe import describe

        about = await self._work(describe, Path(request.path))
        return Inspected(about.engine, about.shape)

    @handles(Describe)
    def describe(self, request: Describe, call: Call) -> Described:
        seqs = {number: entry.session.position for number, entry in self._entries.items()}
        return Described(self._info, seqs, *resident())

    @handles(Unload)
    async def unload(self, request: Unload, call: Call) -> Unloaded:
        if self._engine is not None:
            for entry in self._entries.values():
                entry.unwanted = True
            self._engine.interrupt()
            await self._work(self._unload)
        return Unloaded(*resident())

    def _unload(self) -> None:
        for number in list(self._entries):
            self._forget(number)
        if self._engine is not None:
            self._engine.close()
        self._engine = self._info = None

    # --- sequences

    @handles(InferStart)
    async def infer_start(self, request: InferStart, call: Call) -> InferStarted:
        data = request.data if call.lease is None else call.lease.bytes()
        if call.lease is not None and not request.tensors:
            request = msgspec.structs.replace(request, prompt=_text(data))
            data = b""
        session = await self._work(self._start, request, Payload(request.tensors, data))
        return InferStarted(request.seq, session.prompt_tokens, session.reused_tokens)

    def _start(self, request: InferStart, payload: Payload) -> Session:
        """In the worker, so that a Cancel that comes meanwhile finds the sequence."""
        engine = self._ready()
        if request.seq in self._entries:
            raise CallerError(f"sequence {request.seq} is already there")
        if len(self._entries) >= MAX_SEQUENCES:
            raise BudgetExceeded(f"this server holds {MAX_SEQUENCES} sequences, it takes no more")
        session = engine.start(request, payload)
        self._entries[request.seq] = Entry(session)
        return session

    @handles(InferFeed)
    async def infer_feed(self, request: InferFeed, call: Call) -> InferFed:
        entry = self._entry(request.seq)
        data = request.data if call.lease is None else call.lease.bytes()
        waiting = await self._work(entry.session.feed, Payload(request.tensors, data), request.last)
        return InferFed(request.seq, waiting)

    @handles(InferNext)
    async def infer_next(self, request: InferNext, call: Call) -> InferChunk | InferStop | Leased:
        await self._quantum([request.seq], request.max_tokens, request.budget_s, request.ahead)
        answer = self._told(request.seq)
        if isinstance(answer, BluerillError):
            raise answer
        if len(answer.data) <= INLINE:
            return answer
        return Leased(msgspec.structs.replace(answer, data=b""), self.port.offer(answer.data))

    @handles(InferBatch)
    async def infer_batch(self, request: InferBatch, call: Call) -> InferBatched | Leased:
        if len(set(request.seqs)) != len(request.seqs) or not request.seqs:
            raise CallerError(f"expected different sequences, got {request.seqs[:20]}")
        await self._quantum(request.seqs, request.max_tokens, request.budget_s)
        chunks: list[InferChunk] = []
        stops: list[InferStop] = []
        failures: list[InferFailure] = []
        data = bytearray()
        for number in request.seqs:
            answer = self._told(number)
            if isinstance(answer, BluerillError):
                failures.append(InferFailure(number, answer.code, str(answer)))
                continue
            tensors = [moved(tensor, len(data)) for tensor in answer.tensors]
            data += answer.data
            answer = msgspec.structs.replace(answer, tensors=tensors, data=b"")
            if isinstance(answer, InferStop):
                stops.append(answer)
            else:
                chunks.append(answer)
        batched = InferBatched(chunks, stops, failures)
        return Leased(batched, self.port.offer(bytes(data))) if data else batched

    @handles(Hurry)
    def hurry(self, request: Hurry, call: Call) -> None:
        self._hold()
        if self._engine is not None and self._computing:
            self._engine.interrupt()

    @handles(Pause)
    async def pause(self, request: Pause, call: Call) -> Paused:
        entry = self._entry(request.seq)
        entry.paused = True
        self._interrupt(entry)
        try:
            kept, held = await self._work(entry.session.pause, request.keep)
        except BluerillError:
            entry.paused = False
            raise
        return Paused(request.seq, kept, held, entry.session.position)

    @handles(Resume)
    async def resume(self, request: Resume, call: Call) -> Resumed:
        entry = self._entry(request.seq)
        if not entry.paused:
            return Resumed(request.seq, entry.session.position, "kept")
        how, until = await self._work(entry.session.resume)
        entry.paused = False
        exact = how != "recomputed" or entry.session.exact
        return Resumed(request.seq, entry.session.position, how, until, exact)

    @handles(Cancel)
    async def cancel(self, request: Cancel, call: Call) -> Cancelled:
        entry = self._entries.get(request.seq)
        if entry is not None:
            entry.unwanted = True
            self._interrupt(entry)
        return Cancelled(request.seq, await self._work(self._forget, request.seq))

    def _forget(self, number: int) -> bool:
        entry = self._entries.pop(number, None)
        if entry is not None:
            entry.session.close()
        return entry is not None

    # --- the worker

    async def _work(self, function: Callable[..., T], *arguments: object) -> T:
        """Run in the worker thread. What memory has no room for is BudgetExceeded."""
        self._hold()
        work = asyncio.get_running_loop().run_in_executor(self._worker, function, *arguments)
        try:
            # Shielded: cancelling the ask must not let the worker's result (a session, a model) go unnoticed.
            return await asyncio.shield(work)
        except MemoryError as error:
            raise BudgetExceeded(f"no memory left in this server's share: {error}") from error

    async def _quantum(self, numbers: Sequence[int], tokens: int, seconds: float, ahead: bool = False) -> None:
        engine = self._ready()
        entries = [self._entry(number) for number in numbers]
        if any(entry.asked and entry.abandoned for entry in entries):
            await self._work(int)  # in order, so the quantum whose asker gave up has ended then
            for entry in entries:
                entry.asked = entry.asked and not entry.abandoned
        for number, entry in zip(numbers, entries, strict=True):
            if entry.paused or entry.asked:
                raise CallerError(f"sequence {number} is {'paused' if entry.paused else 'already computing'}")
        if tokens < 1 or not 0.0 <= seconds <= MAX_QUANTUM_S:
            raise CallerError(f"a quantum is 1 token or more and 0 to {MAX_QUANTUM_S:g} s, got {tokens}, {seconds}")
        for entry in entries:
            entry.asked, entry.abandoned = True, False
        try:
            if len(entries) == 1:
                await self._next(engine, entries[0], tokens, seconds, ahead)
            elif due := [entry for entry in entries if not entry.ended]:
                await self._work(self._compute, engine, due, tokens, seconds)
        except asyncio.CancelledError:
            self._hold()
            for entry in entries:
                entry.abandoned = True
                self._interrupt(entry)
            raise
        finally:
            for entry in entries:
                entry.asked = entry.abandoned  # until what it has under way has ended

    async def _next(self, engine: Engine, entry: Entry, tokens: int, seconds: float, ahead: bool) -> None:
        """One sequence's quantum; with ``ahead`` the one after it is queued behind it at once.

        So the worker goes from one to the other without waiting for the answer to travel and the next ask to come.
        """
        while not entry.ended:
            under_way, entry.ahead = entry.ahead, None
            fresh = under_way is None
            if under_way is None:
                self._hold()
                under_way = self._worker.submit(self._compute, engine, [entry], tokens, seconds)
            if ahead and not entry.finished:
                entry.ahead = self._worker.submit(self._compute, engine, [entry], tokens, seconds)
                self._ahead = entry
            # Shielded: what the worker makes belongs to the sequence, whether or not its asker still waits.
            entry.due = await asyncio.shield(asyncio.wrap_future(under_way))
            if fresh or entry.owed:
                return  # else what was begun ahead was ended before it made anything

    def _hold(self) -> None:
        """What is computed though nobody asked for it yet ends at its next token, or never begins."""
        entry, self._ahead = self._ahead, None
        if entry is None or entry.ahead is None:
            return
        if entry.ahead.cancel():
            entry.ahead = None
        else:
            self._interrupt(entry)

    def _compute(self, engine: Engine, entries: list[Entry], tokens: int, seconds: float) -> int:
        """In the worker: one quantum, its outcome left in the entries. How many the first of them has had now."""
        first = entries[0]
        entries = [entry for entry in entries if not (entry.paused or entry.unwanted or entry.finished)]
        if not entries:
            return first.quanta
        engine.proceed()
        self._computing = tuple(entries)
        if any(entry.paused or entry.unwanted for entry in entries):
            engine.interrupt()  # it was asked for just before the line above
        quantum = Quantum(self.port.now, tokens, seconds)
        try:
            made = engine.together([entry.session for entry in entries], quantum)
        except MemoryError as error:
            made = [BudgetExceeded(f"no memory left in this server's share: {error}")] * len(entries)
        finally:
            self._computing = ()
        elapsed = quantum.now() - quantum.began
        for entry, step in zip(entries, made, strict=True):
            entry.owe(step, elapsed)
        return first.quanta

    def _interrupt(self, entry: Entry) -> None:
        if self._engine is not None and entry in self._computing:
            self._engine.interrupt()

    # --- bookkeeping

    def _ready(self) -> Engine:
        if self._engine is None:
            raise CallerError("this server has no model yet")
        return self._engine

    def _entry(self, number: int) -> Entry:
        try:
            return self._entries[number]
        except KeyError:
            raise CallerError(f"there is no sequence {number} here") from None

    def _told(self, number: int) -> InferChunk | InferStop | BluerillError:
        """What the sequence made, handed over; at its end it is forgotten."""
        entry = self._entries.get(number)
        if entry is None:
            return InferStop(number, finish="cancelled")
        if entry.unwanted:
            return InferStop(number, finish="cancelled")
        answer = entry.told(number)
        if not isinstance(answer, InferChunk):
            del self._entries[number]
            self._worker.submit(entry.session.close)
        return answer


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CallerError(f"a prompt is UTF-8, byte {error.start} is not") from None


def resident() -> tuple[int, int]:
    """This process' resident bytes: anonymous, and file-backed or shared. (0, 0) where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            fields = file.read().split()
    except OSError:
        return 0, 0
    page = os.sysconf("SC_PAGE_SIZE")
    return (int(fields[1]) - int(fields[2])) * page, int(fields[2]) * page
