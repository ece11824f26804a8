"""Photographs as grounds: the subject stays in the square, and words can be read on what is left of the light."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

from bluerill.modalities.screen.design.oklch import luminance
from bluerill.modalities.screen.design.photo import cropped, darkened, subject_square


def with_subject(size: tuple[int, int], at: tuple[int, int]) -> Image.Image:
    picture = Image.new("RGB", size, (70, 110, 150))
    draw = ImageDraw.Draw(picture)
    for radius, colour in ((60, (230, 120, 60)), (40, (250, 220, 90)), (18, (120, 20, 20))):
        draw.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=colour)
    return picture


def test_the_square_holds_the_subject() -> None:
    for at in ((120, 200), (400, 210), (680, 190)):
        left, top, side = subject_square(with_subject((800, 400), at))
        assert left + side * 0.2 < at[0] < left + side * 0.8 or abs(at[0] - left - side / 2) < 130
        assert 0 <= left <= 800 - side
        assert 0 <= top <= 400 - side
    left, top, side = subject_square(with_subject((400, 900), (200, 760)))
    assert top < 760 < top + side


def test_a_square_has_the_size_of_a_ground() -> None:
    assert cropped(with_subject((640, 480), (300, 240))).size == (450, 450)
    assert cropped(Image.new("RGB", (9, 33))).size == (450, 450)


def test_white_words_can_be_read_on_the_brightest_picture() -> None:
    white = Image.new("RGB", (450, 450), "white")
    with Image.open(io.BytesIO(darkened(white, 0))) as shown:
        pixel = np.asarray(shown.convert("RGB"))[200, 200]
    light = luminance("#{:02x}{:02x}{:02x}".format(*pixel))
    assert 1.05 / (light + 0.05) >= 4.5
    with Image.open(io.BytesIO(darkened(white, 2))) as darker:
        assert np.asarray(darker).mean() < pixel.mean()


def test_a_dark_picture_keeps_its_light() -> None:
    dark = Image.new("RGB", (450, 450), (40, 30, 50))
    with Image.open(io.BytesIO(darkened(dark, 0))) as shown:
        assert abs(float(np.asarray(shown.convert("RGB")).mean()) - 40) < 4
