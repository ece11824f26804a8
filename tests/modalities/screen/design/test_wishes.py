"""What words ask of a face: things and places, refusals, colours of things, moods, and what says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluerill.modalities.screen.design.brief import Fact
from bluerill.modalities.screen.design.wishes import read_wishes


def test_things_stand_where_they_were_named() -> None:
    wishes = read_wishes("calm blue analog, steps at the bottom and heart rate on the left, date at three o'clock")
    assert wishes.facts == [Fact("steps", "bottom"), Fact("heart", "left")]
    assert wishes.date == "right"
    assert wishes.moods == ["calm"]
    assert wishes.analog
    assert not wishes.digital


def test_a_place_may_come_first_or_stand_for_several() -> None:
    assert read_wishes("at the top battery").facts == [Fact("battery", "top")]
    assert read_wishes("steps and battery at the bottom").facts == [Fact("steps", "bottom"), Fact("battery", "bottom")]


@pytest.mark.parametrize("text", ["no date", "without the date", "drop the date", "with steps but no date"])
def test_no_turns_around_what_follows(text: str) -> None:
    wishes = read_wishes(text)
    assert "date" in wishes.refused
    assert wishes.date is None


def test_no_ends_with_its_clause_but_a_list_of_what_goes_goes_on() -> None:
    assert read_wishes("no date, steps at the bottom").facts == [Fact("steps", "bottom")]
    wishes = read_wishes("drop the date, the battery and the second hand")
    assert {"date", "battery", "second"} <= wishes.refused
    assert wishes.facts == []


@pytest.mark.parametrize(
    ("text", "role", "colour"),
    [
        ("blue hands", "hands", "#2f6fe4"),
        ("hands in #ff8800", "hands", "#ff8800"),
        ("yellow on black", "ground", "#000000"),
        ("yellow on black", "marks", "#f7cf2b"),
        ("navy background", "ground", "#132250"),
        ("red second hand", "accent", "#dc2f2f"),
        ("british racing green", "theme", "#0d4a2f"),
    ],
)
def test_colours_belong_to_things(text: str, role: str, colour: str) -> None:
    assert read_wishes(text).colours[role] == colour


def test_words_make_colours_darker_paler_and_louder() -> None:
    plain, dark, pale = (read_wishes(f"{word} blue").colours["theme"] for word in ("", "dark", "pale"))
    assert sum(bytes.fromhex(dark[1:])) < sum(bytes.fromhex(plain[1:])) < sum(bytes.fromhex(pale[1:]))


def test_neon_is_a_colour_and_a_mood() -> None:
    wishes = read_wishes("neon green")
    assert wishes.moods == ["neon"]
    assert "theme" in wishes.colours


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("roman numerals", "indices", "roman"), ("stacked hours above minutes", "layout", "stack"),
        ("sweeping second hand", "second", "sweep"), ("on a starry night", "ground", "stars"),
        ("small seconds", "second", "dial"), ("skeleton hands", "hands", "skeleton"),
        ("light mode", "scheme", "light"),
    ],
)  # fmt: skip
def test_phrases_decide(text: str, field: str, value: str) -> None:
    assert read_wishes(text).choices[field] == value


def test_what_says_nothing_is_told() -> None:
    wishes = read_wishes("a frobnicated zebra face")
    assert wishes.unread == ["frobnicated", "zebra"]
    assert wishes.empty


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    read_wishes(text)
