"""Finds the faces in a file or a folder: one face, a folder of faces, or a tree of projects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from .face import DOCUMENTS
from .problem import FaceError

MOST = 2_000
"""Faces of one folder; a larger one is told in parts."""
_ARCHIVES = (".zip", ".apk")
_SKIPPED = ("build", "node_modules", "__pycache__")


def gather(path: Path) -> list[Path]:
    """What :func:`.face.load_all` can read at a path: the path itself, or what lies below it.

    Raises:
        FaceError: nothing is there, or no face, or too many.
    """
    if path.is_file() or is_face_folder(path):
        return [path]
    if not path.exists():
        raise FaceError(f"expected a face (.xml, .zip, .apk or a folder), found nothing at {path}")
    found = list(_below(path))
    if not found:
        raise FaceError(f"expected faces in {path}, found none (no .zip, no .apk, no .xml with a WatchFace)")
    return found


def is_face_folder(path: Path) -> bool:
    """Whether a folder is one face: a document lies where the format wants it."""
    return path.is_dir() and any((path / document).is_file() for document in DOCUMENTS)


def _below(root: Path) -> Iterator[Path]:
    count = 0
    for folder, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        for name in sorted(files):
            path = Path(folder, name)
            if path.is_symlink() or not _is_face(path):
                continue
            count += 1
            if count > MOST:
                raise FaceError(f"expected at most {MOST:,} faces below {root}, found more")
            yield path


def _is_face(path: Path) -> bool:
    if path.suffix.lower() in _ARCHIVES:
        return True
    if path.suffix.lower() != ".xml":
        return False
    with path.open("rb") as file:
        return b"<WatchFace" in file.read(16 << 10).replace(b"<WatchFaceInfo", b"")
