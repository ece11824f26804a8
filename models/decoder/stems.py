"""Words of names and descriptions, and their stems: what rules compare by, without a network."""

from __future__ import annotations

import re

__all__ = ["PART", "stem", "word_list"]

PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
"""A word of a name, camels and snakes taken apart."""


def word_list(text: str) -> list[str]:
    """The words of a text or name in lower case, camels and snakes taken apart."""
    return [part.lower() for part in PART.findall(text)]


def stem(word: str) -> str:
    """A word without the ending that number and tense gave it; a crude one, good enough to compare by."""
    for ending in ("ies", "ing", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
