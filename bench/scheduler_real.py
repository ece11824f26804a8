"""The scheduler for real: six models, three times as large together as their share, in processes under a hard cap.

``python -m bluerill.bench.scheduler_real [--quick] [--json]``. The models are synthetic (``synthetic.py``): their
memory and their work are real, their answers can be checked. Printed are the goals and what was measured, with what
was not reached. The device's core and the clients share this process, so the core's memory includes theirs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from ..kernel import eventloop
from ..kernel.limits import MIB
from ..kernel.scheduler import Scheduler
from ..kernel.scheduler import decisions as de
from ..kernel.scheduler import events as ev
from ..kernel.scheduler.profile import Profile
from ..models.messages import GetModels, Infer, InferChunk, InferOpened, InferStop, Models, Next
from .broker_device import Bench, ask, device, footprint, slope
from .figures import percentile

Klasses = (("voice", 0.15), ("interactive", 0.45), ("background", 0.4))


class Goal(NamedTuple):
    """One promise beside what was seen."""

    what: str
    goal: str
    measured: str
    met: bool


async def trace(bench: Bench, requests: int, seed: int) -> tuple[list[Goal], Counter[str]]:
    """Requests of three classes for six models that do not fit together, in bursts."""
    rng = random.Random(seed)
    names, weights = [name for name, _ in Klasses], [share for _, share in Klasses]
    ends: Counter[str] = Counter()

    async def client(number: int, at: float) -> None:
        await asyncio.sleep(at)
        klass = rng.choices(names, weights)[0]
        model = rng.choices(bench.models, [6, 5, 3, 2, 2, 1])[0]
        end = await ask(bench.port, model, rng.randrange(4, 24), klass, f"request number {number}", 120.0)
        ends[f"{klass}: {end}"] += 1

    for model in bench.models:  # every model once: after that its estimate is a measurement
        ends[f"first: {await ask(bench.port, model, 8, 'interactive', 'the first', 120.0)}"] += 1
    at, clients = 0.0, []
    for number in range(requests):
        at += rng.expovariate(2.5) if number % 12 else 3.0
        clients.append(client(number, at))
    await asyncio.gather(*clients)
    bench.watcher.look()
    lives = bench.watcher.lives()
    after = [life for life in lives if life.calibrated]
    low = [life for life in after if life.anon > life.reserved_anon]
    over = [
        (life.reserved_anon + life.reserved_file) / (life.anon + life.reserved_file) - 1.0
        for life in after
        if life.anon
    ]
    first = [
        (life.reserved_anon + life.reserved_file) / (life.anon + life.reserved_file) - 1.0
        for life in lives
        if life.anon and not life.calibrated
    ]
    kills = sum(life.oom_kills for life in lives)
    median = statistics.median(over) if over else 0.0
    models = await bench.port.ask("models", GetModels(), Models)
    return [
        Goal("OOM kills", "0", f"{kills} in {len(lives)} server lives", kills == 0),
        Goal("under-estimates after calibration", "0", f"{len(low)} in {len(after)} loads", not low and bool(after)),
        Goal(
            "median over-estimate after calibration",
            "≤ 10 %",
            f"{100 * median:.1f} % (worst {100 * max(over, default=0.0):.1f} %, first loads "
            f"{100 * (statistics.median(first) if first else 0.0):.1f} %)",
            bool(over) and median <= 0.10,
        ),
        Goal("loads and evictions", "", f"{models.loads} and {models.evictions}", True),
    ], ends


async def overhead(bench: Bench, tokens: int) -> list[Goal]:
    """One stream alone: its time a token beyond what the server computed, and the core's processor time for it."""
    model = bench.models[0]
    await ask(bench.port, model, 4, "interactive", "warm up", 120.0)
    waits, cores = [], []
    for run in range(5):
        request = Infer(model, prompt=f"run {run}", max_tokens=tokens, stream=True)
        stream = (await bench.port.ask("models", request, InferOpened, within=600)).stream
        computed, made, began, core = 0.0, 0, 0.0, 0.0
        while True:
            piece = await bench.port.ask("models", Next(stream), InferChunk | InferStop, within=60)  # type: ignore[arg-type]
            if began:
                computed += piece.elapsed_s
                made += len(piece.tokens)
            elif piece.tokens:
                began, core = time.perf_counter(), time.process_time()
            if isinstance(piece, InferStop):
                break
        wall = time.perf_counter() - began
        waits.append((wall - computed) / max(1, made) / (computed / max(1, made)))
        cores.append((time.process_time() - core) / max(1e-9, computed))
    wait, core = statistics.median(waits), statistics.median(cores)
    return [
        Goal("kernel overhead a token (time between quanta)", "≤ 1 % of TPOT", f"{100 * wait:.2f} %", wait <= 0.01),
        Goal("core's processor time a token", "", f"{100 * core:.2f} % of TPOT", True),
    ]


