"""Whose turn it is, quanta, batches, streams, seats."""

from __future__ import annotations

from bluerill.kernel.limits import MIB
from bluerill.kernel.scheduler import Tuning
from bluerill.kernel.scheduler import decisions as de
from bluerill.kernel.scheduler import events as ev
from bluerill.kernel.scheduler.events import Klass
from support.models import World, profile


def warm(*profiles: object, **more: object) -> World:
    """A world whose models are loaded and idle."""
    world = World(*profiles, **more)  # type: ignore[arg-type]
    for name in world.profiles:
        world.submit(name, out=1)
    world.settle()
    world.log.clear()
    return world


def test_a_quantum_is_twenty_milliseconds_of_tokens() -> None:
    world = warm(profile("fast", 50, tpot_s=0.003), profile("slow", 50, tpot_s=0.05))
    for model, tokens in (("fast", 7), ("slow", 1)):
        world.submit(model, prompt=0, out=30)
        assert world.running[model].max_tokens == tokens
        world.settle()


def test_a_prompt_is_computed_in_batches_between_which_voice_gets_its_turn() -> None:
    world = warm(profile("a", 50, n_batch=16), profile("ears", 50))
    world.submit("a", prompt=100)
    assert world.running["a"].max_tokens == 16
    voice = world.submit("ears", Klass.VOICE)
    assert world.pauses == {}  # 80 ms are waited for
    world.ran("a")
    assert world.running["ears"].jobs == (voice,)


def test_a_long_chunk_is_cut_off_for_voice() -> None:
    world = warm(profile("a", 50, n_batch=400), profile("ears", 50))
    job = world.submit("a", Klass.BACKGROUND, prompt=300)
    voice = world.submit("ears", Klass.VOICE)
    assert world.pauses == {job: "keep"}
    world.running.pop("a")
    world.post(ev.Progress(job, 0, 0, 0.05))  # nothing of the chunk was kept
    assert world.running["ears"].jobs == (voice,)
    world.paused(job)
    world.settle()
    assert world.end_of(job) == "done"


def test_the_earliest_latest_start_goes_first_within_a_class() -> None:
    world = warm(profile("a", 50), profile("b", 50))
    world.submit("a", Klass.VOICE, out=3)  # something is running
    late = world.submit("a", within=20.0)
    soon = world.submit("b", within=5.0)
    longer = world.submit("b", within=5.5, out=100)  # later deadline, but two seconds of work
    world.settle()
    assert [end.job for end in world.said(de.Done)][-3:] == [longer, soon, late]


def test_jobs_of_a_class_decode_as_one_batch_and_background_does_not_slow_them() -> None:
    world = warm(profile("a", 50, seqs=4))
    first = world.submit("a", prompt=4, out=40)
    low = world.submit("a", Klass.BACKGROUND, prompt=4, out=40)
    second = world.submit("a", prompt=4, out=40)
    for _ in range(6):
        world.ran("a")
    assert set(world.running["a"].jobs) == {first, second}
    assert world.seqs[low].prompt == 0  # its prompt did not delay them either
    world.settle()
    assert world.end_of(low) == "done"


def test_a_batch_delays_nobody_beyond_his_slack() -> None:
    world = warm(profile("a", 50, seqs=2, batch_cost=1.0))
    tight = world.submit("a", prompt=4, out=50, within=1.2)  # takes 1.02 s alone
    world.submit("a", prompt=4, out=50, within=10.0)
    for _ in range(40):
        assert world.running["a"].jobs == (tight,)
        world.advance(0.02)
        world.ran("a")
    world.settle()  # the last tokens may share: that is within the slack
    assert world.end_of(tight) == "done"


