"""The lattice of values: for a kind of slot and a place in the sentence, every reading that begins there.

Readings are found when the matcher asks and kept for the sentence, so that four hundred templates share the work.
A reading has a ``cost`` in words: zero when the words say plainly what they are ("ten minutes"), more where only the
sentence can tell (a bare "seven" as a time of day), so that ranking prefers plainer readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from .arithmetic import expressions
from .changes import changes, level_changes
from .clock import Clock
from .dates import WEEKDAYS, bare_numbers, dates
from .durations import durations
from .levels import levels
from .moments import Moment, moments
from .numbers import Words, numbers, tidy
from .recurrence import recurrences
from .spans import spans
from .units import currencies, units

TYPED_KINDS = frozenset(
    ["duration", "change", "time", "date", "when", "number", "level", "change-level", "unit", "currency",
     "expression", "repeat"]
)  # fmt: skip
FREE_KINDS = frozenset(["text", "place", "person"])
_AFTER_TIME = frozenset(
    ["at", "to", "for", "by", "from", "until", "till", "before", "around", "about", "alarm", "is", "it", "past"]
)
_POSSESSIVE = frozenset(
    f"{day}'s" for day in ("today", "tonight", "tomorrow", "yesterday", "week", "weekend", *WEEKDAYS)
)
_NUMBERS_ALONE = 1.75
"""More than leaving them in free text costs."""


class Reading(NamedTuple):
    """Where a value ends (exclusive), what it is, and what choosing it costs."""

    end: int
    value: Any
    cost: float = 0.0


class Reader:
    """The readings of one sentence's words; ``today`` is the local date that relative dates count from."""

    def __init__(self, words: Words, today: date) -> None:
        self.words = words
        self._days = [word.removesuffix("'s") if word in _POSSESSIVE else word for word in words]
        self.today = today
        self._kept: dict[tuple[str, int], tuple[Reading, ...]] = {}
        self._readers: dict[str, Callable[[int], Iterable[Reading]]] = {
            "duration": lambda at: (Reading(end, value) for end, value in durations(words, at)),
            "change": lambda at: (Reading(end, value) for end, value in changes(words, at)),
            "time": lambda at: self._moments(at, timed=True),
            "when": lambda at: self._moments(at, timed=False),
            "date": self._dates,
            "number": lambda at: (Reading(end, tidy(value)) for end, value in numbers(words, at)),
            "level": lambda at: (Reading(end, value) for end, value in levels(words, at)),
            "change-level": lambda at: (Reading(end, value) for end, value in level_changes(words, at)),
            "unit": lambda at: (Reading(end, value) for end, value in units(words, at)),
            "currency": lambda at: (Reading(end, value) for end, value in currencies(words, at)),
            "expression": lambda at: (Reading(end, value) for end, value in expressions(words, at)),
            "repeat": lambda at: (Reading(end, value) for end, value in recurrences(words, at)),
        }

    def at(self, kind: str, position: int) -> tuple[Reading, ...]:
        """The readings of a kind from a position, longest first; one for each end."""
        key = (kind, position)
        kept = self._kept.get(key)
        if kept is None:
            best: dict[int, Reading] = {}
            if position < len(self.words):
                for reading in self._readers[kind](position):
                    held = best.get(reading.end)
                    if held is None or reading.cost < held.cost:
                        best[reading.end] = reading
            kept = self._kept[key] = tuple(sorted(best.values(), key=lambda reading: -reading.end))
        return kept

    def _moments(self, at: int, *, timed: bool) -> Iterable[Reading]:
        for end, moment in moments(self._days, at, self.today):
            if timed and not moment.timed:
                continue
            cost = 0.0 if moment.timed or not bare_numbers(self.words, at, end) else _NUMBERS_ALONE
            if moment.bare:
                before = self.words[at - 1] if at else ""
                if before not in _AFTER_TIME and (not timed or at == 0):
                    continue
                cost = 0.5
            elif (moment.clock is None and moment.part) or (not timed and moment.after and moment.after % 86400 == 0):
                cost = 0.25  # "in three weeks" is a day where a day will do
            yield Reading(end, moment, cost)

    def _dates(self, at: int) -> Iterable[Reading]:
        for end, day in dates(self._days, at, self.today):
            yield Reading(end, Moment(day), _NUMBERS_ALONE if bare_numbers(self.words, at, end) else 0.0)
        for end, first, last in spans(self._days, at, self.today):
            yield Reading(end, Moment(first, last=last), 0.25)


__all__ = ["FREE_KINDS", "TYPED_KINDS", "Clock", "Moment", "Reader", "Reading"]
