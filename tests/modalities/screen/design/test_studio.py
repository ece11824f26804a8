"""The studio's bench: pictures at any time, findings at their lines, an energy label, edits that are kept."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from bluerill.kernel.errors import CallerError
from bluerill.modalities.screen.design.studio import MAX_DOCUMENT, Studio, refusal
from bluerill.modalities.screen.messages import LookAtFace
from bluerill.modalities.screen.wff.check import Metric
from bluerill.modalities.screen.wff.energy import energy_label
from bluerill.modalities.screen.wff.problem import FaceError


def shown(studio: Studio, **wish: object) -> Image.Image:
    _, data = studio.look(LookAtFace(**{"face": "meridian", "size": 96, **wish}))  # type: ignore[arg-type]
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB")


def document(studio: Studio) -> str:
    return studio.read("meridian", "", measured=False)[1].decode()


def test_a_face_is_seen_at_any_time_day_and_night() -> None:
    studio = Studio(None)
    assert shown(studio).size == (96, 96)
    assert len({shown(studio, **wish).tobytes() for wish in ({}, {"at": 900}, {"ambient": True}, {"battery": 5})}) == 4
    look, _ = studio.look(LookAtFace("meridian", size=5000))
    assert look.size == 480


def test_an_edited_document_is_drawn_with_the_faces_own_pictures() -> None:
    studio = Studio(None)
    text = studio.read("harbour", "", measured=False)[1].decode()
    assert shown(studio, face="harbour", document=text.replace("<HourHand", "<HourHand alpha='0'")) != shown(
        studio, face="harbour"
    )


def test_mistakes_have_their_lines() -> None:
    studio = Studio(None)
    text = document(studio)
    wrong = text.replace('value="[MINUTE] * 6"', 'value="[MINUTE] * "')
    line = next(n for n, row in enumerate(text.split("\n"), 1) if 'value="[MINUTE] * 6"' in row)
    read, _ = studio.read("meridian", wrong, measured=False)
    assert not read.valid
    assert [finding.line for finding in read.findings if finding.error] == [line]
    assert read.energy == ""
    with pytest.raises(FaceError) as caught:
        studio.read("meridian", text.replace("</Scene>", ""), measured=False)
    assert refusal(caught.value).line > 10
    tree = studio.read("meridian", "", measured=False)[0].tree
    assert (tree[0].tag, tree[0].depth) == ("WatchFace", 0)
    assert all(1 <= branch.line <= text.count("\n") + 1 for branch in tree)


def test_what_is_kept_is_valid_and_lost_its_brief() -> None:
    studio = Studio(None)
    text = studio.read("atelier", "", measured=False)[1].decode()
    files = studio.files("atelier", text)
    assert "brief.json" not in files
    assert any(name.endswith(".png") for name in files)
    with pytest.raises(CallerError, match="expected a valid face"):
        studio.files("atelier", text.replace("<Scene", "<Scene wings='2'"))


@pytest.mark.parametrize(
    ("face", "text", "why"),
    [
        ("nowhere", "", "no face of the format"),
        ("../etc", "", "no face of the format"),
        ("slab", "x" * (MAX_DOCUMENT + 1), "at most"),
    ],
)
def test_what_cannot_be_read_is_said(face: str, text: str, why: str) -> None:
    with pytest.raises(CallerError, match=why):
        Studio(None).read(face, text, measured=False)


def test_a_face_of_the_owners_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "red.xml").write_text(
        '<WatchFace width="450" height="450"><Scene backgroundColor="#FFFF0000"/></WatchFace>'
    )
    pixel = shown(Studio(tmp_path), face="red").getpixel((48, 48))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 240


def test_energy_is_a_letter_by_light_and_work() -> None:
    def label(lit: float, frame: float, rate: float) -> str:
        return energy_label(
            [Metric("ambient_lit_weighted", lit), Metric("frame_time_p95", frame), Metric("pictures_a_second", rate)]
        )

    assert label(1.0, 1.0, 1.0) == "A"
    assert label(4.5, 1.0, 1.0) == "C"
    assert label(12.0, 10.0, 30.0) == "G"
    assert label(1.0, 12.0, 30.0) > label(1.0, 2.0, 30.0)
    assert energy_label([]) == ""


def test_faces_described_by_code_can_be_looked_at_too(tmp_path: Path) -> None:
    for name in ("analog", "digital", "minimal"):
        look, data = Studio(tmp_path).look(LookAtFace(name, size=120))
        assert (look.size, data[:4]) == (120, b"RIFF")
