from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.messages import PlannedCall
from bluerill.agent.plan import REFUSAL, TOO_LONG, Planner
from bluerill.skills.messages import ActionInfo, Catalogue, SentenceInfo
from support.small_catalogue import CATALOGUE, NOW

PLANNER = Planner(CATALOGUE)
Expected = list[tuple[str, dict[str, Any]]]


def planned(text: str, *context: PlannedCall) -> Expected:
    return [(call.name, call.arguments) for call in PLANNER.plan(text, NOW, context).calls]


SINGLE: dict[str, tuple[str, dict[str, Any]]] = {
    "set a timer for ten minutes": ("start_timer", {"duration": "PT10M"}),
    "Hey, could you set a ten-minute timer please?": ("start_timer", {"duration": "PT10M"}),
    "set a pizza timer for 12 minutes": ("start_timer", {"label": "pizza", "duration": "PT12M"}),
    "take five minutes off the pizza timer": ("adjust_timer", {"change": "-PT5M", "label": "pizza"}),
    "wake me at 7 every weekday": (
        "set_alarm", {"time": "2026-11-23T07:00", "repeat": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"},
    ),
    "remind me to call Mum at seven": ("add_reminder", {"text": "call Mum", "when": "2026-11-20T19:00"}),
    "remind me tomorrow at 9 to take two pills": (
        "add_reminder", {"when": "2026-11-21T09:00", "text": "take two pills"},
    ),
    "add bread and milk to the shopping list": ("add_to_list", {"item": "bread and milk", "list": "shopping"}),
    "what's the weather in New York tomorrow": ("get_weather", {"place": "New York", "when": "2026-11-21"}),
    "turn down the volume by 20 percent": ("set_volume", {"change": -20}),
    "turn cinema mode off": ("set_mode", {"mode": "theatre", "on": False}),
    "what is twelve times eight plus two": ("calculate", {"expression": "12 * 8 + 2"}),
    "make a note that the car is in row seven": ("add_note", {"text": "the car is in row seven"}),
}  # fmt: skip


@pytest.mark.parametrize("text", SINGLE)
def test_one_request(text: str) -> None:
    assert planned(text) == [SINGLE[text]]


def test_spans_keep_the_words() -> None:
    call = PLANNER.plan("Remind me to call Mum at Seven", NOW).calls[0]
    assert call.spans == {"text": "call Mum", "when": "at Seven"}


SEVERAL: dict[str, list[str]] = {
    "set a timer for ten minutes and turn the volume down": ["start_timer", "set_volume"],
    "add bread to the list, turn the volume down, then set a timer for 5 minutes":
        ["add_to_list", "set_volume", "start_timer"],
    "set a timer for 5 minutes and another for twenty minutes": ["start_timer", "start_timer"],
    "what's the weather in paris and in london": ["get_weather", "get_weather"],
    "set a timer for 5 minutes called pizza and mute": ["start_timer", "mute"],
    "set a timer for 5 minutes and one for 10 minutes": ["start_timer", "start_timer"],
    "cancel the pizza and the pasta timer": ["cancel_timer", "cancel_timer"],
    "start a five minute timer, then pause it": ["start_timer", "pause_timer"],
}  # fmt: skip


@pytest.mark.parametrize("text", SEVERAL)
def test_several_requests(text: str) -> None:
    assert [name for name, _arguments in planned(text)] == SEVERAL[text]


WHOLE: dict[str, tuple[str, dict[str, Any]]] = {
    "remind me to call mum and dad": ("add_reminder", {"text": "call mum and dad"}),
    "remind me to buy milk and pay the rent": ("add_reminder", {"text": "buy milk and pay the rent"}),
    "remind me to stop the car and turn left at five": (
        "add_reminder", {"text": "stop the car and turn left", "when": "2026-11-20T17:00"},
    ),
    "add milk and eggs to my list": ("add_to_list", {"item": "milk and eggs"}),
    "make a note that mum likes roses and dad beer": ("add_note", {"text": "mum likes roses and dad beer"}),
}  # fmt: skip


@pytest.mark.parametrize("text", WHOLE)
def test_free_text_keeps_its_ands(text: str) -> None:
    assert planned(text) == [WHOLE[text]]


PARTS: dict[str, Expected] = {
    "remind me to buy bread in two hours and set an alarm for 7 30": [
        ("add_reminder", {"text": "buy bread", "when": "2026-11-20T16:05"}),
        ("set_alarm", {"time": "2026-11-20T19:30"}),
    ],
    "make a note that it rains and what is the weather in paris": [
        ("add_note", {"text": "it rains"}), ("get_weather", {"place": "paris"}),
    ],
    "remind me to call mum and dad and set a timer for five minutes": [
        ("add_reminder", {"text": "call mum and dad"}), ("start_timer", {"duration": "PT5M"}),
    ],
    "turn down the brightness and the volume": [("set_brightness", {"change": -10}), ("set_volume", {"change": -10})],
    "turn the brightness and the volume down": [("set_brightness", {"change": -10}), ("set_volume", {"change": -10})],
    "set a timer for 5 and one for 10 minutes": [
        ("start_timer", {"duration": "PT5M"}), ("start_timer", {"duration": "PT10M"}),
    ],
    "cancel the timer and start a new one for 3 minutes": [
        ("cancel_timer", {}), ("start_timer", {"duration": "PT3M"}),
    ],
    "set two timers for 5 and 10 minutes": [
        ("start_timer", {"duration": "PT5M"}), ("start_timer", {"duration": "PT10M"}),
    ],
    "set timers for 5, 10 and 15 minutes": [
        ("start_timer", {"duration": "PT5M"}), ("start_timer", {"duration": "PT10M"}),
        ("start_timer", {"duration": "PT15M"}),
    ],
    "set two timers for five minutes": [("start_timer", {"duration": "PT5M"}), ("start_timer", {"duration": "PT5M"})],
    "set alarms for 6 and 7 30": [
        ("set_alarm", {"time": "2026-11-20T18:00"}), ("set_alarm", {"time": "2026-11-20T19:30"}),
    ],
    "what's the weather in paris and in rome": [
        ("get_weather", {"place": "paris"}), ("get_weather", {"place": "rome"}),
    ],
    "what's the weather in paris and rome tomorrow": [
        ("get_weather", {"place": "paris", "when": "2026-11-21"}),
        ("get_weather", {"place": "rome", "when": "2026-11-21"}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", PARTS)
def test_the_calls_of_several_requests(text: str) -> None:
    assert planned(text) == PARTS[text]


@pytest.mark.parametrize("text", ["set two timers for 5, 10 and 15 minutes", "set nine timers for one minute"])
def test_what_was_counted_must_be_there(text: str) -> None:
    assert planned(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set a timmer for ten minutes", ("start_timer", {"duration": "PT10M"})),
        ("what's the whether in london", ("get_weather", {"place": "london"})),
        ("pawse the timer", ("pause_timer", {})),
        ("turn the volum down", ("set_volume", {"change": -10})),
        ("turn the timer for five minutes", ("start_timer", {"duration": "PT5M"})),
        ("said the timer for five minutes", ("start_timer", {"duration": "PT5M"})),
        ("what time is at", ("get_time", {})),
        ("and time is it", ("get_time", {})),
        ("what's the weather and paris", ("get_weather", {"place": "paris"})),
        ("that the volume to fifty", ("set_volume", {"level": 50})),
    ],
)
def test_mishearings_are_mended(text: str, expected: tuple[str, dict[str, Any]]) -> None:
    answer = PLANNER.plan(text, NOW)
    assert [(call.name, call.arguments) for call in answer.calls] == [expected]
    assert answer.confidence < 0.9


@pytest.mark.parametrize(
    "text",
    [
        "turn the volume of", "set a timer for tan minutes", "start the volume down", "turn the timer",
        "pause the timer for five minutes", "do not set the timer for five minutes", "get the", "and the timer is",
        "said the president of france", "turn it timer",
    ],
)  # fmt: skip
def test_values_directions_and_opposites_are_never_mended(text: str) -> None:
    assert planned(text) == []


@pytest.mark.parametrize(
    "text",
    ["who is the president of france", "tell me a joke", "play some jazz", "", "   ", "?!",
     "don't set a timer for ten minutes", "set a timer", "the", "and and and", "\x00\x01", "🙂" * 50],
)  # fmt: skip
def test_refusals(text: str) -> None:
    answer = PLANNER.plan(text, NOW)
    assert answer.calls == []
    assert answer.reply


def test_what_is_too_long_is_refused_before_any_matching() -> None:
    assert PLANNER.plan("a" * 1_000_000, NOW).reply == TOO_LONG
    assert PLANNER.plan("a " * 300, NOW).reply == TOO_LONG


def test_hostile_sentences_end_soon() -> None:
    for text in ("remind me to " + "and " * 90, "add " + "list " * 100, "set timer for " + "one " * 100, "the " * 119):
        answer = PLANNER.plan(text, NOW)
        assert answer.ms < 2000


def test_a_naive_now_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="aware"):
        PLANNER.plan("mute", NOW.replace(tzinfo=None))


def test_broken_templates_are_left_out_and_named() -> None:
    bad = ActionInfo(
        "boom", "broken", "", [], [SentenceInfo("do (it"), SentenceInfo("go {nowhere}"), SentenceInfo("fine sentence")]
    )
    planner = Planner(Catalogue("x", [bad, *CATALOGUE.actions]))
    assert [call.name for call in planner.plan("fine sentence", NOW).calls] == ["boom"]
    assert planner.plan("do it", NOW).reply == REFUSAL
    assert planner.plan("go nowhere", NOW).reply == REFUSAL
    assert planner.templates.problems
    assert all("'boom'" in problem for problem in planner.templates.problems)


def test_hidden_actions_are_never_planned() -> None:
    hidden = ActionInfo("secret", "x", "", [], [SentenceInfo("open sesame")], hidden=True)
    assert Planner(Catalogue("x", [hidden])).plan("open sesame", NOW).calls == []
