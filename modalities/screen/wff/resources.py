"""What a face's folder or archive holds beside its document: pictures, fonts, texts, found by name as Android does.

A face comes as a single ``.xml``, a project or resource folder, a ``.zip`` or an ``.apk``. Nothing outside its root is
ever opened: links, absolute names and ``..`` are refused. Sizes are checked against limits before anything is read, and
again while it is unpacked, because an archive may lie about them.
"""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Protocol

from .compiled import is_document
from .parse import parse, squeeze
from .problem import FaceError

MAX_MEMBERS = 5_000
MAX_DIRECTORY = 2 << 20
"""The largest directory of an archive, in bytes."""
MAX_FILE = 8 << 20
"""The largest single resource, unpacked."""
MAX_TOTAL = 96 << 20
"""All resources of a face together, unpacked (the format's own limit in active mode is 100 MB of decoded pictures)."""

_TAIL = (64 << 10) + 22
_PICTURES = (".png", ".webp", ".jpg", ".jpeg", ".gif", ".bmp")
_FONTS = (".ttf", ".otf", ".ttc")
_KINDS = ("drawable", "mipmap", "font", "raw", "values", "xml")
_DENSITIES = ("nodpi", "", "xxxhdpi", "xxhdpi", "xhdpi", "hdpi", "tvdpi", "mdpi", "ldpi", "anydpi")
_LOCALE = re.compile(r"^[a-z]{2,3}(-r[A-Z]{2})?$|^b\+[A-Za-z0-9+]+$")


class ResourceMissing(FaceError):
    """A resource the face names is not in its folder."""

    code = "face-resource"


class Archive(Protocol):
    """Where a face's files lie: a folder or a zip. Names are relative, with forward slashes."""

    sizes: Mapping[str, int]

    def read(self, name: str, limit: int = MAX_FILE) -> bytes:
        """The content of a file that ``sizes`` names. Raises FaceError if it has more than ``limit`` bytes."""
        ...


class Folder:
    """The files below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        sizes: dict[str, int] = {}
        for folder, folders, files in os.walk(root, followlinks=False):
            for name in [*folders, *files]:
                path = Path(folder, name)
                if path.is_symlink():
                    raise FaceError(f"{root.name}: expected files inside the folder, found a link: {name}")
            folders[:] = [
                name for name in folders if not name.startswith(".") and name not in ("build", "node_modules")
            ]
            for name in files:
                path = Path(folder, name)
                sizes[path.relative_to(root).as_posix()] = path.stat().st_size
                if len(sizes) > MAX_MEMBERS:
                    raise FaceError(f"{root.name}: expected at most {MAX_MEMBERS:,} files, found more")
        self.sizes: Mapping[str, int] = MappingProxyType(sizes)

    def read(self, name: str, limit: int = MAX_FILE) -> bytes:
        """The content of a file that ``sizes`` names."""
        with open(self._root / name, "rb") as file:
            return _bounded(file.read(limit + 1), name, limit)


class Zip:
    """The members of a zip archive (an ``.apk`` is one)."""

    def __init__(self, path: Path) -> None:
        try:
            _directory(path)
            self._zip = zipfile.ZipFile(path)
            members = self._zip.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
            raise FaceError(f"{path.name}: expected a zip archive, found: {squeeze(str(error))}") from None
        if len(members) > MAX_MEMBERS:
            raise FaceError(f"{path.name}: expected at most {MAX_MEMBERS:,} members, found {len(members):,}")
        sizes: dict[str, int] = {}
        for member in members:
            parts = PurePosixPath(member.filename.replace("\\", "/"))
            if parts.is_absolute() or ".." in parts.parts or re.match(r"^[A-Za-z]:", member.filename):
                raise FaceError(f"{path.name}: expected members inside the archive, found {member.filename[:80]!r}")
            if (member.external_attr >> 16) & 0o170000 == 0o120000:
                raise FaceError(f"{path.name}: expected files, found a link: {member.filename[:80]!r}")
            if not member.is_dir():
                sizes[member.filename] = member.file_size
        if sum(sizes.values()) > MAX_TOTAL:
            raise FaceError(
                f"{path.name}: expected at most {MAX_TOTAL >> 20} MiB unpacked, found {sum(sizes.values()) >> 20} MiB"
            )
        self.sizes: Mapping[str, int] = MappingProxyType(sizes)

    def read(self, name: str, limit: int = MAX_FILE) -> bytes:
        """The content of a member that ``sizes`` names."""
        try:
            with self._zip.open(name) as member:
                return _bounded(member.read(limit + 1), name, limit)
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError, zlib.error) as error:
            raise FaceError(f"{name}: expected a sound archive member, found: {squeeze(str(error))}") from None


def _bounded(data: bytes, name: str, limit: int) -> bytes:
    if len(data) > limit:
        raise FaceError(f"{name}: expected at most {limit >> 20} MiB, found more")
    return data


def _directory(path: Path) -> None:
    """Refuses an archive with a huge directory by its last record, before the directory is read."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        tail = file.read(_TAIL)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < 22:
        raise FaceError(f"{path.name}: expected a zip archive, found none (it has no directory)")
    members, size = struct.unpack_from("<10xHI", tail, at)
    if members > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise FaceError(f"{path.name}: expected at most {MAX_MEMBERS:,} members, found {members:,} or more")


class Nowhere:
    """The resources of a document that stands alone."""

    sizes: Mapping[str, int] = MappingProxyType({})

    def read(self, name: str, limit: int = MAX_FILE) -> bytes:
        """Nothing is here."""
        raise ResourceMissing(f"expected {name}, found a document without resources")


