"""Two sessions side by side: what counts as the same, and where they differ first."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bluerill.watch.recording.compare import compared, digest, first_difference
from bluerill.watch.recording.entries import Entry


def out(t: float, wire: str, to: str = "web", **body: Any) -> Entry:
    return Entry("out", t, "session", to, wire, msgspec.Raw(msgspec.json.encode(body)))


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({"a": 1, "ms": 3.0}, {"a": 1, "ms": 9.5}, ""),
        ({"due": 1.8e9}, {"due": 1.8e9 + 1.2}, ""),
        ({"due": 1.8e9}, {"due": 1.8e9 + 5}, "due: recorded 1800000000.0, replayed 1800000005.0"),
        ({"start": "2026-11-27T20:00:00"}, {"start": "2026-11-27T20:00:01"}, ""),
        ({"start": "2026-11-27T20:00"}, {"start": "2026-11-27T21:00"}, "start: recorded"),
        ({"rows": {"t": [1, {"b": 2}]}}, {"rows": {"t": [1, {"b": 3}]}}, "rows.t[1].b: recorded 2, replayed 3"),
        ({"rows": [1]}, {"rows": [1, 2]}, "rows: recorded 1 of them, replayed 2"),
        ({"a": 1}, {"b": 1}, "a: not in the replay"),
        ({"value": 0.998}, {"value": 1.0}, ""),
        ({"value": 0.5}, {"value": 0.9}, "value: recorded"),
    ],
)
def test_values_are_the_same_but_for_the_time_computing_takes(one: Any, other: Any, said: str) -> None:
    found = first_difference(one, other)
    assert found == said if not said else found.startswith(said)


def test_the_first_difference_is_named_with_its_time() -> None:
    one = [out(1, "agent.turn", text="a", reply="x"), out(2, "agent.turn", text="b", reply="y")]
    other = [out(1.1, "agent.turn", text="a", reply="x"), out(2.1, "agent.turn", text="b", reply="z")]
    part = compared(one, other, 60)[0]
    assert (part.name, part.recorded, part.same) == ("plans", 2, 1)
    assert part.difference == 'agent.turn 2 of 2, 2.0 s after the beginning: reply: recorded "y", replayed "z"'
    assert compared(one, other[:1], 60)[0].difference.endswith("came not again")
    late = [other[0], out(30, "agent.turn", text="b", reply="y")]
    assert compared(one, late, 60)[0].difference.endswith("came 30.0 s after the beginning")
    assert "only in the replay" in compared(one[:1], one, 60)[0].difference
    assert compared(one[:1], one, 2.5)[0].difference == "", "the recording ended in that moment"


def test_several_fronts_are_told_one_thing_and_short_screens_do_not_count() -> None:
    turn = [out(1, "agent.turn", to=front, text="a") for front in ("web", "control")]
    assert compared(turn, turn[:1], 60)[0].recorded == 1
    shown = [out(1, "screen.shown", stage="thinking"), out(1.2, "screen.shown", stage="card")]
    screens = compared(shown, shown[1:], 60)[2]
    assert (screens.name, screens.recorded, screens.difference) == ("screens", 1, "")


def test_a_digest_is_of_all_that_was_done_and_when() -> None:
    one = [out(1, "agent.say", text="a")]
    assert digest(one) == digest([out(1, "agent.say", text="a")])
    assert len({digest(one), digest([out(1.5, "agent.say", text="a")]), digest([out(1, "agent.say", text="b")])}) == 3
    came_in = Entry("in", 1, "web", "session", "agent.request")
    assert digest([came_in, *one]) == digest(one)
