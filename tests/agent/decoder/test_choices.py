from __future__ import annotations

from bluerill.agent.decoder.about import about
from bluerill.agent.decoder.choices import flag, said, the_one_said


def test_a_choice_is_said_as_it_is_written_or_by_its_stems() -> None:
    assert the_one_said(["opening_times", "prices"], "what are the opening times") == "opening_times"
    assert the_one_said(["detailed", "brief"], "in detail please") == "detailed"
    assert the_one_said(["small", "large"], "small or large") == ""
    assert the_one_said(["large", "extra large"], "an extra large one") == "extra large"


def test_letters_tell_choices_apart_that_read_alike() -> None:
    assert the_one_said(["AA", "Aa"], "of type aa", "of type Aa") == "Aa"


def test_one_word_will_do_where_something_must_be_chosen() -> None:
    choices = ["static load", "dynamic load"]
    assert the_one_said(choices, "the dynamic forces") == ""
    assert the_one_said(choices, "the dynamic forces", loosely=True) == "dynamic load"


def test_all_choices_that_are_said_can_be_had() -> None:
    assert said(["price", "rating", "size"], "the ratings and the price", every=True) == ["price", "rating"]


def test_a_flag_is_what_its_name_is_about() -> None:
    def told(name: str, text: str) -> str:
        return flag(about(name, {"type": "boolean"}, False), text)

    assert told("include_statistics", "with statistics") == "true"
    assert told("include_statistics", "without any statistics") == "false"
    assert told("multiplayer", "multi-player games") == "true"
    assert told("include_statistics", "hello") == ""
    assert told("show", "show it") == "", "a verb alone is no subject"
