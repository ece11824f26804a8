"""One sentence template as a small automaton over words.

A template is kept as text until a request holds the words it needs (:func:`required_words` finds those without
parsing it); then hassil parses it and :func:`compile_template` turns the tree into nodes and edges. An edge takes a
word, a value, or nothing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from itertools import permutations
from typing import Any, NamedTuple

from ..kernel.errors import ManifestError
from ..skills.messages import ParameterInfo
from .language import Grammar, grammar
from .values.reader import FREE_KINDS, TYPED_KINDS
from .values.words import CONTRACTED, words

MAX_NODES = 600
"""More than any sentence needs; what expands further is refused as its author's mistake."""
MAX_TEMPLATE = 2000
_MAX_DEPTH = 24

MAX_PHRASES = 160
"""A part without slots that says at most so many things is kept as a table of phrases, shared by all templates."""

EMPTY, WORD, PHRASES, VALUE, CHOICE, FREE = range(6)
Edge = tuple[int, Any, int]
"""(what it takes, argument, target node)."""
Phrase = tuple[str, ...]
Table = dict[str, tuple[Phrase, ...]]
"""Phrases by their first word; '' holds the empty phrase where the part may be left out."""
Clause = str | tuple[str, ...]
"""Words of which one is needed; most need the only one, and a set for each would be most of what a template takes."""
Clauses = list[Clause]
Shared = dict[tuple[str, str], "list[Phrase] | None"]
"""What the rules of each skill say, by (skill, rule): worked out once for all its templates."""

_GLUED = (
    (re.compile(r"(?<![\w'}>\])])([\w']+)\[([\w']+)\](?![\w'\[(<{])"), r"(\1|\1\2)"),
    (re.compile(r"(?<![\w'}>\])])\[([\w']+)\]([\w']+)(?![\w'\[(<{])"), r"(\1\2|\2)"),
)
_GLUED_GROUP = re.compile(r"(?<![\w'}>\])])([\w']+)\(([\w'|]+)\)(?![\w'\[(<{])")
_STILL_GLUED = re.compile(r"[\w'][\[({<]|[\])}>][\w']")
_SCAN = re.compile(r"[\[\]()|;]|\{[^}]*\}|<[^>]*>|[^\[\]()|;{}<>\s]+")

ON_OFF = {"true": ["on", "true", "yes", "enabled"], "false": ["off", "false", "no", "disabled"]}


class Slot(NamedTuple):
    """A place in a template where a parameter's value stands."""

    name: str
    kind: str
    choices: tuple[tuple[tuple[str, ...], Any], ...] = ()


class Automaton(NamedTuple):
    """Nodes by number, each with its edges; 0 is the start, ``accept`` the end."""

    edges: list[list[Edge]]
    accept: int
    free: bool = False
    """Some slot takes free text."""


def unglue(text: str) -> str:
    """A template whose words are whole: ``timer[s]`` becomes ``(timer|timers)``."""
    if _STILL_GLUED.search(text) is None:
        return text
    for pattern, becomes in _GLUED:
        text = pattern.sub(becomes, text)
    return _GLUED_GROUP.sub(
        lambda found: "(" + "|".join(found[1] + ending for ending in found[2].split("|")) + ")", text
    )


def slot_of(parameter: ParameterInfo) -> Slot:
    """How a parameter is read. Raises ManifestError for a kind nobody reads."""
    kind = parameter.kind
    if kind in TYPED_KINDS or kind in FREE_KINDS:
        if not parameter.choices:
            return Slot(parameter.name, kind)
        kind = "choice"
    if kind not in ("choice", "bool"):
        raise ManifestError(f"parameter {parameter.name!r} has kind {kind!r}, expected one of the contract's")
    choices = parameter.choices or (ON_OFF if kind == "bool" else {})
    table = [
        (tuple(words(said)), {"true": True, "false": False}.get(value.lower(), value) if kind == "bool" else value)
        for value, sayings in choices.items()
        for said in (*sayings, *((value.replace("_", " "),) if kind == "choice" else ()))
    ]
    return Slot(parameter.name, "choice", tuple(sorted(set(table), key=lambda entry: (-len(entry[0]), entry[0]))))


