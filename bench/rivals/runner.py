"""What the rivals share: runners that hold a model and serve requests in order, some of them at once as one batch."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from ...kernel.ledger import headroom_of
from ...kernel.scheduler.profile import Profile
from ..scheduler_device import Clock, Outcome, Processor, Shared, judge
from ..scheduler_trace import BUDGET, MODELS, STORAGE_BW, Request


class Runner:
    """A loaded model. ``slots`` requests compute at once; the others wait in its queue in order of arrival."""

    def __init__(self, world: Rival, profile: Profile, slots: int) -> None:
        self.world = world
        self.profile = profile
        self.name = profile.model
        self.size = profile.anon + profile.file
        self.slots = slots
        self.loading = True
        self.expired = False
        self.used_at = world.clock.now
        self.active = 0
        self.queue: deque[Request] = deque()

    @property
    def busy(self) -> bool:
        return self.loading or self.active > 0 or bool(self.queue)

    def serve(self, request: Request) -> None:
        self.used_at = self.world.clock.now
        self.queue.append(request)
        self.pump()

    def pump(self) -> None:
        while not self.loading and self.active < self.slots and self.queue:
            request = self.queue.popleft()
            self.active += 1
            prompt = request.n_prompt / self.profile.prefill_tps
            self._compute(prompt, lambda r=request: self._first(r))  # type: ignore[misc]

    def _first(self, request: Request) -> None:
        first = self.world.clock.now + (self.profile.tpot_s if request.n_out else 0.0)
        self._compute(request.n_out * self.profile.tpot_s, lambda: self._done(request, first))

    def _compute(self, seconds: float, do: Callable[[], None]) -> None:
        self.world.processor.compute(self.name, self.profile.batch_cost, seconds, do)

    def _done(self, request: Request, first: float) -> None:
        self.active -= 1
        self.used_at = self.world.clock.now
        self.world.outcomes[request.job] = judge(request, "done", first, self.world.clock.now)
        self.pump()
        self.world.finished(self)


class Rival:
    """A policy: ``arrive`` says what to do with a request, ``finished`` what to do when a runner has served one."""

    name: str

    def __init__(self, budget: int = BUDGET) -> None:
        self.clock = Clock()
        self.processor = Processor(self.clock)
        self.storage = Shared(self.clock)
        self.memory = budget - headroom_of(budget)
        self.runners: dict[str, Runner] = {}
        self.outcomes: dict[int, Outcome] = {}
        self.loads = 0

    @property
    def free(self) -> int:
        return self.memory - sum(runner.size for runner in self.runners.values())

    def play(self, trace: Sequence[Request]) -> dict[int, Outcome]:
        for request in trace:
            self.clock.at(request.at, lambda r=request: self.arrive(r))  # type: ignore[misc]
        self.clock.run()
        return self.outcomes

    def load(self, model: str, slots: int, ready: Callable[[Runner], None]) -> Runner:
        """Start a runner and read its model."""
        self.loads += 1
        runner = self.runners[model] = Runner(self, MODELS[model], slots)

        def done() -> None:
            runner.loading = False
            runner.used_at = self.clock.now
            ready(runner)
            runner.pump()

        self.storage.add(runner.size / STORAGE_BW, lambda: self.clock.after(runner.profile.init_s, done))
        return runner

    def unload(self, runner: Runner, then: Callable[[], None]) -> None:
        """End an idle runner."""

        def done() -> None:
            del self.runners[runner.name]
            then()

        self.clock.after(0.02, done)

    def refuse(self, request: Request) -> None:
        self.outcomes[request.job] = judge(request, "refused", request.at, self.clock.now)

    def arrive(self, request: Request) -> None:
        raise NotImplementedError

    def finished(self, runner: Runner) -> None:
        raise NotImplementedError
