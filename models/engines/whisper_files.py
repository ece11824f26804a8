"""What lies beside the graphs of a converted Whisper checkpoint: ``model.json``."""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec

from ...kernel.errors import CallerError
from ...kernel.files import read_bounded

__all__ = ["Marks", "WhisperFiles", "read_files"]

MAX_BYTES = 8 * 1024 * 1024


class Marks(msgspec.Struct, frozen=True):
    """The tokens that are no text."""

    start: int
    end: int
    transcribe: int
    translate: int
    previous: int
    begin_lm: int
    no_speech: int
    no_timestamps: int
    first_timestamp: int


class WhisperFiles(msgspec.Struct, frozen=True):
    """``letters`` is the CTC alphabet ('' = no head), ``used`` the rows of the vocabulary that exist in the graph
    ([] = all), ``tokens`` the bytes of each text token among them (base64), ``blank`` the tokens that must not come
    first, ``suppress`` those that are no speech, ``languages`` code → token ({} = English only)."""

    dims: dict[str, int]
    marks: Marks
    letters: str
    blank: list[int]
    suppress: list[int]
    languages: dict[str, int]
    used: list[int]
    tokens: list[str]

    def rows(self) -> list[int]:
        """The token number of each row of the graph's vocabulary."""
        return self.used or list(range(self.dims["n_vocab"]))

    def spelled(self) -> dict[int, bytes]:
        """The bytes of each text token."""
        return {row: base64.b64decode(text) for row, text in zip(self.rows(), self.tokens, strict=False)}


def read_files(folder: Path) -> WhisperFiles:
    """``model.json`` of a folder. Raises CallerError if it is not there or not as it should be."""
    path = folder / "model.json"
    data = read_bounded(path, MAX_BYTES, f"{path} of a converted Whisper model")
    try:
        return msgspec.json.decode(data, type=WhisperFiles)
    except msgspec.DecodeError as error:
        raise CallerError(f"{path}: not the table of a converted Whisper model: {error}") from None
