from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.decoder.filling import completed

INT, NUMBER = {"type": "integer"}, {"type": "number"}


@pytest.mark.parametrize(
    ("text", "properties", "found"),
    [
        ("a crate with a width and a depth of 30 cm and 40 cm", {"depth": INT, "width": INT},
         {"depth": "40", "width": "30"}),
        ("between two points of 3 and 9", {"point1": INT, "point2": INT}, {"point1": "3", "point2": "9"}),
        ("a stone of 4 kg that falls for 2 seconds", {"time": NUMBER, "mass": NUMBER}, {"time": "2", "mass": "4"}),
        ("it slows down by 3 m/s^2 from 9 m/s", {"speed": NUMBER, "acceleration": NUMBER},
         {"speed": "9", "acceleration": "3"}),
        ("save $300 at 4% for 6 years", {"rate": NUMBER, "years": INT, "principal": INT},
         {"rate": "4%", "years": "6", "principal": "$300"}),
        ("the harvest of 1998 in 12 barns", {"barns": INT, "year": INT}, {"barns": "12", "year": "1998"}),
        ("a loan of 900 compounded quarterly", {"amount": INT, "compounds_per_year": INT},
         {"amount": "900", "compounds_per_year": "quarterly"}),
        ("book it on 3 May 2021 for 4", {"date": {"type": "string"}, "seats": INT},
         {"date": "3 May 2021", "seats": "4"}),
    ],
)  # fmt: skip
def test_a_number_goes_where_words_units_and_order_say(
    text: str, properties: dict[str, Any], found: dict[str, str]
) -> None:
    assert completed(properties, list(properties), text, {}) == found


def test_the_time_of_day_is_no_number_of_people() -> None:
    schema = {"people": INT, "time": {"type": "string"}}
    assert completed(schema, ["people", "time"], "for two at 7:30 pm", {}) == {"people": "two", "time": "7:30 pm"}


def test_a_percentage_may_be_of_what_may_be_left_out() -> None:
    assert completed({"brightness": INT}, [], "set it to 30%", {}) == {"brightness": "30%"}


def test_what_may_be_left_out_takes_no_number_that_something_else_needs() -> None:
    schema = {"trials": INT, "chance": {"type": "number", "description": "chance of a hit in each of the trials"}}
    assert completed(schema, ["trials"], "the chance to hit in 9 throws", {}) == {"trials": "9"}
