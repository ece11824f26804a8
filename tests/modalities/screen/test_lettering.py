"""Setting words into a round window: nothing leaves the circle, whatever the words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluerill.modalities.screen.lettering import FONTS, MEDIUM, chord, cut, fit, tidy, width

CENTRE, RADIUS, TOP, BOTTOM = 233.0, 196.0, 166.0, 408.0
SIZES = (46, 40, 35, 31, 28)


@given(st.text(min_size=1, max_size=400))
@settings(max_examples=60, deadline=None)
def test_every_line_lies_inside_the_circle(text: str) -> None:
    setting = fit(text, MEDIUM, SIZES, radius=RADIUS, top=TOP, bottom=BOTTOM, centre=CENTRE)
    for line, _, y in setting.lines:
        room = chord(RADIUS, abs(y - CENTRE))
        # One character is always placed, be it wider than the room.
        assert width(line, MEDIUM, setting.pixels) <= room + 1 or len(line) <= 2
        assert TOP - setting.leading <= y <= BOTTOM + setting.leading


def test_short_words_are_set_large_and_long_ones_small() -> None:
    short = fit("Done.", MEDIUM, SIZES, radius=RADIUS, top=TOP, bottom=BOTTOM, centre=CENTRE)
    long = fit("word " * 24, MEDIUM, SIZES, radius=RADIUS, top=TOP, bottom=BOTTOM, centre=CENTRE)
    assert short.pixels == 46
    assert short.whole
    assert long.pixels < 46
    assert long.whole


def test_what_cannot_be_held_ends_with_an_ellipsis() -> None:
    setting = fit("word " * 120, MEDIUM, SIZES, radius=RADIUS, top=TOP, bottom=BOTTOM, centre=CENTRE)
    assert not setting.whole
    assert setting.lines[-1][0].endswith("…")


def test_a_megabyte_is_cut_before_it_is_measured() -> None:
    assert len(tidy("a" * 1_000_000)) <= 600
    assert tidy("one\x00two\n\n three\u202e") == "one two three"


def test_cut_keeps_within_the_room() -> None:
    assert cut("shopping", MEDIUM, 23, 500) == "shopping"
    shortened = cut("a very long title indeed", MEDIUM, 23, 120)
    assert shortened.endswith("…")
    assert width(shortened, MEDIUM, 23) <= 120


@pytest.mark.parametrize("name", ["Inter-Regular", "Inter-Medium", "Inter-SemiBold", "InterDisplay-Light"])
def test_fonts_and_their_licence_are_in_the_package(name: str) -> None:
    assert (FONTS / f"{name}.otf").is_file()
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_digits_of_the_text_cuts_are_all_equally_wide() -> None:
    assert len({width(digit, "Inter-SemiBold", 104) for digit in "0123456789"}) == 1
