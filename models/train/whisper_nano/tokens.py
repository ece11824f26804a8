"""Two spellings of a transcript: letters for the CTC head, word pieces of Whisper's English vocabulary for the decoder.

Of the 51,864 word pieces commands need a few thousand. Training keeps a table of those only; a word whose pieces are
not among them is spelled with single letters, which decode to the same text. At export every piece gets its row of the
full table back, unused ones as zeros.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

__all__ = ["LETTERS", "Pieces", "letters_of", "text_of"]

LETTERS = "_ 'abcdefghijklmnopqrstuvwxyz"
"""The CTC alphabet; the first is the blank."""


def letters_of(text: str) -> list[int]:
    """The letters of a text that has no others."""
    return [LETTERS.index(letter) for letter in text]


def text_of(path: Iterable[int]) -> str:
    """The text of a CTC path: repetitions as one, blanks dropped."""
    said, last = [], 0
    for symbol in path:
        if symbol not in (last, 0):
            said.append(LETTERS[symbol])
        last = symbol
    return " ".join("".join(said).split())


class Pieces:
    """The word pieces in use. ``table`` holds their numbers in Whisper's vocabulary; ours are positions in it."""

    def __init__(self, table: Sequence[int]) -> None:
        whisper: Any = import_module("whisper.tokenizer")
        self.tokenizer: Any = whisper.get_tokenizer(multilingual=False)
        self.table = list(table)
        self._place = {piece: place for place, piece in enumerate(self.table)}
        self._known: dict[str, list[int]] = {}
        self.start = self._place[self.tokenizer.sot]
        self.plain = self._place[self.tokenizer.no_timestamps]
        self.end = self._place[self.tokenizer.eot]
        self.silent = self._place[self.tokenizer.no_speech]

    @classmethod
    def of(cls, sentences: Iterable[str], most: int = 4_000) -> Pieces:
        """The most frequent pieces of these sentences, every letter, and the marks of a transcript."""
        whisper: Any = import_module("whisper.tokenizer")
        tokenizer: Any = whisper.get_tokenizer(multilingual=False)
        words: Counter[str] = Counter(word for line in sentences for word in line.split())
        counts: Counter[int] = Counter()
        for word, count in words.items():
            for piece in tokenizer.encode(f" {word}"):
                counts[piece] += count
        fixed = [tokenizer.sot, tokenizer.no_timestamps, tokenizer.eot, tokenizer.no_speech]
        for letter in LETTERS[2:]:
            fixed += [*tokenizer.encode(letter), *tokenizer.encode(f" {letter}")]
        fixed = list(dict.fromkeys(fixed))
        rest = [piece for piece, _count in counts.most_common(most) if piece not in fixed]
        return cls(fixed + rest[: most - len(fixed)])

    def encode(self, text: str) -> list[int]:
        """Our numbers of a text's pieces, without the marks."""
        return [piece for word in text.split() for piece in self._word(word)]

    def _word(self, word: str) -> list[int]:
        if word not in self._known:
            pieces = self.tokenizer.encode(f" {word}")
            if any(piece not in self._place for piece in pieces):
                pieces = [
                    *self.tokenizer.encode(f" {word[0]}"),
                    *(p for c in word[1:] for p in self.tokenizer.encode(c)),
                ]
            self._known[word] = [self._place[piece] for piece in pieces]
        return self._known[word]

    def decode(self, places: Iterable[int]) -> str:
        """The text of our numbers, marks left out."""
        return str(self.tokenizer.decode([self.table[p] for p in places if self.table[p] < self.tokenizer.eot])).strip()
