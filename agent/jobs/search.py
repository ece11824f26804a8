"""Finding texts: by words with BM25, by meaning with vectors, and the two joined by their ranks. Pure.

BM25 as by Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009). Ranks are joined by reciprocal rank
fusion (Cormack, Clarke & Büttcher, SIGIR 2009), because scores of different kinds cannot be added. Vectors are kept as
eight-bit numbers, scaled to their largest; that changes a cosine by less than 0.01.
"""

from __future__ import annotations

import math
import re
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

K1, B = 1.2, 0.75
FUSED = 60.0
LIKE_ENOUGH = 0.25
"""A cosine below says that a text is about something else."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_COMMON = frozenset(
    [
        "a", "an", "and", "are", "as", "at", "be", "by", "did", "do", "does", "for", "from", "has", "have", "i", "in",
        "is", "it", "me", "my", "of", "on", "or", "that", "the", "this", "to", "was", "what", "when", "where", "which",
        "who", "will", "with", "you", "your",
    ]
)  # fmt: skip


def tokens(text: str) -> list[str]:
    """The words that count, in lower case, without a plural's s."""
    words = (word for word in _WORD.findall(text.casefold()) if word not in _COMMON)
    return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in words]


def weights(texts: Sequence[Sequence[str]]) -> dict[str, float]:
    """How telling each word is: its inverse document frequency."""
    counts = Counter(word for words in texts for word in set(words))
    return {word: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for word, n in counts.items()}


def vector_of(words: Sequence[str], rare: Mapping[str, float]) -> dict[str, float]:
    """A text as weighted words, of length 1."""
    counts = Counter(words)
    weighed = {word: (1 + math.log(n)) * rare.get(word, 0.0) for word, n in counts.items()}
    norm = math.sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
    return {word: weight / norm for word, weight in weighed.items()}


class Entry(NamedTuple):
    """A text of the index, with its vector ('' without one) and the model that made it."""

    source: str
    id: str
    text: str
    vector: str = ""
    model: str = ""


class WordIndex:
    """Texts by their words, for BM25."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = list(entries)
        words = [tokens(entry.text) for entry in self.entries]
        self._rare = weights(words)
        self._lengths = [len(each) for each in words]
        self._mean = sum(self._lengths) / max(1, len(words)) or 1.0
        self._postings: dict[str, list[tuple[int, int]]] = {}
        for at, each in enumerate(words):
            for word, count in Counter(each).items():
                self._postings.setdefault(word, []).append((at, count))

    def scores(self, text: str) -> dict[int, float]:
        """Entries that share a word with the text, by position."""
        found: dict[int, float] = {}
        for word in set(tokens(text)):
            for at, count in self._postings.get(word, ()):
                norm = K1 * (1 - B + B * self._lengths[at] / self._mean)
                found[at] = found.get(at, 0.0) + self._rare[word] * count * (K1 + 1) / (count + norm)
        return found

    def likenesses(self, vector: Sequence[float], model: str) -> dict[int, float]:
        """Entries whose vector of the same model points the same way, by position: their cosine."""
        wanted = _unit(vector)
        found: dict[int, float] = {}
        for at, entry in enumerate(self.entries):
            if entry.model == model and entry.vector:
                theirs = _unit(unpacked(entry.vector))
                if len(theirs) == len(wanted):
                    cosine = sum(a * b for a, b in zip(wanted, theirs, strict=True))
                    if cosine >= LIKE_ENOUGH:
                        found[at] = cosine
        return found


def joined(*rankings: Mapping[int, float]) -> list[tuple[int, float]]:
    """Several scorings as one order, best first."""
    total: dict[int, float] = {}
    for ranking in rankings:
        for rank, at in enumerate(sorted(ranking, key=lambda each: (-ranking[each], each)), 1):
            total[at] = total.get(at, 0.0) + 1 / (FUSED + rank)
    return sorted(total.items(), key=lambda each: (-each[1], each[0]))


def packed(vector: Sequence[float]) -> str:
    """A vector in as few characters as serve."""
    most = max((abs(value) for value in vector), default=0.0) or 1.0
    return b64encode(bytes(round(value / most * 127) & 0xFF for value in vector)).decode()


def unpacked(text: str) -> list[float]:
    """The vector of :func:`packed`, up to its length."""
    return [float(value - 256 if value > 127 else value) for value in b64decode(text)]


def _unit(vector: Sequence[float]) -> list[float]:
    norm = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / norm for value in vector]
