"""The files of examples: one JSON object a line."""

from __future__ import annotations

from pathlib import Path

import msgspec

__all__ = ["Row", "read_rows"]


class Row(msgspec.Struct):
    """One line of the file of examples."""

    words: list[str]
    label: str
    tags: list[str | None] | None = None
    source: str = ""
    split: str = "train"


def read_rows(path: Path) -> list[Row]:
    return [msgspec.json.decode(line, type=Row) for line in path.read_bytes().splitlines()]
