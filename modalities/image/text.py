"""Text in a picture: PP-OCR's networks as RapidOCR runs them on onnxruntime, its models inside the wheel.

Memory is what decides the sizes here: the detector's activations grow with the area it looks at. At 736 pixels a side
the process peaks near 240 MiB, at the library's own default (which enlarges small pictures) near 900. A small picture
may be a crop: one line, or a word, that a detector expecting margins misses or cuts. It is read in three ways (what
the detector finds; the whole as one line; the same with light and dark exchanged, since most print is dark on light),
and the reading that the recogniser is surest of is taken. Lines come in reading order: rows from top to bottom, in a
row from left to right.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ...kernel.errors import ServiceFault
from .messages import Line, Point

__all__ = ["LONGEST", "TextReader", "reading_order"]

LONGEST = 1_600
"""The longer side of the picture that lines are cut from."""
DETECT_AT = 736
CROP = (640, 256)
"""A picture no wider and no higher than this may be one line, or a word."""
SURE = 0.5
SURE_ALL = 0.8
"""What reading a whole picture as one line needs, since any picture reads as something."""
ALONE = 0.97
"""What a single letter needs: detectors see an O in every cup."""
MAX_LINES = 400
_MEND = "text needs rapidocr and onnxruntime: pip install 'bluerill[see]'"


class TextReader:
    """Loads the networks on first use. Not safe for two threads at once."""

    def __init__(self, threads: int = 2) -> None:
        """Raises ServiceFault if the libraries are not installed."""
        try:
            import rapidocr
        except ImportError:
            raise ServiceFault(_MEND) from None
        onnx = "EngineConfig.onnxruntime"
        self._engine: Any = rapidocr.RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": LONGEST,
                "Global.text_score": SURE,
                f"{onnx}.intra_op_num_threads": threads,
                f"{onnx}.inter_op_num_threads": 1,
                f"{onnx}.enable_cpu_mem_arena": False,
                "Det.limit_type": "max",
                "Det.limit_side_len": DETECT_AT,
                "Rec.rec_batch_num": 1,
            }
            | bundled(Path(rapidocr.__file__).parent / "models")
        )

    def read(self, picture: Image.Image, scale: float = 1.0) -> list[Line]:
        """The lines of an RGB picture in reading order. Boxes are multiplied by ``scale``."""
        pixels = np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])  # the networks were trained on BGR
        found = self._found(pixels, scale)
        if picture.width > CROP[0] or picture.height > CROP[1] or rows_of(found) > 1:
            return found
        readings = [found, *([line] for line in self._whole(pixels, scale))]
        return max(readings, key=lambda lines: min((line.confidence for line in lines), default=0.0))

    def _found(self, pixels: Any, scale: float) -> list[Line]:
        """The lines that the detector finds."""
        found = self._engine(pixels, use_det=True, use_cls=True, use_rec=True)
        if found.txts is None or found.boxes is None:
            return []
        lines = [
            Line(text, round(float(score), 4), [(round(x * scale), round(y * scale)) for x, y in box.tolist()])
            for text, score, box in zip(found.txts, found.scores, found.boxes, strict=True)
            if len(text.strip()) > 1 or (text.strip() and score >= ALONE)
        ]
        return reading_order(lines[:MAX_LINES])

    def _whole(self, pixels: Any, scale: float) -> list[Line]:
        """The picture as one line, as it is and in negative, each if it reads as one."""
        height, width = round(pixels.shape[0] * scale), round(pixels.shape[1] * scale)
        box: list[Point] = [(0, 0), (width, 0), (width, height), (0, height)]
        lines: list[Line] = []
        for shown in (pixels, 255 - pixels):
            found = self._engine(shown, use_det=False, use_cls=False, use_rec=True)
            if found.txts and found.txts[0].strip() and float(found.scores[0]) >= SURE_ALL:
                lines.append(Line(found.txts[0], round(float(found.scores[0]), 4), box))
        return lines


def bundled(folder: Path) -> dict[str, str]:
    """The networks of the wheel by their paths: named so, the library neither hashes 30 MB anew nor asks the network
    for a file that it misses. Raises ServiceFault if the wheel brings none."""
    paths = {}
    for part, pattern in (("Det", "*_det_*.onnx"), ("Rec", "*_rec_*.onnx"), ("Cls", "*_cls_*.onnx")):
        found = sorted(folder.glob(pattern))
        if not found:
            raise ServiceFault(f"text needs the networks of rapidocr's wheel; there is no {pattern} in it")
        paths[f"{part}.model_path"] = str(found[0])
    return paths


def rows_of(lines: list[Line]) -> int:
    """How many rows lines stand in."""
    return len(_rows(lines))


def reading_order(lines: list[Line]) -> list[Line]:
    """Rows from top to bottom; what overlaps half of a row's height in y belongs to it, and is read from the left."""
    return [line for row in _rows(lines) for line in sorted(row, key=lambda each: min(x for x, _ in each.box))]


def _rows(lines: list[Line]) -> list[list[Line]]:
    rows: list[tuple[float, float, list[Line]]] = []
    for line in sorted(lines, key=lambda each: _middle(each)):
        top, bottom = min(y for _, y in line.box), max(y for _, y in line.box)
        if rows:
            row_top, row_bottom, members = rows[-1]
            overlap = min(bottom, row_bottom) - max(top, row_top)
            if overlap > 0.5 * min(bottom - top, row_bottom - row_top):
                members.append(line)
                continue
        rows.append((top, bottom, [line]))
    return [members for _, _, members in rows]


def _middle(line: Line) -> float:
    return sum(y for _, y in line.box) / max(1, len(line.box))
