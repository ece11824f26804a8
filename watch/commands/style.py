"""How the command line looks: colour where a person reads, none where a program does."""

from __future__ import annotations

import os
import sys

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "36"}


def coloured(stream: object = None) -> bool:
    """Colour only on a terminal, and never against NO_COLOR (https://no-color.org)."""
    stream = sys.stdout if stream is None else stream
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def paint(text: str, *styles: str) -> str:
    """The text in a style, or plain."""
    if not coloured():
        return text
    return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


def table(rows: list[list[str]], heads: list[str]) -> str:
    """Columns aligned for reading; the last one is not padded."""
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    lines = []
    for number, row in enumerate([heads, *rows]):
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
        line = "  ".join([*cells, row[-1]]).rstrip()
        lines.append(paint(line, "bold") if number == 0 else line)
    return "\n".join(lines)
