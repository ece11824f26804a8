"""Opening encoded pictures: five formats, each by its own decoder, and none of the forty others that Pillow has.

Pillow imports every decoder it has as soon as none of its usual five knows a file, and WebP is not among those: five
MiB for one picture, and as many ways in for a stranger's file.
"""

from __future__ import annotations

import io
from typing import Final

from PIL import Image

FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


def opened(data: bytes) -> Image.Image:
    """The picture of some bytes, of which only the header has been read. Raises as :func:`PIL.Image.open`."""
    from PIL import WebPImagePlugin  # noqa: F401  known to Pillow from then on

    Image.preinit()
    return Image.open(io.BytesIO(data), formats=FORMATS)
