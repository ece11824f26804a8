"""``bluerill face new``: words, a photograph, a change, and every way to ask for it wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from bluerill.modalities.screen.design import making
from bluerill.watch.cli import main


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(making, "JUDGED", making.JUDGED[:1])
    monkeypatch.setenv("BLUERILL_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def made(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main(["face", "new", *words, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_words_make_a_face_with_its_brief(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = made(capsys, "calm blue analog, steps at the bottom", "-o", "calm.zip", "--png", "calm.png")
    brief = found["brief"]
    assert isinstance(brief, dict)
    assert brief["facts"] == [{"kind": "steps", "place": "bottom", "look": ""}]
    assert found["not_understood"] == []
    with Image.open(tmp_path / "calm.png") as picture:
        assert picture.size == (466, 466)
    again = made(capsys, "calm blue analog, steps at the bottom", "-o", "again.zip")
    assert again["brief"] == brief
    assert (tmp_path / "calm.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    assert main(["face", "check", "--fast", "calm.zip"]) == 0


def test_a_face_is_changed_by_words(capsys: pytest.CaptureFixture[str]) -> None:
    made(capsys, "elegant analog, date at the top", "-o", "one.zip")
    found = made(capsys, "--change", "one.zip", "drop the date, make the hands thicker", "-o", "two.zip")
    brief = found["brief"]
    assert isinstance(brief, dict)
    assert brief["date"] == "none"


def test_a_photograph_gives_ground_and_colours(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = Image.linear_gradient("L").resize((300, 200)).convert("RGB")
    picture.paste((220, 90, 30), (40, 40, 160, 160))
    picture.save(tmp_path / "view.png")
    found = made(capsys, "digital", "--photo", "view.png", "-o", "view.zip")
    brief = found["brief"]
    assert isinstance(brief, dict)
    assert brief["ground"] == "photo"
    changed = made(capsys, "--change", "view.zip", "no date", "-o", "view2.zip")
    assert isinstance(changed["brief"], dict)
    assert changed["brief"]["ground"] == "photo"


def test_a_face_is_installed_among_the_watchs_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = made(capsys, "neon digital rings", "--install")
    assert Path(str(found["file"])).parent == tmp_path / "home" / "faces"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "expected words or --photo"),
        (["x" * 400], "at most 300 characters"),
        (["blue", "--photo", "none.png"], "expected a picture"),
        (["thicker hands", "--change", "none.zip"], "expected a face made here"),
    ],
)
def test_what_is_wrong_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], why: str) -> None:
    assert main(["face", "new", *arguments]) == 2
    assert why in capsys.readouterr().err


def test_what_was_not_understood_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["face", "new", "blue zebra analog", "-o", "z.zip"]) == 0
    assert "not understood: zebra" in capsys.readouterr().err
    assert main(["face", "new", "zebra", "-o", "y.zip"]) == 2
    assert "expected words on how a watch face looks" in capsys.readouterr().err
    assert not Path("y.zip").exists()
