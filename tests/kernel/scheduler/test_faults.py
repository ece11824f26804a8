"""The fault list of the security notes, as far as it concerns models: each fault and its expected outcome."""

from __future__ import annotations

from bluerill.kernel.limits import MIB
from bluerill.kernel.scheduler import Tuning
from bluerill.kernel.scheduler import decisions as de
from bluerill.kernel.scheduler import events as ev
from bluerill.kernel.scheduler.events import Klass
from support.models import World, profile


def decoding(world: World, klass: Klass = Klass.INTERACTIVE, model: str = "a", out: int = 50) -> int:
    """A job that has produced some tokens and is in the middle of a quantum."""
    job = world.submit(model, klass, out=out)
    for _ in range(200):
        if world.seqs[job].tokens >= 3:
            break
        for each in list(world.loads):
            world.loaded(each)
        for each in list(world.running):
            world.ran(each)
    assert world.seqs[job].tokens >= 3
    assert job in world.running[model].left
    return job


def test_killed_mid_call_costs_one_typed_error_and_the_next_call_works() -> None:
    world = World(profile("a"))
    job = decoding(world)
    waiting = world.submit("a")
    world.die("a", "it was killed by SIGKILL")
    assert world.end_of(job) == "failed: died"
    assert "SIGKILL" in world.said(de.Fail)[-1].text
    assert world.end_of(waiting) == "alive"  # nothing of it had been computed
    world.settle()
    assert world.end_of(waiting) == "done"
    assert world.end_of(world.submit("a")) == "alive"
    world.settle()
    assert len(world.said(de.Fail)) == 1


def test_a_stopped_server_is_killed_and_started_again() -> None:
    world = World(profile("a"))
    job = decoding(world)
    waiting = world.submit("a")
    world.advance(20.0)  # SIGSTOP: no answer comes
    assert world.end_of(job) == "failed: hung"
    assert de.Unload("a", kill=True) in world.log
    world.die("a")
    world.settle()
    assert world.end_of(waiting) == "done"
    assert world.load_count["a"] == 2


def test_a_stopped_server_with_a_deadline_the_caller_is_told_in_time() -> None:
    world = World(profile("a"))
    world.submit("a")
    world.settle()
    job = world.submit("a", within=2.0)
    world.advance(2.0)
    assert world.end_of(job) == "failed: deadline"
    assert job in world.held  # its memory stays reserved until the server has let go of it


def test_crash_loop_opens_the_circuit_and_others_go_on() -> None:
    world = World(profile("a"), profile("b"))
    jobs = [world.submit("a") for _ in range(4)]
    for _ in range(3):
        world.advance(1.0)
        world.load_failed("a", "it ended with exit code 1")
    assert {world.end_of(job) for job in jobs} == {"failed: load"}
    assert world.said(de.Fail)[-1].retry_after_s == 30.0
    refused = world.submit("a")
    assert world.end_of(refused) == "refused: broken"
    assert 0 < world.said(de.Refuse)[-1].retry_after_s <= 30.0
    fine = world.submit("b")
    world.settle()
    assert world.end_of(fine) == "done"
    world.advance(31.0)
    again = world.submit("a")  # half open: one try
    world.load_failed("a", "it ended with exit code 1")
    assert world.end_of(again) == "failed: load"
    assert world.said(de.Fail)[-1].retry_after_s == 60.0
    world.advance(61.0)
    last = world.submit("a")
    world.settle()
    assert world.end_of(last) == "done"  # and a success closes it
    world.die("a")
    assert world.end_of(world.submit("a")) == "alive"


def test_a_server_that_ignores_its_end_is_killed_in_bound() -> None:
    world = World(profile("a", 150), profile("b", 150), budget=225 * MIB)
    world.submit("a")
    world.settle()
    world.advance(2.0)
    world.submit("b")
    world.advance(20.0)
    assert world.said(de.Unload)[-1] == de.Unload("a", kill=True)


def test_a_load_that_hangs_is_killed() -> None:
    world = World(profile("a"))
    job = world.submit("a")
    world.advance(40.0)
    assert world.said(de.Unload) == [de.Unload("a", kill=True)]
    world.unloaded("a")
    world.settle()
    assert world.end_of(job) == "done"
    assert world.load_count["a"] == 2


def test_a_child_over_its_memory_dies_alone() -> None:
    world = World(profile("a", 100, seqs=2), profile("b", 100))
    other = decoding(world, Klass.BACKGROUND, "b")
    job = world.submit("a")
    world.loaded("a")
    world.ran("b")
    world.ran("a")
    world.die("a", "it exceeded its memory cap and was killed", oom=True)
    assert world.end_of(job) == "failed: oom"
    world.settle()
    assert world.end_of(other) == "done"


def test_fifty_requests_for_one_cold_model_load_once() -> None:
    world = World(profile("a"), tuning=Tuning(queues=(50, 50, 50)))
    jobs = [world.submit("a", klass) for klass in (*Klass, Klass.INTERACTIVE) * 12] + [world.submit("a")] * 2
    assert world.load_count == {"a": 1}
    world.settle()
    assert {world.end_of(job) for job in jobs} == {"done"}
    assert world.load_count == {"a": 1}


def test_estimate_thirty_percent_low_recovers() -> None:
    """It needs 1 / 0.7 of its estimate: killed at context init; a quarter more, half the context, and it runs."""
    world = World(profile("a", 120), budget=400 * MIB)
    needs = int(30 * MIB / 0.7)

    def anon() -> int:
        return world.caps["a"] - 90 * MIB

    job = world.submit("a")
    assert anon() < needs
    world.load_failed("a", "it exceeded its memory cap and was killed", oom=True)
    world.advance(0.1)
    assert anon() == int(30 * MIB * 1.25)
    assert world.steps["a"] == 1
    context = needs // 3  # the part of it that context and micro-batch take, halved by the step
    assert anon() >= needs - context // 2
    world.settle()
    assert world.end_of(job) == "done"
    assert world.load_count["a"] == 2


