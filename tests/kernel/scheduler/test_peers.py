"""What other systems get wrong, one named test each; the numbers are those of their issues."""

from __future__ import annotations

import pytest

from bluerill.kernel.limits import MIB
from bluerill.kernel.scheduler import Tuning
from bluerill.kernel.scheduler import decisions as de
from bluerill.kernel.scheduler.events import Klass
from support.models import World, profile


def two_that_exclude_each_other(**more: object) -> World:
    """150 MiB each, 206 MiB of room: only one of them can be in memory."""
    world = World(profile("a", 150, **more), profile("b", 150, **more), profile("c", 30), budget=225 * MIB)
    world.submit("a")
    world.settle()
    return world


# --- ollama


def drain_a(world: World) -> int:
    """A request for b makes a, which has a paused job in memory, leave; the number of the paused job."""
    mine = world.submit("a", Klass.BACKGROUND, out=50)
    world.advance(2.0)
    while world.seqs[mine].tokens < 3:
        world.ran("a")
    world.submit("b")
    world.ran("a")
    assert world.pauses == {mine: "store"}
    return mine


def test_ollama_17408_draining_victim_gets_a_request() -> None:
    world = two_that_exclude_each_other(kv_token=4096)
    drain_a(world)
    late = world.submit("a")  # the victim is wanted again while it drains
    assert late not in world.said(de.Run)[-1].jobs
    assert world.load_count == {"a": 1}
    world.settle()
    assert {world.end_of(job) for job in world.seqs} == {"done"}
    assert world.load_count == {"a": 2, "b": 1}  # it was loaded again, after it was gone


def test_ollama_14407_many_requests_for_a_victim_that_unloads() -> None:
    world = two_that_exclude_each_other()
    world.advance(2.0)
    world.submit("b")
    assert world.unloads == {"a"}
    jobs = [world.submit("a", klass) for klass in (Klass.VOICE, Klass.INTERACTIVE, Klass.BACKGROUND) * 5]
    assert not world.loads
    world.settle()
    assert {world.end_of(job) for job in jobs} == {"done"}


def test_ollama_15474_other_models_go_on_while_one_drains() -> None:
    world = two_that_exclude_each_other()
    world.submit("c")
    world.settle()
    world.advance(2.0)
    world.submit("b")
    assert world.unloads == {"a"}
    other = world.submit("c")
    assert world.running["c"].jobs == (other,)


def test_ollama_7942_whoever_waited_for_the_victims_memory_gives_up() -> None:
    world = two_that_exclude_each_other()
    world.advance(2.0)
    gone = world.submit("b")
    again = world.submit("a")
    world.cancel(gone)
    world.unloaded("a")
    assert set(world.loads) == {"a"}
    world.settle()
    assert world.end_of(again) == "done"


def test_ollama_one_load_at_a_time_a_voice_model_does_not_wait_for_a_large_background_load() -> None:
    world = World(profile("large", 200), profile("ears", 30), budget=400 * MIB)
    world.submit("large", Klass.BACKGROUND)
    world.submit("ears", Klass.VOICE)
    assert set(world.loads) == {"large", "ears"}


def test_ollama_shortest_keep_alive_the_cheapest_set_goes_instead() -> None:
    """One large model that is never used again, not the two small ones that are."""
    world = World(profile("x", 50), profile("y", 50), profile("large", 100), profile("new", 90), budget=240 * MIB)
    for _ in range(5):
        world.submit("x")
        world.submit("y")
        world.settle()
    world.submit("large")
    world.settle()
    world.advance(2.0)
    world.submit("new")
    assert world.unloads == {"large"}


def test_ollama_no_preflight_a_model_that_cannot_fit_is_refused_before_it_starts() -> None:
    world = World(profile("huge", 500), budget=400 * MIB)
    job = world.submit("huge")
    assert world.end_of(job) == "refused: memory"
    assert world.load_count == {}


def test_ollama_ignores_the_cache_of_keys_and_values_here_it_is_reserved() -> None:
    world = World(profile("a", 100, kv_token=1 * MIB), budget=400 * MIB)
    world.submit("a", prompt=40, out=60)
    assert world.caps["a"] == 200 * MIB
    assert world.end_of(world.submit("a", prompt=200, out=200)) == "refused: memory"
    world.settle()
    assert world.caps["a"] == 100 * MIB


# --- llama.cpp router


def test_llama_cpp_28698_model_is_not_evicted_before_its_first_request() -> None:
    world = World(profile("a", 150), profile("b", 150), budget=225 * MIB, tuning=Tuning(min_residency_s=0.0))
    first = world.submit("a")
    world.submit("b", within=5.0)
    world.advance(1.5)
    world.loaded("a")
    assert world.running["a"].jobs == (first,)
    assert not world.unloads
    world.ran("a")
    world.settle()
    assert {world.end_of(job) for job in world.seqs} == {"done"}


def test_llama_cpp_28698_not_even_for_voice_but_its_first_quantum_comes_next() -> None:
    world = World(profile("a", 150), profile("b", 150), profile("c", 30), budget=225 * MIB)
    first = world.submit("a", Klass.BACKGROUND)
    voice = world.submit("c", Klass.VOICE, out=40)
    world.loaded("c")
    world.loaded("a")
    urgent = world.submit("b", Klass.VOICE)
    assert not world.unloads
    world.ran("c")
    assert world.running["a"].jobs == (first,)  # before the voice job that computes
    world.ran("a")
    assert world.pauses[first] in ("store", "drop")  # and now it has to leave
    world.settle()
    assert {world.end_of(job) for job in (first, voice, urgent)} == {"done"}


