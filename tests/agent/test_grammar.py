"""Grammars of schemas: their numbers are exact, and what they refuse to be is said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluerill.agent.grammar import calls, json_schema
from bluerill.kernel.errors import CallerError

RULE = re.compile(r"^[a-z]+(-[a-z0-9]+)? ::= .+$")
INT = st.integers(-5_000, 5_000)


def integers(low: int, high: int) -> re.Pattern[str]:
    """The rule of an integer as a regular expression."""
    grammar = json_schema({"type": "integer", "minimum": low, "maximum": high})
    body = next(line for line in grammar.splitlines() if line.startswith("any-0 ::= ")).partition(" ::= ")[2]
    plain = re.sub(r'"([-0-9]+)"', r"\1", body).replace(" ", "")
    return re.compile(f"(?:{plain})")


@settings(deadline=None, max_examples=60)
@given(INT, INT, st.integers(-60_000, 60_000))
def test_ranges_of_integers_are_exact(one: int, other: int, tried: int) -> None:
    low, high = sorted((one, other))
    pattern = integers(low, high)
    for number in (tried, low, high, low - 1, high + 1, (low + high) // 2):
        assert bool(pattern.fullmatch(str(number))) == (low <= number <= high), (low, high, number)


def test_every_rule_is_one_line_and_defined() -> None:
    grammar = calls(
        {
            "start_timer": {
                "type": "object",
                "properties": {
                    "duration": {"type": "string", "maxLength": 20},
                    "name": {"type": "string"},
                    "repeat": {"type": "array", "items": {"enum": ["mon", "tue"]}, "maxItems": 7},
                    "loud": {"type": ["boolean", "null"]},
                    "at": {"$ref": "#/$defs/Clock"},
                },
                "required": ["duration"],
                "$defs": {"Clock": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Clock"}}}},
            },
            "stop": {"type": "object", "properties": {}, "additionalProperties": False},
        }
    )
    lines = grammar.splitlines()
    assert all(RULE.match(line) for line in lines)
    defined = {line.partition(" ::= ")[0] for line in lines}
    bare = re.sub(
        r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|\{[^}]*\}', " ", "\n".join(li.partition(" ::= ")[2] for li in lines)
    )
    assert set(re.findall(r"[a-z]+(?:-[a-z0-9]+)?", bare)) <= defined


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"$ref": "http://elsewhere/x"}, "only its own parts"),
        ({"$ref": "#/$defs/none"}, "which it does not have"),
        ({"enum": []}, "its list of values is empty"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "at least 5 and at most 4"),
        ({"properties": {"a": 3}}, "expected a JSON schema"),
        ({"enum": [{"x": n} for n in range(9)], "type": "object"}, ""),
    ],
)
def test_what_is_no_schema(schema: dict[str, Any], said: str) -> None:
    if not said:
        json_schema(schema)
        return
    with pytest.raises(CallerError, match=re.escape(said)):
        json_schema(schema)


def test_a_huge_schema_is_refused() -> None:
    with pytest.raises(CallerError, match="at most 4000 rules"):
        json_schema({"properties": {f"p{n}": {"enum": [n]} for n in range(2_000)}})


def test_no_tools_is_no_grammar_unless_it_may_talk() -> None:
    with pytest.raises(CallerError, match="at least one tool"):
        calls({})
    assert "root ::= " in calls({}, talk=True)
