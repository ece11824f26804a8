"""How well words fit the sentences a device can be told, and the repair of small slips.

A recogniser with a language model of few sentences forces words on anything it hears. What was really said follows
known sentences from begin to end; what was forced jumps between them. :class:`PhraseBook` therefore scores a text by
how much of it is covered by word triples of the corpus (numbers, weekdays and the like counted as their class, since
the corpus only has samples of them): 1.0 is a text that could be stitched together from known sentences, and
out-of-vocabulary speech lies well below.

A text that does not fit is repaired by the closest phrase, under one law: **a repair never changes a value**. Numbers,
days, directions and negations, and every word that fills a slot, stay as they were decoded; only carrier words are
inserted, dropped or replaced, at a cost. Where two different phrases are equally close, nothing is repaired.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from heapq import nlargest
from typing import NamedTuple

from ...models.engines.ngram import CLASSES, MAX_SENTENCES, MAX_WORDS_IN_SENTENCE, class_of

__all__ = ["REPAIR_BELOW", "Match", "PhraseBook", "values_of"]

LIGHT = frozenset(
    [
        "a",
        "an",
        "the",
        "my",
        "me",
        "is",
        "it's",
        "it",
        "i",
        "to",
        "for",
        "of",
        "in",
        "on",
        "at",
        "please",
        "what's",
        "what",
        "of",
        "some",
        "do",
        "have",
        "are",
        "was",
        "by",
        "from",
    ]
)
"""Words that carry little by themselves: an edit costs little."""
FIXED = frozenset(
    [
        "up",
        "down",
        "on",
        "off",
        "no",
        "not",
        "don't",
        "never",
        "all",
        "a.m.",
        "p.m.",
        "am",
        "pm",
        "m",
        "noon",
        "midnight",
        "half",
        "quarter",
        "past",
        "to",
        "before",
        "after",
        "hundred",
        "thousand",
        "point",
        "percent",
        "minute",
        "minutes",
        "hour",
        "hours",
        "second",
        "seconds",
        "day",
        "days",
        "week",
        "weeks",
        "month",
        "months",
        "tomorrow",
        "today",
        "tonight",
        "yesterday",
        "morning",
        "afternoon",
        "evening",
        "night",
        "next",
        "last",
        "start",
        "stop",
        "pause",
        "resume",
        "cancel",
        "delete",
        "remove",
        "add",
        "mute",
        "unmute",
        "lock",
        "unlock",
        "plus",
        "minus",
        "times",
        "divided",
        "left",
        "right",
        "front",
        "back",
        "first",
    ]
)
"""Words whose change would change what is done. ``to`` is light and fixed: cheap to hear, never inserted or dropped
where it says a time ("quarter to nine")."""
_VALUES = {"<units>": "#", "<teens>": "#", "<tens>": "#", "oh": "#", "zero": "#", "hundred": "#", "thousand": "#"}
_LIGHT_COST, _COMMON_COST, _CARRIER_COST = 0.35, 0.7, 1.0
_COMMON = 0.05
"""A carrier word in this share of all phrases says little by itself, and is a cheaper guess."""
_CANDIDATES = 24
URGENT = frozenset(("stop", "cancel", "quiet", "be quiet", "never mind", "mute", "pause", "snooze"))
"""Whole requests that must not wait for a word more."""
STITCHED = 1.2
REPAIR_BELOW = 0.8
_SLOT_FILLERS = 6
"""A word standing where at least this many others may stand is a value."""


class Match(NamedTuple):
    """``text`` is to be believed with ``score`` 0..1; ``ending`` is how surely it ends there: 0.0 for a text that is
    not complete, else the share of known sentences with this ending that do not go on."""

    text: str
    score: float
    ending: float
    repaired: bool = False


class PhraseBook:
    """The sentences a device can be told, ready to score texts against."""

    def __init__(self, sentences: Iterable[str]) -> None:
        ids: dict[str, int] = {"<s>": 0, "</s>": 1}
        pairs: set[tuple[int, int]] = set()
        triples: set[tuple[int, int, int]] = set()
        follow: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
        frames: set[tuple[int, ...]] = set()
        for number, sentence in enumerate(sentences):
            if number >= MAX_SENTENCES:
                break
            symbols = [class_of(word) for word in sentence.split()[:MAX_WORDS_IN_SENTENCE]]
            if not symbols:
                continue
            path = (0, *(ids.setdefault(symbol, len(ids)) for symbol in symbols), 1)
            frame = tuple(ids.setdefault(symbol, len(ids)) for symbol in _fold(symbols))
            new = frame not in frames
            frames.add(frame)
            pairs.update(itertools.pairwise(path))
            triples.update(zip(path, path[1:], path[2:], strict=False))
            if new:
                for a, b, c in zip(path, path[1:], path[2:], strict=False):
                    count = follow[a, b]
                    count[0] += 1
                    count[1] += c == 1
        self._ids, self._pairs, self._triples = ids, pairs, triples
        self._ends = {history: ends / total for history, (total, ends) in follow.items() if ends}
        self._frames = sorted(frames)
        self._frame_set = frames
        self._names = list(ids)
        self._by_word: dict[int, list[int]] = {}
        for number, frame in enumerate(self._frames):
            for word in set(frame):
                self._by_word.setdefault(word, []).append(number)
        self._values = self._find_values()
        enough = max(3.0, _COMMON * len(self._frames))
        self._common = frozenset(word for word, found in self._by_word.items() if len(found) >= enough)

    def __len__(self) -> int:
        return len(self._frames)

    def _find_values(self) -> frozenset[int]:
        """Words that fill slots: many different words stand in the same place of an otherwise equal sentence."""
        gaps: Counter[int] = Counter()
        for frame in self._frames:
            for at in range(len(frame)):
                gaps[hash((at, frame[:at], frame[at + 1 :]))] += 1
        return frozenset(
            word
            for frame in self._frames
            for at, word in enumerate(frame)
            if gaps[hash((at, frame[:at], frame[at + 1 :]))] >= _SLOT_FILLERS and self._names[word] not in LIGHT
        )

    def cover(self, text: str) -> tuple[float, float]:
        """How much of a text follows known sentences (0..1), and its ``ending`` (see :class:`Match`)."""
        unknown = -1
        path = (0, *(self._ids.get(class_of(word), unknown) for word in text.split()), 1)
        if len(path) == 2:
            return 0.0, 0.0
        if len(path) == 3:
            if path not in self._triples:
                return 0.0, 0.0
            return 1.0, 1.0 if text in URGENT else self._ends.get((0, path[1]), 0.0)
        total = 0.0
        steps = list(zip(path, path[1:], path[2:], strict=False))
        for triple in steps:
            total += 1.0 if triple in self._triples else 0.4 if triple[1:] in self._pairs else 0.0
        score = total / len(steps)
        folded = [self._ids.get(symbol, unknown) for symbol in _fold([class_of(word) for word in text.split()])]
        if tuple(folded) not in self._frame_set:
            # Stitched from pieces of several sentences: the shorter, the less likely that it was not listed itself.
            score -= STITCHED / len(folded)
        if total < len(steps):
            return max(0.0, score), 0.0
        return max(0.0, score), 1.0 if text in URGENT else self._ends.get((path[-3], path[-2]), 0.0)

    def unfinished(self, text: str) -> bool:
        """Whether a text is the beginning of a known sentence, as far as can be told, and not the whole of one."""
        path = (0, *(self._ids.get(class_of(word), -1) for word in text.split()))
        if len(path) == 2:
            return (0, path[1]) in self._pairs
        return len(path) > 2 and all(triple in self._triples for triple in zip(path, path[1:], path[2:], strict=False))

    def match(self, text: str) -> Match:
        """The text itself where it fits, else its repair, else itself with a low score."""
        score, ending = self.cover(text)
        if ending > 0.0 and score >= REPAIR_BELOW:
            return Match(text, score, ending)
        repair = self._repair(text)
        if repair is None or repair[1] <= score:
            return Match(text, score, ending)
        return Match(repair[0], repair[1], self.cover(repair[0])[1], repaired=True)

    def _repair(self, text: str) -> tuple[str, float] | None:
        words = text.split()[:MAX_WORDS_IN_SENTENCE]
        folded, fillers = _fold_words(words)
        ids = tuple(self._ids.get(symbol, -1) for symbol in folded)
        votes: defaultdict[int, float] = defaultdict(float)
        for word in set(ids):
            frames = self._by_word.get(word, ())
            weight = 1.0 / (1.0 + len(frames)) ** 0.5
            for number in frames:
                votes[number] += weight
        ranked: list[tuple[float, tuple[int, ...]]] = []
        for number in nlargest(_CANDIDATES, votes, key=lambda each: votes[each]):
            frame = self._frames[number]
            cost = self._distance(ids, frame)
            if cost is not None:
                weight = sum(self._cost(word) for word in frame) + 0.01
                ranked.append((1.0 - cost / weight, frame))
        ranked.sort(key=lambda pair: -pair[0])
        if not ranked or ranked[0][0] <= 0:
            return None
        score, frame = ranked[0]
        if any(other >= score - 1e-9 and self._content(found) != self._content(frame) for other, found in ranked[1:4]):
            return None
        rest = {symbol: list(group) for symbol, group in fillers.items()}
        spoken: list[str] = []
        for word in frame:
            name = self._names[word]
            spoken.append(rest[name].pop(0) if rest.get(name) else name)
        return " ".join(spoken), score

    def _content(self, frame: Sequence[int]) -> tuple[int, ...]:
        return tuple(word for word in frame if self._names[word] not in LIGHT)

    def _cost(self, word: int) -> float:
        if word < 0:
            return _CARRIER_COST
        return _LIGHT_COST if self._names[word] in LIGHT else _COMMON_COST if word in self._common else _CARRIER_COST

    def _free(self, word: int) -> bool:
        """Whether a repair may insert, drop or replace this word at all."""
        if word < 0:
            return True  # not a word of the device: nothing is lost
        name = self._names[word]
        return not (name.startswith("<") or name == "#" or name in FIXED or word in self._values)

    def _distance(self, said: Sequence[int], frame: Sequence[int]) -> float | None:
        """Weighted edit distance; None when only the change of a value would make them equal."""
        never = float("inf")
        row = [0.0]
        for word in frame:
            row.append(row[-1] + (self._cost(word) if self._free(word) else never))
        for heard in said:
            drop = self._cost(heard) if self._free(heard) else never
            last, row = row, [row[0] + drop]
            for at, word in enumerate(frame):
                keep = last[at] if heard == word else never
                insert = row[at] + (self._cost(word) if self._free(word) else never)
                swap = last[at] + self._swap(heard, word)
                row.append(min(keep, insert, last[at + 1] + drop, swap))
        return row[-1] if row[-1] < never else None

    def _swap(self, heard: int, word: int) -> float:
        if not (self._free(heard) and self._free(word)):
            return float("inf")
        return max(self._cost(heard), self._cost(word))


def values_of(text: str) -> list[str]:
    """The numbers, days, months and ordinals of a text, in order."""
    return [word for word in text.split() if class_of(word) in CLASSES or class_of(word) in _VALUES]


def _fold(symbols: Sequence[str]) -> list[str]:
    """Symbols with each run of number words as one ``#``."""
    folded: list[str] = []
    for symbol in symbols:
        value = _VALUES.get(symbol, symbol)
        if value != "#" or not folded or folded[-1] != "#":
            folded.append(value)
    return folded


def _fold_words(words: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The folded symbols of a text, and the words each symbol stood for, in order."""
    folded: list[str] = []
    fillers: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        symbol = class_of(word)
        value = _VALUES.get(symbol, symbol)
        if value == "#" and folded and folded[-1] == "#":
            fillers["#"][-1] += f" {word}"
            continue
        folded.append(value)
        if value == "#" or value in CLASSES:
            fillers[value].append(word)
    return folded, dict(fillers)
