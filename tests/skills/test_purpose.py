from __future__ import annotations

import re

import pytest

from bluerill.bench.domain import device_catalogue
from bluerill.skills.purpose import MOST, derived, filled, slots

SHOWN = [each for each in device_catalogue().actions if not each.hidden]


@pytest.mark.parametrize(
    ("phrase", "said", "arguments", "expected"),
    [
        ("text {to}", {"to": "sam"}, {"to": "Sam Green"}, "text sam"),
        ("text {to}", {}, {"to": "Sam Green"}, "text Sam Green"),
        ("text {to}", {}, {}, ""),
        ("start the [{label}] timer[ for {duration}]", {}, {"duration": "PT10M"}, "start the timer"),
        (
            "start the [{label}] timer[ for {duration}]",
            {"duration": "ten minutes"},
            {"duration": "PT10M", "label": "pasta"},
            "start the pasta timer for ten minutes",
        ),
        ("switch {mode}", {}, {"mode": "do_not_disturb", "on": True}, "switch do not disturb"),
        ("set it[ for {time}]", {}, {"time": "2026-11-21T07:00"}, "set it"),
        ("set it[ for {time}]", {"time": "at sunrise"}, {"time": "$1.sunrise"}, "set it at sunrise"),
        ("note[ {text}]", {}, {"text": "$1.said"}, "note"),
        ("keep[ {text}]", {"text": "words of a call"}, {}, "keep"),
        ("calculate {value}", {}, {"value": 1.5}, "calculate 1.5"),
    ],
)
def test_a_phrase_is_filled_with_what_was_said(
    phrase: str, said: dict[str, str], arguments: dict[str, object], expected: str
) -> None:
    assert filled(phrase, said, arguments) == expected


def test_a_long_argument_is_cut() -> None:
    assert len(filled("note {text}", {}, {"text": "word " * 100})) <= MOST


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Start a timer (of any length). It rings once.", "start a timer"),
        ("Say the weather now, or of a coming day.", "say the weather now"),
        ("x" * 200, ""),
        ("", ""),
    ],
)
def test_without_a_phrase_the_description_says_it(description: str, expected: str) -> None:
    assert derived(description) == expected


def test_every_action_of_the_catalogue_has_a_phrase_that_can_be_said() -> None:
    assert len(SHOWN) == 74
    for action in SHOWN:
        assert action.purpose, f"{action.name} has no purpose"
        assert re.match(r"[a-z]+ ", action.purpose + " "), action.name
        assert not action.purpose.endswith("."), action.name
        every = {each.name: "x" for each in action.parameters}
        need = {each.name: "x" for each in action.parameters if each.required}
        for given in (every, need):
            told = filled(action.purpose, {}, given)
            assert told, f"{action.name} cannot be said with {sorted(given)}"
            assert not re.search(r"[\[\]{}]|  ", told), told
            assert told.isprintable()
        assert slots(action.purpose) <= every.keys()


def test_two_actions_of_a_skill_are_told_apart() -> None:
    phrases = [(each.skill, each.purpose) for each in SHOWN]
    assert len(set(phrases)) == len(phrases)
