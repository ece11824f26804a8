"""Encoded pictures: five formats are opened, and no decoder for any other is loaded."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image, UnidentifiedImageError

from bluerill.modalities.screen.wff.decoding import FORMATS, opened


def encoded(kind: str) -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(sink, kind)
    return sink.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_formats_of_faces_are_opened(kind: str) -> None:
    assert opened(encoded(kind)).size == (3, 2)


@pytest.mark.parametrize("kind", ["TIFF", "ICO", "TGA", "PCX"])
def test_others_are_not(kind: str) -> None:
    with pytest.raises(UnidentifiedImageError):
        opened(encoded(kind))


@pytest.mark.process
def test_no_other_decoder_is_loaded() -> None:
    code = (
        "import sys; from bluerill.modalities.screen.wff.decoding import opened\n"
        f"opened({encoded('WEBP')!r}).load()\n"
        "print(*sorted(m for m in sys.modules if m.endswith('ImagePlugin')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(done.stdout.split()) == 6
