"""Which reading of a small picture counts. The networks are puppets here; what they read is measured elsewhere."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bluerill.kernel.errors import ServiceFault
from bluerill.modalities.image.text import CROP, TextReader, bundled

BOX = [[0, 0], [90, 0], [90, 30], [0, 30]]
Reading = tuple[str, float]


def reader(found: list[Reading], whole: Reading = ("", 0.0), negative: Reading = ("", 0.0)) -> TextReader:
    """A reader whose detector finds some lines (one below the other), and which reads the whole in two ways."""

    def engine(pixels: Any, use_det: bool, use_cls: bool, use_rec: bool) -> Any:
        if use_det:
            boxes = np.array([np.add(BOX, (0, 40 * row)) for row in range(len(found))])
            return SimpleNamespace(txts=[t for t, _ in found], scores=[s for _, s in found], boxes=boxes)
        text, score = whole if pixels.mean() < 128 else negative
        return SimpleNamespace(txts=[text] if text else [], scores=[score], boxes=None)

    made = TextReader.__new__(TextReader)
    made._engine = engine
    return made


def texts(of: TextReader, size: tuple[int, int] = (200, 60)) -> list[str]:
    return [line.text for line in of.read(Image.new("RGB", size, "black"))]


def test_of_a_crop_the_surest_reading_counts() -> None:
    assert texts(reader([("SHAKE", 0.99)], ("SHARE", 0.95), ("SHAPE", 0.9))) == ["SHAKE"]
    assert texts(reader([], ("BALLYS", 0.82), ("BALLY", 0.98))) == ["BALLY"]
    assert texts(reader([("TO", 0.6)], ("TOAST", 0.99))) == ["TOAST"]


def test_a_whole_picture_that_reads_as_nothing_sure_is_no_line() -> None:
    assert texts(reader([], ("#~", 0.5), ("x", 0.79))) == []


def test_several_rows_or_a_large_picture_are_no_crop() -> None:
    rows = [("Concert", 0.9), ("Friday", 0.9)]
    assert texts(reader(rows, ("Concert Friday", 1.0))) == ["Concert", "Friday"]
    assert texts(reader([("Exit", 0.7)], ("Exodus", 1.0)), (CROP[0] + 1, 60)) == ["Exit"]


def test_networks_are_those_of_the_wheel_or_there_is_no_reader(tmp_path: Path) -> None:
    with pytest.raises(ServiceFault, match="networks of rapidocr's wheel"):
        bundled(tmp_path)
    for name in ("v9_det_small.onnx", "v9_rec_small.onnx", "old_cls_mobile.onnx"):
        (tmp_path / name).touch()
    assert bundled(tmp_path)["Rec.model_path"] == str(tmp_path / "v9_rec_small.onnx")
