"""Patches rebuild the picture exactly, once movement ends."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw

from bluerill.modalities.screen.encode import Differ, Patch, changed, encode, join


def noise(seed: int, side: int = 120) -> Image.Image:
    image = Image.new("RGB", (side, side))
    draw = ImageDraw.Draw(image)
    dice = random.Random(seed)
    for _ in range(40):
        x, y = dice.randrange(side), dice.randrange(side)
        draw.rectangle((x, y, x + dice.randrange(30), y + dice.randrange(30)), fill=dice.randrange(1 << 24))
    return image


def apply(page: Image.Image, patch: Patch | None) -> None:
    assert patch is not None
    page.paste(Image.open(io.BytesIO(patch.data)), patch.box[:2])


def test_only_the_changed_box_is_found() -> None:
    one = noise(1)
    other = one.copy()
    other.putpixel((30, 40), (1, 2, 3))
    other.putpixel((50, 41), (1, 2, 3))
    assert changed(one, other) == (30, 40, 51, 42)
    assert changed(one, one.copy()) is None
    assert changed(None, one) == (0, 0, 120, 120)
    assert join((1, 1, 2, 2), None) == (1, 1, 2, 2)


def test_the_page_is_exact_after_a_movement() -> None:
    differ, page = Differ(), Image.new("RGB", (120, 120))
    first = noise(0)
    apply(page, differ.patch(first, moving=False))
    assert page.tobytes() == first.tobytes()
    for seed in range(1, 6):
        patch = differ.patch(noise(seed), moving=True)
        apply(page, patch)
        assert patch is not None
        assert patch.format == "jpeg"
    assert page.tobytes() != noise(5).tobytes()
    assert not differ.settled
    apply(page, differ.patch(noise(5), moving=False))
    assert page.tobytes() == noise(5).tobytes()
    assert differ.patch(noise(5), moving=False) is None


def test_small_boxes_stay_exact_in_movement() -> None:
    assert encode(noise(1), (0, 0, 40, 40), moving=True).format == "png"


def test_after_a_reset_the_whole_picture_is_sent() -> None:
    differ = Differ()
    differ.patch(noise(1), moving=False)
    differ.reset()
    patch = differ.patch(noise(1), moving=True)
    assert patch is not None
    assert patch.box == (0, 0, 120, 120)
    assert patch.format == "png"
