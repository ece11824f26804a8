"""All sentence templates of a catalogue, and the best match of a text among them.

A template is tried only when the text holds one of the words of its rarest clause (see ``required_words``), then all
of its clauses; what is tried is compiled on first use and kept, a bounded number of them. So the cold start reads four
hundred templates without parsing one, and a request parses only what it might mean.

What a match comes to (:class:`Match`) are the arguments of an action with the words they came from. Values that depend
on the clock are resolved here, after the best way through has been chosen.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from ..kernel.errors import ManifestError
from ..skills.messages import ActionInfo
from .arguments import arguments_of
from .matcher import Matcher, Way
from .phrasing import stripped
from .repair import BUDGET, Repair
from .template import Automaton, Clause, Required, Shared, Slot, compile_template, required_words, slot_of, words_of
from .values.reader import FREE_KINDS, Reader
from .values.words import Token, words

MAX_TEMPLATES = 5000
_FIRST_RULE = re.compile(r"<([^<>]+)>")
_FIRST_GROUP = re.compile(r"\(([^()\[\]]*)")
_MOST_OF_IT = 3
"""Fixed words that must have been heard well for a first word to be taken for another without any value."""
_DETERMINERS = frozenset(["a", "an", "the", "my", "some", "any", "all", "me", "us", "this", "that"])
MAX_COMPILED = 384
"""Automata kept; each is a few kilobytes."""


class Template(NamedTuple):
    """A sentence of an action, as text."""

    action: ActionInfo
    text: str
    fixed: dict[str, Any]
    clauses: tuple[Clause, ...]


class Match(NamedTuple):
    """The best template for a text, its arguments, and how sure that is."""

    action: ActionInfo
    arguments: dict[str, Any]
    spans: dict[str, str]
    cost: float
    literals: int
    repaired: bool
    free: frozenset[str] = frozenset()
    """Parameters whose words are free text."""
    vague: bool = False
    """Beside free text at most one telling word was said ("play chess")."""
    joined: bool = False
    """An "and" is a word of the template itself."""


class Sentence(NamedTuple):
    """A text with its tokens and the readings of its values."""

    text: str
    tokens: Sequence[Token]
    reader: Reader

    @staticmethod
    def of(text: str, tokens: Sequence[Token], today: date) -> Sentence:
        return Sentence(text, tokens, Reader([token.text for token in tokens], today))


class Templates:
    """The templates of a list of actions. ``problems`` says, one line each, which were left out and why."""

    def __init__(self, actions: Sequence[ActionInfo]) -> None:
        self.problems: list[str] = []
        self.templates: list[Template] = []
        self.actions: dict[str, ActionInfo] = {}
        self._slots: dict[str, dict[str, Slot]] = {}
        self._compiled: OrderedDict[int, Automaton] = OrderedDict()
        self._broken: set[int] = set()
        self._shared: Shared = {}
        self._required = Required()
        for action in actions:
            if not action.hidden:
                self._add(action)
        counts: dict[str, int] = {}
        for template in self.templates:
            for word in {word for clause in template.clauses for word in words_of(clause)}:
                counts[word] = counts.get(word, 0) + 1
        self.vocabulary = frozenset(counts)
        self.repair = Repair(self.vocabulary)
        self._by_word: dict[str, list[int]] = {}
        self._anywhere: list[int] = []
        for number, template in enumerate(self.templates):
            if not template.clauses:
                self._anywhere.append(number)
                continue
            rarest = min(template.clauses, key=lambda clause: sum(counts[word] for word in words_of(clause)))
            for word in words_of(rarest):
                self._by_word.setdefault(word, []).append(number)
        self.openers = frozenset(word for t in self.templates for word in openers_of(t.text, t.action.rules))

    def _add(self, action: ActionInfo) -> None:
        try:
            self._slots[action.name] = {p.name: slot_of(p) for p in action.parameters}
        except ManifestError as error:
            self.problems.append(f"action {action.name!r} of skill {action.skill!r}: {error}")
            return
        self.actions[action.name] = action
        for sentence in action.sentences:
            if len(self.templates) >= MAX_TEMPLATES:
                self.problems.append(f"action {action.name!r}: more than {MAX_TEMPLATES} sentence templates")
                return
            clauses = tuple(required_words(sentence.text, action.rules, action.skill, self._required))
            self.templates.append(Template(action, sentence.text, sentence.fixed, clauses))

    def slots(self, action: str) -> dict[str, Slot]:
        """The slots of an action by parameter."""
        return self._slots[action]

    def automaton(self, number: int) -> Automaton | None:
        """The automaton of a template, compiled on first use; None if its author got it wrong."""
        kept = self._compiled.get(number)
        if kept is not None:
            self._compiled.move_to_end(number)
            return kept
        if number in self._broken:
            return None
        template = self.templates[number]
        try:
            action = template.action
            kept = compile_template(template.text, self._slots[action.name], action.rules, action.skill, self._shared)
        except ManifestError as error:
            self._broken.add(number)
            self.problems.append(f"action {template.action.name!r} of skill {template.action.skill!r}: {error}")
            return None
        self._compiled[number] = kept
        if len(self._compiled) > MAX_COMPILED:
            self._compiled.popitem(last=False)
        return kept

    def candidates(self, present: frozenset[str]) -> list[int]:
        """The templates whose required words are all among these."""
        found: list[int] = list(self._anywhere)
        seen: set[int] = set()
        for word in present:
            for number in self._by_word.get(word, ()):
                if number in seen:
                    continue
                seen.add(number)
                clauses = self.templates[number].clauses
                if all(c in present if isinstance(c, str) else not present.isdisjoint(c) for c in clauses):
                    found.append(number)
        return found

    def match(
        self, sentence: Sentence, now: datetime, *, repair: bool = False, only: str | None = None
    ) -> Match | None:
        """The best match of the whole sentence; None if no template (of the action ``only``) takes every word."""
        reader = sentence.reader
        if not reader.words:
            return None
        present = frozenset(reader.words)
        if repair:
            near = {word for heard in present for word in self.repair.neighbours(heard)}
            near |= self.repair.littles(present) | self.repair.leads(reader.words[0])
            present = present | near | self.repair.missed
        best: tuple[tuple[float, int, int], Template, Way] | None = None
        others: dict[str, float] = {}
        for number in sorted(self.candidates(present)):
            template = self.templates[number]
            if only is not None and template.action.name != only:
                continue
            automaton = self.automaton(number)
            if automaton is None:
                continue
            way = Matcher(automaton, reader, self.openers, self.repair if repair else None, BUDGET).best()
            if way is None or not _complete(template, way):
                continue
            rank = (way.cost, -way.literals, -len(way.bound) - len(template.fixed))
            others[template.action.name] = min(way.cost, others.get(template.action.name, way.cost))
            if best is None or rank < best[0]:
                best = (rank, template, way)
        if best is None:
            return None
        _rank, template, way = best
        if repair and all(b.slot.kind in FREE_KINDS for b in way.bound) and way.literals < 1 + bool(way.bound):
            return None  # too little was heard well: "my luggage is lost" is no "my luggage list"
        if repair and self._led(reader, way):
            rivals = [cost for name, cost in others.items() if name != template.action.name]
            kinds = {bound.slot.kind for bound in way.bound}
            heard = bool(kinds) or way.literals >= _MOST_OF_IT
            if not heard or "text" in kinds or any(cost <= way.cost for cost in rivals):
                return None
        arguments, spans = arguments_of(template.action, template.fixed, way, sentence.text, sentence.tokens, now)
        free = frozenset(b.slot.name for b in way.bound if b.slot.kind in ("text", "place", "person"))
        telling = [word for word in way.said if word not in _DETERMINERS]
        vague = len(telling) <= 1 and any(b.slot.kind == "text" for b in way.bound)
        return Match(template.action, arguments, spans, way.cost, way.literals, repair, free, vague, "and" in way.said)

    def saying(self, sentence: Sentence) -> list[Template]:
        """Every template that takes each word of the sentence as it stands: what its author's examples reach."""
        found: list[Template] = []
        for number in self.candidates(frozenset(sentence.reader.words)):
            automaton = self.automaton(number)
            way = None if automaton is None else Matcher(automaton, sentence.reader, self.openers, None, BUDGET).best()
            if way is not None and _complete(self.templates[number], way):
                found.append(self.templates[number])
        return found

    def _led(self, reader: Reader, way: Way) -> bool:
        """The first word was taken for another one that it only might be."""
        return bool(way.said) and self.repair.lead(reader.words[0], way.said[0]) > 0

    def request(self, text: str, tokens: Sequence[Token], now: datetime, *, repair: bool = False) -> Match | None:
        """The best match of a request, with as much politeness taken off its ends as that needs."""
        best: Match | None = None
        for some in stripped(tokens, coarse=repair):
            match = self.match(Sentence.of(text, some, now.date()), now, repair=repair)
            if match is not None and (best is None or match.cost < best.cost):
                best = match
                if best.cost == 0:
                    break
        return best


def openers_of(text: str, rules: dict[str, str], depth: int = 0) -> set[str]:
    """Words that a template can begin with, as far as its first bracket shows them."""
    rule = _FIRST_RULE.match(text)
    if rule is not None:
        return openers_of(rules.get(rule[1], ""), rules, depth + 1) if depth < 4 else set()
    if text.startswith("[") and depth < 4:
        return openers_of(text.partition("]")[2].strip(), rules, depth + 1)
    group = _FIRST_GROUP.match(text)
    branches = group[1].split("|") if group is not None else [text]
    return {said[0] for branch in branches if (said := words(branch.split("{")[0].split("<")[0]))}


def _complete(template: Template, way: Way) -> bool:
    given = {bound.slot.name for bound in way.bound} | template.fixed.keys()
    return all(p.name in given for p in template.action.parameters if p.required)
