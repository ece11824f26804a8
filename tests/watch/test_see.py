"""``bluerill see`` through a whole device: the picture is read in the capped child, a stranger's text is only shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from bluerill.watch.cli import main


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
