from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.references import resolved
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
