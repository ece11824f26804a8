"""The owner's models: bringing files in, pinning them, writing their card, and taking them out again.

Files lie in the models folder, one folder a model; cards in the card folder. A model is there when its card is
written, which is the last step; whatever stops before that leaves no card and can be done again. One lock a model
keeps two commands from working on it at once. Nothing outside of the two folders is ever changed or removed.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ..kernel.errors import BudgetExceeded, CallerError, ServiceFault
from .cards import FOLDER, NAME, Card, CardFile, card_folder, cards, models_folder, sha256_of, write_card
from .describe import describe
from .formats.onnx import externals_of
from .formats.recognise import graphs_of, read_shape
from .shapes import LlamaShape, OnnxShape, WhisperShape

__all__ = ["Removed", "add", "finish", "locked", "name_for", "remove", "room"]

SPARE = 32 << 20
"""Free bytes that a copy leaves on the disk."""
MAX_FILES = 64
FORMATS = {"llama": LlamaShape, "onnx": OnnxShape, "whisper-onnx": OnnxShape, "whisper": WhisperShape}
"""What our own engines run; those of others may run anything."""


class Removed(msgspec.Struct, frozen=True):
    """What ``remove`` did: the files that are gone, and the owner's card if there was one."""

    name: str
    files: list[str]
    bytes: int
    card: str = ""


