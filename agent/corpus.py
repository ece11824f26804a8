"""From templates to sentences: the corpus of the speech recogniser, and held-out sentences for measuring it.

Sentences are walks through the templates' trees, with sample values in their slots; what one template can
say is walked many times, each action getting its share. Everything is drawn from seeded generators, so the same
catalogue gives the same corpus. Held-out sentences come with the call that they mean, made from the values put in (not
by planning the sentence), and none of them is in the corpus. They are of the eighth of all sentences that a checksum
sets apart (:func:`kept_back`): what no model may be trained on is thereby the same for every catalogue, seed and day,
and templates written later cannot move a sentence from one side to the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from random import Random
from typing import Any, NamedTuple
from zlib import crc32

from ..kernel.errors import ManifestError
from .arguments import arguments_of
from .corpus_store import SENTENCES
from .language import grammar
from .matcher import Bound, Way
from .messages import PlannedCall
from .samples import Sample, samples
from .template import Slot, unglue
from .templates import Template, Templates
from .values.words import tokenize, words

MAX_SENTENCES = 30_000
_SEED = 20_26
_TRIES = 6
_MAX_DEPTH = 24
OPTIONAL = 0.35
"""How often an optional part is said."""
BRANCH_FALL = 0.75
"""Weight of each further branch of an alternative, to the one before."""
RANK_FALL = 0.6
"""A sentence's share falls with its place in the action as ``(1 + rank) ** -RANK_FALL``."""
KEPT_BACK = 8
"""One sentence in so many is for measuring only."""
EXAMPLE_COUNT = 12
"""How often each example of the author is counted."""
MOST_TIMES = 12
"""Draws of one sentence that count."""
_SHORTENED = (
    ("what is", "what's"), ("i would", "i'd"), ("i am", "i'm"), ("do not", "don't"), ("let us", "let's"),
    ("where is", "where's"), ("how is", "how's"), ("when is", "when's"), ("it is", "it's"), ("that is", "that's"),
    ("can not", "can't"), ("i will", "i'll"),
)  # fmt: skip


