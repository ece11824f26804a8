"""``bluerill face render``, ``gif`` and ``diff``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image, ImageSequence

from bluerill.modalities.screen.faces.wardrobe import BUNDLED
from bluerill.watch.cli import main

SLAB, MERIDIAN = str(BUNDLED / "slab.xml"), str(BUNDLED / "meridian.xml")


def render(tmp_path: Path, *words: str) -> Image.Image:
    out = tmp_path / "out.png"
    assert main(["face", "render", SLAB, "-o", str(out), "--at", "2026-11-20T10:08:36+00:00", *words]) == 0
    with Image.open(out) as picture:
        return picture.convert("RGB")


def test_render_at_any_size_shape_and_time(tmp_path: Path) -> None:
    usual = render(tmp_path)
    assert usual.size == (466, 466)
    assert render(tmp_path).tobytes() == usual.tobytes()
    assert render(tmp_path, "--size", "120x160", "--shape", "rect").size == (120, 160)
    assert render(tmp_path, "--ambient").tobytes() != usual.tobytes()
    assert render(tmp_path, "--set", "STEP_COUNT=9999", "--set", "STEP_PERCENT=99").tobytes() != usual.tobytes()
    assert render(tmp_path, "--set", "CONFIGURATION.ink=coral").tobytes() != usual.tobytes()
    assert render(tmp_path, "--set", "slot.1=WATCH_BATTERY:SHORT_TEXT").tobytes() != usual.tobytes()


def test_render_tells_what_it_did_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    render(tmp_path, "--json", "--size", "100")
    told = json.loads(capsys.readouterr().out)
    assert (told["size"], told["not_drawn"], told["changes_every_s"]) == ([100, 100], [], 60.0)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--at", "noon"], "HH:MM"), (["--size", "9"], "16 to"), (["--size", "many"], "pixels"),
        (["--set", "HEART_RATE"], "NAME=VALUE"), (["--set", "HEART=1"], "data source"),
        (["--set", "slot.1=MOON"], "provider"),
        (["--set", "COMPLICATION.1.SMALL_IMAGE=icon:none"], "icon"),
    ],
)  # fmt: skip
def test_wrong_words_are_one_line(
    words: list[str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["face", "render", SLAB, "-o", str(tmp_path / "x.png"), *words]) == 2
    said = capsys.readouterr().err
    assert why in said
    assert said.count("\n") == 1


def test_no_such_face_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["face", "render", "/nowhere/face.xml"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def shown(file: Path) -> tuple[tuple[int, int], int]:
    """Size and milliseconds of an animation; equal frames in a row are one longer frame."""
    with Image.open(file) as film:
        return film.size, sum(frame.info["duration"] for frame in ImageSequence.Iterator(film))


def test_gif_of_an_interval_and_of_a_day_in_several_sizes(tmp_path: Path) -> None:
    out = tmp_path / "m.gif"
    assert main(["face", "gif", MERIDIAN, "-o", str(out), "--seconds", "2", "--fps", "2", "--size", "64"]) == 0
    assert shown(out) == ((64, 64), 2000)
    words = [
        "face",
        "gif",
        SLAB,
        "-o",
        str(out),
        "--day",
        "--seconds",
        "3",
        "--fps",
        "4",
        "--size",
        "48",
        "--size",
        "64",
    ]
    assert main(words) == 0
    for side in (48, 64):
        assert shown(tmp_path / f"m-{side}x{side}.gif") == ((side, side), 3000)
    assert main(["face", "gif", SLAB, "--seconds", "999", "--fps", "50"]) == 2


def test_diff_of_faces_and_of_a_face_and_its_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    render(tmp_path)
    picture, sheet = str(tmp_path / "out.png"), tmp_path / "sheet.png"
    at = ["--at", "2026-11-20T10:08:36+00:00"]
    capsys.readouterr()
    assert main(["face", "diff", SLAB, picture, *at, "--json", "-o", str(sheet)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ssim_circle"] == 1.0
    with Image.open(sheet) as file:
        assert file.size == (466 * 3 + 16, 466)
    assert main(["face", "diff", SLAB, MERIDIAN, *at, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ssim_circle"] < 0.7
    assert main(["face", "diff", SLAB, str(tmp_path / "none.png")]) == 2
