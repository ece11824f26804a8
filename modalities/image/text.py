"""Text in a picture: PP-OCR's networks as RapidOCR runs them on onnxruntime, its models inside the wheel.

Memory is what decides the sizes here: the detector's activations grow with the area it looks at. At 736 pixels a side
the process peaks near 300 MiB, at the library's own default (which enlarges small pictures) near 900. A small picture
is taken for one line and skips detection. Lines come in reading order: rows from top to bottom, in a row from left to
right.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from ...kernel.errors import ServiceFault
from .messages import Line, Point

__all__ = ["LONGEST", "TextReader", "reading_order"]

LONGEST = 1_600
"""The longer side of the picture that lines are cut from."""
DETECT_AT = 736
LINE_HEIGHT = 160
"""A picture no higher than this may be one line, or a word: a crop."""
SURE = 0.5
ALONE = 0.97
"""What a single letter needs: detectors see an O in every cup."""
MAX_LINES = 400
_MEND = "text needs rapidocr and onnxruntime: pip install 'bluerill[see]'"


class TextReader:
    """Loads the networks on first use. Not safe for two threads at once."""

    def __init__(self, threads: int = 2) -> None:
        """Raises ServiceFault if the libraries are not installed."""
        try:
            from rapidocr import RapidOCR
        except ImportError:
            raise ServiceFault(_MEND) from None
        onnx = "EngineConfig.onnxruntime"
        self._engine: Any = RapidOCR(
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
        )

    def read(self, picture: Image.Image, scale: float = 1.0) -> list[Line]:
        """The lines of an RGB picture in reading order. Boxes are multiplied by ``scale``."""
        pixels = np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])  # the networks were trained on BGR
        if picture.height <= LINE_HEIGHT:
            lines = self._line(picture, pixels, scale)
            if lines:
                return lines
        found = self._engine(pixels, use_det=True, use_cls=True, use_rec=True)
        if found.txts is None or found.boxes is None:
            return []
        lines = [
            Line(text, round(float(score), 4), [(round(x * scale), round(y * scale)) for x, y in box.tolist()])
            for text, score, box in zip(found.txts, found.scores, found.boxes, strict=True)
            if len(text.strip()) > 1 or (text.strip() and score >= ALONE)
        ]
        return reading_order(lines[:MAX_LINES])

    def _line(self, picture: Image.Image, pixels: Any, scale: float) -> list[Line]:
        """The picture as one line, if it is one."""
        found = self._engine(pixels, use_det=False, use_cls=False, use_rec=True)
        if not found.txts or not found.txts[0].strip() or float(found.scores[0]) < 0.8:
            return []
        width, height = round(picture.width * scale), round(picture.height * scale)
        box: list[Point] = [(0, 0), (width, 0), (width, height), (0, height)]
        return [Line(found.txts[0], round(float(found.scores[0]), 4), box)]


def reading_order(lines: list[Line]) -> list[Line]:
    """Rows from top to bottom; what overlaps half of a row's height in y belongs to it, and is read from the left."""
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
    return [line for _, _, members in rows for line in sorted(members, key=lambda each: min(x for x, _ in each.box))]


def _middle(line: Line) -> float:
    return sum(y for _, y in line.box) / max(1, len(line.box))