def test_out_of_memory_twice_opens_the_circuit_with_a_time() -> None:
    world = World(profile("a"))
    job = world.submit("a")
    world.load_failed("a", "killed", oom=True)
    world.advance(0.1)
    world.load_failed("a", "killed", oom=True)
    assert world.end_of(job) == "failed: oom"
    assert world.said(de.Fail)[-1].retry_after_s == 30.0
    assert world.load_count["a"] == 2
    assert world.end_of(world.submit("a")) == "refused: broken"


def test_streamed_output_is_never_replayed() -> None:
    world = World(profile("a", seqs=2))
    begun = decoding(world)
    world.die("a", oom=True)
    assert world.end_of(begun) == "failed: oom"
    runs = len(world.said(de.Run))
    world.settle()
    assert len(world.said(de.Run)) == runs
    assert world.load_count["a"] == 1  # and nobody waits: it is not loaded again either


def test_cap_shrunk_live_mid_decode() -> None:
    world = World(profile("a", 100), profile("b", 100), profile("c", 100), budget=400 * MIB)
    world.submit("b")
    world.submit("c")
    world.settle()
    job = decoding(world)
    world.rebudget(240 * MIB)  # 220 MiB of room: an idle model is enough
    assert len(world.unloads) == 1
    assert "a" not in world.unloads
    world.unloaded(next(iter(world.unloads)))
    world.rebudget(150 * MIB)
    world.unloaded(next(iter(world.unloads)))
    assert set(world.caps) == {"a"}
    world.settle()
    assert world.end_of(job) == "done"


def test_cap_shrunk_below_the_model_that_decodes_fails_it_with_a_typed_reason() -> None:
    world = World(profile("a", 200), profile("b", 50), budget=400 * MIB)
    other = world.submit("b", Klass.BACKGROUND, out=50)
    job = decoding(world)
    world.rebudget(100 * MIB)
    assert world.end_of(job) == "failed: budget"
    assert "MiB" in world.said(de.Fail)[-1].text
    world.settle()
    assert world.end_of(other) == "done"
    assert world.reserved <= world.capacity


def test_cap_shrunk_background_goes_before_interactive_before_voice() -> None:
    world = World(*(profile(name, 100, kv_token=1024) for name in "abc"), budget=400 * MIB)
    jobs = {
        name: decoding_somewhere(world, name, klass)
        for name, klass in zip("abc", (Klass.VOICE, Klass.INTERACTIVE, Klass.BACKGROUND), strict=True)
    }
    world.rebudget(250 * MIB)
    assert list(world.pauses) in ([jobs["c"]], [])
    finish_leaving(world)
    assert set(world.caps) == {"a", "b"}
    world.rebudget(150 * MIB)
    finish_leaving(world)
    assert set(world.caps) == {"a"}
    world.settle()
    assert {world.end_of(job) for job in jobs.values()} == {"done"}  # moved out, not lost


def decoding_somewhere(world: World, model: str, klass: Klass) -> int:
    job = world.submit(model, klass, out=60)
    world.loaded(model)
    for each in list(world.running):
        world.ran(each)
    return job


def finish_leaving(world: World) -> None:
    """Answer until nobody is on the way out."""
    for _ in range(20):
        for model in list(world.running):
            world.ran(model)
        for job in list(world.pauses):
            world.paused(job)
        for model in list(world.unloads):
            world.unloaded(model)


def test_client_disconnects_mid_stream_decode_is_cancelled_memory_returned() -> None:
    world = World(profile("a", kv_token=65536))
    job = decoding(world)
    reserved = world.reserved
    world.cancel(job)
    assert world.end_of(job) == "cancelled"
    assert job in world.held
    assert world.reserved == reserved  # not free before the server says so
    world.release(job)
    assert world.reserved == 100 * MIB
    assert not world.running


def test_slow_clients_fill_a_bounded_queue() -> None:
    world = World(profile("a"), tuning=Tuning(queues=(2, 3, 4)))
    for klass, places in zip(Klass, (2, 3, 4), strict=True):
        ends = [world.end_of(world.submit("a", klass)) for _ in range(places + 2)]
        assert ends == ["alive"] * places + ["refused: queue"] * 2
    assert all(each.retry_after_s > 0 for each in world.said(de.Refuse))


def test_pressure_sheds_background_before_the_killer_acts() -> None:
    world = World(profile("a", 100, kv_token=1024), profile("b", 100))
    background = decoding(world, Klass.BACKGROUND)
    world.post(ev.Pressure(20.0))
    world.ran("a")
    assert "a" not in world.running  # held, its memory untouched
    assert not world.unloads
    assert world.end_of(world.submit("a", Klass.BACKGROUND)) == "refused: pressure"
    voice = world.submit("b", Klass.VOICE)
    world.loaded("b")
    assert world.running["b"].jobs == (voice,)
    world.post(ev.Pressure(20.0, 8.0))
    assert world.pauses[background] in ("store", "drop")
    world.paused(background)
    assert world.unloads == {"a"}
    world.post(ev.Pressure(6.0, 0.0))
    assert world.scheduler.snapshot().pressed == 1  # hysteresis
    world.post(ev.Pressure(1.0))
    world.settle()
    assert world.end_of(background) == "done"
