"""Codes in a picture: QR, Micro QR, rMQR, EAN, UPC, Code 128, Aztec, PDF417, Data Matrix and the rest, by zxing-cpp."""

from __future__ import annotations

from PIL import Image

from ...kernel.errors import ServiceFault
from .messages import Code, Point

__all__ = ["MAX_CODES", "MAX_TEXT", "read"]

MAX_CODES = 32
MAX_TEXT = 8_192
"""A QR code holds at most 7,089 digits; nothing honest is longer."""


def read(picture: Image.Image, scale: float = 1.0) -> list[Code]:
    """The codes of an RGB picture, by place from top to bottom. Corners are multiplied by ``scale``.

    Raises ServiceFault if zxing-cpp is not installed.
    """
    try:
        import zxingcpp
    except ImportError:
        raise ServiceFault("codes need zxing-cpp: pip install 'bluerill[see]'") from None
    found = []
    for code in zxingcpp.read_barcodes(picture)[:MAX_CODES]:
        place = code.position
        corners = [
            _point(each, scale) for each in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        ]
        found.append(Code(str(code.format).rpartition(".")[2], code.text[:MAX_TEXT], corners))
    return sorted(found, key=lambda code: (min(y for _, y in code.corners), min(x for x, _ in code.corners)))


def _point(point: object, scale: float) -> Point:
    return round(getattr(point, "x") * scale), round(getattr(point, "y") * scale)  # noqa: B009 - untyped library
