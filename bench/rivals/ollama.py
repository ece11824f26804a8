"""Ollama's scheduler, from the public source ``server/sched.go`` and the FAQ on concurrency.

One loop takes pending requests in order, at most 512 (more are refused). A request whose model is loaded goes to its
runner at once. Otherwise, if three models are loaded (the default on a processor) or memory does not suffice, one
runner is expired: an idle one if there is any, else the one with the shortest keep-alive, which is waited for. While
it waits the loop takes no other request, not even for models that are loaded. A runner serves one request at a time
(the default of ``OLLAMA_NUM_PARALLEL``) and is unloaded after five idle minutes.

Kinder here: keep-alives are all the default, so the least recently used of them is taken; memory is known exactly and
compute buffers are counted; requests for loaded models pass while another model loads.
"""

from __future__ import annotations

from collections import deque

from ..scheduler_trace import MODELS, Request
from .runner import Rival, Runner

MAX_QUEUE = 512
MAX_LOADED = 3
PARALLEL = 1
KEEP_ALIVE_S = 300.0


class Ollama(Rival):
    name = "ollama"

    def __init__(self) -> None:
        super().__init__()
        self.pending: deque[Request] = deque()
        self.waiting = False  # for an unload
        self.victim: Runner | None = None

    def arrive(self, request: Request) -> None:
        if len(self.pending) >= MAX_QUEUE:
            self.refuse(request)
            return
        self.pending.append(request)
        self._loop()

    def _loop(self) -> None:
        while self.pending and not self.waiting:
            request = self.pending[0]
            runner = self.runners.get(request.model)
            if runner is not None:
                self.pending.popleft()
                runner.serve(request)
                continue
            if any(each.loading for each in self.runners.values()):
                return  # one load at a time
            profile = MODELS[request.model]
            if len(self.runners) < MAX_LOADED and profile.anon + profile.file <= self.free:
                self.pending.popleft()
                self.load(request.model, PARALLEL, lambda _: self._loop()).serve(request)
                continue
            self._expire()

    def _expire(self) -> None:
        by_use = sorted(self.runners.values(), key=lambda each: each.used_at)
        self.victim = next((each for each in by_use if not each.busy), by_use[0])
        self.waiting = True
        self._try_unload()

    def _try_unload(self) -> None:
        victim = self.victim
        if victim is not None and not victim.busy:
            self.victim = None
            victim.expired = True
            self.unload(victim, self._unloaded)

    def _unloaded(self) -> None:
        self.waiting = False
        self._loop()

    def finished(self, runner: Runner) -> None:
        if runner is self.victim:
            self._try_unload()
        elif not runner.busy:
            since = runner.used_at
            self.clock.after(KEEP_ALIVE_S, lambda: self._idle(runner, since))

    def _idle(self, runner: Runner, since: float) -> None:
        idle = self.runners.get(runner.name) is runner and runner.used_at == since and not runner.busy
        if idle and not runner.expired and runner is not self.victim:
            runner.expired = True
            self.unload(runner, self._loop)