def test_llama_cpp_25528_model_is_not_evicted_while_it_loads() -> None:
    world = World(profile("a", 150), profile("b", 150), budget=225 * MIB)
    world.submit("a", Klass.BACKGROUND)
    world.submit("b", Klass.VOICE)
    assert set(world.loads) == {"a"}
    assert not world.unloads


def test_llama_cpp_21678_active_streams_are_not_killed_by_an_eviction() -> None:
    world = two_that_exclude_each_other(kv_token=4096)
    stream = world.submit("a", Klass.BACKGROUND, out=30)
    world.advance(2.0)
    for _ in range(6):
        world.ran("a")
    said = world.seqs[stream].tokens
    assert said
    world.submit("b", Klass.VOICE)
    assert not world.unloads  # it stops at the next token, then its state is stored, then its model goes
    world.ran("a")
    world.paused(stream)
    assert world.unloads == {"a"}
    world.settle()
    assert world.end_of(stream) == "done"
    assert world.seqs[stream].tokens == 30


def test_llama_cpp_25913_state_that_cannot_be_restored_is_computed_again() -> None:
    world = two_that_exclude_each_other(storable=False, kv_token=16)
    hybrid = world.submit("a", Klass.BACKGROUND, out=30)
    world.advance(2.0)
    for _ in range(4):
        world.ran("a")
    world.submit("b", Klass.VOICE)
    world.ran("a")
    assert world.pauses == {hybrid: "drop"}
    world.settle()
    assert world.end_of(hybrid) == "done"
    assert "storage" not in {seq.where for seq in world.seqs.values()}


def test_llama_cpp_counts_models_here_bytes_count() -> None:
    world = World(*(profile(f"m{n}", 20) for n in range(9)), profile("large", 150), budget=225 * MIB)
    for n in range(9):
        world.submit(f"m{n}")
    world.settle()
    assert len(world.caps) == 9
    world.advance(2.0)
    world.submit("large")
    assert len(world.unloads) == 7  # nine of 20 MiB in 206 MiB: seven make room for 150
    world.settle()


# --- llama-swap, LocalAI, AIOS, MLX servers


def test_llama_swap_946_an_unload_that_hangs_is_killed() -> None:
    world = two_that_exclude_each_other()
    world.advance(2.0)
    job = world.submit("b")
    assert world.unloads == {"a"}
    world.advance(30.0)
    assert de.Unload("a", kill=True) in world.log
    world.unloaded("a")
    world.settle()
    assert world.end_of(job) == "done"


def test_local_ai_by_usage_in_percent_here_the_last_mib_can_be_used() -> None:
    world = World(profile("a", 100), profile("b", 105), budget=225 * MIB)
    world.submit("a")
    world.settle()
    world.submit("b")
    world.settle()
    assert set(world.caps) == {"a", "b"}  # 205 of 205.75 MiB, and nobody had to go
    assert not world.said(de.Unload)


def test_aios_sleeps_before_it_drains_here_a_job_runs_in_the_step_that_brings_it() -> None:
    world = two_that_exclude_each_other()
    job = world.submit("a")
    assert world.running["a"].jobs == (job,)


def test_aios_priority_is_never_read() -> None:
    world = two_that_exclude_each_other()
    low, normal, high = (world.submit("a", klass, out=20) for klass in reversed(Klass))
    world.settle()
    ended = [end.job for end in world.said(de.Done)]
    assert ended[-3:] == [high, normal, low]


def test_aios_on_error_the_waiter_is_never_released() -> None:
    world = World(profile("a", 100))
    jobs = [world.submit("a") for _ in range(3)]
    for _ in range(3):
        world.load_failed("a", "bad magic")
        world.advance(1.0)
    assert {world.end_of(job) for job in jobs} == {"failed: load"}
    assert all("bad magic" in end.text for end in world.said(de.Fail))


def test_aios_context_switching_does_not_run_here_it_does_at_every_token() -> None:
    world = World(profile("a", 100, kv_token=1024), profile("b", 250, kv_token=1024), budget=400 * MIB)
    long = world.submit("a", Klass.BACKGROUND, out=40)
    world.loaded("a")
    switches = 0
    while world.end_of(long) == "alive":
        world.advance(0.02)
        if "a" in world.running and long in world.running["a"].left and world.seqs[long].tokens:
            switches += 1
            world.submit("a", Klass.VOICE, prompt=1, out=1)
        for model in list(world.running):
            world.ran(model)
        for job in list(world.pauses):
            world.paused(job)
        for job in list(world.resumes):
            world.resumed(job)
    assert switches >= 39


def test_mlx_freed_memory_is_free_only_when_the_server_is_gone() -> None:
    world = two_that_exclude_each_other()
    world.advance(2.0)
    world.submit("b")
    assert not world.loads
    assert world.scheduler.snapshot().reserved == 150 * MIB
    world.unloaded("a")
    assert set(world.loads) == {"b"}


@pytest.mark.parametrize("klass", Klass)
def test_mlx_above_the_ceiling_admission_is_not_locked_out_for_ever(klass: Klass) -> None:
    world = World(profile("a", 150), budget=300 * MIB)
    world.submit("a")
    world.settle()
    world.rebudget(100 * MIB)
    world.settle()
    assert world.end_of(world.submit("a", klass)) == "refused: memory"
    world.rebudget(300 * MIB)
    job = world.submit("a", klass)
    world.settle()
    assert world.end_of(job) == "done"
