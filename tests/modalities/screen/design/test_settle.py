"""From wishes to a brief: what was said is kept, seeds repeat, places are taken once, changes touch what they name."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluerill.kernel.errors import CallerError
from bluerill.modalities.screen.design.brief import Brief, Fact, read_brief, write_brief
from bluerill.modalities.screen.design.settle import brief_of, changed


def test_the_same_words_and_seed_are_the_same_brief() -> None:
    assert brief_of("elegant watch", 4) == brief_of("elegant watch", 4)
    assert brief_of("Elegant  watch") == msgspec.structs.replace(brief_of("elegant watch"), words="Elegant watch")
    assert len({brief_of("elegant watch", seed).ground for seed in range(30)}) > 2


def test_what_was_said_wins_over_mood_and_seed() -> None:
    for seed in range(20):
        brief = brief_of("sporty digital with roman hands, skeleton hands, no date, steps at the top", seed)
        assert brief.style == "hybrid"
        assert brief.hands == "skeleton"
        assert brief.date == "none"
        assert Fact("steps", "top") in brief.facts


@given(st.integers(0, 500))
def test_no_place_is_taken_twice(seed: int) -> None:
    brief = brief_of(
        "busy hybrid with steps at the bottom, heart rate at the bottom, battery at the bottom, date", seed
    )
    places = [fact.place for fact in brief.facts] + [place for place in (brief.date, brief.digits) if place != "none"]
    assert len(places) == len(set(places))


def test_a_change_touches_only_what_it_names() -> None:
    before = brief_of("calm blue analog, steps at the bottom, date at the top", 1)
    after, wishes = changed(before, "make the hands thicker, drop the date, add heart rate on the left")
    assert after.thick > before.thick
    assert after.date == "none"
    assert after.facts == (Fact("steps", "bottom"), Fact("heart", "left"))
    assert not wishes.empty
    kept = msgspec.structs.replace(after, thick=before.thick, date=before.date, facts=before.facts)
    assert kept == before


def test_things_move_and_colours_change() -> None:
    before = brief_of("blue analog, steps at the bottom", 1)
    after, _ = changed(before, "move the steps to the top, make it red")
    assert after.facts[0] == Fact("steps", "top")
    assert after.colours.theme == "#dc2f2f"
    assert abs(after.hue - before.hue) > 60


def test_darker_and_lighter_are_steps() -> None:
    before = msgspec.structs.replace(brief_of("analog", 1), scheme="rich")
    assert changed(before, "darker")[0].scheme == "dark"
    assert changed(before, "lighter")[0].scheme == "light"


def test_from_hands_to_figures_and_back() -> None:
    digital, _ = changed(brief_of("analog", 3), "make it digital")
    assert (digital.style, digital.layout != "dial") == ("digital", True)
    assert changed(digital, "with roman numerals")[0].style == "analog"


@settings(max_examples=60)
@given(st.text(max_size=80), st.integers(0, 2**32 - 1))
def test_every_brief_can_be_written_and_read(text: str, seed: int) -> None:
    brief = brief_of(text, seed)
    assert read_brief(write_brief(brief)) == brief


@pytest.mark.parametrize("data", [b"", b"[]", b'{"thick": 40}', b'{"colours": {"theme": "red"}}', b'{"wings": 2}'])
def test_a_brief_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(CallerError, match="expected the brief of a face"):
        read_brief(data)


def test_defaults_are_a_brief() -> None:
    assert read_brief(b"{}") == Brief()
