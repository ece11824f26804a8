"""Palettes: the colours that are there, in shares, with the names people give them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bluerill.modalities.image.palette import name_of, palette, to_oklab


def test_oklab_is_what_its_author_gives() -> None:
    """White, and the primaries, from the reference implementation's published values."""
    given = to_oklab(np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    expected = [[1.0, 0.0, 0.0], [0.628, 0.225, 0.126], [0.866, -0.234, 0.179], [0.452, -0.032, -0.312]]
    assert np.allclose(given, expected, atol=1e-3)


def test_shares_of_a_flag() -> None:
    flag = Image.new("RGB", (90, 60), "#2050e0")
    flag.paste("#ffffff", (30, 0, 60, 60))
    flag.paste("#e02020", (60, 0, 90, 60))
    found = palette(flag)
    assert {(c.hex, c.name) for c in found} == {("#2050e0", "blue"), ("#ffffff", "white"), ("#e02020", "red")}
    assert all(abs(c.share - 1 / 3) < 0.02 for c in found)


def test_one_colour_is_one_colour_and_the_same_picture_the_same_palette() -> None:
    assert [(c.hex, c.share) for c in palette(Image.new("RGB", (8, 500), "#123456"))] == [("#123456", 1.0)]
    noise = Image.effect_noise((64, 64), 80).convert("RGB")
    assert palette(noise) == palette(noise)
    assert abs(sum(c.share for c in palette(noise)) - 1) < 0.01


@pytest.mark.parametrize(
    ("colour", "name"),
    [("#d7d7d7", "light grey"), ("#9d9d9d", "grey"), ("#5c5c5c", "dark grey"), ("#080808", "black"),
     ("#8b5a2b", "brown"), ("#ff0000", "red"), ("#001f5c", "navy"), ("#fafafa", "white")],
)  # fmt: skip
def test_names_people_give(colour: str, name: str) -> None:
    assert name_of(colour) == name
