"""Bluerill's policy on the simulated device: real decisions, simulated effects, every decision timed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

from ..kernel.effects import apply
from ..kernel.scheduler import Scheduler, Tuning
from ..kernel.scheduler import decisions as de
from ..kernel.scheduler import events as ev
from .scheduler_device import Clock, Outcome, Shared, judge
from .scheduler_trace import BUDGET, MODELS, STORAGE_BW, Request


class _Seq:
    """A request's state on the device."""

    __slots__ = ("done_prompt", "first", "prompt", "request", "tokens")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.prompt = request.n_prompt
        self.done_prompt = 0
        self.tokens = 0
        self.first = request.at

    def length(self) -> int:
        return self.request.n_prompt + self.tokens if self.done_prompt >= self.prompt else self.done_prompt


class Ours:
    """Effects over a clock, a processor of one quantum at a time, and a storage."""

    def __init__(self, tuning: Tuning, budget: int = BUDGET, come_again: bool = False) -> None:
        """``come_again``: who is refused for want of time asks again when told to, with as much time as at first."""
        self.come_again = come_again
        self.clock = Clock()
        self.storage = Shared(self.clock)
        self.scheduler = Scheduler(budget, tuning)
        self.outcomes: dict[int, Outcome] = {}
        self.step_ns: list[int] = []
        self.loads = self.parks = self.batched = self.quanta = 0
        self.compute_s = 0.0
        self._seqs: dict[int, _Seq] = {}
        self._running: dict[int, tuple[list[int], float, int]] = {}  # quantum by id: jobs, start, prompt tokens
        self._in: dict[int, int] = {}  # the quantum that a job is in
        self._quantum = 0
        self._numbers = 1_000_000
        self._stopped: set[int] = set()
        self._wake = 0
        for profile in MODELS.values():
            self.post(ev.Describe(profile))

    def post(self, event: ev.Event) -> None:
        start = time.perf_counter_ns()
        decisions = self.scheduler.step(event, self.clock.now)
        self.step_ns.append(time.perf_counter_ns() - start)
        for decision in decisions:
            apply(decision, self)

    def later(self, seconds: float, event: ev.Event) -> None:
        self.clock.after(seconds, lambda: self.post(event))

    def play(self, trace: Sequence[Request]) -> dict[int, Outcome]:
        for request in trace:
            self.clock.at(request.at, lambda r=request: self._arrive(r))  # type: ignore[misc]
        self.clock.run()
        return self.outcomes

    def _arrive(self, request: Request) -> None:
        self._seqs[request.job] = _Seq(request)
        self.post(
            ev.Submit(request.job, request.model, request.klass, request.n_prompt, request.n_most, request.deadline)
        )

    def _again(self, request: Request) -> None:
        """The same request under another number; it is judged by when it first came."""
        self._numbers += 1
        self._seqs[self._numbers] = _Seq(request)
        deadline = self.clock.now + request.deadline - request.at
        self.post(ev.Submit(self._numbers, request.model, request.klass, request.n_prompt, request.n_most, deadline))

    # --- effects

    def start_load(self, model: str, anon: int, file: int, step: int) -> None:
        self.loads += 1
        began, profile = self.clock.now, MODELS[model]

        def read() -> None:
            self.later(profile.init_s, ev.Loaded(model, self.clock.now + profile.init_s - began))

        self.storage.add((profile.anon + profile.file) / STORAGE_BW, read)

    def resize(self, model: str, anon: int, file: int) -> None:
        pass

    def unload(self, model: str, kill: bool) -> None:
        self.later(0.02, ev.Unloaded(model))

    def run(self, model: str, jobs: tuple[int, ...], max_tokens: int, budget_s: float) -> None:
        profile = MODELS[model]
        self.quanta += 1
        self.batched += len(jobs) > 1
        seq = self._seqs[jobs[0]]
        prompt = min(max_tokens, seq.prompt - seq.done_prompt)
        if prompt > 0:
            seconds = prompt / profile.prefill_tps
        else:
            prompt = 0
            tokens = max(min(max_tokens, s.request.n_out - s.tokens) for s in map(self._seqs.__getitem__, jobs))
            seconds = tokens * profile.tpot_s * (1.0 + profile.batch_cost * (len(jobs) - 1))
        self._quantum += 1
        number = self._quantum
        self._running[number] = list(jobs), self.clock.now, max_tokens
        for job in jobs:
            self._in[job] = number
        self.clock.after(seconds, lambda: self._computed(number, prompt))

    def _computed(self, number: int, prompt: int) -> None:
        running = self._running.pop(number, None)
        if running is None:
            return
        jobs, began, most = running
        elapsed = self.clock.now - began
        self.compute_s += elapsed
        events: list[ev.Event] = []
        for job in jobs:
            del self._in[job]
            seq = self._seqs[job]
            seq.done_prompt += prompt
            tokens = 0
            if not prompt:
                tokens = min(most, seq.request.n_out - seq.tokens)
                if not seq.tokens and tokens:
                    seq.first = self.clock.now
                seq.tokens += tokens
            done = seq.done_prompt >= seq.prompt and seq.tokens >= seq.request.n_out
            events.append(ev.Progress(job, prompt, tokens, elapsed, done))
        for event in events:
            self.post(event)

    def pause(self, job: int, keep: Literal["keep", "store", "drop"]) -> None:
        seq = self._seqs[job]
        if keep == "keep":
            number = self._in.get(job)
            if number is not None:  # cut off: what was computed of this chunk is lost
                jobs, began, _ = self._running.pop(number)
                self.compute_s += self.clock.now - began
                for each in jobs:
                    del self._in[each]
                    self.later(0.002, ev.Progress(each, 0, 0, self.clock.now - began))
            self.later(0.003, ev.Paused(job, "kept"))
            return
        self.parks += 1
        if keep == "store":
            size = MODELS[seq.request.model].state(seq.length())
            self.storage.add(size / STORAGE_BW, lambda: self.post(ev.Paused(job, "stored", size)))
        else:
            seq.prompt, seq.done_prompt = seq.request.n_prompt + seq.tokens, 0
            self.later(0.001, ev.Paused(job, "dropped"))

    def resume(self, job: int) -> None:
        seq = self._seqs[job]
        if seq.done_prompt:
            size = MODELS[seq.request.model].state(seq.length())
            self.storage.add(size / STORAGE_BW, lambda: self.post(ev.Resumed(job, "restored")))
        else:
            self.later(0.0, ev.Resumed(job, "recompute"))

    def end(self, end: de.Terminal) -> None:
        seq = self._seqs[end.job]
        if self.come_again and isinstance(end, de.Refuse) and end.reason is de.Reason.DEADLINE:
            self.clock.after(end.retry_after_s + 0.05, lambda: self._again(seq.request))
            return
        word = {de.Done: "done", de.Refuse: "refused", de.Fail: "failed", de.Cancelled: "failed"}[type(end)]
        job = seq.request.job
        if job in self.outcomes:
            raise AssertionError(f"request {job} ended twice")
        self.outcomes[job] = judge(seq.request, word, seq.first, self.clock.now)
        if isinstance(end, de.Fail | de.Cancelled) and end.held:
            number = self._in.get(end.job)
            if number is not None and len(self._running[number][0]) == 1:
                del self._running[number], self._in[end.job]
                self.later(0.002, ev.Released(end.job))
            else:
                self.later(0.05 if number is not None else 0.002, ev.Released(end.job))

    def wake_at(self, at: float) -> None:
        self._wake += 1
        number = self._wake
        self.clock.at(at, lambda: self.post(ev.Tick()) if number == self._wake else None)
