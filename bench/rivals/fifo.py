"""First in, first out: one request at a time in the order of arrival; the least recently used models make room.

What a script does that loads a model, answers, and takes the next request. Kinder than most: models stay loaded until
their memory is needed.
"""

from __future__ import annotations

from collections import deque

from ..scheduler_trace import MODELS, Request
from .runner import Rival, Runner


class Fifo(Rival):
    name = "FIFO"

    def __init__(self) -> None:
        super().__init__()
        self.line: deque[Request] = deque()
        self.working = False

    def arrive(self, request: Request) -> None:
        self.line.append(request)
        self._next()

    def finished(self, runner: Runner) -> None:
        self.working = False
        self._next()

    def _next(self) -> None:
        if self.line and not self.working:
            self.working = True
            self._serve(self.line.popleft())

    def _serve(self, request: Request) -> None:
        runner = self.runners.get(request.model)
        if runner is not None:
            runner.serve(request)
            return
        profile = MODELS[request.model]
        if profile.anon + profile.file > self.free:
            oldest = min(self.runners.values(), key=lambda each: each.used_at)
            self.unload(oldest, lambda: self._serve(request))
            return
        self.load(request.model, 1, lambda loaded: loaded.serve(request))
