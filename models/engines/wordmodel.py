"""The class trigram of ``ngram.py`` as something to ask, and the letters of its words as a tree.

A recogniser that spells needs two things of a language model: what a word is worth after the two before it, and, while
the word is not yet whole, what the best word is worth that could still come of its letters (Ortmanns et al. 1996 call
it look-ahead; here it is of the single word, not of its history).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from .ngram import BEGIN, END, Smoothed, class_of, count, members_of, smooth

__all__ = ["Node", "WordModel"]

LN10 = log(10.0)


class Node:
    """A beginning of words. ``best`` is the log probability of the likeliest of them alone, ``word`` whether it is one
    itself."""

    __slots__ = ("after", "best", "word")

    def __init__(self) -> None:
        self.after: dict[str, Node] = {}
        self.best = -99.0
        self.word = False


class WordModel:
    """Natural-log probabilities of words after words. Raises CallerError for a corpus without a sentence."""

    def __init__(self, sentences: Sequence[str]) -> None:
        counts = count(sentences)
        self._model: Smoothed = smooth(counts)
        self._share = {
            word: share * LN10
            for symbol, group in members_of(counts).items()
            if symbol not in (BEGIN, END)
            for word, share in group
        }
        self.root = Node()
        for word, share in self._share.items():
            alone = share + log(self._model.p1[class_of(word)])
            node = self.root
            node.best = max(node.best, alone)
            for letter in word:
                node = node.after.setdefault(letter, Node())
                node.best = max(node.best, alone)
            node.word = True
        self._known: dict[tuple[str, str, str], float] = {}

    def __len__(self) -> int:
        return len(self._share)

    def __contains__(self, word: str) -> bool:
        return word in self._share

    def log_p(self, before: tuple[str, str], word: str) -> float:
        """Of a known word (or :data:`END`) after two symbols; a word of a class shares its probability."""
        symbol = END if word == END else class_of(word)
        key = (*before, symbol)
        value = self._known.get(key)
        if value is None:
            value = self._known[key] = log(self._chance(before, symbol))
        return value if word == END else value + self._share[word]

    def _chance(self, before: tuple[str, str], symbol: str) -> float:
        model = self._model
        seen = model.p3.get(before, {}).get(symbol)
        if seen is not None:
            return seen
        weight = model.back2.get(before, 1.0)
        last = before[1]
        seen = model.p2.get(last, {}).get(symbol)
        if seen is not None:
            return weight * seen
        return weight * model.back1.get(last, 1.0) * model.p1.get(symbol, 1e-7)