class _Compiler:
    def __init__(self, slots: dict[str, Slot], rules: dict[str, str], skill: str, shared: Shared) -> None:
        self.grammar: Grammar = grammar()
        self.slots = slots
        self.rules = rules
        self.skill = skill
        self.shared = shared
        self.edges: list[list[Edge]] = [[]]

    def phrases(self, item: Any, depth: int) -> list[Phrase] | None:
        """All that an expression can say, where that is few and holds no slot; else None."""
        tree = self.grammar
        if depth > _MAX_DEPTH:
            raise ManifestError("a sentence template nests its rules deeper than 24")
        if isinstance(item, tree.text_chunk):
            return [tuple(map(sys.intern, words(item.text)))]
        if isinstance(item, tree.alternative):
            said: list[Phrase] = []
            for branch in item.items:
                more = self.phrases(branch, depth + 1)
                if more is None:
                    return None
                said.extend(more)
            return said if len(said) <= MAX_PHRASES else None
        if isinstance(item, tree.sequence):
            said = [()]
            for part in item.items:
                more = self.phrases(part, depth + 1)
                if more is None or len(said) * len(more) > MAX_PHRASES:
                    return None
                said = [(*head, *tail) for head in said for tail in more]
            return said
        if isinstance(item, tree.rule_reference):
            key = (self.skill, item.rule_name)
            if key not in self.shared:
                self.shared[key] = self.phrases(tree.parse(unglue(self.rule(item.rule_name))), depth + 1)
            return self.shared[key]
        return None

    def rule(self, name: str) -> str:
        text = self.rules.get(name)
        if text is None:
            raise ManifestError(f"a sentence template uses the rule <{name}>, which is not defined")
        return text

    def node(self) -> int:
        if len(self.edges) >= MAX_NODES:
            raise ManifestError(f"a sentence template expands to more than {MAX_NODES} nodes")
        self.edges.append([])
        return len(self.edges) - 1

    def say(self, said: list[Phrase], start: int) -> int:
        """Append words: one phrase as edges, several as a table."""
        if len(said) == 1:
            for word in said[0]:
                end = self.node()
                self.edges[start].append((WORD, word, end))
                start = end
            return start
        table: dict[str, set[Phrase]] = {}
        for phrase in said:
            table.setdefault(phrase[0] if phrase else "", set()).add(phrase)
        end = self.node()
        self.edges[start].append((PHRASES, {first: tuple(sorted(held)) for first, held in table.items()}, end))
        return end

    def add(self, item: Any, start: int, depth: int) -> int:
        """Append what an expression takes after a node; the node it ends in."""
        if depth > _MAX_DEPTH:
            raise ManifestError("a sentence template nests its rules deeper than 24")
        tree = self.grammar
        said = self.phrases(item, depth) if not isinstance(item, tree.sequence) else None
        if said is not None:
            return self.say(said, start)
        if isinstance(item, tree.sequence):
            for part in item.items:
                start = self.add(part, start, depth + 1)
            return start
        if isinstance(item, tree.alternative):
            end = self.node()
            for branch in item.items:
                last = self.add(branch, start, depth + 1)
                if (EMPTY, None, end) not in self.edges[last]:
                    self.edges[last].append((EMPTY, None, end))
            return end
        if isinstance(item, tree.permutation):
            end = self.node()
            for order in permutations(item.items):
                last = start
                for part in order:
                    last = self.add(part, last, depth + 1)
                self.edges[last].append((EMPTY, None, end))
            return end
        if isinstance(item, tree.rule_reference):
            return self.add(tree.parse(unglue(self.rule(item.rule_name))), start, depth + 1)
        if isinstance(item, tree.list_reference):
            slot = self.slots.get(item.slot_name)
            if slot is None:
                raise ManifestError(f"a sentence template uses {{{item.slot_name}}}, which is no parameter")
            end = self.node()
            take = CHOICE if slot.choices or slot.kind == "choice" else FREE if slot.kind in FREE_KINDS else VALUE
            self.edges[start].append((take, slot, end))
            return end
        raise ManifestError(f"a sentence template holds a {type(item).__name__}, which is not understood")


