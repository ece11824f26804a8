from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.continuing import continued
from bluerill.agent.messages import PlannedCall
from bluerill.agent.plan import Planner
from support.small_catalogue import CATALOGUE, NOW

ACTIONS = Planner(CATALOGUE).actions
ALARM = PlannedCall("set_alarm", {"time": "2026-11-20T18:00"}, {"time": "six"})
SUM = PlannedCall("calculate", {"expression": "7 + 3"}, {"expression": "seven plus three"})
LOUDER = PlannedCall("set_volume", {"change": 10})
WEATHER = PlannedCall("get_weather", {"when": "2026-11-21", "place": "rome"}, {"when": "tomorrow"})


def made(text: str, last: PlannedCall) -> dict[str, Any] | None:
    call = continued(text.split(), last, ACTIONS, NOW)
    return call.arguments if call is not None else None


@pytest.mark.parametrize(
    ("text", "last", "expected"),
    [
        ("a bit more", LOUDER, {"change": 10}),
        ("less please", LOUDER, {"change": -10}),
        ("up a little", PlannedCall("set_volume", {"level": 30}), {"change": 10}),
        ("plus four", SUM, {"expression": "7 + 3 + 4"}),
        ("and times four", SUM, {"expression": "(7 + 3) * 4"}),
        ("half an hour later", ALARM, {"time": "2026-11-20T18:30"}),
        ("make it two hours earlier", ALARM, {"time": "2026-11-20T16:00"}),
        ("and the day after", WEATHER, {"when": "2026-11-22", "place": "rome"}),
        ("the day before", ALARM, {"time": "2026-11-19T18:00"}),
        ("quarter past", ALARM, {"time": "2026-11-20T18:15"}),
        ("no half past", ALARM, {"time": "2026-11-20T18:30"}),
        ("i meant am", ALARM, {"time": "2026-11-21T06:00"}),
        ("call it yoga", ALARM, {"time": "2026-11-20T18:00", "label": "yoga"}),
    ],
)
def test_what_goes_on_from_the_last_value(text: str, last: PlannedCall, expected: dict[str, Any]) -> None:
    assert made(text, last) == expected


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("a bit more", ALARM),
        ("plus four", LOUDER),
        ("half an hour later", SUM),
        ("half an hour later", PlannedCall("set_alarm", {"time": "$1.sunrise"})),
        ("the day after", PlannedCall("get_weather", {"when": "soon"})),
        ("call it", ALARM),
        ("call it a day", LOUDER),
        ("pm", PlannedCall("get_weather", {"when": "2026-11-21"})),
        ("more", PlannedCall("no_such_action", {"change": 10})),
    ],
)
def test_what_has_nothing_to_go_on_from_is_left_alone(text: str, last: PlannedCall) -> None:
    assert made(text, last) is None


def test_what_corrects_replaces_the_last_call_and_what_goes_on_does_not() -> None:
    corrected = continued(["make", "it", "an", "hour", "later"], ALARM, ACTIONS, NOW)
    assert corrected is not None
    assert corrected.revises
    beside = continued(["a", "bit", "more"], LOUDER, ACTIONS, NOW)
    assert beside is not None
    assert not beside.revises
