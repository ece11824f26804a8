"""The Berkeley Function-Calling Leaderboard's categories that are single requests, and its way of marking calls.

Source: Yan et al. 2024 (BFCL), version 4, ``ast_checker``: the function must be the one expected; each argument must be
one of the values allowed, texts compared without case, blanks and marks; an argument may be left out where "" is among
them; an integer will do for a float. Several calls may come in any order. Ours: development only, never trained on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

__all__ = ["CATEGORIES", "Case", "arguments_right", "cases", "right"]

CATEGORIES = ("simple_python", "multiple", "parallel", "parallel_multiple", "irrelevance")
Call = tuple[str, Mapping[str, Any]]
_MARKS = re.compile(r"[ \,\.\/\-\_\*\^\(\)]")


class Case(NamedTuple):
    """A request, the tools on offer, and what is allowed for each call (none where it is to be refused)."""

    id: str
    text: str
    tools: list[dict[str, Any]]
    truth: list[dict[str, dict[str, list[Any]]]]


def cases(data: Path, category: str) -> list[Case]:
    """The cases of a category. Raises OSError if they are not there."""
    folder = data / "bfcl_v4"
    name = f"BFCL_v4_{category}.json"
    answers: dict[str, Any] = {}
    if category != "irrelevance":
        for line in (folder / "possible_answer" / name).read_bytes().splitlines():
            row = msgspec.json.decode(line)
            answers[row["id"]] = row["ground_truth"]
    found = []
    for line in (folder / name).read_bytes().splitlines():
        row = msgspec.json.decode(line)
        text = " ".join(turn["content"] for turn in row["question"][0] if turn["role"] == "user")
        found.append(Case(row["id"], text, row["function"], answers.get(row["id"], [])))
    return found


def right(calls: Sequence[Call], case: Case) -> bool:
    """Whether these are the calls expected, in any order; for a case to be refused, that there are none."""
    if len(calls) != len(case.truth):
        return False
    left = list(case.truth)
    for name, arguments in calls:
        match = next((t for t in left if name in t and arguments_right(arguments, t[name])), None)
        if match is None:
            return False
        left.remove(match)
    return True


def arguments_right(arguments: Mapping[str, Any], allowed: Mapping[str, Sequence[Any]]) -> bool:
    """Whether each argument is allowed and none is missing."""
    if any(name not in allowed for name in arguments):
        return False
    return all(
        any(_same(arguments[name], value) for value in values) if name in arguments else "" in values
        for name, values in allowed.items()
    )


def _same(value: Any, allowed: Any) -> bool:
    if isinstance(value, bool) or isinstance(allowed, bool):
        return value is allowed
    if isinstance(value, str) and isinstance(allowed, str):
        return _plain(value) == _plain(allowed)
    if isinstance(value, list) and isinstance(allowed, list | tuple):
        return len(value) == len(allowed) and all(_same(a, b) for a, b in zip(value, allowed, strict=True))
    if isinstance(value, dict) and isinstance(allowed, dict):
        return arguments_right(value, {k: v if isinstance(v, list) else [v] for k, v in allowed.items()})
    if isinstance(value, int | float) and isinstance(allowed, int | float):
        return value == allowed
    return False


def _plain(text: str) -> str:
    return _MARKS.sub("", text).lower().replace("'", '"')
