"""The designer service: a face of words is kept, one is changed into another, and what cannot be is said."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.service import Call
from bluerill.modalities.screen.design import making
from bluerill.modalities.screen.design.making import unpack
from bluerill.modalities.screen.design.service import DesignerService
from bluerill.skills.faces_folder import MAX_FACES, face_files
from bluerill.skills.messages import DesignFace, FaceDesigned, FaceNotDesigned


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is judged has tests of its own."""
    monkeypatch.setattr(making, "JUDGED", ())


def asked(service: DesignerService, words: str, change: str = "") -> Any:
    return asyncio.run(service.design(DesignFace(words, change), Call("skills")))


def test_a_face_is_made_changed_and_named(tmp_path: Path) -> None:
    service = DesignerService(str(tmp_path / "faces"))
    made = asked(service, "calm blue analog, steps at the bottom, frobnicated")
    assert isinstance(made, FaceDesigned)
    assert made.name == "calm blue analog"
    assert made.unread == ["frobnicated"]
    changed = asked(service, "make the hands thicker", made.name)
    assert isinstance(changed, FaceDesigned)
    assert changed.name == "calm blue analog 2"
    files = face_files(tmp_path / "faces")
    (one, _), (other, _) = unpack(files["calm blue analog"]), unpack(files["calm blue analog 2"])
    assert other.thick > one.thick
    assert sorted(path.suffix for path in (tmp_path / "faces").iterdir()) == [".zip", ".zip"]


def test_a_bundled_face_made_from_words_can_be_changed_too(tmp_path: Path) -> None:
    changed = asked(DesignerService(str(tmp_path)), "make it red, drop the date", "harbour")
    assert isinstance(changed, FaceDesigned)
    brief, _ = unpack(face_files(tmp_path)[changed.name])
    assert (brief.colours.theme, brief.date) == ("#dc2f2f", "none")


def test_what_cannot_be_made_is_said_and_nothing_is_kept(tmp_path: Path) -> None:
    service = DesignerService(str(tmp_path))
    for words, change, why in (
        ("zebra", "", "I don't know what 'zebra'"),
        ("thicker hands", "almanac", "Only faces made from words"),
    ):
        refused = asked(service, words, change)
        assert isinstance(refused, FaceNotDesigned)
        assert why in refused.reason
    assert list(tmp_path.iterdir()) == []
    for number in range(MAX_FACES):
        (tmp_path / f"f{number:03d}.xml").write_text("<WatchFace/>")
    full = asked(service, "calm blue")
    assert isinstance(full, FaceNotDesigned)
    assert str(MAX_FACES) in full.reason
    assert isinstance(asked(DesignerService(), "calm blue"), FaceNotDesigned)


def test_a_bundled_name_is_not_taken(tmp_path: Path) -> None:
    made = asked(DesignerService(str(tmp_path)), "digital")
    assert isinstance(made, FaceDesigned)
    assert made.name == "digital 2"
