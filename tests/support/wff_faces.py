"""Small faces for tests: a document around what a test is about, and folders and archives of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from bluerill.modalities.screen.wff.check import problems_of
from bluerill.modalities.screen.wff.face import Face, read
from bluerill.modalities.screen.wff.problem import Problem, valid_versions
from bluerill.modalities.screen.wff.resources import Folder, Resources

GROUP = '<Group name="g" x="0" y="0" width="450" height="450">{}</Group>'
PART = '<PartDraw x="0" y="0" width="450" height="450">{}</PartDraw>'
IMAGE = '<PartImage x="0" y="0" width="{0}" height="{0}"><Image resource="{1}"/></PartImage>'
SLOT = (
    '<ComplicationSlot x="0" y="0" width="9" height="9" slotId="1" supportedTypes="SHORT_TEXT">'
    '<BoundingBox x="0" y="0" width="9" height="9"/>{}</ComplicationSlot>'
)


def document(scene: str = GROUP.format(""), before: str = "", attributes: str = "") -> str:
    """A whole document around the content of its scene."""
    return f'<WatchFace width="450" height="450"{attributes}>{before}<Scene>{scene}</Scene></WatchFace>'


def face(scene: str = GROUP.format(""), before: str = "", attributes: str = "") -> Face:
    """The face of :func:`document`."""
    return read(document(scene, before, attributes).encode())


def problems(scene: str = GROUP.format(""), before: str = "") -> list[Problem]:
    """What is wrong with :func:`face`."""
    return problems_of(face(scene, before))


def versions(scene: str = GROUP.format(""), before: str = "") -> tuple[int, ...]:
    """In which versions :func:`face` is valid."""
    return valid_versions(problems(scene, before))


def picture(width: int = 4, height: int = 4, colour: tuple[int, int, int, int] = (255, 1, 3, 255)) -> bytes:
    """A PNG of one colour."""
    data = io.BytesIO()
    Image.new("RGBA", (width, height), colour).save(data, "PNG")
    return data.getvalue()


def folder(root: Path, files: Mapping[str, bytes | str]) -> Path:
    """Files in a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def archive(path: Path, files: Mapping[str, bytes | str]) -> Path:
    """Files in a zip archive."""
    with zipfile.ZipFile(path, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def resources(root: Path, files: Mapping[str, bytes | str]) -> Resources:
    """The resources of a folder of files."""
    return Resources(Folder(folder(root, files)))
