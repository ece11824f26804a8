from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.decoder.filling import completed
from bluerill.agent.decoder.values import listed

TEXTS, NUMBERS = {"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "number"}}


@pytest.mark.parametrize(
    ("text", "name", "schema", "items"),
    [
        ("a pie with green apples, cinnamon and butter", "ingredients", TEXTS, ["green apples", "cinnamon", "butter"]),
        ("learn from the columns 'age', 'size' and 'cost'", "columns", TEXTS, ["age", "size", "cost"]),
        ("a duel between Ann and Bo", "players", TEXTS, ["Ann", "Bo"]),
        ("the sum of [3, 4.5]", "values", NUMBERS, ["3", "4.5"]),
        ("the sum of [100,200]", "values", NUMBERS, ["100", "200"]),
        ("between 1990 and 1999", "year_range", NUMBERS, ["1990", "1999"]),
        ("show ratings and the price", "fields",
         {"type": "array", "items": {"type": "string", "enum": ["price", "rating", "size"]}}, ["price", "rating"]),
        ("a vegan and gluten-free menu", "dietary_needs", TEXTS, ["vegan", "gluten-free"]),
        ("a hotel with a roof garden in Turin", "amenities", TEXTS, ["roof garden"]),
    ],
)  # fmt: skip
def test_what_is_listed_is_found(text: str, name: str, schema: dict[str, Any], items: list[str]) -> None:
    assert listed(completed({name: schema}, [name], text, {})[name]) == items


def test_a_list_that_may_be_left_out_is_taken_where_its_name_stands() -> None:
    schema = {"city": {"type": "string"}, "stops": TEXTS}
    assert completed(schema, ["city"], "drive to Rome with stops in Pisa and Siena", {})["stops"] == "Pisa and Siena"
    assert "stops" not in completed(schema, ["city"], "drive to Rome with Ann and Bo", {})


def test_lists_of_objects_are_not_made_up() -> None:
    rows = {"type": "array", "items": {"type": "object"}}
    assert completed({"rows": rows}, ["rows"], "with Ann and Bo", {}) == {}
