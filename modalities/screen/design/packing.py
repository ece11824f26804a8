"""Packing: some files as a zip, the same bytes for the same files every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

_STAMP: Final = (2026, 1, 1, 0, 0, 0)


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of some files."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _STAMP), files[name], zipfile.ZIP_DEFLATED)
    return sink.getvalue()
