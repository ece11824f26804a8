"""Mending what a recogniser misheard, conservatively.

Only the fixed words of a template are mended, never a value or free text: a number, a name, a day or a time that was
misheard stays what it was. A word is taken for another when few letters differ (Damerau-Levenshtein distance, one
in short words, two from seven letters on) and the first sound is the same; articles and little words may be
missing or too many, or stand for each other. A word that the device itself uses elsewhere is changed only by one
letter, at a higher price. A first word that says little ("turn", "get", "and") may be a misheard "set" or "what", if
all the rest fits one action only (:meth:`Repair.lead`).
"""

from __future__ import annotations

from .values.dates import WEEKDAYS
from .values.months import MONTH_NAMES
from .values.numbers import NUMBER_WORDS

SKIP_COST = 0.4
MISSING_COST = 0.5
BUDGET = 2.0
_SKIPPED = frozenset(
    [
        "the",
        "a",
        "an",
        "my",
        "some",
        "uh",
        "um",
        "er",
        "erm",
        "hmm",
        "just",
        "so",
        "well",
        "like",
        "of",
        "all",
        "our",
        "your",
        "this",
        "there",
    ]
)
_MISSED = frozenset(["the", "a", "an", "my", "to", "for", "of", "is", "me", "in", "please", "it", "at"])
_PROTECTED = frozenset(
    [
        *NUMBER_WORDS, *WEEKDAYS, *MONTH_NAMES, "am", "pm", "noon", "midnight", "today", "tomorrow", "tonight",
        "yesterday", "morning", "evening", "afternoon", "night", "not", "no", "never", "up", "down", "on", "off",
        "start", "stop", "mute", "unmute", "more", "less", "minutes", "minute", "hours", "hour", "seconds", "days",
        "week", "weeks", "month", "percent", "last", "next", "before", "after", "without",
    ]
)  # fmt: skip
LEAD_COST = 1.4
LITTLE_COST = 0.9
_LIGHT_VERBS = frozenset(
    ["turn", "get", "got", "put", "sent", "send", "said", "say", "sat", "sit", "let", "see", "sad", "sets"]
)
"""Verbs that say little and are heard for others. What takes away, ends or shows is never heard for anything else."""
_SETTING = frozenset(["set", "start"])
_LITTLE = frozenset(
    ["a", "an", "and", "as", "at", "he", "his", "i", "in", "is", "it", "its", "of", "that", "the", "this", "to"]
)
"""Words of one syllable that recognisers put in each other's place."""
_LEADING = frozenset(["set", "start", "what", "how", "show", "turn", "add"])
_SOUNDS = {"k": "c", "q": "c", "z": "s", "x": "s", "j": "g", "f": "f", "v": "f", "y": "i"}
_HOMOPHONES = {
    ("too", "to"), ("wether", "weather"), ("whether", "weather"), ("paws", "pause"), ("poss", "pause"),
    ("tymer", "timer"), ("lyst", "list"), ("knot", "note"), ("dew", "do"), ("wear", "where"), ("whats", "what"),
    ("volumes", "volume"), ("alarms", "alarm"), ("timers", "timer"), ("their", "there"), ("by", "buy"),
    ("reminds", "remind"), ("sat", "set"), ("sit", "set"), ("at", "add"), ("ad", "add"), ("had", "add"),
}  # fmt: skip


def _sound(word: str) -> str:
    first = "n" if word.startswith("kn") else "r" if word.startswith("wr") else "f" if word[:2] == "ph" else word[:1]
    return _SOUNDS.get(first, first)


def distance(one: str, other: str, most: int) -> int:
    """Damerau-Levenshtein distance (optimal string alignment), or ``most`` + 1 where it is greater."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


class Repair:
    """Which words may stand for which, given the words that the catalogue's templates use."""

    def __init__(self, vocabulary: frozenset[str]) -> None:
        self.vocabulary = vocabulary
        self._costs: dict[tuple[str, str], float] = {}
        self._by_sound: dict[str, list[str]] = {}
        for word in sorted(vocabulary):
            self._by_sound.setdefault(_sound(word), []).append(word)
        self.missed = frozenset(word for word in vocabulary if word in _MISSED)

    def cost(self, heard: str, wanted: str) -> float:
        """What it costs to take one word for another; 0.0 where that is not allowed (or not needed)."""
        key = (heard, wanted)
        kept = self._costs.get(key)
        if kept is None:
            if len(self._costs) > 4096:
                self._costs.clear()
            kept = self._costs[key] = self._price(heard, wanted)
        return kept

    def _price(self, heard: str, wanted: str) -> float:
        if heard == wanted or not heard.isalpha() or not wanted.isalpha():
            return 0.0
        if (heard, wanted) in _HOMOPHONES:
            return 0.8
        if heard in _PROTECTED or wanted in _PROTECTED:
            return 0.0
        shorter = min(len(heard), len(wanted))
        if shorter < 4 or _sound(heard) != _sound(wanted):
            return 0.0
        known = heard in self.vocabulary
        most = 1 if known or shorter < 6 else 2
        apart = distance(heard, wanted, most)
        if apart > most:
            return 0.0
        return (1.5 if known else 0.8) + 0.3 * (apart - 1)

    def lead(self, heard: str, wanted: str) -> float:
        """What it costs to take the first word of a request for a verb (or "what"); 0.0 where that is not allowed."""
        if heard == wanted:
            return 0.0
        taken = (heard in _LIGHT_VERBS and wanted in _SETTING) or (heard in _LITTLE and wanted in _LEADING)
        return LEAD_COST if taken else 0.0

    def leads(self, heard: str) -> frozenset[str]:
        """The words that the first word of a request may stand for."""
        return _SETTING if heard in _LIGHT_VERBS else _LEADING if heard in _LITTLE else frozenset()

    def little(self, heard: str, wanted: str) -> float:
        """What it costs to take one little word for another."""
        return LITTLE_COST if heard != wanted and heard in _LITTLE and wanted in _LITTLE else 0.0

    def littles(self, present: frozenset[str]) -> frozenset[str]:
        """The little words of the catalogue that those that are present may stand for."""
        return frozenset() if _LITTLE.isdisjoint(present) else _LITTLE & self.vocabulary

    def skips(self, word: str) -> bool:
        """The word may be left out of what was said."""
        return word in _SKIPPED

    def may_miss(self, word: str) -> bool:
        """The word of a template may be missing in what was said."""
        return word in _MISSED

    def neighbours(self, heard: str) -> list[str]:
        """Words of the catalogue that the word may stand for."""
        if heard in _PROTECTED or not heard.isalpha():
            return []
        alike = self._by_sound.get(_sound(heard), ())
        return [word for word in alike if abs(len(word) - len(heard)) <= 2 and self.cost(heard, word) > 0] + [
            word for mistaken, word in _HOMOPHONES if mistaken == heard
        ]
