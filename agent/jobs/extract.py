"""Picking the texts that say most of what a collection says: LexRank over TF-IDF, without a model.

Texts vote for the texts they resemble, and votes of texts with many votes count more (Erkan & Radev, LexRank, 2004); a
text too like one that was picked already is passed over (maximal marginal relevance, Carbonell & Goldstein 1998).
"""

from __future__ import annotations

from collections.abc import Sequence

from .search import tokens, vector_of, weights

ROUNDS = 20
DAMPING = 0.85
SAME = 0.7
"""Texts more alike than this say the same."""
MOST = 200
"""Texts looked at: the newest. Comparing each with each costs their square."""


def telling(texts: Sequence[str], count: int) -> list[str]:
    """At most ``count`` of the texts, in their own order."""
    texts = texts[-MOST:]
    words = [tokens(text) for text in texts]
    rare = weights(words)
    vectors = [vector_of(each, rare) for each in words]
    alike = [[0.0 if one is other else _dot(one, other) for other in vectors] for one in vectors]
    votes = [sum(row) or 1.0 for row in alike]
    score = [1.0] * len(texts)
    for _ in range(ROUNDS):
        score = [
            1 - DAMPING + DAMPING * sum(alike[other][at] / votes[other] * score[other] for other in range(len(texts)))
            for at in range(len(texts))
        ]
    picked: list[int] = []
    for at in sorted(range(len(texts)), key=lambda each: (-score[each], each)):
        if len(picked) < count and all(alike[at][other] < SAME for other in picked):
            picked.append(at)
    return [texts[at] for at in sorted(picked)]


def _dot(one: dict[str, float], other: dict[str, float]) -> float:
    if len(other) < len(one):
        one, other = other, one
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())
