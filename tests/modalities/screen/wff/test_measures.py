"""Each measure finds the face it is there to find, and passes one without the fault."""

from __future__ import annotations

import pytest

from bluerill.modalities.screen.faces.wardrobe import BUNDLED
from bluerill.modalities.screen.wff.check import Metric
from bluerill.modalities.screen.wff.face import Face, load
from bluerill.modalities.screen.wff.measure_ambient import ambient_lit, ambient_still
from bluerill.modalities.screen.wff.measure_cost import deterministic
from bluerill.modalities.screen.wff.measure_reading import clipping, contrast, legible_time
from support.wff import box, face, scene

DARKEN = '<Variant mode="AMBIENT" target="alpha" value="0"/>'


def clock(size: int = 40, colour: str = "#FFFFFFFF", pattern: str = "hh:mm") -> str:
    return f'<DigitalClock x="0" y="30" width="100" height="40"><TimeText x="0" y="0" width="100" height="40" format="{pattern}"><Font family="SYNC_TO_DEVICE" size="{size}" color="{colour}"/></TimeText></DigitalClock>'  # fmt: skip


def words(text: str, *, y: int = 60, size: int = 6, colour: str = "#FFFFFFFF") -> str:
    return f'<PartText x="10" y="{y}" width="80" height="12"><Text><Font family="SYNC_TO_DEVICE" size="{size}" color="{colour}">{text}</Font></Text></PartText>'  # fmt: skip


def values(found: object) -> dict[str, Metric]:
    return {metric.name: metric for metric in found}  # type: ignore[attr-defined]


def round_face(inside: str) -> Face:
    return face(scene(inside), attributes='clipShape="CIRCLE"')


def test_lit_pixels_are_counted_both_ways() -> None:
    half = values(ambient_lit(round_face(box("#FF808080", side=100, more="") + box("#FF000000", x=50))))
    assert half["ambient_lit"].value == pytest.approx(50, abs=1)
    assert half["ambient_lit"].passed is False
    assert half["ambient_lit_weighted"].value == pytest.approx(25, abs=1)
    assert values(ambient_lit(round_face(box(more=DARKEN))))["ambient_lit"].value == 0


def test_seconds_in_ambient_mode_are_found() -> None:
    assert values(ambient_still(round_face(clock(20, pattern="hh:mm:ss"))))["ambient_pictures_a_minute"].passed is False
    assert values(ambient_still(round_face(clock())))["ambient_pictures_a_minute"].passed is True


def test_contrast_counts_what_lies_behind_and_above() -> None:
    faint = values(contrast(round_face(box("#FF808080") + words("faint words", colour="#FFA0A0A0"))))
    assert faint["contrast_text"].passed is False
    assert float(faint["contrast_text"].value) == pytest.approx(1.52, abs=0.15)
    assert "PartText" in faint["contrast_text"].where
    plain = values(contrast(round_face(box("#FF808080") + words("plain words", colour="#FF000000"))))
    assert float(plain["contrast_text"].value) > 4.5


def test_words_that_do_not_fit_leave_the_glass_or_cross_are_found() -> None:
    fits = values(clipping(round_face(words("short"))))
    assert (fits["clipping"].passed, fits["overlap"].passed) == (True, True)
    assert (
        values(clipping(round_face(words("many many words that never ever fit into this very small box"))))[
            "clipping"
        ].passed
        is False
    )
    assert values(clipping(round_face(words("words at the very rim of it", y=87))))["clipping"].passed is False
    crossed = values(clipping(round_face(words("one") + words("two"))))
    assert crossed["overlap"].passed is False


@pytest.mark.parametrize("name", ["meridian", "slab"])
def test_the_time_is_read_back_from_hands_and_from_figures(name: str) -> None:
    assert values(legible_time(load(BUNDLED / f"{name}.xml")))["legible_time"].value == 100


@pytest.mark.parametrize(
    "inside",
    [
        words("no time here"),
        clock(colour="#FF0A0A0A"),
        clock(pattern="mm"),
        clock(90),
        '<PartDraw x="45" y="5" width="10" height="50" pivotX="0.5" pivotY="0.9"><Rectangle x="0" y="0" width="10" height="50"><Fill color="#FFFFFFFF"/></Rectangle><Transform target="angle" value="[MINUTE] * 6"/></PartDraw>',
    ],
    ids=["none", "invisible", "minutes only", "too large", "one hand"],
)  # fmt: skip
def test_a_time_that_cannot_be_read_fails(inside: str) -> None:
    assert values(legible_time(round_face(inside)))["legible_time"].passed is False


def test_drawing_is_repeatable() -> None:
    assert values(deterministic(round_face(clock())))["deterministic"].passed is True
