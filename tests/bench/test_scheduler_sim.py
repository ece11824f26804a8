"""The scheduler's benchmark runs, repeats itself, and its simulated device keeps its own laws."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bluerill.bench import scheduler_sim
from bluerill.bench.rivals.fifo import Fifo
from bluerill.bench.rivals.llama_router import LlamaRouter, safe_count
from bluerill.bench.rivals.ollama import Ollama
from bluerill.bench.scheduler_device import Clock, Processor, Shared
from bluerill.bench.scheduler_ours import Ours
from bluerill.bench.scheduler_trace import BUDGET, MODELS, Request, service_s, trace
from bluerill.kernel.scheduler.events import Klass


def test_a_short_run_has_every_policy_and_every_goal(capsys: pytest.CaptureFixture[str]) -> None:
    assert scheduler_sim.main(["--json", "--quick", "--seeds", "1", "--requests", "150"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert result["schema"] == scheduler_sim.SCHEMA
    assert set(result["loads"]["0.8"]) == {
        "Bluerill",
        "  refused come again",
        "FIFO",
        "ollama",
        "llama.cpp router",
        "LRU by bytes",
    }
    assert len(result["goals"]) == 9
    assert "goals" in scheduler_sim.table(result)


def test_the_trace_is_what_it_says() -> None:
    requests = trace(3, 0.8, 300)
    assert requests == trace(3, 0.8, 300)
    assert requests != trace(4, 0.8, 300)
    assert [each.at for each in requests] == sorted(each.at for each in requests)
    assert {each.klass for each in requests} == set(Klass)
    assert sum(each.anon + each.file for each in MODELS.values()) == 3 * BUDGET
    starts = max(each.at for each in requests)
    assert sum(map(service_s, requests)) / starts == pytest.approx(0.8, rel=0.01)


def test_a_run_repeats_itself() -> None:
    requests = trace(2, 1.0, 200)
    first, second = (Ours(scheduler_sim.TUNING).play(requests) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("make", [Fifo, Ollama, LlamaRouter, lambda: LlamaRouter(by_bytes=True)])
def test_the_others_answer_everybody_within_their_memory(make: Any) -> None:
    rival = make()
    least: list[int] = []
    load = rival.load

    def watched(*args: Any) -> Any:
        runner = load(*args)
        least.append(rival.free)
        return runner

    rival.load = watched
    requests = trace(1, 1.2, 300)
    outcomes = rival.play(requests)
    assert len(outcomes) == len(requests)
    assert min(least) >= 0
    assert all(each.end == "done" for each in outcomes.values())


def test_alone_and_warm_everybody_takes_the_same_time() -> None:
    requests = [Request(n, 100.0 * n, "chat", Klass.INTERACTIVE, 100, 20, 20, 100.0 * n + 50) for n in range(3)]
    alone = service_s(requests[0])
    for player in (Fifo(), Ollama(), LlamaRouter(), Ours(scheduler_sim.TUNING)):
        outcomes = player.play(requests)
        assert outcomes[2].total_s == pytest.approx(alone, rel=0.01)


def test_the_router_may_hold_as_many_models_as_always_fit() -> None:
    assert safe_count() == 1


def test_what_is_shared_is_shared_equally() -> None:
    clock = Clock()
    shared = Shared(clock)
    ends: list[float] = []
    shared.add(1.0, lambda: ends.append(clock.now))
    clock.after(0.5, lambda: shared.add(1.0, lambda: ends.append(clock.now)))  # type: ignore[arg-type]
    clock.run()
    assert ends == pytest.approx([1.5, 2.0])


def test_a_batch_is_slower_for_each_and_faster_for_all() -> None:
    clock = Clock()
    processor = Processor(clock)
    ends: list[float] = []
    for _ in range(2):
        processor.compute("a", 0.5, 1.0, lambda: ends.append(clock.now))
    clock.run()
    assert ends == pytest.approx([1.5, 1.5])
    for runner in "ab":
        processor.compute(runner, 0.5, 1.0, lambda: ends.append(clock.now))
    clock.run()
    assert ends[2:] == pytest.approx([3.5, 3.5])


def test_a_thousand_jobs_stay_queued_while_decisions_are_timed() -> None:
    clock, processor = scheduler_sim.decisions_with(100, 300)
    assert len(clock) == len(processor) == 300
    assert min(clock) > 0
