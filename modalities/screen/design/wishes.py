"""What somebody wishes of a face, read from words by rule: the same words are the same wishes.

The text is scanned for the longest phrases of the lexicon. "No" and the like turn around what follows in their clause;
a place belongs to the facts named before it in its clause, else to the next one; a colour to the thing beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from . import lexicon
from .brief import Fact, Kind, Place
from .colour_words import LOUDER, colour_at
from .moods import MOODS

MAX_TEXT: Final = 300
_TOKEN = re.compile(r"#[0-9a-f]{3,6}\b|[a-zé]+(?:[-'][a-zé]+)*|\d+|[,;.:!]")
_BREAKS: Final = frozenset(",;.:!")
_LONGEST: Final = 5


@dataclass
class Wishes:
    """What was asked for. ``choices`` by field of the brief; ``refused`` are kinds of facts, and ``date``, ``second``,
    ``track``, ``bezel``, ``indices`` or ``facts``; ``unread`` are words that say nothing to us."""

    choices: dict[str, str] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)
    scales: dict[str, float] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    date: Place | None = None
    date_long: bool = False
    digits: Place | None = None
    colours: dict[str, str] = field(default_factory=dict)
    moods: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    amount: int = 0
    new: set[str] = field(default_factory=set)
    shift: int = 0
    """Lighter (+) or darker (-)."""
    analog: bool = False
    digital: bool = False
    unread: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing at all was understood."""
        parts = (self.choices, self.flags, self.scales, self.facts, self.colours, self.moods, self.refused, self.new)
        others = (self.date is not None, self.amount, self.shift, self.analog, self.digital)
        return not any(parts) and not any(others)


class _Found(NamedTuple):
    kind: str
    value: Any
    start: int
    end: int
    phrase: str


@lru_cache(maxsize=1)
def _index() -> dict[tuple[str, ...], list[tuple[str, object]]]:
    index: dict[tuple[str, ...], list[tuple[str, object]]] = {}

    def put(phrases: list[str] | tuple[str, ...], kind: str, value: object) -> None:
        for phrase in phrases:
            index.setdefault(tuple(_TOKEN.findall(phrase)), []).append((kind, value))

    for fact, phrases in lexicon.FACTS.items():
        put(phrases, "fact", fact)
    put(lexicon.DATE, "date", False)
    put(lexicon.LONG_DATE, "date", True)
    for place, phrases in lexicon.PLACES.items():
        put(phrases, "place", place)
    for choice, phrases in lexicon.CHOICES.items():
        put(phrases, "choice", choice)
    for flag, phrases in lexicon.FLAGS.items():
        put(phrases, "flag", flag)
    for scale, phrases in lexicon.SCALES.items():
        put(phrases, "scale", scale)
    for mood, leaning in MOODS.items():
        put(leaning.words, "mood", mood)
    for word, mood in lexicon.COMPARED.items():
        put((word,), "shift" if mood in ("darker", "lighter") else "mood", mood)
    put(lexicon.MORE, "amount", -1)
    put(lexicon.FULL, "amount", 1)
    for noun, phrases in lexicon.NOUNS.items():
        put(phrases, "noun", noun)
    for name, phrases_ in lexicon.NEW.items():
        put(phrases_, "new", name)
    put(lexicon.NO, "no", True)
    put(lexicon.YES, "yes", True)
    put(lexicon.JOIN, "join", True)
    put(("digital time", "digital clock", "time in digits"), "digits", True)
    return index


def read_wishes(text: str) -> Wishes:
    """The wishes of a text; nothing of it raises."""
    tokens = _TOKEN.findall(text.lower().replace("’", "'")[:MAX_TEXT])
    wishes = Wishes()
    reader = _Reader(tokens, wishes)
    for found in _scan(tokens, wishes.unread):
        reader.take(found)
    return wishes


def _scan(tokens: list[str], unread: list[str]) -> Iterator[list[_Found]]:
    """Everything that can be read, in order: all meanings of one phrase together."""
    index = _index()
    at = 0
    while at < len(tokens):
        if tokens[at] in _BREAKS:
            yield [_Found("break", True, at, at + 1, tokens[at])]
            at += 1
            continue
        meanings: list[_Found] = []
        for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
            key = tuple(tokens[at : at + length])
            if key in index:
                meanings = [_Found(kind, value, at, at + length, " ".join(key)) for kind, value in index[key]]
                break
        colour = colour_at(tokens, at)
        if colour is not None and (not meanings or colour[1] >= meanings[0].end):
            found = _Found("colour", colour[0], at, colour[1], " ".join(tokens[at : colour[1]]))
            # "neon green" is a colour and a mood
            meanings = [found, *(each for each in meanings if each.kind == "mood" and each.phrase in MOODS)]
        if meanings:
            yield meanings
            at = meanings[0].end
            continue
        if tokens[at] not in lexicon.FILL and not tokens[at].isdigit():
            unread.append(tokens[at])
        at += 1


