"""Service ``models``: any service may ask it for an inference of any model; it decides which model is in memory.

A stream is *pulled*: its client asks for the next piece, and the inference pauses by itself when it is ahead of its
reader. Interest has a lease: a stream nobody asks for within ten seconds is cancelled, and its memory returned; an
ask that is withdrawn (its client died, or hung up) cancels at once.

Nothing is started, opened or imported before the first question: a device without models pays nothing for them.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import msgspec

from ..kernel.children import BudgetChanged, ChildExited, Shortage
from ..kernel.errors import BudgetExceeded, CallerError, ServiceFault
from ..kernel.service import Call, Leased, Service, Task, handles
from .inference import Piece, Work
from .latency import Latencies
from .messages import (
    Cancelled,
    CancelStream,
    GetModels,
    Infer,
    InferChunk,
    Inference,
    InferOpened,
    InferStop,
    Models,
    Next,
    Prefetch,
    Refused,
)

if TYPE_CHECKING:
    from .broker import Broker
    from .inspect import Inspected
    from .known import Catalogue

__all__ = ["ModelsService"]

LEASE_S = 10.0
"""A stream that nobody reads for so long is cancelled."""
PATIENCE = 0.8
"""Of the time that a Next has: then it is answered with an empty chunk."""
MOST_STREAMS = 64
"""Streams one client may have open."""


class _Stream:
    """A work that is read piece by piece, and until when it lives without being asked for."""

    __slots__ = ("began", "expiry", "number", "until", "work")

    def __init__(self, number: int, work: Work, began: float) -> None:
        self.began = began
        self.number = number
        self.work = work
        self.until = 0.0
        self.expiry: Task | None = None


class ModelsService(Service):
    """See the module. ``prefix`` and ``most`` repeat the manifest's ``starts``; ``state`` is where calibrations are
    kept; ``hang_s`` is how long a quantum may take without a sign."""

    concurrency: ClassVar[int] = 2048

    def __init__(
        self,
        state: str = "",
        prefix: str = "model-",
        most: int = 16,
        hang_s: float = 10.0,
    ) -> None:
        self._state = state
        self._prefix = prefix
        self._most = most
        self._hang_s = hang_s
        self._broker: Broker | None = None
        self._streams: dict[int, _Stream] = {}
        self._last_stream = 0
        self._latencies = Latencies()

    def catalogue(self) -> Catalogue:
        """Where models are looked up."""
        from .catalogue import DeviceCatalogue

        return DeviceCatalogue(Path(self._state), self._inspect, self.port.log)

    async def _inspect(self, path: str) -> Inspected:
        return await (await self._open()).inspect(path)

    async def _open(self) -> Broker:
        """The broker, made at the first question."""
        if self._broker is None:
            from ..kernel.scheduler.tuning import Tuning
            from .broker import Broker

            tuning = Tuning(hang_s=self._hang_s)
            self._broker = Broker(self.port, self.catalogue(), tuning, self._prefix, self._most)
        await self._broker.open()
        return self._broker

    # --- clients

    @handles(Infer)
    async def infer(self, request: Infer, call: Call) -> Inference | InferOpened | Refused | Leased:
        payload = None if call.lease is None else call.lease.take()
        try:
            broker = await self._open()
            known = await broker.catalogue.find(request.model)
            mine = sum(stream.work.sender == call.sender for stream in self._streams.values())
            if request.stream and mine >= MOST_STREAMS:
                raise BudgetExceeded(f"{call.sender!r} has {mine} streams open already; read or cancel them")
        except BaseException:
            if payload is not None:
                payload.release()
            raise
        work = Work(0, known, request, call.sender, call.deadline)
        work.payload = payload
        broker.describe(known)
        broker.submit(work)
        if work.refusal is not None:
            return work.refusal
        return self._opened(work) if request.stream else await self._answer(broker, work)

    async def _answer(self, broker: Broker, work: Work) -> Inference | Refused | Leased:
        began = self.port.now()
        try:
            await work.complete()
        finally:
            broker.cancel(work)  # if it was withdrawn
        if work.refusal is not None:
            return work.refusal
        self._latencies.add(work.request.klass, self.port.now() - began)
        answer, more = work.whole()
        if more is None:
            return answer
        if isinstance(more, Piece):
            assert more.lease is not None
            return Leased(answer, more.lease)
        return Leased(answer, self.port.offer(more))

    def _opened(self, work: Work) -> InferOpened:
        self._last_stream += 1
        stream = self._streams[self._last_stream] = _Stream(self._last_stream, work, self.port.now())
        self._hold(stream)
        return InferOpened(self._last_stream)

    @handles(Next)
    async def next(self, request: Next, call: Call) -> InferChunk | InferStop | Leased:
        stream = self._stream(request.stream, call)
        work = stream.work
        stream.until = float("inf")
        left = call.deadline - self.port.now() if call.deadline else LEASE_S
        try:
            async with asyncio.timeout(left * PATIENCE):
                await work.settled()
        except TimeoutError:
            self._hold(stream)
            return InferChunk(request.stream)  # rather than an ask that misses its deadline
        except asyncio.CancelledError:
            self._close(stream)  # its reader hung up, or is gone
            raise
        except CallerError:
            self._hold(stream)
            raise
        if work.unread:
            piece = work.take()
            if isinstance(piece.body, InferStop):
                self._latencies.add(work.request.klass, self.port.now() - stream.began)
                self._close(stream)
            else:
                self._hold(stream)
        else:
            self._close(stream)
            if work.refusal is not None:
                raise BudgetExceeded(f"{work.refusal.reason}; try again in {work.refusal.retry_after_s:.1f} s")
            raise work.error or ServiceFault("this inference was cancelled")
        if self._broker is not None:
            self._broker.read(work)
        body = msgspec.structs.replace(piece.body, seq=request.stream)
        return body if piece.lease is None else Leased(body, piece.lease)

    @handles(CancelStream)
    def cancel_stream(self, request: CancelStream, call: Call) -> Cancelled:
        stream = self._streams.get(request.stream)
        if stream is None or stream.work.sender != call.sender:
            return Cancelled(request.stream, False)
        self._close(stream)
        return Cancelled(request.stream)

    @handles(Prefetch)
    async def prefetch(self, request: Prefetch, call: Call) -> None:
        broker = await self._open()
        broker.prefetch(await broker.catalogue.find(request.model))

    @handles(GetModels)
    def models(self, request: GetModels, call: Call) -> Models:
        if self._broker is None:
            return Models()
        return msgspec.structs.replace(self._broker.models(), latency=self._latencies.table())

    # --- the kernel

    @handles(ChildExited)
    def exited(self, said: ChildExited, call: Call) -> None:
        if self._broker is not None and call.sender == "kernel":
            self._broker.exited(said)

    @handles(BudgetChanged)
    def budget_changed(self, said: BudgetChanged, call: Call) -> None:
        if self._broker is not None and call.sender == "kernel":
            self._broker.budget(said.bytes)

    @handles(Shortage)
    async def shortage(self, said: Shortage, call: Call) -> None:
        if self._broker is not None and call.sender == "kernel":
            await self._broker.shortage(said)

    # --- streams

    def _stream(self, number: int, call: Call) -> _Stream:
        stream = self._streams.get(number)
        if stream is None or stream.work.sender != call.sender:
            raise CallerError(
                f"{call.sender!r} has no stream {number}; one that is not read for {LEASE_S:g} s is closed"
            )
        return stream

    def _hold(self, stream: _Stream) -> None:
        """Its reader was here: the lease begins anew."""
        stream.until = self.port.now() + LEASE_S
        if stream.expiry is None:
            stream.expiry = self.port.spawn(self._expire(stream), f"lease of stream {stream.number}")

    async def _expire(self, stream: _Stream) -> None:
        while (left := stream.until - self.port.now()) > 0:
            await self.port.sleep(min(left, LEASE_S))
        stream.expiry = None
        self.port.log.info("stream %d was not read for %g s: cancelled", stream.number, LEASE_S)
        self._close(stream)

    def _close(self, stream: _Stream) -> None:
        if self._streams.pop(stream.number, None) is None:
            return
        if stream.expiry is not None:
            stream.expiry.cancel()
        if self._broker is not None:
            self._broker.cancel(stream.work)
        stream.work.drop()