@contextmanager
def locked(name: str) -> Iterator[Path]:
    """The folder of a model, made if absent, with its lock held. Raises CallerError if somebody else holds it."""
    if not NAME.fullmatch(name) or name == "cards":
        raise CallerError(f"a model's name is like qwen3-0.6b (a-z, 0-9, . _ -), got {name[:80]!r}")
    folder = models_folder() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder.with_name(f".{name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ServiceFault(f"{folder}: {error.strerror or error}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CallerError(f"model {name!r} is being pulled, added or removed by another command") from None
        folder.mkdir(exist_ok=True)
        yield folder
    finally:
        os.close(descriptor)


def name_for(file: str) -> str:
    """A model's name from a file's: ``Qwen3-0.6B-Q8_0.gguf`` → ``qwen3-0.6b-q8_0``. Raises CallerError."""
    stem = re.sub(r"\.(gguf|onnx|pt|pth|ckpt|bin)$", "", file, flags=re.IGNORECASE)
    name = re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")[:64]
    if not NAME.fullmatch(name) or name == "cards":
        raise CallerError(f"no name can be made of {file[:60]!r}; give one with --name")
    return name


def room(folder: Path, wanted: int) -> None:
    """Raises BudgetExceeded if so many bytes more do not fit the disk."""
    free = shutil.disk_usage(folder).free
    if free < wanted + SPARE:
        raise BudgetExceeded(f"{folder}: {wanted + SPARE} bytes are needed, {free} are free")


def add(source: Path, name: str = "", engine: str = "", *, link: bool = False) -> Card:
    """Take a model file or a folder of ONNX graphs in: read it, copy it (or ``link`` it), pin it, write its card.

    Raises CallerError (no model, or a name that is taken by something else), BudgetExceeded (no room), ServiceFault.
    """
    shape = read_shape(source)
    name = name or _bundled_for(source) or name_for(source.resolve().name)
    wanted = _files_of(source, isinstance(shape, OnnxShape))
    with locked(name) as folder:
        for path, relative in wanted:  # before anything of an older one is overwritten
            _check_pin(name, _known(name), relative, sha256_of(path), path)
        if not link:
            room(folder, sum(path.stat().st_size for path, _ in wanted))
        there = {relative for _, relative in wanted if (folder / relative).exists()}
        brought = [(relative, _bring(path, folder / relative, link)) for path, relative in wanted]
        try:
            return finish(name, folder, [relative for _, relative in wanted], engine, str(source.resolve()))
        except CallerError:
            for relative, target in brought:
                if relative not in there:
                    target.unlink(missing_ok=True)
            raise


def finish(
    name: str, folder: Path, files: Sequence[str], engine: str = "", source: str = "", urls: Sequence[str] = ()
) -> Card:
    """Read what lies in a model's folder, pin it and write its card; the caller holds the lock.

    Raises CallerError if it is no model, not what its card pins, or not for the engine its card names.
    """
    known = _known(name)
    about = describe(folder / files[0] if len(files) == 1 else folder)
    engine = engine or about.engine
    wanted = FORMATS.get(engine)
    if wanted is not None and not isinstance(about.shape, wanted):
        raise CallerError(f"model {name!r}: engine {engine!r} does not run what this is, a model for {about.engine!r}")
    if known is not None and known.engine != engine:
        raise CallerError(f"model {name!r} is for engine {known.engine!r}, this for {engine!r}; give another --name")
    before = {file.path: file for file in known.files} if known else {}
    made = []
    for path in files:
        had = before.get(path, CardFile(path, urls=list(urls)))
        found = sha256_of(folder / path)
        _check_pin(name, known, path, found, folder / path)
        made.append(msgspec.structs.replace(had, sha256=found, bytes=(folder / path).stat().st_size))
    base = known or Card(name, engine, about.title or name, about.licence or "unknown", source)
    finished = msgspec.structs.replace(
        base,
        parameters=about.parameters,
        quantisation=about.quantisation,
        languages=base.languages or about.languages,
        tags=base.tags or about.tags,
        files=made,
        shape=about.shape,
    )
    write_card(finished)
    return finished


def _known(name: str) -> Card | None:
    return next((each for each in cards() if each.name == name), None)


def _check_pin(name: str, known: Card | None, relative: str, found: str, path: Path) -> None:
    """Raises CallerError if the card pins something else for this file."""
    for file in known.files if known else ():
        if file.path == relative and file.sha256 and file.sha256 != found:
            raise CallerError(
                f"{path} has sha256 {found}, the card of {name!r} pins {file.sha256}; give another --name, "
                f"or first: bluerill models remove {name}"
            )


def _bundled_for(source: Path) -> str:
    """The bundled card this file is for: by its hash, else by its name if the card has no hash."""
    if not source.is_file():
        return ""
    for each in cards(FOLDER):
        if len(each.files) == 1 and not each.files[0].package and Path(each.files[0].path).name == source.name:
            file = each.files[0]
            return each.name if not file.sha256 or file.sha256 == sha256_of(source) else ""
    return ""


def _files_of(source: Path, onnx: bool) -> list[tuple[Path, str]]:
    """The files a model consists of, each with its path in the model's folder; what they point at comes along."""
    if source.is_file():
        return [(source, source.name), *(externals_of(source) if onnx else ())]
    graphs = graphs_of(source)
    found = {path.name: path for path in graphs}
    for graph in graphs:
        found |= {relative: path for path, relative in externals_of(graph)}
    for path in sorted(source.iterdir()):
        if path.suffix in (".json", ".txt", ".model") and path.is_file() and not path.is_symlink():
            found.setdefault(path.name, path)
    if len(found) > MAX_FILES:
        raise CallerError(f"{source}: expected at most {MAX_FILES} files, found {len(found)}")
    return [(path, relative) for relative, path in found.items()]


def _bring(path: Path, target: Path, link: bool) -> Path:
    """Copy or hard-link a file in, whole or not at all; returns where it is."""
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and os.path.samefile(path, target):
            return target
        part.unlink(missing_ok=True)
        if link:
            os.link(path.resolve(), part)
        else:
            shutil.copyfile(path, part)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        hint = "; without --link it is copied" if link else ""
        raise ServiceFault(f"{path} cannot be brought to {target}: {error.strerror or error}{hint}") from None
    return target


def remove(name: str) -> Removed:
    """Remove the owner's card of a model and its folder of files. Raises CallerError if it has neither."""
    path = card_folder() / f"{name}.toml"
    if not NAME.fullmatch(name) or name == "cards" or not (path.exists() or (models_folder() / name).is_dir()):
        raise CallerError(f"nothing of a model {name[:60]!r} was pulled or added; see: bluerill models list")
    gone: list[str] = []
    size = 0
    with locked(name) as folder:
        had = path.exists()
        path.unlink(missing_ok=True)  # first the card: a model without one is not there
        for file in sorted(folder.rglob("*"), reverse=True):
            if file.is_dir() and not file.is_symlink():
                file.rmdir()
            else:
                size += file.lstat().st_size
                gone.append(str(file.relative_to(folder)))
                file.unlink()
        folder.rmdir()
    return Removed(name, sorted(gone), size, str(path) if had else "")
