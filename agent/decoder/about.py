"""What a parameter is about, by the words of its name and description."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...models.decoder.stems import PART, stem, word_list
from .lexicon import TOPICS
from .values import kind_of

__all__ = ["NUMERIC", "About", "about", "alike", "options_of", "tokens_of"]

NUMERIC = ("integer", "number")
_DULL = frozenset(
    "the a an of in to for and or is it this that with by on at be number num value if not whether include name".split()  # noqa: SIM905
)
_QUOTED = re.compile(r"'([^']{2,30})'|\"([^\"]{2,30})\"")
_DESCRIBED = 12


class About(NamedTuple):
    """A parameter: ``raw`` the words of its name, ``name`` and ``told`` stems of name and description, ``topics`` what
    classes of words it takes (``lexicon.py``): by its name, or by its description where the name says nothing."""

    key: str
    kind: str
    required: bool
    raw: frozenset[str]
    name: frozenset[str]
    told: frozenset[str]
    topics: frozenset[str]
    options: tuple[str, ...]


def about(key: str, schema: Mapping[str, Any], required: bool) -> About:
    """What the schema of a parameter says."""
    raw = frozenset(word_list(key))
    description = str(schema.get("description", ""))
    topics = frozenset(topic for topic, words in TOPICS.items() if raw & words)
    if not topics:
        first = set(word_list(description.split(".")[0])[:6])
        topics = frozenset(
            each for each in ("place", "date", "email", "currency", "expression") if first & TOPICS[each]
        )
    told = frozenset(tokens_of(description)[:_DESCRIBED])
    return About(key, kind_of(schema), required, raw, frozenset(tokens_of(key)), told, topics, options_of(schema))


def options_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """A closed list of texts, or what a description quotes."""
    choices = schema.get("enum")
    items = schema.get("items")
    if choices is None and isinstance(items, Mapping):
        choices = items.get("enum")
    if isinstance(choices, list):
        return tuple(each for each in choices if isinstance(each, str))
    return tuple(one or other for one, other in _QUOTED.findall(str(schema.get("description", ""))))


def tokens_of(text: str) -> list[str]:
    """The words of a name or description, without dull ones, in a stem's form; a name of one letter is itself."""
    if len(text) == 1:
        return [text.lower()]
    return [stem(part.lower()) for part in PART.findall(text) if part.lower() not in _DULL]


def alike(word: str, token: str) -> bool:
    """Whether two stems are of one word: one begins the other, or they begin alike for long."""
    if word == token:
        return True
    if len(word) >= 4 and len(token) >= 3 and (word.startswith(token) or token.startswith(word)):
        return True
    return len(word) >= 6 and len(token) >= 6 and word[:6] == token[:6]


def near_any(stems: Sequence[str], tokens: frozenset[str]) -> bool:
    """Whether any of these stems is one of the tokens."""
    return any(alike(one, token) for one in stems for token in tokens)
