from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.references import has_words, needs, resolved
from bluerill.kernel.errors import CallerError

RESULTS: list[dict[str, Any] | None] = [{"seconds": 600, "items": [{"name": "milk"}]}, None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$1.seconds", 600),
        ("$1.items.0.name", "milk"),
        ({"a": ["$1.seconds", "x"]}, {"a": [600, "x"]}),
        ("$1", RESULTS[0]),
        ("costs $1.50 a piece", "costs $1.50 a piece"),
        (7, 7),
    ],
)
def test_references_are_replaced(value: Any, expected: Any) -> None:
    assert resolved(value, RESULTS) == expected


@pytest.mark.parametrize(
    ("value", "words"),
    [("$3.x", "only 2 came before"), ("$2.x", "which failed"), ("$1.nope", "has no 'nope'"),
     ("$1.items.9", "has no '9'"),
     ("$0", "refers to call 0")],
)  # fmt: skip
def test_references_that_lead_nowhere_say_so(value: str, words: str) -> None:
    with pytest.raises(CallerError, match=words):
        resolved(value, RESULTS)


def test_a_moment_can_be_moved_and_nothing_else() -> None:
    results: list[dict[str, Any] | None] = [{"sunset": "2026-11-20T16:05", "name": "milk", "code": 3}]
    assert resolved("$1.sunset-PT30M", results) == "2026-11-20T15:35"
    assert resolved("$1.sunset+P1DT1H", results) == "2026-11-21T17:05"
    for wrong in ("$1.name-PT30M", "$1.code+PT1H", "$1-PT1M"):
        with pytest.raises(CallerError, match="expected a moment to move"):
            resolved(wrong, results)


def test_what_a_value_needs_and_whether_words_came_of_it() -> None:
    value = {"a": "$2.x", "b": [{"c": "$1"}], "d": "$5 a piece"}
    assert needs(value) == {1, 2}
    assert has_words(value, {"a": 7, "b": [{"c": {}}], "d": "$5 a piece"})
    assert has_words("$1.said", "buy milk")
    assert not has_words("$1.at", "2026-11-20T16:05")
    assert not has_words(["$1.n", "mine"], [7, "mine"])