class _Reader:
    """Takes what was found, one after the other, and knows what a clause has said so far."""

    def __init__(self, tokens: list[str], wishes: Wishes) -> None:
        self._tokens = tokens
        self._wishes = wishes
        self._no = ""
        self._open: list[str] = []
        """Facts of this clause that have no place yet."""
        self._place: Place = ""
        self._colour: _Found | None = None
        self._noun: _Found | None = None

    def take(self, meanings: list[_Found]) -> None:
        by_kind = {found.kind: found for found in meanings}
        first = meanings[0]
        if "break" in by_kind:
            self._clause(hard=True)
        elif "yes" in by_kind:
            self._no = ""
            self._clause(hard=False)
        elif "no" in by_kind:
            self._no = first.phrase
        elif "join" in by_kind:
            self._colour = None
        elif "colour" in by_kind:
            self._coloured(first)
            if "mood" in by_kind and first.phrase.split()[0] in LOUDER and not self._no:
                self._meant({"mood": by_kind["mood"]})
        elif "place" in by_kind and not (first.phrase in ("up", "down") and not self._open):
            self._placed(by_kind["place"].value)
        else:
            self._meant(by_kind)

    def _clause(self, *, hard: bool) -> None:
        if hard and self._no not in lexicon.STRONG:
            self._no = ""
        self._open, self._place, self._colour, self._noun = [], "", None, None

    def _coloured(self, found: _Found) -> None:
        colour = str(found.value)
        before = self._tokens[found.start - 1] if found.start else ""
        wishes = self._wishes
        if self._no:
            return
        if before == "on" or (before in ("a", "an") and found.start > 1 and self._tokens[found.start - 2] == "on"):
            earlier = wishes.colours.pop("theme", None) if self._colour is not None else None
            wishes.colours["ground"] = colour
            if earlier is not None:
                wishes.colours.setdefault("marks", earlier)
                wishes.colours.setdefault("hands", earlier)
            return
        if self._noun is not None and found.start - self._noun.end <= 2 and before in ("in", "are", "is", "be", "to"):
            wishes.colours[str(self._noun.value)] = colour
            self._noun = None
            return
        self._colour = found
        for role in ("theme", "second", "accent"):
            if role not in wishes.colours:
                wishes.colours[role] = colour
                break

    def _placed(self, place: Place) -> None:
        if not self._open:
            self._place = place
            return
        for name in self._open:
            self._put(name, place)
        self._open = []

    def _put(self, name: str, place: Place) -> None:
        wishes = self._wishes
        if name == "date":
            wishes.date = place
        elif name == "digits":
            wishes.digits = place
        elif name != "second":
            wishes.facts = [Fact(fact.kind, place) if fact.kind == name else fact for fact in wishes.facts]

    def _named(self, name: str) -> None:
        if self._place:
            self._put(name, self._place)
        else:
            self._open.append(name)

    def _meant(self, by_kind: dict[str, _Found]) -> None:
        wishes = self._wishes
        noun = by_kind.get("noun")
        if noun is not None:
            if self._colour is not None and noun.start - self._colour.end <= 1:
                self._move_colour(str(noun.value))
            self._noun = noun
        if self._no:
            self._refused(by_kind)
            return
        for kind, found in by_kind.items():
            value = found.value
            if kind == "fact":
                fact: Kind = value
                if all(each.kind != fact for each in wishes.facts):
                    wishes.facts.append(Fact(fact))
                self._named(fact)
            elif kind == "date":
                wishes.date = wishes.date or ""
                wishes.date_long = wishes.date_long or bool(value)
                self._named("date")
            elif kind == "digits":
                wishes.digital = True
                self._named("digits")
            elif kind == "choice":
                self._chosen(*value)
            elif kind == "flag":
                name, on = value
                wishes.flags[name] = on
                wishes.analog = wishes.analog or name == "bezel"
            elif kind == "scale":
                name, by = value
                wishes.scales[name] = by
                wishes.analog = wishes.analog or name in ("thick", "long")
            elif kind == "mood" and value not in wishes.moods:
                wishes.moods.append(str(value))
            elif kind == "amount":
                wishes.amount = int(value)
            elif kind == "new":
                wishes.new.add(str(value))
            elif kind == "shift":
                wishes.shift += 1 if value == "lighter" else -1

    def _chosen(self, name: str, value: str) -> None:
        wishes = self._wishes
        if name == "style":
            wishes.analog = wishes.analog or value in ("analog", "hybrid")
            wishes.digital = wishes.digital or value in ("digital", "hybrid")
            return
        if name == "second":
            self._named("second")
        if name in ("hands", "indices") and value != "none":
            wishes.analog = True
        wishes.choices[name] = value

    def _move_colour(self, role: str) -> None:
        """The last colour was of a thing: "blue hands"."""
        colours = self._wishes.colours
        last = next((name for name in ("accent", "second", "theme") if name in colours), None)
        if last is not None:
            colours[role] = colours.pop(last) if last != role else colours[last]
        self._colour = None

    def _refused(self, by_kind: dict[str, _Found]) -> None:
        wishes = self._wishes
        for kind, found in by_kind.items():
            value = found.value
            if kind == "fact":
                wishes.refused.add(str(value))
                wishes.facts = [fact for fact in wishes.facts if fact.kind != value]
            elif kind == "date":
                wishes.refused.add("date")
                wishes.date = None
            elif kind == "choice":
                name, _ = value
                if name == "style":
                    wishes.refused.add("analog" if value[1] == "analog" else "digital")
                else:
                    wishes.refused.add(name)
            elif kind == "flag":
                wishes.flags[value[0]] = False
            elif kind == "noun" and value == "accent":
                wishes.refused.add("second")
        if self._tokens[next(iter(by_kind.values())).start] in ("complications", "complication"):
            wishes.refused.add("facts")
