from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from bluerill.agent.plan import Planner
from bluerill.skills.messages import Catalogue
from support.small_catalogue import CATALOGUE, NOW, action

READING = {"get_weather", "calculate", "get_time"}
NOTES = action("add_note", "notes", "text:text", "(make|take) a note of {text}", "(write|note) {text} down")
ACTIONS = [replace(each, reads=each.name in READING) for each in CATALOGUE.actions if each.name != "add_note"]
PLANNER = Planner(Catalogue("results", [*ACTIONS, NOTES]))

CASES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "wake me at sunrise": [
        ("get_weather", {"when": "2026-11-21", "what": "sun"}), ("set_alarm", {"time": "$1.sunrise"}),
    ],
    "wake me up half an hour before sunrise": [
        ("get_weather", {"when": "2026-11-21", "what": "sun"}), ("set_alarm", {"time": "$1.sunrise-PT30M"}),
    ],
    "set an alarm an hour and a half after the sun rises": [
        ("get_weather", {"when": "2026-11-21", "what": "sun"}), ("set_alarm", {"time": "$1.sunrise+PT1H30M"}),
    ],
    "remind me to water the plants at sunset": [
        ("get_weather", {"when": "2026-11-20", "what": "sun"}),
        ("add_reminder", {"text": "water the plants", "when": "$1.sunset"}),
    ],
    "what is twelve times eight and write that down": [
        ("calculate", {"expression": "12 * 8"}), ("add_note", {"text": "$1.said"}),
    ],
    "what is the weather tomorrow and remind me to it at six": [
        ("get_weather", {"when": "2026-11-21"}), ("add_reminder", {"text": "$1.said", "when": "2026-11-20T18:00"}),
    ],
    "turn the volume down and take a note of it": [("set_volume", {"change": -10}), ("add_note", {"text": "it"})],
    "take a note of it": [("add_note", {"text": "it"})],
    "make a note of the sunset photo": [("add_note", {"text": "the sunset photo"})],
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_words_that_mean_the_result_of_another_call(text: str) -> None:
    assert [(call.name, call.arguments) for call in PLANNER.plan(text, NOW).calls] == CASES[text]


def test_the_words_of_the_sun_stay_with_its_argument_and_the_asking_is_quiet() -> None:
    asked, alarm = PLANNER.plan("wake me up half an hour before sunrise", NOW).calls
    assert asked.quiet
    assert not alarm.quiet
    assert alarm.spans == {"time": "half an hour before sunrise"}


def test_without_an_action_that_knows_the_sun_it_stays_words() -> None:
    planner = Planner(Catalogue("dark", [each for each in ACTIONS if each.name != "get_weather"]))
    assert planner.plan("wake me at sunrise", NOW).calls == []
    kept = planner.plan("remind me to water the plants at sunset", NOW).calls
    assert [call.arguments for call in kept] == [{"text": "water the plants at sunset"}]
