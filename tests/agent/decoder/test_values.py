from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bluerill.agent.decoder.values import kind_of, listed, spelled_numbers, value_of

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "schema", "value"),
    [
        ("$2,000", {"type": "integer"}, 2000),
        ("twenty four", {"type": "integer"}, 24),
        ("5 million", {"type": "integer"}, 5_000_000),
        ("2.5", {"type": "integer"}, None),
        ("-3.5", {"type": "float"}, -3.5),
        ("1/2", {"type": "number"}, 0.5),
        ("8%", {"type": "number", "description": "annual interest rate"}, 0.08),
        ("8%", {"type": "integer", "description": "annual interest rate"}, 8),
        ("80%", {"type": "number", "description": "brightness"}, 80),
        ("nothing", {"type": "number"}, None),
        ("1e999", {"type": "integer"}, None),
        ("Fahrenheit", {"type": "string", "enum": ["celsius", "fahrenheit"]}, "fahrenheit"),
        ("read only", {"type": "string", "enum": ["READ_ONLY", "write"]}, "READ_ONLY"),
        ("warm", {"type": "string", "enum": ["celsius", "fahrenheit"]}, None),
        ("true", {"type": "boolean"}, True),
        ("off", {"type": "bool"}, False),
        ("[1, 2,3]", {"type": "array", "items": {"type": "integer"}}, [1, 2, 3]),
        ("milk, eggs and bread", {"type": "array", "items": {"type": "string"}}, ["milk", "eggs", "bread"]),
        ("tomorrow at five", {"type": "string", "format": "date-time"}, "2026-11-21T17:00"),
        ("ten minutes", {"type": "string", "format": "duration"}, "PT10M"),
        ("'Hello.'", {"type": "string"}, "Hello"),
        ("x", {"type": "object"}, None),
    ],
)
def test_words_become_the_value_their_schema_asks_for(said: str, schema: dict[str, Any], value: Any) -> None:
    assert value_of(said, schema, "x", NOW) == value


def test_the_first_kind_that_is_something_counts() -> None:
    assert kind_of({"type": ["null", "int"]}) == "integer"
    assert kind_of({}) == "string"
    assert kind_of({"type": "tuple"}) == "array"


def test_numbers_that_are_written_out_are_found_where_they_stand() -> None:
    text = "give me twenty four of them, one-hundred and ten, a second"
    assert spelled_numbers(text) == ["twenty four", "one-hundred and ten"]


def test_lists_come_apart_at_what_joins_them() -> None:
    assert listed("a & b; c, and d") == ["a", "b", "c", "d"]
