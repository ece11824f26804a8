"""A small class trigram, from the sentences a device can be told.

Counting words alone is not enough here: the sentences carry *sample* values, so "timer for seven minutes" may never
occur although "six minutes" does. Closed sets of words that stand for each other (units, teens, tens, weekdays,
months) are therefore one class each while counting, and are put back as words when the model is written:
p(w | h) = p(class(w) | classes(h)) · p(w | class(w))  (Brown et al. 1992, class-based n-gram models), the last
factor half uniform, half as counted. Smoothing is Witten and Bell's (Chen & Goodman 1998, section 2.5) in the
back-off form: what was seen n times among t kinds of successors gets n / (N + t), the rest t / (N + t) is left to the
shorter history. The result is an ordinary ARPA file, which any n-gram decoder reads.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise, product
from math import log10
from pathlib import Path
from typing import NamedTuple

from ...kernel.errors import CallerError

__all__ = [
    "BEGIN",
    "CLASSES",
    "END",
    "MAX_SENTENCES",
    "MAX_WORDS_IN_SENTENCE",
    "Counts",
    "Smoothed",
    "build_arpa",
    "class_of",
    "count",
    "members_of",
    "smooth",
]

MAX_SENTENCES = 200_000
MAX_WORDS_IN_SENTENCE = 40
BEGIN, END = "<s>", "</s>"

CLASSES: dict[str, tuple[str, ...]] = {
    "<units>": ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "<teens>": (
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ),
    "<tens>": ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
    "<day>": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "<month>": (
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ),
    "<ordinal>": (
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
        "thirtieth",
    ),
}
"""``may`` is left out of the months and ``second`` doubles as a unit of time: a class must not blur other senses."""
CLASSES["<ordinal>"] = tuple(word for word in CLASSES["<ordinal>"] if word != "second")
_CLASS_OF = {word: name for name, words in CLASSES.items() for word in words}


def class_of(word: str) -> str:
    """The class a word stands in for, or the word itself."""
    return _CLASS_OF.get(word, word)


class Counts(NamedTuple):
    """What was counted: symbols (words or their classes) after none, one and two others, and the words themselves."""

    one: Counter[str]
    two: defaultdict[str, Counter[str]]
    three: defaultdict[tuple[str, str], Counter[str]]
    words: Counter[str]


class Smoothed(NamedTuple):
    """Probabilities of what was seen, and the back-off weights of histories."""

    p1: dict[str, float]
    p2: dict[str, dict[str, float]]
    p3: dict[tuple[str, str], dict[str, float]]
    back1: dict[str, float]
    back2: dict[tuple[str, str], float]


def count(sentences: Iterable[str]) -> Counts:
    """Count sentences. Raises CallerError when there is not one."""
    one: Counter[str] = Counter()
    two: defaultdict[str, Counter[str]] = defaultdict(Counter)
    three: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    words: Counter[str] = Counter()
    known: set[int] = set()
    for number, sentence in enumerate(sentences):
        if number >= MAX_SENTENCES:
            break
        spoken = sentence.split()[:MAX_WORDS_IN_SENTENCE]
        if not spoken:
            continue
        words.update(spoken)
        marked = (BEGIN, *map(class_of, spoken), END)
        if hash(marked) in known:
            # How many samples a slot has says nothing about how often people say the sentence. Counting every draw
            # made no difference that 250 rendered sentences could show.
            continue
        known.add(hash(marked))
        one.update(marked[1:])
        for a, b in pairwise(marked):
            two[a][b] += 1
        for a, b, c in zip(marked, marked[1:], marked[2:], strict=False):
            three[a, b][c] += 1
    if not words:
        raise CallerError("a language model needs at least one sentence, got none")
    return Counts(one, two, three, words)


def smooth(counts: Counts) -> Smoothed:
    """Witten and Bell's smoothing in the back-off form."""
    one, two, three, _ = counts
    total, kinds = sum(one.values()), len(one)
    p1 = {w: (n + kinds / (kinds + 1)) / (total + kinds) for w, n in one.items()}
    scale = sum(p1.values())
    p1 = {w: p / scale for w, p in p1.items()}
    p2 = {a: {b: n / (sum(seen.values()) + len(seen)) for b, n in seen.items()} for a, seen in two.items()}
    back1 = {a: _backoff(seen, p1) for a, seen in p2.items()}
    p3 = {h: {c: n / (sum(seen.values()) + len(seen)) for c, n in seen.items()} for h, seen in three.items()}
    back2 = {h: _backoff(seen, p2.get(h[1], {}), back1.get(h[1], 1.0), p1) for h, seen in p3.items()}
    return Smoothed(p1, p2, p3, back1, back2)


