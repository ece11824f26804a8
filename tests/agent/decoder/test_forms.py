from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bluerill.agent.decoder.forms import coded_currency, day_of, formula, in_form, with_state
from bluerill.agent.decoder.values import value_of

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("May 3rd, 2021", "2021-05-03"), ("Sept. 7 1999", "1999-09-07"), ("15th October,2023", "2023-10-15"),
        ("2023 April 4th", "2023-04-04"), ("2024/2/9", "2024-02-09"), ("the 1st of June 2022", "2022-06-01"),
        ("31 February 2021", ""), ("May 3rd", ""), ("tomorrow", ""), ("12 eggs 2021", ""),
    ],
)  # fmt: skip
def test_a_day_is_one_only_if_all_of_it_is_said(said: str, day: str) -> None:
    assert day_of(said) == day


def test_a_day_is_written_as_a_description_spells_it() -> None:
    assert in_form("2021-05-03", "MM/DD/YYYY") == "05/03/2021"
    assert in_form("2021-05-03", "dd-mm-yyyy") == "03-05-2021"


def test_a_formula_loses_what_it_is_called() -> None:
    assert formula("y = x^2") == "x^2"
    assert formula("the function f(x) = 3x") == "3x"
    assert formula("3x + 1") == "3x + 1"


def test_currencies_and_cities_are_known_by_name() -> None:
    assert [coded_currency(each) for each in ("Swiss francs", "usd", "shells")] == ["CHF", "USD", "shells"]
    assert [with_state(each) for each in ("Seattle", "Seattle, WA", "Ghent")] == ["Seattle, WA", "Seattle, WA", "Ghent"]


@pytest.mark.parametrize(
    ("said", "name", "schema", "value"),
    [
        ("May 3rd, 2021", "start_date", {"type": "string"}, "2021-05-03"),
        ("next Friday", "start_date", {"type": "string"}, "next Friday"),
        ("tomorrow", "start_date", {"type": "string", "description": "in the format YYYY-MM-DD"}, "2026-11-21"),
        ("May 3rd, 2021", "title", {"type": "string"}, "May 3rd, 2021"),
        ("Euros", "from_currency", {"type": "string"}, "EUR"),
        ("y = 2x", "function", {"type": "string"}, "2x"),
        ("Boston", "location", {"type": "string", "description": "The city and state, e.g. Reno, NV"}, "Boston, MA"),
        ("Boston", "location", {"type": "string", "description": "The city"}, "Boston"),
        ("5%", "growth", {"type": "number", "description": "growth as a percentage"}, 5),
        ("5%", "growth", {"type": "number", "description": "growth"}, 0.05),
        ("monthly", "compounds_per_year", {"type": "integer"}, 12),
        ("12.5 W", "longitude", {"type": "number"}, -12.5),
        ("[[1, 2], [3, 4]]", "table", {"type": "array", "items": {"type": "array"}}, [[1, 2], [3, 4]]),
    ],
)  # fmt: skip
def test_values_are_what_programs_take(said: str, name: str, schema: dict[str, Any], value: Any) -> None:
    assert value_of(said, schema, name, NOW) == value