def kept_back(text: str) -> bool:
    """Whether no model may be trained on a sentence: by the CRC-32 of its long form ("what is", not "what's")."""
    long = f" {text} "
    for whole, short in _SHORTENED:
        long = long.replace(f" {short} ", f" {whole} ")
    return crc32(long.strip().encode()) % KEPT_BACK == 0


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
    """Draws sentences from templates. ``today`` is the date that said dates are counted from.

    People do not say every way of saying something equally often. A template's author writes the usual way first, so
    the branches of an alternative are drawn with falling weight, optional words less often than not, and an action's
    first sentences more than its last ones. A draw that repeats an earlier one is kept: how often a sentence comes is
    there for a language model that wants it (the present one counts each wording once; both heard equally well).
    """

    def __init__(self, templates: Templates, today: date = date(2026, 11, 20)) -> None:
        self.templates = templates
        self.today = today
        self._grammar = grammar()
        self._cycles: dict[tuple[str, str], list[Sample]] = {}
        self._places: dict[tuple[str, str], int] = {}
        self._trees: dict[str, Any] = {}

    def corpus(self, total: int = SENTENCES) -> Iterator[str]:
        """At most ``total`` sentences, every action having an equal share of them; likely ones come several times."""
        total = max(1, min(total, MAX_SENTENCES))
        random = Random(_SEED)
        self._places = dict.fromkeys(self._places, 0)
        by_action = self._by_action()
        made: Counter[str] = Counter()
        for numbers in by_action.values():
            for text in self._examples(numbers[0]):
                for _again in range(EXAMPLE_COUNT):
                    yield text
            share = total / len(by_action)
            weights = [(1 + rank) ** -RANK_FALL for rank in range(len(numbers))]
            for number, weight in zip(numbers, weights, strict=True):
                for _draw in range(max(2, round(share * weight / sum(weights)))):
                    text = self._draw(number, random)
                    if text and made[text] < MOST_TIMES:
                        made[text] += 1
                        yield text

    def _examples(self, number: int) -> Iterator[str]:
        """The sentences the author shows; those with digits are said too many ways to be counted as one."""
        for example in self.templates.templates[number].action.examples:
            text = _letters(" ".join(words(example)))
            if text:
                yield text

    def _draw(self, number: int, random: Random) -> str:
        """One sentence of a template, '' if it would say a slot twice every time."""
        for _try in range(_TRIES):
            walk = self._walk(number, random)
            names = [bound.slot.name for bound in walk.bound]
            if walk.words and len(set(names)) == len(names):
                return _spoken(walk.words, random)
        return ""

    def held_out(self, count: int, seed: int, now: datetime, corpus: int = SENTENCES) -> list[HeldOut]:
        """``count`` sentences that are :func:`kept_back` and not among the first ``corpus`` of the corpus.

        Each with what it means at ``now``.
        """
        known = set(Sampler(self.templates, self.today).corpus(corpus))
        sampler = Sampler(self.templates, now.date())
        random = Random(seed)
        by_action = list(sampler._by_action().values())
        found: dict[str, HeldOut] = {}
        for attempt in range(count * 60 * KEPT_BACK):
            if len(found) >= count:
                break
            numbers = by_action[attempt % len(by_action)]
            weights = [(1 + rank) ** -RANK_FALL for rank in range(len(numbers))]
            number = random.choices(numbers, weights)[0]
            sampler._shuffle(random)
            walk = sampler._walk(number, random)
            text = _spoken(walk.words, random)
            call = _meant(self.templates.templates[number], walk, now)
            if text and kept_back(text) and text not in known and text not in found and call is not None:
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

    def _walk(self, number: int, random: Random) -> Walk:
        template = self.templates.templates[number]
        walk = _Draft([], [], [])
        try:
            self._say(self._tree(template.text), template, walk, random, 0)
        except ManifestError:
            return Walk((), (), ())  # its author got it wrong; the catalogue says so elsewhere
        return Walk(tuple(walk.words), tuple(walk.said), tuple(walk.bound))

    def _tree(self, text: str) -> Any:
        if text not in self._trees:
            self._trees[text] = self._grammar.parse(unglue(text))
        return self._trees[text]

    def _say(self, item: Any, template: Template, walk: _Draft, random: Random, depth: int) -> None:
        """Say one way of an expression. Raises ManifestError for what no template may hold."""
        tree = self._grammar
        if depth > _MAX_DEPTH:
            raise ManifestError("a sentence template nests its rules deeper than 24")
        if isinstance(item, tree.text_chunk):
            said = words(item.text)
            walk.words.extend(said)
            walk.said.extend(said)
        elif isinstance(item, tree.alternative):
            if item.is_optional and random.random() > OPTIONAL:
                return
            self._say(_favoured(item.items, random), template, walk, random, depth + 1)
        elif isinstance(item, tree.permutation):
            for part in random.sample(item.items, len(item.items)):
                self._say(part, template, walk, random, depth + 1)
        elif isinstance(item, tree.sequence):
            for part in item.items:
                self._say(part, template, walk, random, depth + 1)
        elif isinstance(item, tree.rule_reference):
            rule = template.action.rules.get(item.rule_name)
            if rule is None:
                raise ManifestError(f"a sentence template uses the rule <{item.rule_name}>, which is not defined")
            self._say(self._tree(rule), template, walk, random, depth + 1)
        elif isinstance(item, tree.list_reference):
            slot = self.templates.slots(template.action.name).get(item.slot_name)
            if slot is None:
                raise ManifestError(f"a sentence template uses {{{item.slot_name}}}, which is no parameter")
            sample = self._choice(slot, random) if slot.choices else self._next(slot)
            start = len(walk.words)
            walk.words.extend(sample.words.split())
            walk.bound.append(Bound(slot, start, len(walk.words), sample.value))

    @staticmethod
    def _choice(slot: Slot, random: Random) -> Sample:
        said, value = random.choice(slot.choices)
        return Sample(" ".join(said), value)


class _Draft(NamedTuple):
    """A walk under way."""

    words: list[str]
    said: list[str]
    bound: list[Bound]


def _favoured(branches: list[Any], random: Random) -> Any:
    """One of the branches, the first ones with more weight."""
    return random.choices(branches, [BRANCH_FALL**rank for rank in range(len(branches))])[0]


def _spoken(said: tuple[str, ...], random: Random) -> str:
    """The sentence as a recogniser would write it: letters and apostrophes only, sometimes contracted."""
    text = _letters(" ".join(said))
    for long, short in _SHORTENED:
        if f" {long} " in f" {text} " and random.random() < 0.5:
            text = f" {text} ".replace(f" {long} ", f" {short} ").strip()
    return text


def _letters(text: str) -> str:
    """Letters, apostrophes and single spaces; '' for a text with digits, whose words are not known."""
    if any(letter.isdigit() for letter in text):
        return ""
    return " ".join("".join(letter if letter.isalpha() or letter == "'" else " " for letter in text).split())


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