def decisions(queued: int = 1000, steps: int = 20_000) -> list[Goal]:
    """The policy alone: its time for one event with so many jobs queued."""
    scheduler = Scheduler(512 * MIB)
    for model in range(6):
        scheduler.step(ev.Describe(Profile(f"m{model}", 60 * MIB, 60 * MIB, 0.3, kv_whole=True, seqs=4)), 0.0)
    now, job = 0.0, 0
    took: list[float] = []
    pending: list[de.Decision] = []
    for number in range(queued):
        job += 1
        klass = ev.Klass.BACKGROUND if number % 4 else ev.Klass.INTERACTIVE
        _, out = _timed(scheduler, ev.Submit(job, f"m{job % 6}", klass, 50, 40), now)
        pending += out
    world: list[ev.Event] = _answers(pending)
    while len(took) < steps:
        if not world:
            world = [ev.Tick()]
        event = world.pop(0)
        now += 0.01
        spent, out = _timed(scheduler, event, now)
        took.append(spent)
        world += _answers(out)
        for end in out:
            if isinstance(end, de.Done | de.Fail | de.Refuse | de.Cancelled):
                job += 1
                world.append(ev.Submit(job, f"m{job % 6}", ev.Klass.BACKGROUND, 50, 40))
    p99 = percentile(took, 0.99) * 1e6
    text = f"{p99:.0f} µs (median {percentile(took, 0.5) * 1e6:.0f} µs, {len(took)} decisions, {queued} queued)"
    return [Goal("scheduling decision p99, 1,000 queued", "≤ 100 µs", text, p99 <= 100)]


def _timed(scheduler: Scheduler, event: ev.Event, now: float) -> tuple[float, list[de.Decision]]:
    began = time.perf_counter_ns()
    out = list(scheduler.step(event, now))
    return (time.perf_counter_ns() - began) / 1e9, out


def _answers(out: list[de.Decision]) -> list[ev.Event]:
    """A world in which everything works."""
    world: list[ev.Event] = []
    for decision in out:
        match decision:
            case de.StartLoad(model, anon, file):
                world.append(ev.Loaded(model, 0.3, anon, file))
            case de.Unload(model):
                world.append(ev.Unloaded(model))
            case de.Run(_, jobs, tokens):
                world += [ev.Progress(number, 50, min(tokens, 8), 0.02, number % 5 == 0) for number in jobs]
            case de.Pause(number, keep):
                how = {"keep": "kept", "store": "stored", "drop": "dropped"}[keep]
                world.append(ev.Paused(number, how))  # type: ignore[arg-type]
            case de.Resume(number):
                world.append(ev.Resumed(number, "restored"))
            case de.Fail(number, _, _, _, True) | de.Cancelled(number, True):
                world.append(ev.Released(number))
            case _:
                pass
    return world


async def interference(bench: Bench, requests: int, blocks: int) -> list[Goal]:
    """The same interactive requests with no and with twenty background jobs, in turns."""
    chat, batch = bench.models[0], bench.models[1]
    times: dict[int, list[float]] = {0: [], 20: []}
    for model in (chat, batch):
        await ask(bench.port, model, 4, "interactive", "warm up", 120.0)
    for block in range(2 * blocks):
        jobs = 20 if block % 2 else 0
        behind = [
            asyncio.get_running_loop().create_task(
                ask(bench.port, batch, 3000, "background", f"long job {number}", 600.0)
            )
            for number in range(jobs)
        ]
        await asyncio.sleep(0.3)
        rng = random.Random(7)
        for number in range(requests):
            await asyncio.sleep(rng.uniform(0.02, 0.08))
            began = time.perf_counter()
            await ask(bench.port, chat, 40, "interactive", f"question {number}", 60.0)
            times[jobs].append(time.perf_counter() - began)
        for task in behind:
            task.cancel()
        await asyncio.gather(*behind, return_exceptions=True)
    alone, beside = percentile(times[0], 0.95), percentile(times[20], 0.95)
    change = beside / alone - 1.0
    middle = statistics.median(times[20]) / statistics.median(times[0]) - 1.0
    text = f"{1000 * alone:.0f} ms and {1000 * beside:.0f} ms: {100 * change:+.1f} % (medians {100 * middle:+.1f} %)"
    return [Goal("interactive p95 with 0 and with 20 background jobs", "within ±10 %", text, abs(change) <= 0.10)]


