"""Codes on the glass: a card that a scanner reads.

Numbers alone become a Code 128 (ISO/IEC 15417), as loyalty cards have, anything else a QR code (ISO/IEC 18004); both
black on white, in whole pixels a module, with the quiet zone the standards ask for. The library that reads codes
(zxing-cpp, the extra ``see``) also writes them; without it the text itself is shown.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Final

from PIL import Image

from .lettering import BOLD, MEDIUM, cut
from .paint import MIDDLE, Canvas
from .palette import INK, Colour

__all__ = ["code_image", "paint_code"]

_SQUARE: Final = 286
"""Side of the largest square that lies well inside the glass, below the title, in design units."""
_WIDE: Final = 372
_TALL: Final = 150
_WHITE: Final[Colour] = (255, 255, 255)
_TITLE, _CENTRE = 56.0, 240.0
MAX_TEXT: Final = 400
MAX_DIGITS: Final = 24
_log = logging.getLogger("bluerill.screen")


@lru_cache(maxsize=4)
def code_image(text: str, width: int, height: int) -> Image.Image | None:
    """The code with its quiet zone, at most so many pixels wide and high; None if it cannot be drawn so."""
    try:
        import zxingcpp
    except ImportError:
        return None
    bars = text.isdigit() and text.isascii() and len(text) <= MAX_DIGITS
    try:
        made = zxingcpp.create_barcode(
            text[:MAX_TEXT], zxingcpp.BarcodeFormat.Code128 if bars else zxingcpp.BarcodeFormat.QRCode
        )
        small = Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=1, add_quiet_zones=True))
    except (ValueError, RuntimeError) as error:
        _log.warning("a code of %d characters cannot be drawn: %s", len(text), error)
        return None
    scale = width // small.width if bars else min(width // small.width, height // small.height)
    if scale < 1:
        return None
    return small.resize((small.width * scale, height if bars else small.height * scale), Image.Resampling.NEAREST)


def paint_code(canvas: Canvas, title: str, text: str, colour: Colour) -> bool:
    """Paint the code of a card over the whole glass; False if it cannot be drawn."""
    k = canvas.scale
    digits = text.isdigit() and text.isascii() and len(text) <= MAX_DIGITS
    wide, tall = (_WIDE, _TALL) if digits else (_SQUARE, _SQUARE)
    code = code_image(text, round(wide * k), round(tall * k))
    if code is None:
        return False
    panel = Image.new("RGB", code.size, _WHITE)
    panel.paste(code.convert("RGB"))
    left, top = round(MIDDLE * k - code.width / 2), round(_CENTRE * k - code.height / 2)
    canvas.image.paste(panel, (left, top))
    canvas.text(MIDDLE, _TITLE, cut(title, BOLD, round(23 * k), 220 * k), BOLD, 23, colour)
    below = (top + code.height) / k + 24
    canvas.text(MIDDLE, below, cut(text, MEDIUM, round(20 * k), (300 if digits else 190) * k), MEDIUM, 20, INK)
    return True
