"""``bluerill face check``: what it prints for people and programs, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bluerill.watch.cli import main
from support.wff_faces import GROUP, IMAGE, document, folder

BAD = document(GROUP.format('<Transform target="x" value="1 +"/>'))
LATER = document(GROUP.format('<Transform target="x" value="[WEATHER.TEMPERATURE]"/>'))


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """A good face, a bad one, one for later versions, and one that is none."""
    folder(tmp_path, {"good.xml": document(), "bad.xml": BAD, "later.xml": LATER, "torn.xml": "<WatchFace "})
    return tmp_path


def test_one_line_of_json_a_face(faces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["face", "check", "--json", "--fast", *(str(faces / f"{name}.xml") for name in ("good", "bad"))]) == 1
    good, bad = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (good["valid"], good["versions"], good["errors"], good["metrics"]) == (True, [1, 2, 3, 4, 5], [], {})
    assert (bad["valid"], bad["versions"]) == (False, [])
    [error] = bad["errors"]
    assert (error["line"], error["kind"]) == (1, "expression-syntax")
    assert error["path"] == "WatchFace/Scene/Group/Transform"
    assert error["message"] == "value: expected a value at column 4, found the end"


def test_a_folder_of_faces_and_one_that_cannot_be_read(faces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["face", "check", "--fast", str(faces)]) == 2
    told = capsys.readouterr().out
    assert told.count("invalid  ") == 1
    assert told.count("unreadable  ") == 1
    assert "torn.xml, line 1: expected well-formed XML" in told
    assert "(versions 2 to 5)" in told
    assert "not in version 1: 1 finding" in told


def test_nothing_there_is_one_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["face", "check", "--json", str(tmp_path / "gone.xml")]) == 2
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["errors"][0]["message"].startswith("expected a face")


def test_a_missing_picture_is_an_error_of_a_valid_face(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"raw/watchface.xml": document(IMAGE.format(9, "gone")), "values/strings.xml": "<resources/>"}
    folder(tmp_path, files)
    assert main(["face", "check", "--json", "--fast", str(tmp_path)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["valid"], found["passed"], found["errors"][0]["kind"]) == (True, False, "resource")
    assert found["metrics"]["memory_active"] == {
        "value": 0, "unit": "bytes", "limit": 104_857_600, "passed": True,
    }  # fmt: skip


def test_what_only_the_reference_validator_refuses_can_be_tolerated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "face.xml"
    path.write_text(document(GROUP.format('<ScreenReader stringId=""/>')))
    assert main(["face", "check", "--fast", str(path)]) == 1
    assert "--tolerant accepts it" in capsys.readouterr().out
    assert main(["face", "check", "--fast", "--tolerant", str(path)]) == 0
