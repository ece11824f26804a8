"""The router of llama.cpp's server, from its public source ``tools/server/server-models.cpp`` and its README.

Each model is a server of its own. A request for a loaded model is passed on at once. Otherwise, when as many models
run as ``--models-max`` allows, the one whose last request is longest ago is unloaded, busy or not, and the wanted one
is loaded. It counts models, not bytes, so the count has to be one that always fits. A server decodes up to four
requests as one batch (its default number of slots) and queues the others; the queue has no bound.

Kinder here: streams of a victim are waited for instead of killed after ten seconds; a request that meets the limit
waits instead of being told to come again; a loaded model is not evicted before its first request. ``by_bytes=True`` is
a better router than there is: it evicts the least recently used until the new model fits, whatever their number.
"""

from __future__ import annotations

from collections import deque

from ...kernel.ledger import headroom_of
from ..scheduler_trace import BUDGET, MODELS, Request
from .runner import Rival, Runner

SLOTS = 4


class LlamaRouter(Rival):
    def __init__(self, by_bytes: bool = False) -> None:
        super().__init__()
        self.name = "LRU by bytes" if by_bytes else "llama.cpp router"
        self.by_bytes = by_bytes
        self.most = len(MODELS) if by_bytes else safe_count()
        self.waiting: deque[Request] = deque()
        self.leaving: list[Runner] = []

    def arrive(self, request: Request) -> None:
        runner = self.runners.get(request.model)
        if runner is not None and runner not in self.leaving:
            runner.serve(request)
        else:
            self.waiting.append(request)
            self._look()

    def finished(self, runner: Runner) -> None:
        self._look()

    def _look(self) -> None:
        """Pass on, load or make room, in the order of arrival."""
        for runner in self.leaving:
            if not runner.busy and not runner.expired:
                runner.expired = True
                self.unload(runner, lambda r=runner: self._gone(r))  # type: ignore[misc]
        while self.waiting:
            request = self.waiting[0]
            wanted = self.runners.get(request.model)
            if wanted is not None and wanted in self.leaving:
                return  # it has to be gone before it can come again
            if wanted is None:
                profile = MODELS[request.model]
                if len(self.runners) >= self.most or profile.anon + profile.file > self.free:
                    self._make_room(profile.anon + profile.file)
                    return
                wanted = self.load(request.model, SLOTS, lambda _: self._look())
            self.waiting.popleft()
            wanted.serve(request)

    def _make_room(self, size: int) -> None:
        coming = sum(each.size for each in self.leaving)
        stays = sorted(
            (each for each in self.runners.values() if each not in self.leaving), key=lambda each: each.used_at
        )
        while stays and (self.free + coming < size or len(self.runners) - len(self.leaving) >= self.most):
            victim = stays.pop(0)
            coming += victim.size
            self.leaving.append(victim)
            if not victim.busy:
                victim.expired = True
                self.unload(victim, lambda r=victim: self._gone(r))  # type: ignore[misc]

    def _gone(self, runner: Runner) -> None:
        self.leaving.remove(runner)
        self._look()


def safe_count() -> int:
    """The largest number of models that fits whichever they are."""
    sizes = sorted((each.anon + each.file for each in MODELS.values()), reverse=True)
    room = BUDGET - headroom_of(BUDGET)
    return max(n for n in range(1, len(sizes) + 1) if sum(sizes[:n]) <= room)
