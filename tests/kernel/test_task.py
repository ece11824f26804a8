"""Task ids and the table of states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluerill.kernel.errors import CallerError
from bluerill.kernel.task import ALIVE, TRANSITIONS, Event, State, TaskId, TaskLife


def test_ids_of_two_lives_differ_and_read_back() -> None:
    life = TaskLife("asr")
    life.step(Event.START)
    first = life.id
    life.step(Event.EXIT)
    life.step(Event.START)
    assert (str(first), str(life.id)) == ("asr#1", "asr#2")
    assert TaskId.parse(str(life.id)) == life.id


@pytest.mark.parametrize("text", ["", "asr", "#1", "asr#", "asr#-1", "asr#x", "asr#1.0", "asr#\N{SUPERSCRIPT TWO}"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(CallerError, match="task id"):
        TaskId.parse(text)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_what_is_not_in_the_table_cannot_happen(state: State, event: Event) -> None:
    life = TaskLife("asr")
    life.state = state
    if (state, event) in TRANSITIONS:
        assert life.step(event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(CallerError, match=f"is {state.value}: it cannot {event.value}"):
            life.step(event)
        assert life.state is state


def test_every_state_can_be_reached_and_left() -> None:
    reached, frontier = {State.ABSENT}, [State.ABSENT]
    while frontier:
        at = frontier.pop()
        for (state, _), after in TRANSITIONS.items():
            if state is at and after not in reached:
                reached.add(after)
                frontier.append(after)
    assert reached == set(State)
    assert {state for state, _ in TRANSITIONS} == set(State)


@given(st.lists(st.sampled_from(list(Event)), max_size=40))
def test_the_generation_counts_starts(events: list[Event]) -> None:
    life, starts = TaskLife("asr"), 0
    for event in events:
        try:
            life.step(event)
        except CallerError:
            continue
        starts += event is Event.START
        assert life.alive == (life.state in ALIVE)
    assert life.id.generation == starts
