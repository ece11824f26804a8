"""Moods: leanings of a face that a word like "calm", "sporty" or "vintage" stands for (``moods.toml``).

Whatever was said expressly wins over them, and what a mood leaves open is drawn by the seed.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final

import msgspec

PLAIN: Final = ""
"""The mood of words without one."""
Values = Annotated[str, msgspec.Meta(min_length=1)]


class Mood(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For each field the values that suit, separated by commas. ``facts`` is how many things it likes on a face."""

    words: tuple[str, ...] = ()
    scheme: Values = "dark, dark, rich, light"
    hues: tuple[float, ...] = (20, 60, 100, 150, 195, 235, 260, 290, 340)
    chroma: float = 1.0
    harmony: Values = "mono, analogous, complement, split"
    ground: Values = "glow, sunray, plain, fade"
    hands: Values = "baton, dauphine, sword, pencil"
    indices: Values = "batons, ticks, dots, arabic"
    font: Values = "sans, geometric"
    second: Values = "tick, sweep"
    layout: Values = "line, stack, split"
    facts: int = 1
    thick: float = 1.0
    style: Values = "analog, analog, analog, digital, digital, hybrid"


def _read() -> dict[str, Mood]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return {PLAIN if name == "plain" else name: msgspec.convert(table, Mood) for name, table in tables.items()}


MOODS: Final[dict[str, Mood]] = _read()
