"""Faces made from briefs: every layout passes every check, the same bytes every time, and mends help or say why not."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.modalities.screen.design import making
from bluerill.modalities.screen.design.brief import Brief, Fact
from bluerill.modalities.screen.design.compose import compose, face_of
from bluerill.modalities.screen.design.making import make, unpack
from bluerill.modalities.screen.design.settle import brief_of
from bluerill.modalities.screen.wff.check import Metric, check, problems_of
from bluerill.modalities.screen.wff.face import Face, load
from bluerill.modalities.screen.wff.measure_ambient import ambient_lit
from bluerill.modalities.screen.wff.measure_reading import clipping, contrast, legible_time
from bluerill.modalities.screen.wff.renderer import FaceRenderer
from bluerill.modalities.screen.wff.subject import device

THREE = (Fact("steps", "bottom"), Fact("battery", "left"), Fact("heart", "top"))
LAYOUTS = ("line", "stack", "split", "rings", "rows", "tiles", "band")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_passes(layout: str) -> None:
    brief = Brief(style="digital", layout=layout, facts=THREE, date="top", font="round", seed=2)  # type: ignore[arg-type]
    report = check(face_of(compose(brief)), (ambient_lit, contrast, clipping))
    assert report.passed, [metric for metric in report.metrics if metric.passed is False]
    assert report.versions == (3, 4, 5)


@pytest.mark.parametrize(
    ("indices", "hands", "second"),
    [
        ("roman", "dauphine", "dial"),
        ("arabic", "syringe", "sweep"),
        ("plots", "sword", "tick"),
        ("bars", "bar", "ring"),
    ],
)
def test_dials_pass(indices: str, hands: str, second: str) -> None:
    brief = Brief(
        indices=indices,  # type: ignore[arg-type]
        hands=hands,  # type: ignore[arg-type]
        second=second,  # type: ignore[arg-type]
        facts=THREE[1:],
        date="right",
        bezel=indices == "plots",
        ground="sunray",
    )
    report = check(face_of(compose(brief)), (ambient_lit, contrast, clipping, legible_time))
    assert report.passed, [metric for metric in report.metrics if metric.passed is False]


def test_a_hybrid_tells_the_time_twice() -> None:
    document = compose(Brief(style="hybrid", digits="bottom"))["res/raw/watchface.xml"].decode()
    assert "HourHand" in document
    assert "TimeText" in document


def test_documents_have_no_mistakes_and_nothing_is_left_undrawn() -> None:
    for seed in range(12):
        face = face_of(compose(brief_of("busy watch", seed)))
        assert [str(each) for each in problems_of(face) if each.is_error and 4 in each.versions] == []
        renderer = FaceRenderer(face, (225, 225))
        renderer.draw(device(10, 8), still=True)
        assert renderer.notes == []


def test_the_same_brief_is_the_same_bytes() -> None:
    assert make(brief_of("vintage", 5)).packed == make(brief_of("vintage", 5)).packed


def test_different_seeds_look_different() -> None:
    pictures = {
        FaceRenderer(face_of(compose(brief_of("watch", seed))), (64, 64)).draw(device(10, 8), still=True).tobytes()
        for seed in range(20)
    }
    assert len(pictures) == 20


def test_a_packed_face_is_read_and_changed_again(tmp_path: Path) -> None:
    made = make(brief_of("calm blue analog, steps at the bottom", 1))
    file = tmp_path / "calm.zip"
    file.write_bytes(made.packed)
    assert load(file).width == 450
    brief, square = unpack(file)
    assert brief == made.brief
    assert square is None


def test_a_photograph_lies_behind_and_stays_with_the_face(tmp_path: Path) -> None:
    square = Image.linear_gradient("L").resize((450, 450)).convert("RGB")
    brief = msgspec.structs.replace(brief_of("digital, date at the top", 3), ground="photo", scheme="dark")
    made = make(brief, square)
    assert made.report.passed
    file = tmp_path / "photo.zip"
    file.write_bytes(made.packed)
    held, again = unpack(file)
    assert again is not None
    assert make(held, again).report.passed


def test_a_picture_is_asked_for_and_refused() -> None:
    with pytest.raises(CallerError, match="expected a picture"):
        make(Brief(ground="photo"))
    with pytest.raises(CallerError, match="expected a picture"):
        make(Brief(), Image.new("RGB", (450, 450)))


def test_a_face_made_elsewhere_has_no_brief(tmp_path: Path) -> None:
    file = tmp_path / "other.zip"
    file.write_bytes(making.pack({"res/raw/watchface.xml": b"<WatchFace/>"}))
    with pytest.raises(CallerError, match="only faces made here"):
        unpack(file)
    file.write_bytes(b"nothing")
    with pytest.raises(CallerError, match="expected a face made here"):
        unpack(file)


def judged(monkeypatch: pytest.MonkeyPatch, name: str, rounds: int) -> None:
    """A measure that fails some rounds."""
    seen = [0]

    def measure(_face: Face) -> list[Metric]:
        seen[0] += 1
        return [Metric(name, 1, limit=0, passed=seen[0] > rounds)]

    monkeypatch.setattr(making, "JUDGED", (measure,))


@pytest.mark.parametrize("name", ["contrast_text", "ambient_lit", "clipping", "overlap", "legible_time"])
def test_what_fails_is_mended(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    judged(monkeypatch, name, 2)
    made = make(Brief(facts=THREE, date="right", ambient="full"))
    assert len(made.mended) == 2
    assert made.brief != Brief(facts=THREE, date="right", ambient="full")


def test_what_cannot_be_mended_is_given_up_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    judged(monkeypatch, "overlap", 99)
    with pytest.raises(ServiceFault, match="overlap"):
        make(Brief(facts=THREE))
    judged(monkeypatch, "deterministic", 99)
    with pytest.raises(ServiceFault, match="deterministic"):
        make(Brief())


def test_pictures_keep_the_small_profile() -> None:
    made = make(brief_of("stars analog", 1))
    profile = [metric for metric in made.report.metrics if metric.profile == "32MB"]
    assert profile
    assert all(metric.passed for metric in profile)
    for name, data in made.files.items():
        if name.endswith((".png", ".webp")):
            with Image.open(io.BytesIO(data)) as picture:
                assert max(picture.size) <= 1024
