"""Reading letters with a language model: prefix beam search over the output of a CTC network.

Each frame of the network gives a probability to every letter and to "nothing new". A text's probability is the sum over
all ways to spread its letters over the frames (Graves et al. 2006); the search keeps the likeliest beginnings, each
with the probability of ending in a letter and in nothing (Hannun et al. 2014), and adds to it what the words are
worth. Words that the language model does not know may be spelled, at a price: that is how a name is heard that no skill
has mentioned.
"""

from __future__ import annotations

from math import exp, inf, log, log1p
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .ngram import BEGIN, END, class_of
from .wordmodel import Node, WordModel

__all__ = ["Reading", "Weights", "greedy", "read"]

Array = npt.NDArray[np.float32]


class Weights(NamedTuple):
    """``language`` scales the log probabilities of words, ``word`` is added for each; a word outside of the model costs
    ``foreign`` and ``letter`` for each of its letters. ``beam`` beginnings are kept, letters below ``least`` are not
    tried, frames of nothing above ``still`` are passed over."""

    language: float = 0.7
    word: float = 1.0
    foreign: float = 14.0
    letter: float = 1.5
    beam: int = 48
    least: float = -7.0
    still: float = 0.9995


class Reading(NamedTuple):
    """A text, its score (sounds and words), the log probability of its letters given the sounds, and whether all its
    words are known."""

    text: str
    score: float
    sound: float
    known: bool


class _Prefix:
    """A beginning of a text: its last letter, the tree node of its unfinished word (None: no known word), history."""

    __slots__ = ("after", "before", "ends", "foreign", "last", "letters", "node", "parent", "settled", "word")

    def __init__(self, parent: _Prefix | None, last: int, before: tuple[str, str], settled: float) -> None:
        self.parent, self.last, self.before = parent, last, before
        self.settled = settled  # what the whole words are worth
        self.word = ""
        self.node: Node | None = None
        self.letters = 0.0  # what the unfinished word costs or may be worth
        self.foreign = False
        self.after: dict[int, _Prefix | None] = {}
        self.ends = inf

    def text(self, alphabet: str) -> str:
        said: list[str] = []
        prefix: _Prefix | None = self
        while prefix is not None and prefix.parent is not None:
            said.append(alphabet[prefix.last])
            prefix = prefix.parent
        return "".join(reversed(said)).strip()


def _add(a: float, b: float) -> float:
    if a < b:
        a, b = b, a
    return a if b == -inf else a + log1p(exp(b - a))


def greedy(letters: Array, alphabet: str) -> tuple[str, float]:
    """The text of the likeliest letter of each frame, and the log probability of that path."""
    path = letters.argmax(axis=1)
    said, last = [], 0
    for symbol in path:
        if symbol not in (last, 0):
            said.append(alphabet[symbol])
        last = symbol
    return " ".join("".join(said).split()), float(letters.max(axis=1).sum())


class _Search:
    """One search; ``model`` None reads letters alone."""

    def __init__(self, alphabet: str, model: WordModel | None, weights: Weights) -> None:
        self.alphabet, self.model, self.weights = alphabet, model, weights
        self.space = alphabet.index(" ")

    def extend(self, prefix: _Prefix, symbol: int) -> _Prefix | None:
        """The prefix with a letter more; None where there can be none."""
        if symbol in prefix.after:
            return prefix.after[symbol]
        made = self._space(prefix) if symbol == self.space else self._letter(prefix, symbol)
        prefix.after[symbol] = made
        return made

    def _space(self, prefix: _Prefix) -> _Prefix | None:
        if not prefix.word:
            return None
        settled, foreign = self._whole(prefix)
        made = _Prefix(prefix, self.space, (prefix.before[1], class_of(prefix.word)), settled)
        made.foreign = foreign
        return made

    def _letter(self, prefix: _Prefix, symbol: int) -> _Prefix:
        letter = self.alphabet[symbol]
        made = _Prefix(prefix, symbol, prefix.before, prefix.settled)
        made.word, made.foreign = prefix.word + letter, prefix.foreign
        if self.model is not None:
            at = self.model.root if not prefix.word else prefix.node
            made.node = None if at is None else at.after.get(letter)
            weights = self.weights
            if made.node is None:
                made.letters = -weights.foreign - weights.letter * len(made.word)
            else:
                made.letters = max(
                    weights.language * made.node.best, -weights.foreign - weights.letter * len(made.word)
                )
        return made

    def _whole(self, prefix: _Prefix) -> tuple[float, bool]:
        """What the words are worth when the unfinished one is finished, and whether any is foreign."""
        weights = self.weights
        if self.model is None or not prefix.word:
            return prefix.settled, prefix.foreign
        if prefix.node is not None and prefix.node.word:
            value = weights.language * self.model.log_p(prefix.before, prefix.word) + weights.word
            return prefix.settled + value, prefix.foreign
        return prefix.settled - weights.foreign - weights.letter * len(prefix.word) + weights.word, True

    def end(self, prefix: _Prefix) -> tuple[float, bool]:
        """What the text is worth if it ends here."""
        if self.model is None:
            return 0.0, False
        settled, foreign = self._whole(prefix)
        before = (prefix.before[1], class_of(prefix.word)) if prefix.word else prefix.before
        return settled + self.weights.language * self.model.log_p(before, END), foreign


def read(
    letters: Array, alphabet: str, model: WordModel | None = None, weights: Weights | None = None
) -> list[Reading]:
    """The likeliest texts of log probabilities (frames, alphabet), best first; ``alphabet`` begins with "nothing"."""
    weights = weights or Weights()
    search = _Search(alphabet, model, weights)
    root = _Prefix(None, 0, ("", BEGIN), 0.0)
    beams: dict[_Prefix, tuple[float, float]] = {root: (0.0, -inf)}
    still = log(weights.still)
    for row in letters:
        nothing = float(row[0])
        if nothing > still:
            beams = {prefix: (_add(b, n) + nothing, -inf) for prefix, (b, n) in beams.items()}
            continue
        tried = [(int(symbol), float(row[symbol])) for symbol in np.flatnonzero(row > weights.least) if symbol != 0]
        grown: dict[_Prefix, list[float]] = {}
        for prefix, (blank, letter) in beams.items():
            total = _add(blank, letter)
            here = grown.setdefault(prefix, [-inf, -inf])
            here[0] = _add(here[0], total + nothing)
            if prefix.last:
                here[1] = _add(here[1], letter + float(row[prefix.last]))
            for symbol, value in tried:
                made = search.extend(prefix, symbol)
                if made is not None:
                    start = blank if symbol == prefix.last else total
                    if start > -inf:
                        there = grown.setdefault(made, [-inf, -inf])
                        there[1] = _add(there[1], start + value)
        ranked = sorted(
            ((_add(b, n) + prefix.settled + prefix.letters, b, n, prefix) for prefix, (b, n) in grown.items()),
            key=lambda each: -each[0],
        )
        beams = {prefix: (b, n) for _, b, n, prefix in ranked[: weights.beam]}
    found: dict[str, Reading] = {}
    for prefix, (blank, letter) in beams.items():
        sound = _add(blank, letter)
        value, foreign = search.end(prefix)
        text = prefix.text(alphabet)
        known = found.get(text)
        if known is not None:
            value, sound = max(value, known.score - known.sound), _add(sound, known.sound)
        found[text] = Reading(text, sound + value, sound, not foreign)
    return sorted(found.values(), key=lambda each: -each.score)
