from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.decoder.filling import candidates, choosing, completed
from bluerill.agent.decoder.spreading import spread
from bluerill.models.decoder.prompt import Parameter

NUMBER, TEXT = {"type": "integer"}, {"type": "string"}


@pytest.mark.parametrize(
    ("text", "properties", "calls"),
    [
        ("the factorial of 5,10 and 15", {"number": NUMBER}, [{"number": "5"}, {"number": "10"}, {"number": "15"}]),
        ("a base of 2 and height of 3, and a base of 4 and height of 5", {"base": NUMBER, "height": NUMBER},
         [{"base": "2", "height": "3"}, {"base": "4", "height": "5"}]),
        ("weather in Paris and in Rome", {"city": TEXT}, [{"city": "Paris"}, {"city": "Rome"}]),
        ("from Paris to Rome", {"origin": TEXT, "destination": TEXT}, [{"origin": "Paris", "destination": "Rome"}]),
        ("weather in Paris for 3 days", {"city": TEXT, "days": NUMBER}, [{"city": "Paris", "days": "3"}]),
        ("area for 3, 4 and 5", {"a": NUMBER, "b": NUMBER}, [{"a": "3", "b": "4"}]),
    ],
)  # fmt: skip
def test_what_is_listed_is_several_calls(text: str, properties: dict[str, Any], calls: list[dict[str, str]]) -> None:
    required = list(properties)
    assert spread(properties, required, text, completed(properties, required, text, {})) == calls


def test_the_decoder_chooses_among_what_the_rules_see() -> None:
    text = "a table at 'Chez Pierre' in Paris, please"
    assert {"Chez Pierre", "Paris"} <= set(candidates("restaurant", "the restaurant", text))
    assert candidates("message", "", text) == [], "a message may be any words"
    assert choosing(text)(Parameter("n", "integer")) == []
    assert "Paris" in choosing(text)(Parameter("city", "string"))


def test_somebody_elses_words_are_one_candidate_more() -> None:
    schema = {"note": TEXT, "extra": TEXT}
    hints = {"note": "hello", "extra": "you"}
    assert completed(schema, ["note"], "Hello you", {}, hints) == {"note": "hello"}
    assert completed(schema, ["note"], "hello you", {}, hints) == hints, "in speech what may be left out counts too"
    assert completed({"city": TEXT}, ["city"], "in Oslo", {}, {"city": "in"}) == {"city": "Oslo"}
    assert completed({"city": TEXT}, ["city"], "weather please", {}, {"city": "weather"}, "get_weather") == {}
