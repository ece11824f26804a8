"""The folder of the owner's own watch faces: what lies in it, by the names that people say.

A face is a ``.zip``, an ``.apk``, an ``.xml`` or a folder. Both the skill that lists faces and the screen that draws
them read this folder; names are made here, so that they are the same.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

MAX_FACES: Final = 60
"""Faces of the folder that are offered; more are left out, the last by name first."""
MAX_NAME: Final = 40
SUFFIXES: Final = (".zip", ".apk", ".xml")


def face_name(text: str) -> str:
    """A face's name from a file's: small letters, digits and single blanks; '' if nothing is left."""
    stem = text
    for suffix in SUFFIXES:
        stem = stem.removesuffix(suffix).removesuffix(suffix.upper())
    return " ".join(re.findall(r"[a-z0-9]+", stem.lower()))[:MAX_NAME].strip()


def face_files(folder: Path) -> dict[str, Path]:
    """The faces of a folder by name, in order; none if there is no such folder. Links and hidden files are no faces."""
    found: dict[str, Path] = {}
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return found
    for path in entries:
        name = face_name(path.name)
        is_face = path.suffix.lower() in SUFFIXES if path.is_file() else path.is_dir()
        if name and is_face and not path.is_symlink() and not path.name.startswith((".", "_")) and name not in found:
            found[name] = path
        if len(found) >= MAX_FACES:
            break
    return found
