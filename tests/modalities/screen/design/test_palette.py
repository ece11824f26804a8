"""Colours: conversions there and back, contrast in every scheme, and named colours that are seen."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluerill.modalities.screen.design.oklch import Tone, contrast, hex_of, mixed, standing_out, tone_of
from bluerill.modalities.screen.design.palette import LARGE, WORDS, palette_of
from bluerill.modalities.screen.design.settle import brief_of

HEX = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@given(HEX)
def test_a_colour_there_and_back_is_itself(colour: str) -> None:
    assert hex_of(tone_of(colour)) == colour


def test_known_values() -> None:
    # OKLCH of sRGB red, from the CSS Color 4 specification's examples
    light, chroma, hue = tone_of("#ff0000")
    assert (round(light, 3), round(chroma, 3), round(hue, 1)) == (0.628, 0.258, 29.2)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert mixed("#000000", "#ffffff", 0.5) == "#636363"


@given(st.floats(0.1, 0.96), st.floats(0, 0.4), st.floats(0, 360))
def test_what_no_screen_shows_keeps_its_hue(light: float, chroma: float, hue: float) -> None:
    shown = tone_of(Tone(light, chroma, hue).hex)
    assert abs(shown.light - light) < 0.02
    if shown.chroma > 0.05:
        assert abs((shown.hue - hue + 180) % 360 - 180) < 8


@given(HEX, HEX, st.sampled_from((3.0, 4.5)))
def test_standing_out_does(colour: str, ground: str, ratio: float) -> None:
    assert contrast(standing_out(tone_of(colour), (ground,), ratio).hex, ground) >= ratio


@pytest.mark.parametrize("scheme", ["dark", "rich", "light"])
def test_every_role_can_be_read(scheme: str) -> None:
    for seed in range(40):
        brief = msgspec.structs.replace(brief_of("watch", seed), scheme=scheme)
        palette = palette_of(brief)
        for ground in (palette.ground, palette.panel):
            assert contrast(palette.ink, ground) >= WORDS
            assert contrast(palette.soft, ground) >= WORDS - 0.05
            assert contrast(palette.accent, ground) >= LARGE
        assert contrast(palette.hands, palette.ground) >= LARGE
        assert contrast(palette.night, "#000000") >= 7


@pytest.mark.parametrize("colour", ["orange", "pink", "gold", "turquoise"])
def test_a_named_colour_is_seen(colour: str) -> None:
    for seed in range(10):
        brief = brief_of(f"{colour} analog", seed)
        palette = palette_of(brief)
        hue = tone_of(brief.colours.theme).hue
        shown = [tone_of(each) for each in (palette.ground, palette.accent, palette.high)]
        assert any(abs((tone.hue - hue + 180) % 360 - 180) < 22 and tone.chroma > 0.05 for tone in shown)
