from __future__ import annotations

import pytest

from bluerill.agent.deixis import MOST_SENTENCES, objects, sentences
from bluerill.agent.messages import PlannedCall
from bluerill.agent.plan import Planner
from support.small_catalogue import CATALOGUE, NOW

PLANNER = Planner(CATALOGUE)
ACTIONS = PLANNER.actions


def after(*said: str) -> list[tuple[str, dict[str, object]]]:
    context: list[PlannedCall] = []
    for text in said[:-1]:
        context = PLANNER.plan(text, NOW, context).calls
    return [(call.name, call.arguments) for call in PLANNER.plan(said[-1], NOW, context).calls]


def test_the_object_of_a_call_is_named_as_people_would() -> None:
    timer = PlannedCall("start_timer", {"duration": "PT5M", "label": "pizza"}, {"label": "pizza"})
    assert objects(timer, ACTIONS["start_timer"])[:2] == ["pizza timer", "timer"]
    mode = PlannedCall("set_mode", {"mode": "airplane", "on": True}, {"mode": "flight mode"})
    assert objects(mode, ACTIONS["set_mode"])[0] == "flight mode"
    item = PlannedCall("add_to_list", {"item": "milk", "list": "party"}, {"item": "milk", "list": "party"})
    assert objects(item, ACTIONS["add_to_list"]) == ["party list", "list", "milk"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("set a pizza timer for ten minutes", "pause it"), [("pause_timer", {"label": "pizza"})]),
        (("turn flight mode on", "turn it off again"), [("set_mode", {"mode": "airplane", "on": False})]),
        (("start a timer for ten minutes", "take one minute off"), [("adjust_timer", {"change": "-PT1M"})]),
        (("add milk to the party list", "add eggs"), [("add_to_list", {"item": "eggs", "list": "party"})]),
        (("what time is it in tokyo", "what is the weather there"), [("get_weather", {"place": "tokyo"})]),
        (
            ("set an alarm for six", "remind me to stretch then"),
            [("add_reminder", {"text": "stretch", "when": "2026-11-20T18:00"})],
        ),
        (("set a pizza timer for ten minutes", "what is the weather there"), [("get_weather", {})]),
    ],
)
def test_words_that_point(said: tuple[str, ...], expected: list[tuple[str, dict[str, object]]]) -> None:
    assert after(*said) == expected


def test_there_are_never_many_sentences_to_try() -> None:
    item = PlannedCall("add_to_list", {"item": "milk", "list": "party"}, {"item": "milk", "list": "party"})
    for text in ("take it off that one this them", "remove it", "add it"):
        assert len(list(sentences(text.split(), item, ACTIONS["add_to_list"]))) <= MOST_SENTENCES
    assert list(sentences(["it"] * 40, item, ACTIONS["add_to_list"])) == []
