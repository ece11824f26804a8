"""Typesetting: runs of text into lines that fit a width. Lengths are pixels; nothing is drawn here.

A run is a piece of text in one style, or one picture that stands in the text like a letter. Words break at blanks, and
inside a word only where it alone is wider than the line; what does not fit is cut with an ellipsis if that is wished.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import Final, NamedTuple, Protocol

from .colour import WHITE, Colour
from .letters import Letters, Metrics, Style

ELLIPSIS: Final = "…"
MAX_CHARACTERS: Final = 400
MAX_LINES: Final = 24
_TOKEN = re.compile(r"\n|[^\S\n]+|[^\s]+")


class Glyphs(Protocol):
    """A bitmap font: letters that are pictures."""

    def cut(self, text: str) -> list[str]:
        """The text as names of pictures, longest first; what has none is left out."""
        ...

    def size(self, name: str, height: float) -> tuple[float, float]:
        """Width and height of a picture when the font is set at a height."""
        ...

    def picture(self, name: str, height: float) -> tuple[str, tuple[float, float, float, float]]:
        """The drawable, and where it lies in the letter's box: left, top, right, bottom."""
        ...


class Ornament(NamedTuple):
    """Shadow, Outline, OutGlow, Underline or StrikeThrough; numbers are pixels (x, y, radius or width)."""

    kind: str
    colour: Colour = WHITE
    x: float = 0.0
    y: float = 0.0
    radius: float = 0.0


class Run(NamedTuple):
    """A piece of text. With ``glyphs`` its letters are pictures; with ``picture`` it is one picture of a width."""

    text: str
    size: float
    colour: Colour = WHITE
    style: Style = Style()
    least: float = 12.0
    ornaments: tuple[Ornament, ...] = ()
    glyphs: Glyphs | None = None
    picture: str = ""
    width: float = 0.0

    @property
    def key(self) -> Hashable:
        """Everything but the bitmap font, which is told by its identity."""
        return (*self[:6], id(self.glyphs), self.picture, self.width)


class Line(NamedTuple):
    """Runs placed from the start of a line: (run, x)."""

    runs: tuple[tuple[Run, float], ...]
    width: float
    metrics: Metrics


class Setter:
    """Sets runs with the fonts of one face."""

    def __init__(self, letters: Letters) -> None:
        self.letters = letters

    def width(self, run: Run, text: str | None = None) -> float:
        """How much room a run, or another text in its style, takes."""
        words = run.text if text is None else text
        if run.picture:
            return run.width
        if run.glyphs is not None:
            return sum(run.glyphs.size(name, run.size)[0] for name in run.glyphs.cut(words))
        return self.letters.width(words, run.style, run.size)

    def lines(self, runs: Sequence[Run], room: float, most: int) -> tuple[list[Line], bool]:
        """Lines no wider than ``room``, at most ``most`` (0: as many as it takes), and whether everything fits.

        With ``most`` 1 nothing is broken: the one line may be wider than the room.
        """
        if most == 1:
            flat = [run._replace(text=" ".join(run.text.split("\n"))) for run in runs]
            line = self._line([(run, run.text) for run in flat])
            return [line], line.width <= room + 0.5
        rows: list[list[tuple[Run, str]]] = [[]]
        at = 0.0
        for run, token in self._tokens(runs, room):
            wide = 0.0 if token == "\n" else self.width(run, token)
            if token == "\n" or (at + wide > room and rows[-1] and token.strip()):
                rows.append([])
                at = 0.0
            if token == "\n" or (not rows[-1] and not token.strip() and not run.picture):
                continue
            rows[-1].append((run, token))
            at += wide
        whole = len(rows) <= (most or MAX_LINES)
        return [self._line(row) for row in rows[: most or MAX_LINES]], whole

    def fitted(self, runs: Sequence[Run], room: tuple[float, float], most: int, spacing: float) -> list[Run]:
        """The runs at the largest size at which they fit, none below its least (auto-sizing)."""

        def fits(share: float) -> bool:
            lines, whole = self.lines(_sized(runs, share), room[0], most)
            return whole and sum(line.metrics.height for line in lines) + spacing * (len(lines) - 1) <= room[1] + 0.5

        if fits(1.0):
            return list(runs)
        low, high = min((run.least / run.size for run in runs if run.size > 0), default=1.0), 1.0
        low = min(low, 1.0)
        for _ in range(8):
            middle = (low + high) / 2
            low, high = (middle, high) if fits(middle) else (low, middle)
        return _sized(runs, low)

    def shortened(self, line: Line, room: float) -> Line:
        """The line cut so that it ends with an ellipsis within the room."""
        parts = [(run, run.text) for run, _ in line.runs]
        while parts:
            run, text = parts[-1]
            before = sum(self.width(r, t) for r, t in parts[:-1])
            low, high = 0, len(text)
            while low < high:
                middle = (low + high + 1) // 2
                if before + self.width(run, text[:middle].rstrip() + ELLIPSIS) <= room:
                    low = middle
                else:
                    high = middle - 1
            if low or len(parts) == 1:
                parts[-1] = (run, text[:low].rstrip() + ELLIPSIS)
                break
            parts.pop()
        return self._line(parts)

    def metrics(self, run: Run) -> Metrics:
        """Above and below the baseline."""
        if run.picture:
            return Metrics(run.size, 0.0)
        if run.glyphs is not None:
            return Metrics(run.size, 0.0)
        return self.letters.metrics(run.style, run.size)

    def _tokens(self, runs: Sequence[Run], room: float) -> list[tuple[Run, str]]:
        found: list[tuple[Run, str]] = []
        for run in runs:
            if run.picture:
                found.append((run, " "))
                continue
            for token in _TOKEN.findall(run.text[:MAX_CHARACTERS]):
                found += [(run, part) for part in self._broken(run, token, room)]
        return found

    def _broken(self, run: Run, token: str, room: float) -> list[str]:
        """A word in pieces that fit a line."""
        parts = []
        while len(token) > 1 and token.strip() and self.width(run, token) > room:
            low, high = 1, len(token)
            while low < high:
                middle = (low + high + 1) // 2
                low, high = (middle, high) if self.width(run, token[:middle]) <= room else (low, middle - 1)
            parts.append(token[:low])
            token = token[low:]
        return [*parts, token]

    def _line(self, parts: Sequence[tuple[Run, str]]) -> Line:
        merged: list[tuple[Run, str]] = []
        for run, text in parts:
            if merged and merged[-1][0] is run and not run.picture:
                merged[-1] = (run, merged[-1][1] + text)
            else:
                merged.append((run, text))
        if merged and not merged[-1][0].picture:
            merged[-1] = (merged[-1][0], merged[-1][1].rstrip())
        placed: list[tuple[Run, float]] = []
        x = ascent = descent = 0.0
        for run, text in merged:
            part = run._replace(text=text[:MAX_CHARACTERS])
            placed.append((part, x))
            x += self.width(part)
            above = self.metrics(part)
            ascent, descent = max(ascent, above.ascent), max(descent, above.descent)
        return Line(tuple(placed), x, Metrics(ascent, descent))


def _sized(runs: Sequence[Run], share: float) -> list[Run]:
    return [run._replace(size=run.size * share, width=run.width * share) for run in runs]
