from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.messages import PlannedCall
from bluerill.agent.plan import Planner
from support.small_catalogue import CATALOGUE, NOW

PLANNER = Planner(CATALOGUE)
TIMER = "set a timer for ten minutes"
ALARM = "set an alarm for seven thirty tomorrow"
WEATHER = "what's the weather in paris"
VOLUME = "set the volume to fifty"
REMINDER = "remind me to call mum at seven"

ROWS: list[tuple[str, str, str, dict[str, Any], bool]] = [
    (TIMER, "make it fifteen", "start_timer", {"duration": "PT15M"}, True),
    (TIMER, "no, fifteen minutes", "start_timer", {"duration": "PT15M"}, True),
    (TIMER, "actually make that an hour please", "start_timer", {"duration": "PT1H"}, True),
    (TIMER, "fifteen", "start_timer", {"duration": "PT15M"}, True),
    (TIMER, "ten more minutes", "adjust_timer", {"change": "PT10M"}, False),
    (TIMER, "five minutes less", "adjust_timer", {"change": "-PT5M"}, False),
    (TIMER, "another for twenty minutes", "start_timer", {"duration": "PT20M"}, False),
    (TIMER, "another one for five minutes", "start_timer", {"duration": "PT5M"}, False),
    (TIMER, "one more for five minutes", "start_timer", {"duration": "PT5M"}, False),
    (TIMER, "start a new one for five minutes", "start_timer", {"duration": "PT5M"}, False),
    (TIMER, "again", "start_timer", {"duration": "PT10M"}, False),
    (ALARM, "no, seven fifteen", "set_alarm", {"time": "2026-11-21T07:15"}, True),
    (ALARM, "another one at nine", "set_alarm", {"time": "2026-11-21T09:00"}, False),
    (WEATHER, "and tomorrow", "get_weather", {"place": "paris", "when": "2026-11-21"}, False),
    (TIMER, "pause it", "pause_timer", {}, False),
    (ALARM, "make it eight", "set_alarm", {"time": "2026-11-21T08:00"}, True),
    (ALARM, "no, seven forty five", "set_alarm", {"time": "2026-11-21T07:45"}, True),
    (ALARM, "make it the day after tomorrow", "set_alarm", {"time": "2026-11-22T07:30"}, True),
    (ALARM, "what about friday", "set_alarm", {"time": "2026-11-27T07:30"}, False),
    (WEATHER, "and in london", "get_weather", {"place": "london"}, False),
    (WEATHER, "what about tomorrow", "get_weather", {"place": "paris", "when": "2026-11-21"}, False),
    (WEATHER, "and tomorrow in rome", "get_weather", {"place": "rome", "when": "2026-11-21"}, False),
    (VOLUME, "make it sixty", "set_volume", {"level": 60}, True),
    (VOLUME, "again", "set_volume", {"level": 50}, False),
    (REMINDER, "make it eight", "add_reminder", {"text": "call mum", "when": "2026-11-20T20:00"}, True),
    (REMINDER, "no, call dad", "add_reminder", {"text": "call dad", "when": "2026-11-20T19:00"}, True),
    (REMINDER, "actually tomorrow at nine", "add_reminder", {"text": "call mum", "when": "2026-11-21T09:00"}, True),
]


def context(text: str) -> list[PlannedCall]:
    return PLANNER.plan(text, NOW).calls


@pytest.mark.parametrize(("first", "then", "name", "arguments", "revises"), ROWS)
def test_followups(first: str, then: str, name: str, arguments: dict[str, Any], revises: bool) -> None:
    calls = PLANNER.plan(then, NOW, context(first)).calls
    assert [(call.name, call.arguments, call.revises) for call in calls] == [(name, arguments, revises)]


@pytest.mark.parametrize("text", ["cancel that", "undo", "never mind", "no, cancel that", "forget it please"])
def test_taking_back(text: str) -> None:
    answer = PLANNER.plan(text, NOW, context(TIMER))
    assert (answer.undo, answer.calls) == (True, [])
    assert not PLANNER.plan(text, NOW).undo


@pytest.mark.parametrize(
    "text", ["make it fifteen", "and in london", "ten more minutes", "what about tomorrow", "again"]
)
def test_without_context_they_mean_nothing(text: str) -> None:
    assert PLANNER.plan(text, NOW).calls == []


@pytest.mark.parametrize(
    ("first", "then"),
    [(TIMER, "what about tomorrow"), (VOLUME, "and in london"), (TIMER, "is that so"), (WEATHER, "yes")],
)
def test_what_does_not_fit_the_last_call_is_refused(first: str, then: str) -> None:
    assert PLANNER.plan(then, NOW, context(first)).calls == []


def test_a_request_of_its_own_is_no_followup() -> None:
    calls = PLANNER.plan("what time is it", NOW, context(TIMER)).calls
    assert [call.name for call in calls] == ["get_time"]


def test_context_of_an_action_that_is_gone_is_passed_over() -> None:
    assert PLANNER.plan("make it fifteen", NOW, [PlannedCall("unloaded", {"duration": "PT1M"})]).calls == []
