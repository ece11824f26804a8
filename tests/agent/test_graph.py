from __future__ import annotations

from typing import Any

from bluerill.agent.graph import linked, purpose
from bluerill.agent.messages import PlannedCall
from bluerill.skills.messages import ActionInfo

ACTIONS = {
    action.name: action
    for action in [
        ActionInfo("start_timer", "timers", "Start a timer (of any length). It rings once."),
        ActionInfo("timer_status", "timers", "Say how long is left.", reads=True),
        ActionInfo("get_weather", "weather", "Say the weather now, or of a coming day.", reads=True),
        ActionInfo("get_battery", "device", "", reads=True),
        ActionInfo("add_note", "notes", "Keep a note."),
        ActionInfo("send_message", "messages", "Send a message.", purpose="text {to}"),
    ]
}


def edges(*calls: PlannedCall | str) -> list[list[int] | None]:
    made = [call if isinstance(call, PlannedCall) else PlannedCall(call) for call in calls]
    return [call.after for call in linked(made, ACTIONS)]


def note(value: Any) -> PlannedCall:
    return PlannedCall("add_note", {"text": value})


def test_calls_of_different_skills_do_not_wait_for_each_other() -> None:
    assert edges("get_weather", "start_timer", "get_battery") == [[], [], []]


def test_calls_of_one_skill_keep_their_order_unless_both_only_read() -> None:
    assert edges("start_timer", "timer_status", "timer_status", "start_timer") == [[], [1], [1], [1, 2, 3]]


def test_a_call_waits_for_what_it_refers_to_wherever_that_stands_in_its_arguments() -> None:
    assert edges("get_weather", "get_battery", note({"a": ["$2.level"]}))[2] == [2]
    assert edges("get_weather", "get_battery", note("$1.sunrise-PT30M"))[2] == [1]


def test_what_replaces_the_last_call_or_is_not_known_waits_for_all_before_it() -> None:
    assert edges("get_weather", "get_battery", PlannedCall("start_timer", revises=True))[2] == [1, 2]
    assert edges("get_weather", "no_such_action", "get_battery") == [[], [1], [2]]


def test_a_reference_to_a_later_call_is_no_edge_so_that_nothing_waits_in_a_circle() -> None:
    assert edges(note("$2.said"), "get_battery") == [[], []]


def test_a_single_call_is_left_as_it_is() -> None:
    assert edges("start_timer") == [None]


def test_the_purpose_is_the_authors_phrase_or_the_first_thing_a_description_says() -> None:
    said = PlannedCall("send_message", {"to": "Sam", "text": "hello"}, {"to": "sam"})
    assert purpose(ACTIONS["send_message"], said) == "text sam"
    assert purpose(ACTIONS["start_timer"], PlannedCall("start_timer")) == "start a timer"
    assert purpose(ACTIONS["get_weather"], PlannedCall("get_weather")) == "say the weather now"
    assert purpose(ACTIONS["get_battery"], PlannedCall("get_battery")) == ""
