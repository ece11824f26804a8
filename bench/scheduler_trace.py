"""The trace of the scheduler's benchmark: six models that need three times the memory there is, and a day in small.

People come in bursts: a spoken turn is a transcription and then an understanding of it, sometimes a chat answer after
it; typed sessions are a few questions with thinking between. Background work comes in batches (notes to embed,
recordings to summarise) with half an hour of time. ``load`` is the computing that the requests need, loads of models
not counted, divided by the time in which they arrive.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from ..kernel.limits import MIB
from ..kernel.scheduler.events import Klass
from ..kernel.scheduler.profile import Profile

BUDGET = 800 * MIB
STORAGE_BW = 500e6


class Request(NamedTuple):
    """One request as it arrives; ``n_out`` is what it will really produce, ``n_most`` what its client allows."""

    job: int
    at: float
    model: str
    klass: Klass
    n_prompt: int
    n_out: int
    n_most: int
    deadline: float


def _profile(model: str, anon: int, file: int, prefill: float, tpot: float, seqs: int, kv: int) -> Profile:
    return Profile(
        model,
        anon * MIB,
        file * MIB,
        load_s=(anon + file) * MIB / STORAGE_BW,
        init_s=0.08,
        prefill_tps=prefill,
        tpot_s=tpot,
        kv_token=kv,
        n_ctx=2048,
        n_batch=max(8, int(prefill * 0.08)),
        seqs=seqs,
        batch_cost=0.35,
    )


MODELS = {
    each.model: each
    for each in (
        _profile("ears", 25, 35, 1500, 0.008, 1, 2048),  # a small recogniser
        _profile("intent", 25, 115, 420, 0.016, 2, 6144),  # 0.15 B parameters
        _profile("tools", 45, 455, 300, 0.022, 2, 8192),  # 0.5 B
        _profile("chat", 50, 490, 230, 0.026, 4, 12288),  # 0.5 B
        _profile("embed", 40, 460, 600, 0.010, 4, 0),  # 0.5 B
        _profile("summary", 70, 590, 160, 0.034, 4, 16384),  # 0.7 B
    )
}


def service_s(request: Request) -> float:
    """Seconds of computing it takes alone."""
    model = MODELS[request.model]
    return request.n_prompt / model.prefill_tps + request.n_out * model.tpot_s


class _Draft:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.rows: list[tuple[float, str, Klass, int, int, int, float]] = []

    def add(self, at: float, model: str, klass: Klass, prompt: int, out: int, most: int, within: float) -> None:
        self.rows.append((at, model, klass, prompt, min(out, most), most, at + within))

    def length(self, median: float, sigma: float, least: int = 1) -> int:
        return max(least, int(self.rng.lognormvariate(0.0, sigma) * median))

    def spoken(self, at: float) -> None:
        """A few turns of speech."""
        rng = self.rng
        for _ in range(1 + min(5, int(rng.expovariate(0.6)))):
            self.add(at, "ears", Klass.VOICE, self.length(220, 0.3, 40), self.length(10, 0.4), 40, 2.0)
            at += 0.6 + rng.random() * 0.3
            self.add(at, "intent", Klass.VOICE, self.length(90, 0.3), self.length(14, 0.4), 48, 3.0)
            if rng.random() < 0.25:
                self.chat(at + 0.8)
            at += 3.0 + rng.expovariate(1 / 6.0)

    def chat(self, at: float) -> None:
        out = self.length(45, 0.6, 4)
        self.add(at, "chat", Klass.INTERACTIVE, self.length(110, 0.5), out, 160, 15.0)

    def typed(self, at: float) -> None:
        """A session at the keyboard: chat, or a task with tools."""
        rng = self.rng
        tools = rng.random() < 0.5
        for _ in range(1 + min(7, int(rng.expovariate(0.4)))):
            if tools:
                out = self.length(30, 0.5, 4)
                self.add(at, "tools", Klass.INTERACTIVE, self.length(130, 0.4), out, 96, 12.0)
            else:
                self.chat(at)
            at += 4.0 + rng.expovariate(1 / 10.0)

    def batch(self, at: float) -> None:
        """A pile of background work, all at once."""
        rng = self.rng
        if rng.random() < 0.5:
            for _ in range(rng.randint(15, 40)):
                self.add(at, "embed", Klass.BACKGROUND, self.length(350, 0.5), 0, 0, 1800.0)
        else:
            for _ in range(rng.randint(6, 16)):
                out = self.length(60, 0.4, 8)
                self.add(at, "summary", Klass.BACKGROUND, self.length(300, 0.4), out, 160, 1800.0)


def trace(seed: int, load: float, requests: int = 2000) -> list[Request]:
    """At least so many requests in the order of their arrival."""
    draft = _Draft(random.Random(f"trace-{seed}"))
    arrivals = (draft.spoken,) * 6 + (draft.typed,) * 5 + (draft.batch,) * 1
    starts: list[float] = []
    while len(draft.rows) < requests:
        first = len(draft.rows)
        draft.rng.choice(arrivals)(0.0)
        starts += [draft.rng.random()] * (len(draft.rows) - first)
    work = sum(
        prompt / MODELS[model].prefill_tps + out * MODELS[model].tpot_s for _, model, _, prompt, out, _, _ in draft.rows
    )
    span = whole = work / load  # the last arrival: sessions go on after their start
    for _ in range(30):
        span *= whole / max(row[0] + start * span for start, row in zip(starts, draft.rows, strict=True))
    rows = sorted(
        (at + start * span, model, int(klass), prompt, out, most, deadline + start * span)
        for start, (at, model, klass, prompt, out, most, deadline) in zip(starts, draft.rows, strict=True)
    )
    return [Request(job, row[0], row[1], Klass(row[2]), *row[3:]) for job, row in enumerate(rows, 1)]
