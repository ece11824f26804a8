from hypothesis import given
from hypothesis import strategies as st

from bluerill.modalities.voice.endpoint import (
    AdaptiveStop,
    Dropped,
    Endpointer,
    Event,
    FixedStop,
    MuteWhileSpeaking,
    Paused,
    Resumed,
    Started,
    Stopped,
    frames,
)


def feed(machine: Endpointer, probabilities: list[float]) -> list[tuple[int, Event]]:
    return [(at, event) for at, p in enumerate(probabilities) if (event := machine.feed(p)) is not None]


def test_a_turn_starts_pauses_and_stops() -> None:
    events = feed(Endpointer(), [0.0] * 10 + [0.9] * 20 + [0.0] * 40)
    assert [type(event) for _, event in events] == [Started, Paused, Stopped]
    assert events[0] == (11, Started(1))
    assert events[2] == (29 + frames(0.7), Stopped(frames(0.7)))


def test_a_complete_phrase_stops_sooner_and_a_closed_one_soonest() -> None:
    lengths = []
    for ending in (0.0, 0.1, 1.0):
        machine = Endpointer()
        feed(machine, [0.9] * 20 + [0.0] * 3)
        machine.hint(ending)
        lengths.append(feed(machine, [0.0] * 40)[0][0])
    assert lengths[0] > lengths[1] > lengths[2]
    assert lengths[2] + 4 == frames(0.2)


def test_a_hint_is_forgotten_when_speech_goes_on() -> None:
    machine = Endpointer()
    feed(machine, [0.9] * 20 + [0.0] * 3)
    machine.hint(1.0)
    events = feed(machine, [0.9] * 5 + [0.0] * 40)
    assert isinstance(events[0][1], Resumed)
    assert events[-1][1] == Stopped(frames(0.7))


def test_people_may_think_in_the_middle_of_an_unfinished_phrase() -> None:
    events = feed(Endpointer(), [0.9] * 20 + [0.0] * frames(0.6) + [0.9] * 20 + [0.0] * 40)
    assert [type(event) for _, event in events] == [Started, Paused, Resumed, Paused, Stopped]


def test_a_click_is_dropped() -> None:
    events = feed(Endpointer(), [0.9] * 2 + [0.0] * 40)
    assert isinstance(events[-1][1], Dropped)


def test_a_turn_is_cut_at_its_limit() -> None:
    events = feed(Endpointer(longest_s=1.0), [0.9] * 100)
    assert (frames(1.0), True) == (events[1][0] + 1, events[1][1].too_long)  # type: ignore[union-attr]


def test_muted_while_the_device_speaks_and_a_moment_after() -> None:
    machine = Endpointer(mute=MuteWhileSpeaking(0.3))
    machine.device_speaks(True)
    assert feed(machine, [1.0] * 50) == []
    machine.device_speaks(False)
    first, _ = feed(machine, [1.0] * 50)[0]
    assert first >= frames(0.3)


def test_barge_in_takes_clearer_speech_than_silence_does() -> None:
    machine = Endpointer()
    machine.device_speaks(True)
    assert feed(machine, [0.6] * 50) == []
    assert isinstance(feed(machine, [0.95] * 10)[0][1], Started)


def test_a_held_button_keeps_the_turn_open() -> None:
    machine = Endpointer(stop=FixedStop(0.2))
    machine.hold = True
    assert [type(e) for _, e in feed(machine, [0.9] * 10 + [0.0] * 100)] == [Started, Paused]
    assert isinstance(machine.finish(), Stopped)


def test_finishing_idle_is_nothing() -> None:
    assert Endpointer().finish() is None


@given(st.lists(st.floats(0.0, 1.0), max_size=400), st.sampled_from([0.0, 0.3, 1.0]))
def test_every_start_has_exactly_one_end(probabilities: list[float], ending: float) -> None:
    machine = Endpointer(stop=AdaptiveStop(), longest_s=3.0)
    open_turns = 0
    for probability in probabilities:
        event = machine.feed(probability)
        machine.hint(ending)
        if isinstance(event, Started):
            open_turns += 1
        elif isinstance(event, Stopped | Dropped):
            open_turns -= 1
        assert open_turns in (0, 1)
        assert machine.in_turn == bool(open_turns)
    assert (machine.finish() is not None) == bool(open_turns)
