"""Colours can be read where they are used."""

from __future__ import annotations

import pytest

from bluerill.modalities.screen.palette import ACCENTS, BLACK, INK, MUTED, SOFT, contrast, luminance, mix


def test_contrast_of_black_and_white_is_that_of_the_standard() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21.0)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert luminance((255, 0, 0)) == pytest.approx(0.2126)


@pytest.mark.parametrize("text", [INK, SOFT, MUTED])
def test_text_on_the_brightest_ground_of_any_card_has_4_5_to_1(text: tuple[int, int, int]) -> None:
    for accent in ACCENTS.values():
        # Cards glow at 13 % of their accent in the middle, rings at 20 %.
        ground = mix(BLACK, accent, 0.20 if text == INK else 0.13)
        assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("kind", ACCENTS)
def test_accents_are_readable_as_titles_and_as_icons_in_their_disc(kind: str) -> None:
    accent = ACCENTS[kind]
    assert contrast(accent, mix(BLACK, accent, 0.13)) >= 4.5
    assert contrast(accent, mix(BLACK, accent, 0.28)) >= 3.0


@pytest.mark.parametrize("kind", ["alarm", "timer", "reminder"])
def test_the_word_on_the_dismiss_button_is_readable(kind: str) -> None:
    assert contrast((30, 10, 8), ACCENTS[kind]) >= 4.5
    assert contrast(INK, mix(BLACK, ACCENTS[kind], 0.26)) >= 4.5
