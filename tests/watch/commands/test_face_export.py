"""``bluerill face export``: a folder that holds a face, and refuses what would not be one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bluerill.watch.cli import main
from support.wff_faces import GROUP, document

LATER = document(GROUP.format('<Transform target="x" value="[WEATHER.TEMPERATURE]"/>'))


def test_a_face_becomes_a_project_and_passes_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Calm 1.xml").write_text(LATER)
    out = tmp_path / "out"
    assert main(["face", "export", str(tmp_path / "Calm 1.xml"), "-o", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["package"]) == (2, "org.example.calm_1")
    assert "watchface/src/main/res/drawable-nodpi/preview.png" in found["files"]
    assert all((out / name).is_file() for name in found["files"])
    assert main(["face", "check", "--fast", str(out)]) == 0


def test_what_is_not_valid_is_not_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "face.xml").write_text(LATER)
    assert main(["face", "export", str(tmp_path / "face.xml"), "-o", str(tmp_path / "out"), "--version", "1"]) == 2
    assert "expected a face that is valid in version 1" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main(["face", "export", str(tmp_path / "face.xml"), "-o", str(tmp_path)]) == 2
    assert "new or empty folder" in capsys.readouterr().err
