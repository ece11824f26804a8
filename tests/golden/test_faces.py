"""Pictures of faces in the Watch Face Format, compared with ones that were looked at (see ``test_screen.py``)."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from bluerill.modalities.screen.faces.wardrobe import BUNDLED
from bluerill.modalities.screen.wff.device import Device
from bluerill.modalities.screen.wff.face import load
from bluerill.modalities.screen.wff.renderer import FaceRenderer
from bluerill.modalities.screen.wff.weather import Sky

HERE = Path(__file__).parent / "faces"
NOW = datetime(2026, 11, 20, 10, 8, 36, tzinfo=UTC)
SIDE = 225
SOURCES = {path.stem: path for path in [*BUNDLED.glob("*.xml"), *HERE.glob("*.xml")]}
CASES = sorted([*SOURCES, *(f"{path.stem}-ambient" for path in BUNDLED.glob("*.xml"))])


def picture(name: str) -> Image.Image:
    stem = name.removesuffix("-ambient")
    renderer = FaceRenderer(load(SOURCES[stem]), (SIDE * 2, SIDE * 2), "rect")
    device = Device(
        NOW, name.endswith("-ambient"), zone="UTC", battery=82, steps=6204, heart_rate=72, unread=3,
        sky=Sky(14, 12.0, low=7.0, high=14.0), next_alarm=NOW.replace(tzinfo=None) + timedelta(hours=21),
    )  # fmt: skip
    drawn = renderer.draw(device, still=True)
    assert not renderer.notes
    return drawn.resize((SIDE, SIDE), Image.Resampling.BOX)


@pytest.mark.parametrize("name", CASES)
def test_picture_is_as_it_was_when_it_was_looked_at(name: str, tmp_path: Path) -> None:
    drawn = picture(name)
    kept = HERE / f"{name}.png"
    if os.environ.get("BLUERILL_GOLDEN"):
        drawn.quantize(128).save(kept, optimize=True)
        return
    assert kept.is_file(), f"{kept.name} was never made: run make golden and look at it"
    with Image.open(kept) as file:
        wanted = file.convert("RGB")
    # what is kept has 128 colours, to be small
    difference = ImageChops.difference(wanted, drawn.quantize(128).convert("RGB"))
    mean, far = max(ImageStat.Stat(difference).mean), sum(difference.convert("L").histogram()[48:])
    if mean > 1.5 or far > 60:
        drawn.save(tmp_path / f"{name}.png")
    assert (mean <= 1.5, far <= 60) == (True, True), f"{name}: mean {mean:.2f}, {far} pixels far off; see {tmp_path}"
