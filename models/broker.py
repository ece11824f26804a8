"""The broker: it tells the policy (``kernel/scheduler``) what happens, and does what the policy decides.

    clients ─ service.py ─ Broker ─ Scheduler.step(event) → decisions
                             ├─ the kernel: children, caps, the budget
                             └─ Hosted: one model server each

One loop, no locks: an event that comes while decisions are carried out waits its turn, so that the policy sees the
world in order. What the policy promises (one end for every job) becomes one answer or one typed error for every client.

A job that ends because its server died is tried once more, in silence, as long as nothing of its answer existed; from
the first token on its client is told instead: what was read must not be said twice.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Coroutine
from typing import Any, Literal

from ..kernel.children import (
    BudgetState,
    ChildExited,
    ChildStarted,
    ChildStopped,
    GetBudget,
    GetPressure,
    PressureNow,
    Shortage,
    StartChild,
    StopChild,
)
from ..kernel.effects import Driver
from ..kernel.errors import (
    BluerillError,
    BudgetExceeded,
    CallerError,
    DeadlineExceeded,
    PeerRestarted,
    ServiceFault,
)
from ..kernel.ledger import budget_for
from ..kernel.limits import MAKE_ROOM_S, MIB
from ..kernel.scheduler import Scheduler, Tuning
from ..kernel.scheduler import events as ev
from ..kernel.scheduler.decisions import Cancelled, Done, Fail, Reason, Refuse, Terminal
from ..kernel.service import Port, Task
from .hosted import Hosted
from .inference import Work
from .inspect import Inspect, Inspected
from .known import Catalogue, Known
from .messages import Models, Refused, Resident

__all__ = ["Broker"]

KLASSES = {"voice": ev.Klass.VOICE, "interactive": ev.Klass.INTERACTIVE, "background": ev.Klass.BACKGROUND}
STATES = {"loaded": "ready", "draining": "leaving", "unloading": "leaving"}
RETRIED = frozenset({Reason.DIED, Reason.HUNG})
INSPECTOR = 64 * MIB
"""Memory of a child that looks into a file; headers are read with bounds."""
INSPECT_S = 20.0
LOOK_S = 1.0
"""How often memory pressure is looked at while background work runs."""


class Broker:
    """See the module. ``port`` is the service's; ``prefix`` and ``most`` are what its manifest lets it start."""

    def __init__(self, port: Port, catalogue: Catalogue, tuning: Tuning, prefix: str, most: int) -> None:
        self.port = port
        self.catalogue = catalogue
        self.works: dict[int, Work] = {}
        self.hosted: dict[str, Hosted] = {}
        self.deaths = 0
        self._children: dict[str, Hosted] = {}  # by the child's name
        self._names = deque(f"{prefix}{number}" for number in range(most))
        self._known: dict[str, Known] = {}
        self._tuning = tuning
        self._driver: Driver | None = None
        self._numbers = itertools.count(1)
        self._alarm: Task | None = None
        self._alarm_at = float("inf")
        self._looking = False
        self._began = port.now()

    async def open(self) -> None:
        """Learn the budget; then the policy can begin."""
        if self._driver is None:
            state = await self.port.ask("kernel", GetBudget(), BudgetState)
            if self._driver is None:  # nobody was faster
                self._driver = Driver(Scheduler(budget_for(state.share), self._tuning), self, self.port.now)

    # --- what clients want

    def describe(self, known: Known) -> None:
        """Make a model known to the policy, or tell it what is known anew."""
        if self._known.get(known.key) != known:
            self._known[known.key] = known
            self.event(ev.Describe(known.profile))

    def submit(self, work: Work) -> None:
        """Take an inference on; it may end at once (refused)."""
        work.number = next(self._numbers)
        self.works[work.number] = work
        request = work.request
        room = max(1, work.known.options.ctx - work.guessed)
        tokens = min(request.max_tokens, room) if request.max_tokens > 0 else room
        job = ev.Submit(
            work.number,
            work.known.key,
            KLASSES[request.klass],
            work.guessed,
            tokens,
            work.deadline or float("inf"),
            request.stream,
        )
        if request.klass == "background":
            self._look()
        self.event(job)
        for host in self.hosted.values():
            if host.flying and all(KLASSES[each.request.klass] > job.klass for each in host.flying):
                self.spawn(host.hurry(), f"hurry {host.name}")

    def read(self, work: Work) -> None:
        """Its reader has taken what ``work`` says it has."""
        if not work.ended:
            self.event(ev.Read(work.number, work.read_tokens))

    def cancel(self, work: Work) -> None:
        """Nobody wants it any more."""
        if work.number in self.works:
            self.event(ev.CancelJob(work.number))

    def prefetch(self, known: Known) -> None:
        self.describe(known)
        self.event(ev.Prefetch(known.key))

    async def inspect(self, path: str) -> Inspected:
        """Look into a foreign file in a child made for that. Raises CallerError (no model), BudgetExceeded."""
        if not self._names:
            raise BudgetExceeded("all model servers are in use, none is left to look into a file")
        name = self._names.popleft()
        try:
            await self.port.ask("kernel", StartChild(name, INSPECTOR), ChildStarted)
            try:
                return await self.port.ask(name, Inspect(path), Inspected, within=INSPECT_S)
            finally:
                await self.port.ask("kernel", StopChild(name), ChildStopped, within=INSPECT_S)
        finally:
            self._names.append(name)

    # --- what happens

    def event(self, event: ev.Event) -> None:
        """Tell the policy, and do what it decides."""
        assert self._driver is not None
        self._driver.post(event)

    def exited(self, said: ChildExited) -> None:
        """A child died."""
        host = self._children.get(said.name)
        if host is None or host.generation not in (0, said.generation):
            return
        self.deaths += 1
        self.port.log.warning("model %r: its server %s", host.known.name, said.reason)
        if said.oom:
            self._learn(host, max(host.peak_anon, said.peak - host.known.profile.file), oom=True)
        host.died(said)

    def budget(self, share: int) -> None:
        """Models may hold so much together from now on."""
        self.event(ev.Budget(budget_for(share)))

    async def shortage(self, said: Shortage) -> None:
        """A service lacks memory: give it what idles, if that is enough."""
        idle = sum(now.anon + now.file for now in self._now().models if now.place == "loaded" and not now.running)
        if idle < said.bytes:
            return
        state = await self.port.ask("kernel", GetBudget(), BudgetState)
        self.budget(max(0, state.share - said.bytes))
        await self.port.sleep(MAKE_ROOM_S + 0.5)  # by then it has what it lacked, or has given up
        await self.refresh_budget()

    async def refresh_budget(self) -> None:
        """Ask what models may hold now."""
        try:
            state = await self.port.ask("kernel", GetBudget(), BudgetState)
        except BluerillError as error:
            self.port.log.warning("the budget is not known: %s", error)
        else:
            self.budget(state.share)

    def ended(self, host: Hosted) -> None:
        """A server is gone: its name is free, and nothing is in it."""
        if self._children.pop(host.name, None) is not None:
            self._names.append(host.name)
        if self.hosted.get(host.known.key) is host:
            del self.hosted[host.known.key]
        for work in self.works.values():
            if work.host is host:
                work.unseat()

    def unloadable(self, key: str, error: CallerError) -> None:
        """The fault is in the files: trying again is useless, so everybody who waits for the model is told now."""
        for work in list(self.works.values()):
            if work.known.key == key:
                self.give_up(work, error)

    def give_up(self, work: Work, error: BluerillError) -> None:
        """End a work from here; the policy forgets it."""
        if work.number in self.works:
            work.fail(error)
            self.event(ev.CancelJob(work.number))

    # --- what was decided (kernel/effects.py)

    def run(self, model: str, jobs: tuple[int, ...], max_tokens: int, budget_s: float) -> None:
        self.hosted[model].run(jobs, max_tokens, budget_s)

    def wake_at(self, at: float) -> None:
        if at < self._alarm_at:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm_at = at
            self._alarm = self.port.spawn(self._ring(at), "alarm")

    def resize(self, model: str, anon: int, file: int) -> None:
        self.hosted[model].resize(anon, file)

    def pause(self, job: int, keep: Literal["keep", "store", "drop"]) -> None:
        work = self.works[job]
        self.spawn(self.hosted[work.known.key].pause(work, keep), f"pause {job}")

    def resume(self, job: int) -> None:
        work = self.works[job]
        self.spawn(self.hosted[work.known.key].resume(work), f"resume {job}")

    def start_load(self, model: str, anon: int, file: int, step: int) -> None:
        if not self._names:
            self.event(ev.LoadFailed(model, "the manifest allows no more model servers"))
            return
        host = Hosted(self, self._known[model], self._names.popleft())
        self.hosted[model] = self._children[host.name] = host
        self.spawn(host.load(anon, file, step), f"load {host.name}")

    def unload(self, model: str, kill: bool) -> None:
        host = self.hosted.get(model)
        if host is None:
            self.event(ev.Unloaded(model))
            return

        async def work() -> None:
            await host.unload(kill)
            self._learn(host, host.peak_anon, oom=False)

        self.spawn(work(), f"unload {host.name}")

    def end(self, end: Terminal) -> None:
        work = self.works.pop(end.job)
        match end:
            case Done():
                host = work.host
                work.end()
                if host is not None and host.known.profile.kv_whole:
                    self.spawn(self._weigh(host), f"weigh {host.name}")
            case Refuse() if work.lost is not None:
                work.fail(work.lost)  # there is no time for a second try: the first one's end stands
            case Refuse():
                work.refuse(Refused(f"{end.reason}: {end.text}", end.retry_after_s))
            case Fail():
                self._fail(work, end)
            case Cancelled():
                work.end()
                self._let_go(work, end.held)

    async def _weigh(self, host: Hosted) -> None:
        """A job was completed: by now the server has touched all it will touch."""
        before = host.peak_anon
        await host.measure()
        if host.peak_anon > before * 1.01 and not host.gone:
            self._learn(host, host.peak_anon, oom=False)

    def _learn(self, host: Hosted, anon: int, oom: bool) -> None:
        """Keep a measurement, and let the policy have it (an out-of-memory it deals with itself)."""
        if anon <= 0 or host.step or not host.known.profile.kv_whole or host.info is None:
            return  # a smaller load, or jobs in the figure: not what a whole model takes
        known = self.catalogue.learned(host.known, anon, host.known.profile.file, oom)
        self._known[known.key] = known
        if not oom:
            self.event(ev.Measured(known.key, anon, known.profile.file))

    def _fail(self, work: Work, failed: Fail) -> None:
        self._let_go(work, failed.held)
        if failed.reason in RETRIED and not work.produced and not work.retried and not work.ended:
            work.retried, work.lost = True, _error(failed, None)
            work.recompute()
            self.submit(work)
            return
        work.fail(_error(failed, work.error))

    def _let_go(self, work: Work, held: bool) -> None:
        host = self.hosted.get(work.known.key)
        if held and host is not None:
            self.spawn(host.release(work.number), f"release {work.number}")
        work.unseat()

    # --- time

    async def _ring(self, at: float) -> None:
        while (left := at - self.port.now()) > 0:
            await self.port.sleep(left)
        self._alarm, self._alarm_at = None, float("inf")
        self.event(ev.Tick())

    def _look(self) -> None:
        if not self._looking:
            self._looking = True
            self.spawn(self._pressure(), "pressure")

    async def _pressure(self) -> None:
        """Look at the memory pressure as long as there is background work."""
        try:
            while any(work.request.klass == "background" for work in self.works.values()):
                now = await self.port.ask("kernel", GetPressure(), PressureNow)
                if not now.source:
                    return  # this machine does not say
                self.event(ev.Pressure(now.some, now.full))
                await self.port.sleep(LOOK_S)
        except BluerillError as error:
            self.port.log.warning("the memory pressure is not known: %s", error)
        finally:
            self._looking = False
        self.event(ev.Pressure(0.0, 0.0))

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.port.spawn(work, name)

    # --- what is shown

    def _now(self) -> Any:
        assert self._driver is not None
        return self._driver.scheduler.snapshot()

    def models(self) -> Models:
        """The state, for ``bluerill top`` and the page."""
        if self._driver is None:
            return Models()
        now = self._now()
        residents = []
        for each in now.models:
            host = self.hosted.get(each.model)
            if host is None:
                continue
            state = STATES.get(each.place, str(each.place))
            if state == "ready" and each.running:
                state = "busy"
            rate = host.tokens / host.busy_s if host.busy_s > 0 else 0.0
            residents.append(Resident(host.known.name, state, each.anon, each.file, each.running, rate))
        voice, interactive, background = now.queued
        counts = now.counts
        return Models(
            residents,
            {"voice": voice, "interactive": interactive, "background": background},
            now.budget,
            now.reserved,
            counts.loads,
            counts.evictions,
            sum(counts.refused),
            self.deaths,
            counts.tokens / max(1e-9, self.port.now() - self._began),
        )


def _error(failed: Fail, said: BluerillError | None) -> BluerillError:
    """The typed error of a policy's Fail; what the engine said itself is passed on."""
    again = f"; try again in {failed.retry_after_s:.0f} s" if failed.retry_after_s > 0 else ""
    text = f"{failed.text}{again}"
    match failed.reason:
        case Reason.ENGINE if said is not None:
            return said
        case Reason.DIED | Reason.OOM | Reason.HUNG:
            return PeerRestarted(text)
        case Reason.DEADLINE:
            return DeadlineExceeded(text)
        case Reason.BUDGET | Reason.MEMORY | Reason.PRESSURE | Reason.QUEUE:
            return BudgetExceeded(text)
        case Reason.UNKNOWN | Reason.GONE:
            return CallerError(text)
        case _:
            return ServiceFault(text)
