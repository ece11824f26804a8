"""Words to the numbers of their pieces: WordPiece, greedy, the longest piece first.

Source: Schuster and Nakajima (2012), as BERT uses it (Devlin et al. 2019). The vocabulary is a part of BERT's uncased
one; what is split is the normal form of ``values/words.py``, so that every piece belongs to a word of the planner's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["CLS", "MAX_PIECES", "SEP", "UNKNOWN", "Pieces"]

CLS, SEP, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
MAX_PIECES = 64
"""With the two marks; the words of a longer text after these are read as no argument's."""
_LONGEST = 40
_PARTS = re.compile(r"[^\W_]+|[^\s]")


class Pieces:
    """``vocabulary`` is every piece by its number; those inside a word begin with ``##``."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._number = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._number[UNKNOWN]

    def split(self, word: str) -> list[int]:
        """The pieces of one word."""
        return [number for part in _PARTS.findall(word) for number in self._part(part)]

    def _part(self, part: str) -> list[int]:
        found: list[int] = []
        at = 0
        while at < len(part):
            lead = "##" if at else ""
            for end in range(min(len(part), at + _LONGEST), at, -1):
                number = self._number.get(lead + part[at:end])
                if number is not None:
                    found.append(number)
                    at = end
                    break
            else:
                return [self._unknown]
        return found

    def encode(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """The numbers of a sentence between its marks, and where the first piece of each word that fits stands."""
        numbers, firsts = [self._number[CLS]], list[int]()
        for word in words:
            pieces = self.split(word) or [self._unknown]
            if len(numbers) + len(pieces) >= MAX_PIECES:
                break
            firsts.append(len(numbers))
            numbers += pieces
        return [*numbers, self._number[SEP]], firsts