class Resources:
    """Finds resources by name, as ``R.drawable.hand`` or an asset's file name.

    Of several files with one name the most general wins, unless a locale asks for its own: ``nodpi`` before none before
    densities from high to low, and ``drawable-fr`` for ``fr``.
    """

    def __init__(self, archive: Archive | None = None) -> None:
        self._archive: Archive = archive or Nowhere()
        self._by_kind: dict[str, dict[str, list[str]]] = {kind: {} for kind in (*_KINDS, "assets")}
        self._texts_of: dict[tuple[str, str], dict[str, str]] = {}
        for file in self._archive.sizes:
            parts = PurePosixPath(file).parts
            if len(parts) >= 2:
                kind = "assets" if "assets" in parts[:-1] else parts[-2].partition("-")[0]
                if kind in self._by_kind:
                    self._by_kind[kind].setdefault(PurePosixPath(file).stem, []).append(file)

    @property
    def files(self) -> Mapping[str, int]:
        """Every file with its size in bytes."""
        return self._archive.sizes

    @property
    def known(self) -> bool:
        """Whether there is a folder at all; of a lone document nothing can be said to be missing."""
        return bool(self._archive.sizes)

    def read(self, file: str) -> bytes:
        """A file by its full name."""
        if file not in self._archive.sizes:
            raise ResourceMissing(f"expected the file {file}, found none")
        return self._archive.read(file)

    def names(self, kind: str) -> Iterator[str]:
        """The names of one kind: ``drawable``, ``font``, ``raw``, ``values``, ``xml``, ``assets``."""
        return iter(self._by_kind[kind])

    def locales(self) -> list[str]:
        """The locales that have texts of their own, as qualifiers (``fr``, ``en-rGB``)."""
        found = {_qualifier(file) for files in self._by_kind["values"].values() for file in files}
        return sorted(locale for locale in found if locale and _LOCALE.match(locale))

    def file_of(self, kind: str, name: str, locale: str = "") -> str | None:
        """The file a name stands for, or None."""
        plain = name.removeprefix("@").rpartition("/")[2]
        stem = PurePosixPath(plain).stem if plain.lower().endswith((*_PICTURES, *_FONTS)) else plain
        kinds = {"drawable": ("drawable", "mipmap", "assets"), "font": ("font", "assets")}.get(kind, (kind,))
        for each in kinds:
            files = self._by_kind[each].get(stem, [])
            if files:
                return min(files, key=lambda file: _rank(file, locale))
        return None

    def has_image(self, name: str) -> bool:
        """Whether a drawable of this name is here."""
        return self.file_of("drawable", name) is not None

    def has_font(self, name: str) -> bool:
        """Whether a font of this name is here."""
        return self.file_of("font", name) is not None

    def image(self, name: str, locale: str = "") -> bytes:
        """The encoded picture of a drawable.

        Raises:
            ResourceMissing: no such drawable.
            FaceError: it exceeds a limit or is damaged.
        """
        file = self.file_of("drawable", name, locale)
        if file is None:
            raise ResourceMissing(f"expected a picture named {name!r} in res/drawable, found none")
        return self._archive.read(file)

    def font(self, name: str) -> bytes:
        """The font file of a family; raises as :meth:`image`."""
        file = self.file_of("font", name)
        if file is None:
            raise ResourceMissing(f"expected a font named {name!r} in res/font, found none")
        return self._archive.read(file)

    def string(self, name: str, locale: str = "") -> str | None:
        """The text of a string resource (``@string/name`` or its bare name) in a locale, else in the default one."""
        key = name.removeprefix("@string/")
        for qualifier in (*_fallbacks(locale), ""):
            text = self._texts("string", qualifier).get(key)
            if text is not None:
                return text
        return None

    def colour(self, name: str) -> str | None:
        """The text of a colour resource (``@color/name`` or its bare name)."""
        return self._texts("color", "").get(name.removeprefix("@color/"))

    def _texts(self, tag: str, qualifier: str) -> dict[str, str]:
        if (tag, qualifier) not in self._texts_of:
            texts: dict[str, str] = {}
            for files in self._by_kind["values"].values():
                for file in files:
                    if _qualifier(file) == qualifier and file.endswith(".xml"):
                        data = self._archive.read(file)
                        if not is_document(data):
                            continue
                        for node in parse(data, file).all(tag):
                            inner = node.text + "".join(child.content + child.tail for child in node.children)
                            texts[node.get("name")] = _unescape(squeeze(inner))
            self._texts_of[tag, qualifier] = texts
        return self._texts_of[tag, qualifier]


def _qualifier(file: str) -> str:
    return PurePosixPath(file).parts[-2].partition("-")[2]


def _fallbacks(locale: str) -> Iterator[str]:
    language, _, region = locale.replace("_", "-").partition("-")
    if language and region:
        yield f"{language}-r{region.removeprefix('r').upper()}"
    if language:
        yield language


def _rank(file: str, locale: str) -> tuple[int, int, str]:
    qualifier = _qualifier(file) if len(PurePosixPath(file).parts) > 1 else ""
    wanted = list(_fallbacks(locale))
    if qualifier in wanted:
        return wanted.index(qualifier), 0, file
    if qualifier in _DENSITIES:
        return 8, _DENSITIES.index(qualifier), file
    return 9, 0, file


def _unescape(text: str) -> str:
    """Android's escapes in a string resource, and its quotes."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    plain = {"n": "\n", "t": "\t"}
    return re.sub(
        r"\\(u[0-9a-fA-F]{4}|.)",
        lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 5 else plain.get(m[1], m[1]),
        text,
    )
