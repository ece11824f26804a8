"""``bluerill see`` through a whole device: the picture is read in the capped child, a stranger's text is only shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from bluerill.kernel.places import state_directory
from bluerill.watch.cli import main
from support.vision_models import write_classifier, write_hand


@pytest.mark.process
def test_pictures_one_json_line_each_and_what_is_none_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flag, text, empty = tmp_path / "flag.png", tmp_path / "notes.txt", tmp_path / "empty.png"
    Image.new("RGB", (30, 20), "#e02020").save(flag)
    text.write_text("no picture")
    empty.write_bytes(b"")
    status = main(["see", "--json", "--only", "palette", str(flag), str(text), str(empty), str(tmp_path / "gone")])
    out, err = capsys.readouterr()
    assert status == 2
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert row["file"] == str(flag)
    assert row["size"] == [30, 20]
    assert row["palette"] == [{"hex": "#e02020", "name": "red", "share": 1.0}]
    lines = err.splitlines()
    assert len(lines) == 3
    assert "notes.txt: expected a picture" in lines[0]
    assert "empty.png: expected a picture, got an empty file" in lines[1]
    assert "gone: cannot be read: No such file" in lines[2]


def test_a_strangers_text_cannot_drive_the_terminal() -> None:
    from bluerill.modalities.image.messages import Code, Seen
    from bluerill.watch.commands.see import render

    shown = render("x", Seen((9, 9), codes=[Code("QR Code", "a\x1b[2J\nb\r\nc\u202e", [])]), ("codes",))
    assert "\x1b" not in shown
    assert "a\N{REPLACEMENT CHARACTER}[2J ⏎ b ⏎ c\N{REPLACEMENT CHARACTER}" in shown


@pytest.mark.process
def test_the_owners_models_label_a_picture_and_find_a_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A classifier and a landmark network of the owner's, each in its own process by the broker of models."""
    pytest.importorskip("onnx", reason="onnx is not installed")
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    state_directory().mkdir(parents=True, exist_ok=True)
    names = tmp_path / "names.txt"
    names.write_text("a rose\nmoss\nthe sea\n")
    classifier, hands = write_classifier(tmp_path / "colours.onnx"), write_hand(tmp_path / "hands.onnx")
    (state_directory() / "settings.toml").write_text(
        f'[image.labels]\nmodel = "{classifier}"\nnames = "{names}"\nsize = 16\nnormal = "unit"\n'
        f'[image.hand]\nmodel = "{hands}"\nsize = 64\n'
    )
    sea, white = tmp_path / "sea.png", tmp_path / "white.png"
    Image.new("RGB", (300, 200), "#0010f0").save(sea)
    Image.new("RGB", (300, 200), "white").save(white)
    assert main(["see", "--json", "--only", "labels", "--hand", str(sea), str(white)]) == 0
    blue, bright = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert blue["labels"][0]["label"] == "the sea"
    assert blue["labels"][0]["confidence"] > 0.99
    assert (blue["hand"], blue["notes"]) == (None, [])  # too dark a picture for a hand
    assert (bright["hand"]["pose"], len(bright["hand"]["landmarks"])) == ("open-hand", 21)
    xs = [x for x, _, _ in bright["hand"]["landmarks"]]
    assert 0 < min(xs) < max(xs) < 300
    assert main(["gesture", "--json", str(white), str(sea)]) == 0
    held, nothing = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (held["kind"], [event["gesture"] for event in held["events"]]) == ("picture", ["open-hand"])
    assert nothing["events"] == []


@pytest.mark.process
def test_without_a_model_or_with_a_wrong_one_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnx", reason="onnx is not installed")
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    flag = tmp_path / "flag.png"
    Image.new("RGB", (30, 20), "#e02020").save(flag)
    ask = ["see", "--json", "--only", "palette", "--only", "labels", "--hand", str(flag)]
    assert main(ask) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["palette"]
    assert [note.split(":")[0] for note in row["notes"]] == ["labels", "hand"]
    assert all("is loaded; name one in settings.toml" in note for note in row["notes"])
    assert main(["gesture", str(flag)]) == 2
    assert "hand: no model that can find a hand is loaded" in capsys.readouterr().err
    classifier = write_classifier(tmp_path / "colours.onnx")
    settings = state_directory() / "settings.toml"
    settings.write_text(f'[image.hand]\nmodel = "{classifier}"\nsize = 16\n[image.labels]\nmodel = "nowhere.onnx"\n')
    assert main(ask) == 0
    labels, hand = json.loads(capsys.readouterr().out)["notes"]
    assert "settings.toml [image.labels] names: expected a text or an .npz" in labels
    assert "expected an output of 21 x 3 numbers and one of a single number" in hand
    settings.write_text("[image.hand]\nmodle = 3\n")
    assert main(ask) == 0
    (note,) = json.loads(capsys.readouterr().out)["notes"]
    assert "settings.toml [image]: Object" in note
