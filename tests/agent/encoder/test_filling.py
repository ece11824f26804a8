"""Values are read by rules from the words that tags point at; the actions are the real ones."""

from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.encoder.filling import Filled, filled
from bluerill.agent.values.words import tokenize
from bluerill.bench.catalogue import NOW, device_catalogue

ACTIONS = {action.name: action for action in device_catalogue().actions}


def fill(action: str, said: str, fixed: dict[str, Any] | None = None) -> Filled:
    """``said`` has its tags in it, as ``word/TAG``."""
    words, tags = [], []
    for part in said.split():
        word, _, tag = part.partition("/")
        words.append(word)
        tags.append(tag or "O")
    text = " ".join(words)
    return filled(ACTIONS[action], fixed or {}, text, tokenize(text), tags, NOW)


def arguments(action: str, said: str, fixed: dict[str, Any] | None = None) -> dict[str, Any]:
    call = fill(action, said, fixed).call
    assert call is not None
    return call.arguments


def test_a_reading_may_begin_before_its_tag() -> None:
    said = "wake me at quarter/B-WHEN to/I-WHEN seven/I-WHEN on/B-REPEAT weekdays/I-REPEAT"
    assert arguments("set_alarm", said) == {"time": "2026-11-23T06:45", "repeat": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}


def test_two_parts_of_a_moment_are_put_together() -> None:
    said = "i must be up tomorrow/B-WHEN without fail by six/B-WHEN thirty/I-WHEN"
    assert arguments("set_alarm", said) == {"time": "2026-11-21T06:30"}


def test_a_day_is_no_time_and_is_asked_for() -> None:
    found = fill("set_alarm", "wake me tomorrow/B-WHEN")
    assert found.call is None
    assert [parameter.name for parameter in found.missing] == ["time"]


def test_free_words_are_quoted_and_lists_named() -> None:
    said = "stick coffee/B-TEXT filters/I-TEXT on my grocery/B-LIST list"
    assert arguments("add_to_list", said) == {"item": "coffee filters", "list": "grocery"}


def test_a_length_of_time_is_found_untagged_but_a_day_is_not() -> None:
    assert arguments("start_timer", "beep in half an hour") == {"duration": "PT30M"}
    assert arguments("get_weather", "was there any rain on monday") == {"what": "rain"}


def test_a_place_that_is_a_day_is_a_day() -> None:
    assert arguments("get_weather", "how is it on christmas/B-PLACE") == {"when": "2026-12-25"}
    assert arguments("get_weather", "tomorrow's/B-WHEN weather in mum's/B-PLACE town/I-PLACE") == {
        "when": "2026-11-21", "place": "mum's town",
    }  # fmt: skip


def test_to_do_is_one_name() -> None:
    assert arguments("show_list", "read me my to do/B-LIST list") == {"list": "to do"}


def test_from_and_to() -> None:
    said = "how many grams/B-TO is three/B-NUMBER ounces/B-FROM"
    assert arguments("convert_units", said) == {"value": 3, "from_unit": "ounce", "to_unit": "gram"}


@pytest.mark.parametrize(
    ("said", "fixed", "wanted"),
    [
        ("turn it up", {"change": 10}, {"change": 10}),
        ("turn it up to forty/B-NUMBER", {"change": 10}, {"level": 40}),
        ("turn it down by twenty/B-NUMBER", {"change": -10}, {"change": -20}),
    ],
)
def test_a_said_number_overrules_what_the_label_fixes(said: str, fixed: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert arguments("set_volume", said, fixed) == wanted


def test_closed_lists_are_read_outside_free_words() -> None:
    fixed = {"device": "light", "state": "off"}
    assert arguments("set_home_device", "nobody is in the office kill the lamp", fixed) == {
        "device": "lamp", "state": "off", "place": "office",
    }  # fmt: skip
    assert arguments("set_home_device", "power off the light on the shelf", fixed)["state"] == "off"
    assert arguments("cancel_alarm", "get rid of every alarm") == {"all": True}


def test_what_the_schema_forbids_is_no_call() -> None:
    assert fill("set_volume", "nothing of it said", {"level": 900}) == Filled(None, [])


def test_hostile_tags_do_no_harm() -> None:
    assert fill("calculate", "what/B-EXPRESSION about/I-EXPRESSION it/B-WHEN").call is None


def test_a_question_is_the_whole_request() -> None:
    said = "what is the capital of peru/B-PLACE"
    assert arguments("answer", said) == {"question": "what is the capital of peru"}


def test_words_of_a_name_are_given_to_one_parameter() -> None:
    assert arguments("play_music", "i fancy some/O chopin/B-TEXT") == {"query": "chopin"}
    assert arguments("play_music", "put on something by chopin/B-TEXT") == {"artist": "chopin"}
    assert arguments("play_music", "start my party/B-TEXT playlist") == {"playlist": "party"}
    said = "let me hear spring/B-TEXT by vivaldi/B-TEXT"
    assert arguments("play_music", said) == {"query": "spring", "artist": "vivaldi"}


def test_an_event_has_a_person_and_a_moment() -> None:
    said = "i am seeing ben/B-PERSON on/B-WHEN friday/I-WHEN at/I-WHEN three/I-WHEN for lunch/B-TEXT"
    assert arguments("add_event", said) == {"title": "lunch", "people": "ben", "start": "2026-11-27T15:00"}


def test_parts_of_one_moment_side_by_side_are_one_and_end_nothing() -> None:
    said = "add baseball/B-TEXT practice/I-TEXT five/B-WHEN pm/I-WHEN tonight/B-WHEN"
    assert arguments("add_event", said) == {"title": "baseball practice", "start": "2026-11-20T17:00"}
    assert arguments("set_alarm", "one at five/B-WHEN o'clock morning/B-WHEN") == {"time": "2026-11-21T05:00"}


def test_a_name_begins_where_its_number_does() -> None:
    said = "go to nine hundred and/B-TEXT ninety/I-TEXT nine/I-TEXT fm/I-TEXT"
    assert arguments("play_radio", said) == {"station": "nine hundred and ninety nine fm"}
    assert arguments("play_radio", "the radio on seven am/B-TEXT") == {"station": "seven am"}
    assert arguments("add_to_list", "put two eggs/B-TEXT on my food/B-LIST list")["item"] == "eggs"


def test_the_next_meeting_is_none_that_is_called_so() -> None:
    fixed = {"title": "next"}
    assert arguments("remove_event", "delete my next meeting/B-TEXT", fixed) == {"title": "next"}
    assert arguments("remove_event", "delete my next yoga/B-TEXT class/I-TEXT", fixed) == {"title": "yoga class"}


def test_a_list_to_do_is_one_name() -> None:
    assert arguments("show_list", "what is on my list to/B-LIST do today")["list"] == "to do"


def test_words_that_an_action_cannot_use_are_what_else_they_may_be() -> None:
    said = ["how", "is", "the", "news", "in", "ireland"]
    tags, others = ["O"] * 5 + ["B-PLACE"], [[], [], [], [], [], ["B-TEXT"]]
    found = filled(ACTIONS["get_news"], {}, " ".join(said), tokenize(" ".join(said)), tags, NOW, others)
    assert found.call is not None
    assert found.call.arguments == {"topic": "ireland"}


def test_a_day_of_a_year_is_all_of_it() -> None:
    assert arguments("get_date", "what day is memorial day this/B-WHEN year/I-WHEN") == {"when": "2026-05-25"}
    assert arguments("get_date", "what day is it this/B-WHEN year/I-WHEN") == {"when": "2026-11-20"}
