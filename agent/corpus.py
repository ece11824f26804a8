"""From templates to sentences: the corpus of the speech recogniser, and held-out sentences for measuring it.

Sentences are walks through the automata the matcher uses, with sample values in their slots; what one template can
say is walked many times, each action getting its share. Everything is drawn from seeded generators, so the same
catalogue gives the same corpus. Held-out sentences come with the call that they mean, made from the values put in (not
by planning the sentence), and none of them is in the corpus.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from random import Random
from typing import Any, NamedTuple

from .arguments import arguments_of
from .corpus_store import SENTENCES
from .matcher import Bound, Way
from .messages import PlannedCall
from .samples import Sample, samples
from .template import CHOICE, EMPTY, PHRASES, WORD, Automaton, Edge, Slot
from .templates import Template, Templates
from .values.words import tokenize

MAX_SENTENCES = 30_000
_SEED = 20_26
_TRIES = 6
_MAX_STEPS = 400
_SHORTENED = (
    ("what is", "what's"), ("i would", "i'd"), ("i am", "i'm"), ("do not", "don't"), ("let us", "let's"),
    ("where is", "where's"), ("how is", "how's"), ("when is", "when's"), ("it is", "it's"), ("that is", "that's"),
    ("can not", "can't"), ("i will", "i'll"),
)  # fmt: skip


class HeldOut(NamedTuple):
    """A sentence and the call it means."""

    text: str
    call: PlannedCall


class Walk(NamedTuple):
    """One way a template can be said: its words, the fixed ones among them, and the values put in."""

    words: tuple[str, ...]
    said: tuple[str, ...]
    bound: tuple[Bound, ...]


class Sampler:
    """Draws sentences from templates. ``today`` is the date that said dates are counted from."""

    def __init__(self, templates: Templates, today: date = date(2026, 11, 20)) -> None:
        self.templates = templates
        self.today = today
        self._cycles: dict[tuple[str, str], list[Sample]] = {}
        self._places: dict[tuple[str, str], int] = {}

    def corpus(self, total: int = SENTENCES) -> Iterator[str]:
        """At most ``total`` different sentences, every action getting an equal share (as far as it can use it)."""
        total = max(1, min(total, MAX_SENTENCES))
        random = Random(_SEED)
        self._places = dict.fromkeys(self._places, 0)
        by_action = self._by_action()
        seen: set[int] = set()
        for numbers in by_action.values():
            share = total // len(by_action)
            each = max(2, share // len(numbers))
            for number in numbers:
                automaton = self.templates.automaton(number)
                if automaton is None:
                    continue
                made = 0
                for _try in range(each * _TRIES):
                    if made >= each or len(seen) >= total:
                        break
                    text = _spoken(self._walk(automaton, random).words, random)
                    if text and hash(text) not in seen:
                        seen.add(hash(text))
                        made += 1
                        yield text

    def held_out(self, count: int, seed: int, now: datetime, corpus: int = SENTENCES) -> list[HeldOut]:
        """``count`` sentences that are not among the first ``corpus`` of the corpus, with what they mean at ``now``."""
        known = set(Sampler(self.templates, self.today).corpus(corpus))
        sampler = Sampler(self.templates, now.date())
        random = Random(seed)
        by_action = list(sampler._by_action().values())
        found: dict[str, HeldOut] = {}
        for attempt in range(count * 40):
            if len(found) >= count:
                break
            number = random.choice(by_action[attempt % len(by_action)])
            automaton = self.templates.automaton(number)
            if automaton is None:
                continue
            sampler._shuffle(random)
            walk = sampler._walk(automaton, random)
            text = _spoken(walk.words, random)
            call = _meant(self.templates.templates[number], walk, now)
            if text not in known and text not in found and call is not None:
                found[text] = HeldOut(text, call)
        return list(found.values())

    def _by_action(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, template in enumerate(self.templates.templates):
            found.setdefault(template.action.name, []).append(number)
        return found

    def _shuffle(self, random: Random) -> None:
        for key in self._cycles:
            self._places[key] = random.randrange(len(self._cycles[key]))

    def _next(self, slot: Slot) -> Sample:
        key = (slot.kind, slot.name)
        if key not in self._cycles:
            self._cycles[key] = samples(slot.kind, slot.name, self.today)
            self._places[key] = 0
        held = self._cycles[key]
        place = self._places[key]
        self._places[key] = place + 1
        return held[place % len(held)]

    def _walk(self, automaton: Automaton, random: Random) -> Walk:
        words: list[str] = []
        said: list[str] = []
        bound: list[Bound] = []
        node = 0
        for _step in range(_MAX_STEPS):
            edges = automaton.edges[node]
            if node == automaton.accept or not edges:
                break
            take, argument, target = _drawn(edges, bound, random)
            node = target
            if take == EMPTY:
                continue
            if take == WORD:
                words.append(argument)
                said.append(argument)
            elif take == PHRASES:
                phrase = random.choice(argument[random.choice(list(argument))])
                words.extend(phrase)
                said.extend(phrase)
            else:
                sample = self._choice(argument, random) if take == CHOICE else self._next(argument)
                start = len(words)
                words.extend(sample.words.split())
                bound.append(Bound(argument, start, len(words), sample.value))
        return Walk(tuple(words), tuple(said), tuple(bound))

    @staticmethod
    def _choice(slot: Slot, random: Random) -> Sample:
        said, value = random.choice(slot.choices)
        return Sample(" ".join(said), value)


def _drawn(edges: list[Edge], bound: list[Bound], random: Random) -> Edge:
    """One of the edges, none that says a slot a second time if that can be avoided."""
    names = {each.slot.name for each in bound}
    free = [edge for edge in edges if edge[0] in (EMPTY, WORD, PHRASES) or edge[1].name not in names]
    return random.choice(free or edges)


def _spoken(words: tuple[str, ...], random: Random) -> str:
    """The sentence as a recogniser would write it: letters and apostrophes only, sometimes contracted."""
    text = " ".join(words)
    if any(letter.isdigit() for letter in text):
        return ""
    for long, short in _SHORTENED:
        if f" {long} " in f" {text} " and random.random() < 0.5:
            text = f" {text} ".replace(f" {long} ", f" {short} ").strip()
    return "".join(letter for letter in text if letter.isalpha() or letter in "' ")


def _meant(template: Template, walk: Walk, now: datetime) -> PlannedCall | None:
    """The call of a walk; None where a required argument was not said or one was said twice."""
    names = [bound.slot.name for bound in walk.bound]
    given = {*names, *template.fixed}
    if len(set(names)) < len(names) or any(p.required and p.name not in given for p in template.action.parameters):
        return None
    text = " ".join(walk.words)
    tokens = tokenize(text)
    if [token.text for token in tokens] != list(walk.words):
        return None
    way = Way(0.0, 0, walk.said, walk.bound)
    arguments: dict[str, Any]
    arguments, spans = arguments_of(template.action, template.fixed, way, text, tokens, now)
    return PlannedCall(template.action.name, arguments, spans)
