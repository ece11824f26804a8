from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.schema import problem

S: dict[str, Any] = {
    "type": "object",
    "properties": {
        "n": {"type": "integer", "minimum": 1, "maximum": 5}, "t": {"type": "string", "enum": ["a", "b"]},
        "l": {"type": "array", "items": {"type": "number"}}, "u": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "p": {"type": "string", "pattern": "^x", "maxLength": 3}, "b": {"type": "boolean"}, "bad": {"pattern": "("},
    },
    "required": ["n"],
}  # fmt: skip


@pytest.mark.parametrize(
    "value", [{"n": 3}, {"n": 5, "t": "a", "l": [1, 2.5], "u": None, "p": "xy", "b": True, "bad": "q"}, {"n": 2.0}]
)
def test_what_fits(value: dict[str, Any]) -> None:
    assert problem(value, S) == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "'n' is missing"), ({"n": 0}, "at least 1"), ({"n": 6}, "at most 5"), ({"n": True}, "expected integer"),
        ({"n": 1, "t": "c"}, "expected one of"), ({"n": 1, "l": ["x"]}, "arguments.l[0]: expected number"),
        ({"n": 1, "u": 3}, "fits none"), ({"n": 1, "p": "y"}, "does not match"), ({"n": 1, "p": "xxxx"}, "at most 3"),
        ({"n": 1, "z": 1}, "'z' is not one of"), ([], "expected object"),
    ],
)  # fmt: skip
def test_what_does_not(value: Any, words: str) -> None:
    assert words in problem(value, S)


def test_depth_is_bounded() -> None:
    schema: dict[str, Any] = {"type": "array"}
    schema["items"] = schema
    value: list[Any] = []
    for _level in range(50):
        value = [value]
    assert "too deep" in problem(value, schema)