def build_arpa(sentences: Iterable[str], path: Path) -> list[str]:
    """Write the model to ``path`` and return its words (without the sentence marks), sorted.

    Raises CallerError when there is not one sentence.
    """
    counts = count(sentences)
    members = members_of(counts)
    with path.open("w", encoding="utf-8") as out:
        for line in _arpa(smooth(counts), members):
            out.write(line + "\n")
    return sorted({word for shares in members.values() for word, _ in shares} - {BEGIN, END})


def members_of(counts: Counts) -> dict[str, list[tuple[str, float]]]:
    """For each symbol of the class model its words with log10 p(word | symbol)."""
    one, words = counts.one, counts.words
    members: dict[str, list[tuple[str, float]]] = {BEGIN: [(BEGIN, 0.0)]}
    for symbol in one:
        group = CLASSES.get(symbol)
        if group is None:
            members[symbol] = [(symbol, 0.0)]
            continue
        total = sum(words[word] for word in group)
        members[symbol] = [(word, log10(0.5 / len(group) + 0.5 * words[word] / total)) for word in group]
    return members


def _arpa(model: Smoothed, members: dict[str, list[tuple[str, float]]]) -> Iterator[str]:
    p1, p2, p3, back1, back2 = model

    def spelled(symbols: tuple[str, ...]) -> Iterator[tuple[str, float]]:
        for combination in product(*(members[s] for s in symbols)):
            yield " ".join(word for word, _ in combination), combination[-1][1]

    size = {s: len(group) for s, group in members.items()}
    counts = [
        sum(size[w] for w in p1) + 1,
        sum(size[a] * size[b] for a, seen in p2.items() for b in seen),
        sum(size[a] * size[b] * size[c] for (a, b), seen in p3.items() for c in seen),
    ]
    yield "\\data\\"
    for order, count in enumerate(counts, 1):
        yield f"ngram {order}={count}"
    yield "\n\\1-grams:"
    yield f"-99 {BEGIN} {log10(back1[BEGIN]):.4f}"
    for w, p in sorted(p1.items()):
        for text, share in spelled((w,)):
            yield f"{log10(p) + share:.4f} {text} {log10(back1.get(w, 1.0)):.4f}"
    yield "\n\\2-grams:"
    for a, seen in sorted(p2.items()):
        for b, p in sorted(seen.items()):
            for text, share in spelled((a, b)):
                yield f"{log10(p) + share:.4f} {text} {log10(back2.get((a, b), 1.0)):.4f}"
    yield "\n\\3-grams:"
    for (a, b), seen in sorted(p3.items()):
        for c, p in sorted(seen.items()):
            for text, share in spelled((a, b, c)):
                yield f"{log10(p) + share:.4f} {text}"
    yield "\n\\end\\"


def _backoff(
    seen: dict[str, float], lower: dict[str, float], weight: float = 1.0, lowest: dict[str, float] | None = None
) -> float:
    """The back-off weight of a history: mass left over, by the mass the shorter history has left for the unseen."""
    left = 1.0 - sum(seen.values())
    shorter = sum(lower[c] if c in lower else weight * (lowest or {}).get(c, 0.0) for c in seen)
    return max(left, 1e-6) / max(1.0 - shorter, 1e-6)
