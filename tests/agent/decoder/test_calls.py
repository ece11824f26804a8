from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.decoder.calls import MOST_CALLS, calls_of

INT, TEXT = {"type": "integer"}, {"type": "string"}
TRIP = {"origin": TEXT, "destination": TEXT, "date": TEXT}


@pytest.mark.parametrize(
    ("text", "properties", "required", "calls"),
    [
        ("a room in Bern for 2 nights and in Basel for 3 nights", {"city": TEXT, "nights": INT}, ["city", "nights"],
         [{"city": "Bern", "nights": "2"}, {"city": "Basel", "nights": "3"}]),
        ("a mass of 4 and a speed of 5. The second has a mass of 6 and a speed of 7.", {"mass": INT, "speed": INT},
         ["mass", "speed"], [{"mass": "4", "speed": "5"}, {"mass": "6", "speed": "7"}]),
        ("from Oslo to Bergen on May 3rd, 2021, then from Bergen to Voss on May 5th, 2021", TRIP, list(TRIP),
         [{"origin": "Oslo", "destination": "Bergen", "date": "May 3rd, 2021"},
          {"origin": "Bergen", "destination": "Voss", "date": "May 5th, 2021"}]),
        ("save 900 at 4 percent for 5, 10 and 15 years", {"amount": INT, "rate": INT, "years": INT},
         ["amount", "rate", "years"],
         [{"amount": "900", "rate": "4", "years": years} for years in ("5", "10", "15")]),
        ("a room in Bern for 2 nights, then do the same in Basel", {"city": TEXT, "nights": INT}, ["city", "nights"],
         [{"city": "Bern", "nights": "2"}, {"city": "Basel", "nights": "2"}]),
        ("a table in Bern and in Basel for 4 people", {"city": TEXT, "people": INT}, ["city"],
         [{"city": "Bern", "people": "4"}, {"city": "Basel", "people": "4"}]),
        ("the way between Bern and Basel by train", {"start": TEXT, "end": TEXT}, ["start", "end"],
         [{"start": "Bern", "end": "Basel"}]),
        ("a base of 3 and a height of 4", {"base": INT, "height": INT}, ["base", "height"],
         [{"base": "3", "height": "4"}]),
        ("the book 'Dune' by Herbert", {"title": TEXT, "author": TEXT}, ["title", "author"],
         [{"title": "Dune", "author": "Herbert"}]),
        ("hello", {"city": TEXT}, ["city"], [{}]),
    ],
)  # fmt: skip
def test_a_request_is_as_many_calls_as_it_says(
    text: str, properties: dict[str, Any], required: list[str], calls: list[dict[str, str]]
) -> None:
    assert calls_of(properties, required, text) == calls


def test_rows_are_every_pair_unless_they_go_respectively() -> None:
    schema = {"team": TEXT, "year": INT}
    text = "the wins of Ajax and Celtic in 2018 and 2020"
    assert len(calls_of(schema, ["team", "year"], text)) == 4
    assert calls_of(schema, ["team", "year"], f"{text} respectively") == [
        {"team": "Ajax", "year": "2018"}, {"team": "Celtic", "year": "2020"},
    ]  # fmt: skip


def test_what_is_said_last_is_said_of_all() -> None:
    schema = {"number": INT, "style": TEXT}
    text = "spell the number 12, and also the number 15, in the 'roman' style"
    assert [call.get("style") for call in calls_of(schema, ["number"], text)] == ["roman", "roman"]


def test_calls_are_bounded() -> None:
    text = ". ".join(f"The mass is {at}" for at in range(60))
    assert len(calls_of({"mass": INT}, ["mass"], text)) <= MOST_CALLS