def compile_template(text: str, slots: dict[str, Slot], rules: dict[str, str], skill: str, shared: Shared) -> Automaton:
    """The automaton of a template. Raises ManifestError if it is not well formed."""
    if len(text) > MAX_TEMPLATE:
        raise ManifestError(f"a sentence template has {len(text)} characters, at most {MAX_TEMPLATE}")
    compiler = _Compiler(slots, rules, skill, shared)
    whole = unglue(text)
    if _STILL_GLUED.search(whole):
        raise ManifestError(f"a sentence template glues a word to a bracket in {text[:80]!r}; write whole words")
    accept = compiler.add(compiler.grammar.parse(whole), 0, 0)
    free = any(take == FREE and slot.kind == "text" for edges in compiler.edges for take, slot, _end in edges)
    return Automaton(compiler.edges, accept, free)


class Required:
    """The clauses of each skill's rules, by (skill, rule), and one object for all clauses of the same words."""

    def __init__(self) -> None:
        self.rules: dict[tuple[str, str], Clauses] = {}
        self.same: dict[Clause, Clause] = {}


def required_words(text: str, rules: dict[str, str], skill: str = "", kept: Required | None = None) -> Clauses:
    """Sets of words of which a sentence must hold one each, to match the template at all (conjunctive form).

    ``kept`` remembers what the rules of ``skill`` require.
    """
    return _Scanner(rules, skill, Required() if kept is None else kept).scan(text, 0)


class _Scanner:
    def __init__(self, rules: dict[str, str], skill: str, kept: Required) -> None:
        self.rules = rules
        self.skill = skill
        self.kept = kept

    def scan(self, text: str, depth: int) -> Clauses:
        if depth > 6:
            return []
        found, _at = self._clauses(_SCAN.findall(unglue(text)), 0, depth)
        return list(dict.fromkeys(found))

    def _rule(self, name: str, depth: int) -> Clauses:
        key = (self.skill, name)
        if key not in self.kept.rules:
            self.kept.rules[key] = self.scan(self.rules.get(name, ""), depth + 1)
        return self.kept.rules[key]

    def _clauses(self, parts: list[str], at: int, depth: int) -> tuple[Clauses, int]:
        """The clauses of one bracket (or of the whole), and where it ends."""
        branches: list[Clauses] = [[]]
        while at < len(parts):
            part = parts[at]
            at += 1
            first = part[0]
            if first in ")]":
                break
            if first == "|":
                branches.append([])
            elif first == "(":
                inner, at = self._clauses(parts, at, depth)
                branches[-1].extend(inner)
            elif first == "[":
                at = _closing(parts, at)
            elif first == "<":
                branches[-1].extend(self._rule(part[1:-1], depth))
            elif first not in "{;":
                if part.isascii() and part.isalpha() and part not in CONTRACTED:
                    branches[-1].append(sys.intern(part.lower()))
                else:
                    branches[-1].extend(sys.intern(word) for word in words(part))
        if len(branches) == 1:
            return branches[0], at
        if not all(branches):
            return [], at
        return [self._either(min(branch, key=_size) for branch in branches)], at

    def _either(self, clauses: Iterable[Clause]) -> Clause:
        """The words of several clauses as one, the same object for the same words."""
        among = {word: None for clause in clauses for word in words_of(clause)}
        if len(among) == 1:
            return next(iter(among))
        whole = tuple(sorted(among))
        return self.kept.same.setdefault(whole, whole)


def words_of(clause: Clause) -> tuple[str, ...]:
    """The words of a clause."""
    return (clause,) if isinstance(clause, str) else clause


def _size(clause: Clause) -> int:
    return 1 if isinstance(clause, str) else len(clause)


def _closing(parts: list[str], at: int) -> int:
    """Where an optional part that began before ``at`` ends."""
    depth = 1
    while at < len(parts) and depth:
        depth += (parts[at] == "[") - (parts[at] == "]")
        at += 1
    return at