async def soak(bench: Bench, requests: int, within: float) -> list[Goal]:
    """Mixed requests of many clients, some of which hang up; nothing may grow."""
    rng = random.Random(11)
    models = ("small-32", "small-36", "small-40", bench.models[0])
    done, ends, samples = 0, Counter[str](), []
    for model in models:
        await ask(bench.port, model, 1, "interactive", "warm up", 120.0)
    for _ in range(200):
        await ask(bench.port, models[0], 1, "interactive", "warm up", 120.0)
    before = footprint(bench.kernel)
    until = time.monotonic() + within

    async def client(first: int) -> None:
        nonlocal done
        for number in range(first, requests, 16):
            if time.monotonic() > until:
                return
            klass = rng.choices([name for name, _ in Klasses], [share for _, share in Klasses])[0]
            model = rng.choices(models, [40, 30, 29, 1])[0]
            call = ask(bench.port, model, rng.randrange(1, 4), klass, f"soak {number}", 120.0)
            task = asyncio.get_running_loop().create_task(call)
            if rng.random() < 0.03:
                await asyncio.sleep(rng.uniform(0, 0.01))
                task.cancel()
            ends[(await asyncio.gather(task, return_exceptions=True))[0].__str__() or "hung up"] += 1
            done += 1
            if done % 250 == 0:
                samples.append((done, footprint(bench.kernel).rss))

    began = time.monotonic()
    await asyncio.gather(*(client(first) for first in range(16)))
    took = time.monotonic() - began
    await asyncio.sleep(1.0)
    after = footprint(bench.kernel)
    grown = slope(samples) * 10_000
    leaks = [
        f"{name} {getattr(before, name)} → {getattr(after, name)}"
        for name in ("memfds", "threads", "cgroups")
        if getattr(after, name) > max(getattr(before, name), after.children if name == "cgroups" else 0)
    ]
    if after.cgroups != after.children:
        leaks.append(f"{after.cgroups} cgroups for {after.children} children")
    kinds = ", ".join(f"{count} {kind}" for kind, count in ends.most_common())
    return [
        Goal(
            "soak", f"{requests} requests", f"{done} in {took:.0f} s ({done / took:.0f}/s): {kinds}", done >= requests
        ),
        Goal("core's memory in the soak", "≤ 1 MB / 10,000", f"{grown / 1e6:+.2f} MB / 10,000", grown <= 1e6),
        Goal("leaked memfds, threads, children, cgroups", "none", "; ".join(leaks) or "none", not leaks),
    ]


async def measure(quick: bool) -> tuple[list[Goal], Counter[str], str]:
    """All of it. ``quick`` is a tenth of the work, to see that it runs."""
    with tempfile.TemporaryDirectory() as folder:
        async with device(Path(folder)) as bench:
            goals, ends = await trace(bench, 30 if quick else 300, 1)
            goals += await overhead(bench, 200 if quick else 800)
            goals += decisions(steps=2_000 if quick else 20_000)
            goals += await interference(bench, 10 if quick else 60, 1 if quick else 3)
            goals += await soak(bench, 1_000 if quick else 10_000, 60.0 if quick else 600.0)
            return goals, ends, bench.kernel.host.mechanism


def main() -> int:
    parser = argparse.ArgumentParser(prog="bluerill.bench.scheduler_real", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    args = parser.parse_args()
    goals, ends, mechanism = eventloop.run(measure(args.quick))
    if args.json:
        print(json.dumps({"mechanism": mechanism, "ends": dict(ends), "goals": [goal._asdict() for goal in goals]}))
        return 0
    print(f"capped by {mechanism}")
    print("requests of the trace: " + ", ".join(f"{kind} {count}" for kind, count in sorted(ends.items())))
    print(f"\n{'':2}{'what':<52}{'goal':<18}measured")
    for goal in goals:
        mark = " " if not goal.goal else "✓" if goal.met else "✗"
        print(f"{mark} {goal.what:<52}{goal.goal:<18}{goal.measured}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
