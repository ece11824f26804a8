"""A face that was read: its document, the screen it was made for, its resources and what it says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from .compiled import document, is_compiled, is_document
from .node import Node
from .parse import MAX_BYTES, parse
from .problem import VERSIONS, FaceError, Problem
from .resources import Archive, Folder, Resources, Zip

NEWEST = max(VERSIONS)
DOCUMENTS = tuple(
    place + "watchface.xml"
    for place in ("", "raw/", "res/raw/", "src/main/res/raw/", "watchface/src/main/res/raw/", "app/src/main/res/raw/")
)
"""Where the document of a face's folder lies."""
_ROOT = re.compile(rb"<WatchFace[\s>]")
_HEAD = 8 << 10
_MOST_RENAMED = 200
_VERSION_KEY = "com.google.wear.watchface.format.version"


@dataclass(frozen=True, slots=True)
class Face:
    """A watch face. ``width`` and ``height`` are those of its own coordinate system, not of a display.

    ``version`` is what its manifest declares, else the newest; ``declared`` tells which. ``shape`` is the clip shape:
    ``CIRCLE``, ``RECTANGLE`` or ``NONE``. ``problems`` are those found while reading; checking finds more.
    """

    root: Node
    version: int
    width: int
    height: int
    shape: str
    resources: Resources
    metadata: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    name: str = "watchface.xml"
    declared: bool = False

    @property
    def scene(self) -> Node | None:
        """The Scene element."""
        return self.root.first("Scene")


def load(path: Path) -> Face:
    """Reads a face from an ``.xml``, a folder, a ``.zip`` or an ``.apk``.

    Raises:
        FaceError: nothing readable is there, or it exceeds a limit.
    """
    return load_all(path)[0]


def load_all(path: Path) -> list[Face]:
    """Every face of a file or folder; more than one where shapes or sizes have documents of their own."""
    if not path.exists():
        raise FaceError(f"expected a face (.xml, .zip, .apk or a folder), found nothing at {path}")
    if path.is_file() and path.suffix.lower() == ".xml":
        beside = Folder(_resource_root(path)) if path.parent.name.partition("-")[0] == "raw" else None
        return [read(_document(path), Resources(beside), path.name)]
    archive: Archive = Folder(path) if path.is_dir() else Zip(path)
    resources = Resources(archive)
    documents = _documents(archive)
    if not documents:
        raise FaceError(f"{path.name}: expected a document res/raw/watchface.xml, found none")
    return [read(archive.read(file, MAX_BYTES), resources, file) for file in documents]


def read(data: bytes, resources: Resources | None = None, name: str = "watchface.xml") -> Face:
    """The face of a document.

    Raises:
        FaceError: it is no XML, or exceeds a limit.
    """
    root = parse(data, name)
    here = resources or Resources()
    version = _declared_version(here)
    meta = {node.get("key"): node.get("value") for node in root.all("Metadata")}
    return Face(
        root=root,
        version=version or NEWEST,
        width=_size(root.get("width")),
        height=_size(root.get("height")),
        shape=root.get("clipShape", "CIRCLE"),
        resources=here,
        metadata=MappingProxyType(meta),
        name=name,
        declared=version is not None,
    )


def _size(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,5}", text) and int(text) else 450


def _document(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _resource_root(document: Path) -> Path:
    """The folder a ``res/raw/watchface.xml`` belongs to: ``res``, or what holds it and a manifest."""
    res = document.parent.parent
    return res.parent if (res.parent / "AndroidManifest.xml").is_file() else res


def _documents(archive: Archive) -> list[str]:
    """The documents, ``watchface.xml`` first; else whatever lies in ``raw`` or at the top."""
    files = sorted(archive.sizes, key=lambda file: (file.count("/"), file))
    xml = [file for file in files if file.endswith(".xml")]
    raw = [f for f in xml if len(PurePosixPath(f).parts) > 1 and PurePosixPath(f).parts[-2].partition("-")[0] == "raw"]
    named = [file for file in raw if PurePosixPath(file).name == "watchface.xml"]
    top = [file for file in xml if PurePosixPath(file).name == "watchface.xml"]
    return named + [file for file in raw if file not in named] or top or _renamed(archive, xml)


def _renamed(archive: Archive, xml: list[str]) -> list[str]:
    """The documents of an ``.apk`` whose builder shortened the names of its resources: they are known by their root."""
    small = [file for file in xml if archive.sizes[file] <= MAX_BYTES][:_MOST_RENAMED]
    return [file for file in small if _ROOT.search(archive.read(file, MAX_BYTES)[:_HEAD])]


def _declared_version(resources: Resources) -> int | None:
    """What the manifest declares, as text or compiled; None also where it refers to the resource table."""
    for file in resources.files:
        if PurePosixPath(file).name == "AndroidManifest.xml":
            data = resources.read(file)
            if not is_document(data):
                continue
            try:
                root = document(data, file)
            except FaceError:
                if is_compiled(data):
                    continue  # what an archive holds besides the face is no reason to refuse it
                raise
            for node in root.walk():
                if node.tag == "property" and node.get("android:name") == _VERSION_KEY:
                    value = node.get("android:value")
                    return int(value) if value.isdigit() and int(value) in VERSIONS else None
    return None
