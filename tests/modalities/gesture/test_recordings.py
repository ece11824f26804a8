"""Recordings from files: what is read, and what hostile files end in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.modalities.gesture.messages import MAX_SAMPLES
from bluerill.modalities.gesture.recordings import (
    MANY_BAD,
    MAX_LINE,
    hand_frames,
    motion_rows,
    open_recording,
    stroke_points,
)

HEAD = "t,ax,ay,az,gx,gy,gz\n"


def written(folder: Path, text: str, name: str = "some.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def rows(path: Path) -> np.ndarray:
    whole: np.ndarray = np.concatenate(list(motion_rows(path)))
    return whole


def test_columns_stand_in_any_order_and_milliseconds_become_seconds(tmp_path: Path) -> None:
    text = "label,z_acc,x_acc,y_acc,timestamp,x_gyro,y_gyro,z_gyro\n" + "".join(
        f"WALK,3,1,2,{1657534570151 + 10 * n},4,5,6\n" for n in range(1200)
    )
    pieces = list(motion_rows(written(tmp_path, text)))
    assert [len(piece) for piece in pieces] == [MAX_SAMPLES, MAX_SAMPLES, 1200 - 2 * MAX_SAMPLES]
    whole = np.concatenate(pieces)
    assert whole[:, 0] == pytest.approx(np.arange(1200) / 100)
    assert whole[7, 1:].tolist() == [1, 2, 3, 4, 5, 6]


def test_a_cell_that_is_no_number_makes_its_row_a_gap(tmp_path: Path) -> None:
    text = HEAD + "0,1,2,3,4,5,6\n0.01,1,,3,4,5,6\n0.02,1,nan,3,4,5,6\n0.03,1,2\n0.04,1,2,3,4,5,6\n"
    whole = rows(written(tmp_path, text))
    assert np.isfinite(whole).all(axis=1).tolist() == [True, False, False, False, True]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "line 1: expected columns"),
        (HEAD, "got 0 without"),
        (HEAD + "x,y\n" * 3, "got 3 without"),
        (HEAD + "0,0,0,0,0,0,0\n" + "x\n" * (2 * MANY_BAD), "cells that are no numbers"),
        (HEAD + "9" * (2 * MAX_LINE), "line 2: expected at most"),
        (HEAD + "0,1,1,1,1,1,1\n0.01,1,1,1,1,1,1\n1e9,1,1,1,1,1,1\n", "at most 24 hours"),
        ("\x00\x01\x02\n", "line 1: expected columns"),
    ],
)
def test_a_hostile_csv_is_one_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(CallerError, match=why) as raised:
        rows(written(tmp_path, text))
    assert "\n" not in str(raised.value)


def test_an_endless_stream_is_read_in_pieces(tmp_path: Path) -> None:
    """A pipe that never ends: each piece comes before the next is read."""
    import os
    import threading

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("w") as file:
            try:
                file.write(HEAD)
                number = 0
                while True:
                    file.write(f"{number / 100},1,2,9,0,0,0\n")
                    number += 1
            except BrokenPipeError:
                pass

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    reading = motion_rows(pipe)
    assert all(len(next(reading)) == MAX_SAMPLES for _ in range(3))
    reading.close()  # type: ignore[attr-defined]
    writer.join(10)
    assert not writer.is_alive()


def test_strokes_of_json_and_xml(tmp_path: Path) -> None:
    points: list[list[float]] = [[1, 2], [3, 4], [5.5, 6]]
    xml = '<Gesture Name="x">' + "".join(f'<Point X="{x}" Y="{y}" T="1" />' for x, y in points) + "</Gesture>"
    for name, text in (("a.json", json.dumps(points)), ("b.json", json.dumps({"points": points})), ("c.xml", xml)):
        path = written(tmp_path, text, name)
        assert open_recording(path).kind == "stroke"
        assert stroke_points(path).tolist() == points


@pytest.mark.parametrize(
    "text",
    [
        "[[1,2]]",
        "[[1],[2]]",
        '[["a","b"],["c","d"]]',
        "[1,2",
        "[" * 5000,
        '{"points": 7}',
        "<a/>",
        '<Point X="1.2.3" Y="4" />',
        '[[1,2],"x"]',
    ],
)
def test_a_hostile_stroke_is_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(CallerError) as raised:
        stroke_points(written(tmp_path, text, "s.json"))
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_or_empty(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="cannot be read: No such file"):
        open_recording(tmp_path / "gone")
    with pytest.raises(CallerError, match="empty file"):
        open_recording(written(tmp_path, ""))


def landmarks(count: int = 3) -> list[str]:
    points = [[float(n), float(-n * n)] for n in range(21)]
    return [json.dumps({"t": at / 10, "landmarks": points}) for at in range(count)]


def test_a_hand_is_read_from_json_lines_and_from_csv(tmp_path: Path) -> None:
    lines = tmp_path / "hand.jsonl"
    lines.write_text("\n".join([*landmarks(), '{"t": 1}', "nonsense"]) + "\n")
    assert open_recording(lines).kind == "pose"
    (rows,) = hand_frames(lines)
    assert rows.shape == (5, 43)
    assert rows[1, :5].tolist() == [0.1, 0, 0, 1, -1]
    assert np.isnan(rows[3:]).all()
    names = ["t", *(f"{axis}{n}" for n in range(21) for axis in "xy")]
    table = tmp_path / "hand.csv"
    table.write_text(",".join(names) + "\n" + ",".join(map(str, range(43))) + "\n")
    assert open_recording(table).kind == "pose"
    (rows,) = hand_frames(table)
    assert rows.tolist() == [list(map(float, range(43)))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"landmarks": 1}\n', "expected frames of 21 landmarks, got 1 lines without"),
        ("t,x0,y0,x20\n1,2,3,4\n", "line 1: expected columns t, x0, y0 … x20, y20; x1, y1"),
        ('{"landmarks": [' + "[1,2]," * 2000 + "[1,2]]}\n", "line 1: expected at most 4096 characters, got more"),
    ],
)
def test_what_is_no_hand_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "hand"
    path.write_text(text)
    with pytest.raises(CallerError) as refused:
        list(hand_frames(path))
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)
