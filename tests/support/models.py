"""Fake model servers behind the scheduler: they do what they are told when the test says so, and check every order.

`World` is the Effects of a driver on a clock of its own. What was decided and not yet answered stands in ``loads``,
``unloads``, ``running``, ``pauses``, ``resumes`` and ``held``; the methods answer it. ``settle`` answers everything, in
a fixed order, until nothing is under way. An order that breaks the rules of the design raises AssertionError at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bluerill.kernel.effects import Driver
from bluerill.kernel.ledger import headroom_of
from bluerill.kernel.limits import MIB
from bluerill.kernel.scheduler import Scheduler, Tuning
from bluerill.kernel.scheduler import decisions as de
from bluerill.kernel.scheduler import events as ev
from bluerill.kernel.scheduler.events import Klass
from bluerill.kernel.scheduler.profile import Profile


def profile(model: str, mib: int = 100, **more: Any) -> Profile:
    """A model of so many MiB, a quarter of it anonymous; a token takes 20 ms, a load a second per 100 MiB."""
    given = {"load_s": mib / 100, "init_s": 0.05, "prefill_tps": 200.0, "tpot_s": 0.02, "n_batch": 32} | more
    return Profile(model, mib * MIB // 4, mib * MIB - mib * MIB // 4, **given)


@dataclass
class Seq:
    """What a server (and its storage) knows of a job."""

    model: str
    n_prompt: int
    n_out: int
    prompt: int = 0
    tokens: int = 0
    where: Literal["nowhere", "memory", "storage"] = "nowhere"


@dataclass
class Running:
    jobs: tuple[int, ...]
    max_tokens: int
    budget_s: float
    left: list[int] = field(default_factory=list)


class World:
    """See the module."""

    def __init__(self, *profiles: Profile, budget: int = 400 * MIB, tuning: Tuning | None = None) -> None:
        self.now = 0.0
        self.budget = budget
        self.profiles = {each.model: each for each in profiles}
        self.scheduler = Scheduler(budget, tuning)
        self.driver = Driver(self.scheduler, self, lambda: self.now)
        self.log: list[de.Decision] = []
        self.caps: dict[str, int] = {}  # of every server that exists, loading and unloading ones, too
        self.steps: dict[str, int] = {}
        self.loads: dict[str, float] = {}
        self.unloads: set[str] = set()
        self.running: dict[str, Running] = {}
        self.pauses: dict[int, str] = {}
        self.resumes: set[int] = set()
        self.held: set[int] = set()
        self.seqs: dict[int, Seq] = {}
        self.ends: dict[int, de.Terminal] = {}
        self.wake: float | None = None
        self.load_count: dict[str, int] = {}
        self._jobs = 0
        for each in profiles:
            self.post(ev.Describe(each))

    # --- what the test does

    def post(self, event: ev.Event) -> None:
        self.driver.post(event)

    def submit(
        self,
        model: str,
        klass: Klass = Klass.INTERACTIVE,
        *,
        prompt: int = 16,
        out: int = 8,
        within: float | None = None,
        stream: bool = False,
    ) -> int:
        """A job that will really produce ``out`` tokens; its number."""
        self._jobs += 1
        job = self._jobs
        self.seqs[job] = Seq(model, prompt, out)
        deadline = float("inf") if within is None else self.now + within
        self.post(ev.Submit(job, model, klass, prompt, out, deadline, stream))
        return job

    def cancel(self, job: int) -> None:
        self.post(ev.CancelJob(job))

    def advance(self, seconds: float) -> None:
        """Time passes; what the policy asked to be woken for happens on the way."""
        until = self.now + seconds
        rounds = 0
        while self.wake is not None and self.wake <= until:
            rounds += 1
            assert rounds < 10_000, "the policy wakes itself without end"
            self.now = max(self.now, self.wake)
            self.wake = None
            self.post(ev.Tick())
        self.now = until

    def loaded(self, model: str, seconds: float | None = None) -> None:
        self.loads.pop(model)
        took = self.profiles[model].load_s if seconds is None else seconds
        self.post(ev.Loaded(model, took))

    def load_failed(self, model: str, why: str = "the file is broken", oom: bool = False) -> None:
        self.loads.pop(model)
        self._vanish(model)
        self.post(ev.LoadFailed(model, why, oom))

    def unloaded(self, model: str) -> None:
        self.unloads.discard(model)
        self._vanish(model)
        self.post(ev.Unloaded(model))

    def die(self, model: str, why: str = "it was killed by SIGKILL", oom: bool = False) -> None:
        """The server is gone, whatever it was doing."""
        self.loads.pop(model, None)
        self.unloads.discard(model)
        self._vanish(model)
        self.post(ev.Died(model, why, oom))

    def ran(self, model: str, elapsed: float | None = None) -> None:
        """A quantum ends: all that was asked for was computed."""
        run = self.running.pop(model)
        shape = self.profiles[model]
        events: list[ev.Event] = []
        for job in run.left:
            seq = self.seqs[job]
            target = seq.n_prompt + (seq.tokens if seq.prompt < seq.n_prompt + seq.tokens else 0)
            prompt = tokens = 0
            if seq.prompt < seq.n_prompt or seq.where == "nowhere":
                prompt = min(run.max_tokens, max(0, target - seq.prompt))
            if not prompt:
                tokens = min(run.max_tokens, seq.n_out - seq.tokens)
            seq.prompt += prompt
            seq.tokens += tokens
            done = seq.prompt >= seq.n_prompt and seq.tokens >= seq.n_out
            took = elapsed if elapsed is not None else prompt / shape.prefill_tps + tokens * shape.tpot_s
            if done:
                seq.where = "nowhere"
            events.append(ev.Progress(job, prompt, tokens, took, done))
        for event in events:
            self.post(event)

    def paused(self, job: int) -> None:
        keep = self.pauses.pop(job)
        seq = self.seqs[job]
        if keep == "keep":
            self.post(ev.Paused(job, "kept"))
        elif keep == "store":
            seq.where = "storage"
            self.post(ev.Paused(job, "stored", 1))
        else:
            seq.where, seq.prompt = "nowhere", 0
            self.post(ev.Paused(job, "dropped"))

    def resumed(self, job: int) -> None:
        self.resumes.discard(job)
        seq = self.seqs[job]
        how: Literal["restored", "recompute"] = "restored" if seq.where == "storage" else "recompute"
        seq.where = "memory"
        self.post(ev.Resumed(job, how, 0.01))

    def release(self, job: int) -> None:
        self.held.discard(job)
        self._forget(job)
        self.post(ev.Released(job))

    def settle(self, rounds: int = 10_000, patience: float = 2000.0) -> None:
        """Answer everything, letting time pass as it would, until nothing is under way and nothing more is wanted."""
        idle_until = self.now + patience
        for _ in range(rounds):
            if self.pauses:
                self.advance(0.001)
                job = next(iter(self.pauses))
                model = self.seqs[job].model
                if model in self.running and job in self.running[model].left:
                    self.ran(model)
                else:
                    self.paused(job)
            elif self.held:
                self.release(min(self.held))
            elif self.unloads:
                self.advance(0.01)
                for model in sorted(self.unloads)[:1]:
                    self.unloaded(model)
            elif self.resumes:
                self.advance(0.01)
                for job in sorted(self.resumes)[:1]:
                    self.resumed(job)
            elif self.loads:
                model = min(self.loads)
                self.advance(self.profiles[model].load_s)
                if model in self.loads:
                    self.loaded(model)
            elif self.running:
                model = min(self.running)
                run = self.running[model]
                self.advance(min(0.02, run.budget_s))
                if model in self.running:
                    self.ran(model)
            elif self.alive() and self.wake is not None and self.wake < idle_until:
                self.advance(max(0.0, self.wake - self.now))
            else:
                return
        raise AssertionError(f"still busy after {rounds} answers: {self.alive()}")

    def work(self, seconds: float) -> None:
        """Go on for a while: quanta take 20 ms, loads their time, everything else is answered at once."""
        until = self.now + seconds
        while self.now < until - 1e-9:
            for job in list(self.pauses):
                if not any(job in run.left for run in self.running.values()):
                    self.paused(job)
            for job in list(self.resumes):
                self.resumed(job)
            for job in list(self.held):
                self.release(job)
            for model in list(self.unloads):
                self.unloaded(model)
            for model, since in list(self.loads.items()):
                if self.now >= since + self.profiles[model].load_s:
                    self.loaded(model)
            self.advance(min(0.02, until - self.now))
            for model in list(self.running):
                self.ran(model)

    def alive(self) -> list[int]:
        """Jobs that were submitted and have not ended."""
        return [job for job in self.seqs if job not in self.ends]

    def end_of(self, job: int) -> str:
        """How a job ended: "done", "refused: reason", "failed: reason", "cancelled", or "alive"."""
        match self.ends.get(job):
            case None:
                return "alive"
            case de.Done():
                return "done"
            case de.Refuse(_, reason):
                return f"refused: {reason.value}"
            case de.Fail(_, reason):
                return f"failed: {reason.value}"
            case de.Cancelled():
                return "cancelled"

    def said(self, kind: type[de.Decision]) -> list[Any]:
        """All decisions of one kind so far."""
        return [each for each in self.log if type(each) is kind]

    @property
    def reserved(self) -> int:
        return sum(self.caps.values())

    @property
    def capacity(self) -> int:
        return self.budget - headroom_of(self.budget)

    def rebudget(self, budget: int) -> None:
        self.budget = budget
        self.post(ev.Budget(budget))

    # --- effects: carry out, and check

    def start_load(self, model: str, anon: int, file: int, step: int) -> None:
        self.log.append(de.StartLoad(model, anon, file, step))
        assert model not in self.caps, f"{model} is loaded twice"
        self.caps[model] = anon + file
        assert self.reserved <= self.capacity, f"{self.reserved} of {self.capacity} bytes: {self.caps}"
        self.loads[model] = self.now
        self.steps[model] = step
        self.load_count[model] = self.load_count.get(model, 0) + 1

    def resize(self, model: str, anon: int, file: int) -> None:
        self.log.append(de.Resize(model, anon, file))
        assert model in self.caps
        more = anon + file - self.caps[model]
        self.caps[model] = anon + file
        assert more <= 0 or self.reserved <= self.capacity, f"{self.reserved} of {self.capacity} bytes: {self.caps}"

    def unload(self, model: str, kill: bool) -> None:
        self.log.append(de.Unload(model, kill))
        assert model in self.caps, f"{model} is not there"
        holding = [job for job, seq in self.seqs.items() if seq.model == model and seq.where == "memory"]
        assert kill or not holding, f"{model} is unloaded under jobs {holding}"
        assert kill or model not in self.running, f"{model} is unloaded while it computes"
        self.loads.pop(model, None)
        self.unloads.add(model)
        if kill:
            self._lose(model)

    def run(self, model: str, jobs: tuple[int, ...], max_tokens: int, budget_s: float) -> None:
        self.log.append(de.Run(model, jobs, max_tokens, budget_s))
        assert model in self.caps, f"{model} runs unreserved"
        assert model not in self.loads, f"{model} runs while it loads"
        assert model not in self.unloads, f"{model} was resurrected"
        assert model not in self.running, f"{model} runs two quanta at once"
        assert len(self.running) < self.scheduler_tuning().slots
        assert max_tokens >= 1
        shape = self.profiles[model]
        for job in jobs:
            seq = self.seqs[job]
            assert seq.model == model
            assert job not in self.ends, f"job {job} runs after its end"
            assert job not in self.pauses
            assert seq.where != "storage", f"job {job} runs while its state is on storage"
            seq.where = "memory"
        inside = [job for job, seq in self.seqs.items() if seq.model == model and seq.where == "memory"]
        assert len(inside) <= shape.seqs, f"{model} has {shape.seqs} seats, holds {inside}"
        base = shape.anon + shape.file
        need = base + sum(shape.kv(self.seqs[job].n_prompt + self.seqs[job].n_out) for job in inside)
        if not self.steps.get(model) and not self.measured:
            assert self.caps[model] >= need, f"{model} runs with {self.caps[model]} of {need} bytes"
        self.running[model] = Running(jobs, max_tokens, budget_s, list(jobs))

    measured = False

    def scheduler_tuning(self) -> Tuning:
        return self.scheduler._board.tuning

    def pause(self, job: int, keep: Literal["keep", "store", "drop"]) -> None:
        self.log.append(de.Pause(job, keep))
        assert job not in self.ends
        assert job not in self.pauses, f"job {job} is told twice to pause"
        seq = self.seqs[job]
        assert seq.where == "memory", f"job {job} has no state to pause"
        if keep != "keep":
            assert all(job not in run.left for run in self.running.values()), "only a cut ends a quantum"
        self.pauses[job] = keep

    def resume(self, job: int) -> None:
        self.log.append(de.Resume(job))
        model = self.seqs[job].model
        assert model in self.caps
        assert model not in self.loads
        assert model not in self.unloads
        assert job not in self.ends
        self.resumes.add(job)

    def end(self, end: de.Terminal) -> None:
        self.log.append(end)
        assert end.job in self.seqs
        assert end.job not in self.ends, f"job {end.job} ended twice: {self.ends[end.job]}, {end}"
        self.ends[end.job] = end
        self.pauses.pop(end.job, None)
        self.resumes.discard(end.job)
        if isinstance(end, de.Fail | de.Cancelled) and end.held:
            self.held.add(end.job)
        else:
            self._forget(end.job)

    def wake_at(self, at: float) -> None:
        self.wake = at

    # --- inside

    def _forget(self, job: int) -> None:
        """The server has let go of a job."""
        self.seqs[job].where = "nowhere"
        for model, run in list(self.running.items()):
            if job in run.left:
                run.left.remove(job)
                if not run.left:
                    del self.running[model]

    def _vanish(self, model: str) -> None:
        """A server is gone, and with it whatever was in its memory."""
        self.caps.pop(model, None)
        self._lose(model)

    def _lose(self, model: str) -> None:
        self.running.pop(model, None)
        for job, seq in self.seqs.items():
            if seq.model == model:
                self.held.discard(job)
                if seq.where == "memory":
                    seq.where, seq.prompt = "nowhere", 0
                    self.pauses.pop(job, None)
                self.resumes.discard(job)
