"""Matching one automaton against one sentence: the cheapest way through, by dynamic programming.

A way's cost is counted in words that were *not* understood: each word of free text costs one, a repair costs what it
changes, a literal word or a plain value costs nothing. So of all templates the one that explains the most of the
sentence wins, and "remind me to call mum at seven" finds the time in it. The search is over (node, position, budget)
with every state solved once, so that hostile input costs at most nodes x words x words.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .repair import MISSING_COST, SKIP_COST, Repair
from .template import CHOICE, EMPTY, FREE, PHRASES, VALUE, WORD, Automaton, Phrase, Slot, Table
from .values.numbers import UNITS
from .values.reader import Reader

FREE_WORD = 1.0
FREE_SLOT = 0.5
MAX_FREE = {"text": 80, "place": 5, "person": 4}
NO_NAME = frozenset(
    [
        "and", "or", "then", "also", "is", "are", "was", "be", "do", "does", "did", "what", "when", "where", "who",
        "how", "why", "i", "you", "he", "she", "it", "we", "they", "me", "him", "her", "us", "them", "this", "that",
        "these", "those", "to", "of", "at", "by", "with", "from", "please", "now", "today", "tomorrow", "tonight",
        "yesterday", "there", "here", "not", "no", "yes", "set", "turn", "add", "remind", "cancel", "stop", "start",
        "make", "give", "tell", "show", "play", "if", "because", "so", "but", "timer", "alarm", "reminder", "minutes",
        "hours", "seconds", "minute", "hour", "second", "percent", "like", "in", "on", "for", "time", "weather",
        "until", "till", "next", "last", "every", "each", "same", "which", "first",
        "day", "days", "week", "weekend", "month", "year", "morning", "afternoon", "evening", "night",
        "taxi", "cab", "uber", "lyft",
        "my", "your", "our", "all", "any", "some", "more", "one", "everything", "out", "up", "down", "off", "again",
    ]
)  # fmt: skip
"""Words that are in no place's and in no person's name."""


_PRONOUNS = frozenset(["it", "that", "this", "them"])
_DETERMINERS = frozenset(["a", "an", "the", "my", "your", "our"])


class Bound(NamedTuple):
    """A slot, the words it took (``start`` to ``end``, exclusive), and the value read."""

    slot: Slot
    start: int
    end: int
    value: Any


class Way(NamedTuple):
    """A way through: what it costs, how many literal words it took, which, and the slots it bound."""

    cost: float
    literals: int
    said: tuple[str, ...]
    bound: tuple[Bound, ...]


class Matcher:
    """Solves one automaton for the words ``start`` to ``end`` of a sentence."""

    def __init__(
        self, automaton: Automaton, reader: Reader, openers: frozenset[str], repair: Repair | None, budget: float
    ) -> None:
        self.edges = automaton.edges
        self.accept = automaton.accept
        self.words = reader.words
        self.reader = reader
        self.openers = openers
        self.repair = repair
        self.budget = budget if repair is not None else 0.0
        self.may_miss = repair is not None and not automaton.free
        self._solved: dict[tuple[int, int, float], Way | None] = {}

    def best(self) -> Way | None:
        """The cheapest way that takes every word; None if there is none."""
        return self._solve(0, 0, self.budget)

    def _solve(self, node: int, at: int, budget: float) -> Way | None:
        key = (node, at, budget)
        if key in self._solved:
            return self._solved[key]
        best: Way | None = None
        if node == self.accept and at == len(self.words):
            best = Way(0.0, 0, (), ())
        for take, argument, target in self.edges[node]:
            if take == EMPTY:
                best = _better(best, self._solve(target, at, budget))
            elif take == WORD:
                best = _better(best, self._phrase((argument,), 0, target, at, budget))
            elif take == PHRASES:
                best = self._phrases(best, argument, target, at, budget)
            elif at >= len(self.words):
                continue
            elif take == VALUE:
                for end, value, cost in self.reader.at(argument.kind, at):
                    way = self._solve(target, end, budget)
                    best = _better(best, _with(way, cost, Bound(argument, at, end, value)))
            elif take == CHOICE:
                for said, value in argument.choices:
                    end = at + len(said)
                    if said and tuple(self.words[at:end]) == said:
                        best = _better(
                            best, _with(self._solve(target, end, budget), 0.0, Bound(argument, at, end, value))
                        )
            elif take == FREE:
                best = self._free(best, argument, target, at, budget)
        if (
            self.repair is not None
            and at < len(self.words)
            and budget >= SKIP_COST
            and self.repair.skips(self.words[at])
        ):
            skipped = self._solve(node, at + 1, round(budget - SKIP_COST, 2))
            if skipped is not None:
                best = _better(best, skipped._replace(cost=skipped.cost + SKIP_COST))
        self._solved[key] = best
        return best

    def _phrases(self, best: Way | None, table: Table, target: int, at: int, budget: float) -> Way | None:
        if "" in table:
            best = _better(best, self._solve(target, at, budget))
        if self.repair is None:
            for phrase in table.get(self.words[at], ()) if at < len(self.words) else ():
                best = _better(best, self._phrase(phrase, 0, target, at, budget))
            return best
        for first, phrases in table.items():
            near = first and (
                (self.may_miss and self.repair.may_miss(first))
                or (at < len(self.words) and (self.words[at] == first or self._mended(at, first) > 0))
            )
            for phrase in phrases if near else ():
                best = _better(best, self._phrase(phrase, 0, target, at, budget))
        return best

    def _phrase(self, phrase: Phrase, index: int, target: int, at: int, budget: float) -> Way | None:
        """The rest of a phrase from its ``index``-th word on, then everything after it."""
        if index == len(phrase):
            return self._solve(target, at, budget)
        word = phrase[index]
        if at < len(self.words) and self.words[at] == word:
            way = self._phrase(phrase, index + 1, target, at + 1, budget)
            if way is not None:
                return Way(way.cost, way.literals + 1, (word, *way.said), way.bound)
        if self.repair is None:
            return None
        best: Way | None = None
        if at < len(self.words):
            cost = self._mended(at, word)
            if 0 < cost <= budget:
                way = self._phrase(phrase, index + 1, target, at + 1, round(budget - cost, 2))
                if way is not None:
                    best = Way(way.cost + cost, way.literals, (word, *way.said), way.bound)
            if index and budget >= SKIP_COST and self.repair.skips(self.words[at]):
                way = self._phrase(phrase, index, target, at + 1, round(budget - SKIP_COST, 2))
                if way is not None:
                    best = _better(best, way._replace(cost=way.cost + SKIP_COST))
        if self.may_miss and budget >= MISSING_COST and self.repair.may_miss(word):
            way = self._phrase(phrase, index + 1, target, at, round(budget - MISSING_COST, 2))
            if way is not None:
                best = _better(best, way._replace(cost=way.cost + MISSING_COST))
        return best

    def _mended(self, at: int, wanted: str) -> float:
        """What it costs to take the word at a place for another; 0.0 where that is not allowed."""
        if self.repair is None:
            return 0.0
        heard = self.words[at]
        cost = self.repair.cost(heard, wanted)
        if not cost and at == 0:
            cost = self.repair.lead(heard, wanted)
        if not cost and self.may_miss:  # where free text could take what is left over, this is not sure
            cost = self.repair.little(heard, wanted)
        return cost

    def _free(self, best: Way | None, slot: Slot, target: int, at: int, budget: float) -> Way | None:
        if at == 0 and (self.words[0] in self.openers or self.words[0] in NO_NAME):
            return best
        named = slot.kind != "text"
        for end in range(at + 1, min(len(self.words), at + MAX_FREE[slot.kind]) + 1):
            word = self.words[end - 1]
            if named and (word in NO_NAME or word[0].isdigit()):
                break
            if at == 0 and end > 4:
                break
            if word in _DETERMINERS:
                continue  # a noun follows
            if end == at + 1 < len(self.words) and (word in UNITS or word in _PRONOUNS):
                continue  # "set two timers": how many, no name
            way = self._solve(target, end, budget)
            if way is None:
                continue
            cost = FREE_SLOT + FREE_WORD * (end - at)
            best = _better(best, _with(way, cost, Bound(slot, at, end, None)))
        return best


def _with(way: Way | None, cost: float, bound: Bound) -> Way | None:
    if way is None or any(other.slot.name == bound.slot.name for other in way.bound):
        return None
    return Way(way.cost + cost, way.literals, way.said, (bound, *way.bound))


def _better(held: Way | None, way: Way | None) -> Way | None:
    if held is None or way is None:
        return way if held is None else held
    return way if (way.cost, -way.literals) < (held.cost, -held.literals) else held
