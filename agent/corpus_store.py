"""Corpora kept on disk: made once per catalogue, read by every later start.

A corpus is a text file named by its catalogue's fingerprint and by what made it; a few are kept, the oldest go. What
cannot be kept is made again next time, so that no error here is anybody's trouble.
"""

from __future__ import annotations

import logging
import os

SENTENCES = 22_000
"""About three hundred for each action: with fewer the recogniser takes rare requests for others."""
MADE_BY = "2"
"""Changes whenever the sampler would make other sentences of the same catalogue."""
KEPT = 4
MAX_BYTES = 8 * 1024 * 1024
_log = logging.getLogger("bluerill.planner")


def _path(folder: str, fingerprint: str) -> str:
    safe = "".join(letter for letter in fingerprint if letter.isalnum())[:64]
    return os.path.join(folder, f"corpus-{MADE_BY}-{safe}.txt")


def read_corpus(folder: str, fingerprint: str) -> bytes | None:
    """The kept corpus of a catalogue, or None."""
    if not folder:
        return None
    try:
        with open(_path(folder, fingerprint), "rb") as file:
            text = file.read(MAX_BYTES)
    except OSError:
        return None
    return text if text.endswith(b"\n") else None  # cut off by a full disk


def write_corpus(folder: str, fingerprint: str, text: bytes | memoryview) -> None:
    """Keep a corpus, whole or not at all."""
    if not folder:
        return
    path = _path(folder, fingerprint)
    try:
        os.makedirs(folder, exist_ok=True)
        with open(path + ".new", "wb") as file:
            file.write(text)
        os.replace(path + ".new", path)
        kept = [entry for entry in os.scandir(folder) if entry.name.startswith("corpus-")]
        for entry in sorted(kept, key=lambda entry: entry.stat().st_mtime)[:-KEPT]:
            os.unlink(entry.path)
    except OSError as error:
        _log.warning("corpus not kept in %s: %s", folder, error.strerror)
