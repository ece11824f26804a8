from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.decoder.filling import completed

NUMBER, TEXT = {"type": "integer"}, {"type": "string"}


@pytest.mark.parametrize(
    ("text", "properties", "required", "found"),
    [
        ("Find the area of a triangle with a base of 10 units and height of 5 units.",
         {"base": NUMBER, "height": NUMBER, "unit": TEXT}, ["base", "height"], {"base": "10", "height": "5"}),
        ("gcd of two numbers, 36 and 48", {"num1": NUMBER, "num2": NUMBER}, ["num1", "num2"],
         {"num1": "36", "num2": "48"}),
        ("solve it where a = 3, b = -11 and c = -4", {"a": NUMBER, "b": NUMBER, "c": NUMBER}, ["a", "b", "c"],
         {"a": "3", "b": "-11", "c": "-4"}),
        ("book it in Paris, France", {"city": TEXT, "country": TEXT}, ["city"], {"city": "Paris", "country": "France"}),
        ("fly from Rome to Oslo", {"to": TEXT, "from": TEXT}, ["to", "from"], {"to": "Oslo", "from": "Rome"}),
        ("mail it to a.b@c.org", {"email": TEXT}, ["email"], {"email": "a.b@c.org"}),
        ("show me the news without pictures", {"pictures": {"type": "boolean"}}, [], {"pictures": "false"}),
        ("a small one please", {"size": {"type": "string", "enum": ["small", "large"]}}, [], {"size": "small"}),
        ("small or large?", {"size": {"type": "string", "enum": ["small", "large"]}}, [], {}),
        ("mean of [1, 2, 3]", {"values": {"type": "array", "items": NUMBER}}, ["values"], {"values": "[1, 2, 3]"}),
        ("hello", {"name": TEXT, "n": NUMBER}, ["name", "n"], {}),
    ],
)  # fmt: skip
def test_what_is_said_plainly_is_found(
    text: str, properties: dict[str, Any], required: list[str], found: dict[str, str]
) -> None:
    assert completed(properties, required, text, {}) == found


def test_what_was_found_before_is_kept_and_nothing_else_comes_in() -> None:
    assert completed({"city": TEXT}, ["city"], "in Oslo", {"city": "rome", "planet": "mars"}) == {"city": "rome"}


def test_a_number_said_once_is_one_parameters() -> None:
    given = {"base": "10", "height": "10"}
    text = "a base of 10 and a height of 5"
    assert completed({"base": NUMBER, "height": NUMBER}, [], text, given) == {"base": "10", "height": "5"}
