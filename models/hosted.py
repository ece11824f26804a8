"""One model server as the broker sees it: it starts it, has it load, gives it quanta, and ends it.

Everything here ends in exactly one event for the policy, as ``kernel/scheduler/events.py`` promises. When the child
dies, asks to it fail with PeerRestarted; nothing is concluded from that, because the kernel tells the death itself
and with its reason (``ChildExited``), and that answers for everything that was under way.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from ..kernel.children import (
    ChildExited,
    ChildMemory,
    ChildResized,
    ChildStarted,
    ChildStopped,
    GetChildMemory,
    ResizeChild,
    StartChild,
    StopChild,
)
from ..kernel.errors import (
    BluerillError,
    BudgetExceeded,
    CallerError,
    CapabilityError,
    PeerRestarted,
    ServiceFault,
    error_from,
)
from ..kernel.message import Lane
from ..kernel.scheduler import events as ev
from .known import Known, smaller
from .messages import (
    Cancel,
    Cancelled,
    Hurry,
    InferBatch,
    InferBatched,
    InferChunk,
    InferNext,
    InferStarted,
    InferStop,
    Keep,
    Load,
    Loaded,
    ModelInfo,
    Pause,
    Paused,
    Resume,
    Resumed,
)

if TYPE_CHECKING:
    from ..kernel.lease import Lease
    from .broker import Broker
    from .inference import Work

__all__ = ["Hosted"]

ANSWER_S = 3600.0
"""Asks to a server have no deadline of their own: the policy watches, and kills what does not answer."""
KEEPS: dict[str, Keep] = {"keep": "memory", "store": "store", "drop": "drop"}
KEPT: dict[Keep, Literal["kept", "stored", "dropped"]] = {"memory": "kept", "store": "stored", "drop": "dropped"}
GONE = (PeerRestarted, CapabilityError)
"""What asks to a child that has died end with: its answers are withdrawn, and then the right to ask it."""
MOST_QUANTUM_S = 10.0
"""What a server takes for one quantum at most."""


class _Run(NamedTuple):
    jobs: tuple[int, ...]
    max_tokens: int
    budget_s: float


class Hosted:
    """A server of one model, from StartLoad to its end. ``name`` is its child's."""

    def __init__(self, broker: Broker, known: Known, name: str) -> None:
        self.broker = broker
        self.known = known
        self.name = name
        self.generation = 0
        self.info: ModelInfo | None = None
        self.leaving = False
        self.gone = False
        self.step = 0
        self.peak_anon = 0
        self.since = broker.port.now()
        self.tokens = 0
        self.busy_s = 0.0
        self._runs: deque[_Run] = deque()
        self._serving = False
        self._moving: asyncio.Future[None] | None = None  # the last Resize that was begun
        self._flown: asyncio.Future[None] | None = None  # the quantum under way
        self.flying: list[Work] = []  # whose it is

    # --- life

    async def load(self, anon: int, file: int, step: int) -> None:
        """Start the child and load. Ends in Loaded or LoadFailed, unless the child dies meanwhile."""
        broker, known = self.broker, self.known
        self.step = step
        began = broker.port.now()
        try:
            child = StartChild(self.name, anon, file, anon + file + known.spare_bytes)
            started = await broker.port.ask("kernel", child, ChildStarted, within=ANSWER_S)
        except BluerillError as error:
            await broker.refresh_budget()
            self._ended(ev.LoadFailed(known.key, str(error)))
            return
        self.generation = started.generation
        try:
            load = Load(known.name, known.engine, list(known.files), smaller(known.options, step))
            loaded = await broker.port.ask(self.name, load, Loaded, within=ANSWER_S)
        except GONE:
            return
        except BluerillError as error:
            if not self.leaving:
                self.leaving = True
                await self._stop(kill=True)
                if isinstance(error, CallerError):
                    broker.unloadable(known.key, error)
                self._ended(ev.LoadFailed(known.key, str(error), isinstance(error, BudgetExceeded)))
            return
        self.info = loaded.info
        broker.catalogue.stamped(known, loaded.stamps)
        used = await self.measure()
        if used is None:
            self.peak_anon = loaded.anon
        if not self.leaving and not self.gone:
            took = (loaded.anon, loaded.file) if used is None else (used.anon, used.file)
            broker.event(ev.Loaded(known.key, broker.port.now() - began, *took))

    async def unload(self, kill: bool) -> None:
        """End the child. Ends in Unloaded (or LoadFailed, to which the policy takes it as well while it loads)."""
        if self.leaving and not kill:
            return
        first, self.leaving = not self.leaving, True
        if first and not kill:
            await self.measure()
        await self._stop(kill)
        if not self.gone:
            self._ended(ev.Unloaded(self.known.key))

    async def _stop(self, kill: bool) -> None:
        try:
            await self.broker.port.ask("kernel", StopChild(self.name, kill), ChildStopped, within=ANSWER_S)
        except CallerError:
            pass  # it never was

    def died(self, exited: ChildExited) -> None:
        """The kernel says so. Ends in Died."""
        if not self.gone:
            self._ended(ev.Died(self.known.key, exited.reason, exited.oom))

    def _ended(self, event: ev.Event) -> None:
        self.gone = True
        self.broker.ended(self)
        self.broker.event(event)

    async def measure(self) -> ChildMemory | None:
        """What the child uses now; keeps the largest. None where the system cannot tell, or it is gone."""
        try:
            used = await self.broker.port.ask("kernel", GetChildMemory(self.name), ChildMemory)
        except BluerillError:
            return None
        if used.anon < 0:
            return None
        # The peak of both classes together, less the files, is the least that its anonymous peak can have been.
        self.peak_anon = max(self.peak_anon, used.anon, used.peak - used.file)
        return used

    def resize(self, anon: int, file: int) -> None:
        """Move its cap, after the moves before it; quanta wait for it."""
        before, done = self._moving, asyncio.get_running_loop().create_future()
        self._moving = done
        self.broker.spawn(self._resize(ResizeChild(self.name, anon, file), before, done), f"resize {self.name}")

    async def _resize(self, ask: ResizeChild, before: asyncio.Future[None] | None, done: asyncio.Future[None]) -> None:
        try:
            if before is not None:
                await before
            await self.broker.port.ask("kernel", ask, ChildResized, within=ANSWER_S)
        except BluerillError as error:
            # A smaller cap that cannot be yet, or a larger one that the kernel refuses: the old one stands.
            self.broker.port.log.info("the cap of %s stays: %s", self.name, error)
        finally:
            if self._moving is done:
                self._moving = None
            done.set_result(None)

    # --- quanta

    def run(self, jobs: tuple[int, ...], max_tokens: int, budget_s: float) -> None:
        """Give these jobs a quantum. Ends in one Progress or JobFailed for each."""
        self._runs.append(_Run(jobs, max_tokens, min(budget_s, MOST_QUANTUM_S)))
        if not self._serving:
            self._serving = True
            self.broker.spawn(self._serve(), f"serve {self.name}")

    async def _serve(self) -> None:
        """One task for quantum after quantum: the policy's next Run comes while the last one's event is handled."""
        try:
            while self._runs and not self.gone:
                await self._quantum(self._runs.popleft())
        finally:
            self._serving = False

    async def _quantum(self, wanted: _Run) -> None:
        flown = self._flown = asyncio.get_running_loop().create_future()
        try:
            if self._moving is not None:
                await self._moving
            works = [work for number in wanted.jobs if (work := await self._ready(number)) is not None]
            self.flying = works
            if len(works) == 1:
                await self._one(works[0], wanted)
            elif works:
                await self._several(works, wanted)
        except GONE:
            pass  # ChildExited says why, and the policy what next
        finally:
            self.flying = []
            flown.set_result(None)

    async def _ready(self, number: int) -> Work | None:
        """The work, begun in this server and not paused; None if that failed (which was said)."""
        broker = self.broker
        work = broker.works.get(number)
        if work is None:
            broker.event(ev.Progress(number, 0, 0, 0.0))  # ended meanwhile: the quantum is over all the same
            return None
        try:
            if work.host is not self:
                await self._start(work)
            elif work.paused:
                await broker.port.ask(self.name, Resume(number), Resumed, within=ANSWER_S)
                work.paused = False
        except GONE:
            raise
        except BluerillError as error:
            self._failed(work, error)
            return None
        return work

    async def _start(self, work: Work) -> None:
        if work.produced and not work.made:
            raise ServiceFault(f"{self.known.name!r} was unloaded in the middle of an answer that cannot be repeated")
        payload = None if work.payload is None else work.payload.share()
        started = await self.broker.port.ask(self.name, work.start(), InferStarted, within=ANSWER_S, lease=payload)
        work.begun(self, started.prompt_tokens - started.reused_tokens)

    async def _one(self, work: Work, wanted: _Run) -> None:
        alone = len(self.broker.works) == 1 and work.produced > 0  # then nobody minds one quantum more
        ask = InferNext(work.number, wanted.max_tokens, wanted.budget_s, alone)
        try:
            answer, lease = await self.broker.port.ask_any(self.name, ask, within=ANSWER_S)
        except GONE:
            raise
        except BluerillError as error:
            self._failed(work, error)
            return
        if isinstance(answer, InferChunk | InferStop):
            self._made(work, answer, lease)
        else:
            self._failed(work, ServiceFault(f"server {self.name!r} answered a quantum with {answer.wire!r}"))

    async def _several(self, works: list[Work], wanted: _Run) -> None:
        ask = InferBatch([work.number for work in works], wanted.max_tokens, wanted.budget_s)
        left = {work.number: work for work in works}
        try:
            batch, lease = await self.broker.port.ask_any(self.name, ask, within=ANSWER_S)
            if not isinstance(batch, InferBatched):
                raise ServiceFault(f"server {self.name!r} answered a batch with {batch.wire!r}")
        except GONE:
            raise
        except BluerillError as error:
            for work in works:
                self._failed(work, error)
            return
        data = b"" if lease is None else lease.bytes()
        made: list[InferChunk | InferStop] = [*batch.chunks, *batch.stops]
        for each in made:
            if each.seq in left:
                self._made(left.pop(each.seq), _own(each, data), None)
        for failure in batch.failures:
            if failure.seq in left:
                self._failed(left.pop(failure.seq), error_from(failure.code, failure.text))
        for work in left.values():
            self._failed(work, ServiceFault(f"server {self.name!r} forgot sequence {work.number} of a batch"))

    def _made(self, work: Work, made: InferChunk | InferStop, lease: Lease | None) -> None:
        """First the client, then the policy."""
        done = isinstance(made, InferStop)
        self.tokens += len(made.tokens)
        self.busy_s += made.elapsed_s
        if isinstance(made, InferStop) and made.finish == "cancelled":
            self.broker.event(ev.Progress(work.number, 0, 0, made.elapsed_s))
            return
        try:
            new = work.add(made, lease)
        except ServiceFault as error:
            work.error = error
            self.broker.give_up(work, error)
            return
        prompt = work.progress(made.prefilled, len(made.tokens) - new, new, done)
        self.broker.event(ev.Progress(work.number, prompt, new, made.elapsed_s, done))

    def _failed(self, work: Work, error: BluerillError) -> None:
        work.error = work.error or error
        work.unseat()
        self.broker.event(ev.JobFailed(work.number, str(error)))

    # --- between quanta

    async def hurry(self) -> None:
        """Somebody more urgent waits for what is computed here."""
        try:
            await self.broker.port.tell(self.name, Hurry(), lane=Lane.CONTROL)
        except BluerillError:
            pass  # it is gone, and does not stand in the way

    async def pause(self, work: Work, keep: Literal["keep", "store", "drop"]) -> None:
        """Ends in Paused, after the Progress of a quantum under way."""
        stored, how = 0, KEPT[KEEPS[keep]]
        if work.host is self:
            try:
                pause = Pause(work.number, KEEPS[keep])
                paused = await self.broker.port.ask(self.name, pause, Paused, within=ANSWER_S, lane=Lane.CONTROL)
                work.paused, stored, how = True, paused.kv_bytes, KEPT[paused.kept]
            except GONE:
                return
            except BluerillError:  # it cannot be kept so: what cannot be stored is computed again
                if keep != "keep":
                    await self.cancel(work.number)
                    work.unseat()
                    how = "dropped"
        if self._flown is not None and not self._flown.done():
            await self._flown
        if how == "dropped":
            work.recompute()
        self.broker.event(ev.Paused(work.number, how, stored if how == "stored" else 0))

    async def resume(self, work: Work) -> None:
        """Ends in Resumed or JobFailed."""
        began = self.broker.port.now()
        try:
            if work.host is self:
                resumed = await self.broker.port.ask(self.name, Resume(work.number), Resumed, within=ANSWER_S)
                work.paused = False
                again = resumed.how == "recomputed"
                work.prompt_tokens = max(work.prompt_tokens, resumed.until) if again else work.prompt_tokens
            else:
                await self._start(work)
                again = True
        except GONE:
            return
        except BluerillError as error:
            self._failed(work, error)
            return
        if again:
            work.recompute()
        how = self.broker.port.now() - began
        self.broker.event(ev.Resumed(work.number, "recompute" if again else "restored", how))

    async def release(self, number: int) -> None:
        """The policy has ended a job that has a sequence here. Ends in Released."""
        await self.cancel(number)
        if not self.gone:
            self.broker.event(ev.Released(number))

    async def cancel(self, number: int) -> None:
        """Have the server forget a sequence."""
        try:
            await self.broker.port.ask(self.name, Cancel(number), Cancelled, within=ANSWER_S, lane=Lane.CONTROL)
        except BluerillError:
            pass  # it is gone, and the sequence with it


def _own(made: InferChunk | InferStop, data: bytes) -> InferChunk | InferStop:
    """A part of a batch with its own tensors' bytes."""
    if not data or not made.tensors:
        return made
    first = min(tensor.offset for tensor in made.tensors)
    last = max(tensor.offset + tensor.size for tensor in made.tensors)
    moved = [msgspec.structs.replace(tensor, offset=tensor.offset - first) for tensor in made.tensors]
    return msgspec.structs.replace(made, tensors=moved, data=data[first:last])
