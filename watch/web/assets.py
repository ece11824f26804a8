"""The page's files: read once at start from the package, served from memory, so that no path can lead elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from ...kernel.errors import ManifestError

FOLDER: Final = Path(__file__).parent.parent / "page"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}


class Asset(NamedTuple):
    """One file."""

    type: str
    data: bytes


def load(folder: Path = FOLDER) -> dict[str, Asset]:
    """Every servable file of the folder by URL path; ``/`` is index.html. Raises ManifestError if there is none."""
    found: dict[str, Asset] = {}
    for file in sorted(folder.rglob("*")):
        kind = TYPES.get(file.suffix)
        if kind is not None and file.is_file():
            found["/" + file.relative_to(folder).as_posix()] = Asset(kind, file.read_bytes())
    if "/index.html" not in found:
        raise ManifestError(f"web: expected index.html in {folder}, found {len(found)} files; is the package whole?")
    found["/"] = found.pop("/index.html")
    return found
