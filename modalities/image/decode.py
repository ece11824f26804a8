"""From a file's bytes to an upright RGB picture of a bounded size, or one line that says why not.

The size stands in the header and is checked before a pixel is decoded, so that a small file cannot ask for a large
picture. JPEG is decoded at a fraction of its size where that is enough (the DCT gives it for nothing), the way
``Image.draft`` does it; a photograph of 12 megapixels is never held whole. Orientation is EXIF's (tag 0x0112).
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from ...kernel.errors import CallerError
from .files import MAX_BYTES

__all__ = ["FORMATS", "MAX_BYTES", "MAX_PIXELS", "decode"]

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000


def decode(data: bytes | memoryview, longest: int, *, grey: bool = False) -> tuple[Image.Image, tuple[int, int]]:
    """An RGB picture whose longer side is at most ``longest`` pixels, and the size (width, height) it really has;
    ``grey`` for one of brightness alone, a third of the memory.

    Of an animation the first frame; transparency is laid over white. Raises CallerError.
    """
    if not data:
        raise CallerError("expected a picture, got an empty file")
    if len(data) > MAX_BYTES:
        raise CallerError(f"a picture's file has at most {MAX_BYTES >> 20} MiB, got {len(data) / (1 << 20):.1f}")
    width = height = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own bound is tighter than the one Pillow warns of
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            width, height = picture.size
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                raise CallerError(
                    f"a picture has at most {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE} a side, "
                    f"got {width} x {height}"
                )
            turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
            picture.draft("L" if grey else "RGB", (longest, longest))
            picture.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
            upright = ImageOps.exif_transpose(picture)
            if not grey:
                upright = _flat(upright)
            elif upright.mode != "L" or "transparency" in upright.info:
                upright = _flat(upright).convert("L")
    except UnidentifiedImageError:
        raise CallerError(f"expected a picture ({', '.join(FORMATS)}), got {_kind(data)}") from None
    except MemoryError:
        raise CallerError(
            f"a picture of {width} by {height} needs more memory than the image service has; make it smaller"
        ) from None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise CallerError(f"the picture is damaged: {reason}") from None
    return upright, (height, width) if turned else (width, height)


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    if "A" in picture.getbands() or "transparency" in picture.info:
        over = picture.convert("RGBA")
        white = Image.new("RGBA", over.size, "white")
        white.alpha_composite(over)
        return white.convert("RGB")
    return picture.convert("RGB")


def _kind(data: bytes | memoryview) -> str:
    head = bytes(data[:16])
    return f"a file that begins with {head!r}"