def test_a_stream_ahead_of_its_reader_pauses_for_free() -> None:
    world = warm(profile("a", 50, seqs=2), tuning=Tuning(ahead=5, batch=False))
    stream = world.submit("a", prompt=0, out=40, stream=True, within=1000.0)
    low = world.submit("a", Klass.BACKGROUND, prompt=0, out=40)
    for _ in range(8):
        world.ran("a")
    assert world.seqs[stream].tokens == 5
    assert world.running["a"].jobs == (low,)
    assert not world.said(de.Pause)
    world.post(ev.Read(stream, 3))
    world.ran("a")
    assert world.running["a"].jobs == (stream,)


def test_a_taken_seat_is_given_up_for_a_more_urgent_class() -> None:
    world = warm(profile("a", 50, kv_token=256))
    low = world.submit("a", Klass.BACKGROUND, prompt=0, out=40)
    for _ in range(4):
        world.ran("a")
    voice = world.submit("a", Klass.VOICE, prompt=0, out=2)
    world.ran("a")
    assert world.pauses == {low: "drop"} or world.pauses == {low: "store"}
    world.paused(low)
    assert world.running["a"].jobs == (voice,)
    world.settle()
    assert world.seqs[low].tokens == 40


def test_state_is_stored_only_if_reading_it_back_is_faster_than_computing_it() -> None:
    for kv_token, expected in ((256, "store"), (1 << 20, "drop")):  # 200 tokens/s against 400 MB/s, both ways
        world = warm(profile("a", 100, kv_token=kv_token, kv_whole=True), tuning=Tuning(storage_bw=400e6))
        low = world.submit("a", Klass.BACKGROUND, prompt=30, out=40)
        for _ in range(4):
            world.ran("a")
        world.submit("a", Klass.VOICE, prompt=0, out=2)
        world.ran("a")
        assert world.pauses == {low: expected}
        world.settle()


def test_two_slots_run_two_models_but_never_one_model_twice() -> None:
    world = warm(profile("a", 50, seqs=2), profile("b", 50), tuning=Tuning(slots=2, batch=False))
    for model in "aab":
        world.submit(model, out=20)
    assert {model: len(run.jobs) for model, run in world.running.items()} == {"a": 1, "b": 1}
    world.settle()


def test_a_job_without_output_ends_with_its_prompt() -> None:
    world = warm(profile("embed", 50))
    job = world.submit("embed", prompt=70, out=0)
    world.settle()
    assert world.end_of(job) == "done"


def test_a_slow_reader_keeps_neither_a_seat_nor_a_model() -> None:
    world = warm(profile("a", 150, kv_token=256), budget=225 * MIB, tuning=Tuning(ahead=5))
    world.profiles["b"] = profile("b", 150)
    world.post(ev.Describe(world.profiles["b"]))
    stream = world.submit("a", prompt=0, out=40, stream=True)
    for _ in range(6):
        if world.running:
            world.ran("a")
    assert world.seqs[stream].tokens == 5
    low = world.submit("a", Klass.BACKGROUND, out=4)
    world.work(1.0)
    assert world.end_of(low) == "done"  # one seat, and the stream had it
    world.advance(2.0)
    other = world.submit("b", Klass.BACKGROUND, out=4)
    world.work(12.0)
    assert world.end_of(other) == "done"
    assert world.seqs[stream].tokens == 5
    world.post(ev.Read(stream, 40))
    world.settle()
    assert world.end_of(stream) == "done"


def test_what_cannot_be_stored_after_all_is_dropped() -> None:
    world = warm(profile("a", 150, kv_token=256), budget=225 * MIB)
    world.profiles["b"] = profile("b", 150)
    world.post(ev.Describe(world.profiles["b"]))
    low = world.submit("a", Klass.BACKGROUND, prompt=20, out=40)
    for _ in range(4):
        world.ran("a")
    world.advance(2.0)
    world.submit("b", Klass.VOICE)
    world.ran("a")
    assert world.pauses == {low: "store"}
    del world.pauses[low]
    world.post(ev.Paused(low, "kept"))
    assert world.pauses == {low: "drop"}
    world.settle()
    assert world.end_of(low) == "done"
