"""A request for several tools: which of its clauses are for which.

Clauses end where sentences do, and at joints such as "and then" or ", and". Each is ranked by itself; those that follow
each other for the same tool, and those that no tool is sure of, belong to the clause before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...models.decoder.prompt import Tool

__all__ = ["MOST_CLAUSES", "clauses", "segments"]

MOST_CLAUSES = 8
_FEWEST_WORDS = 3
_VERBS = (
    "find|get|calculate|show|tell|play|book|compute|convert|determine|search|give|generate|create|compare|analyze|fetch"
    "|send|list|check|predict|estimate|draw|mix|order|buy|transfer|retrieve|provide|identify|set|turn|add|make|start|open"
    "|remind|update|evaluate|solve|translate|schedule|recommend|look|locate|display|deal|roll|change"
)
_ENDS = re.compile(
    r"(?<=[a-z0-9)'\"])[.?!;]\s+(?:and\s+(?:then\s+)?)?"
    r"|,?\s+(?:and|then)?\s*(?:also|then|additionally|next|finally|afterwards|after that)\b,?\s*"
    rf"|,\s+and\s+|\s+and\s+(?=(?:{_VERBS}|what|how|who|where|when)\b)",
    re.IGNORECASE,
)


def clauses(text: str) -> list[str]:
    """The clauses of a text, at most MOST_CLAUSES; what is too short to be one stays with the one before."""
    found: list[tuple[int, int]] = []
    at = 0
    for end in [*(match.span() for match in _ENDS.finditer(text)), (len(text), len(text))]:
        part = text[at : end[0]].strip()
        if part and found and (len(part.split()) < _FEWEST_WORDS or len(found) == MOST_CLAUSES):
            found[-1] = (found[-1][0], end[0])
        elif part:
            found.append((at, end[0]))
        at = end[1]
    return [text[start:end].strip() for start, end in found]


def segments(
    parts: Sequence[str], scores: Sequence[Sequence[float]], tools: Sequence[Tool], sure: float
) -> list[tuple[int, str, float]]:
    """(tool, text, score) in order; nothing where the clauses are not for at least two different tools."""
    found: list[tuple[int, str, float]] = []
    for part, each in zip(parts, scores, strict=True):
        best = max(range(len(tools)), key=each.__getitem__)
        if each[best] < sure:
            if found:
                found[-1] = (found[-1][0], f"{found[-1][1]}, {part}", found[-1][2])
            continue
        if found and found[-1][0] == best:
            found[-1] = (best, f"{found[-1][1]}, {part}", max(found[-1][2], each[best]))
        else:
            found.append((best, part, each[best]))
    return found if len({tool for tool, _, _ in found}) > 1 else []
