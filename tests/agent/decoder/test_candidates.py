from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.decoder.filling import completed

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("text", "properties", "required", "found"),
    [
        ("a table at the Golden Fork in Ghent", ["restaurant", "city"], "all",
         {"restaurant": "Golden Fork", "city": "Ghent"}),
        ("the time in Lima, Peru", ["country", "city"], "all", {"country": "Peru", "city": "Lima"}),
        ("from Bergen to Narvik", ["destination", "origin"], "all", {"destination": "Narvik", "origin": "Bergen"}),
        ("differentiate the function f(x) = 2x^3 + 5", ["function"], "all", {"function": "f(x) = 2x^3 + 5"}),
        ("the nearest kosher bakery in Graz", ["diet", "location"], "all", {"diet": "kosher", "location": "Graz"}),
        ("a robbery with theft charges", ["charge_type"], "all", {"charge_type": "theft"}),
        ("paint it in Sea Blue", ["color"], "all", {"color": "Sea Blue"}),
        ("how many ounces are 3 pounds", ["to_unit", "from_unit"], "all", {"to_unit": "ounces", "from_unit": "pounds"}),
        ("change 20 euros into Swiss francs", ["target_currency", "base_currency"], "all",
         {"target_currency": "Swiss francs", "base_currency": "euros"}),
        ("mail Bo at bo@x.org with the subject 'Lunch' and body 'See you'", ["to_email", "subject", "body"], "all",
         {"to_email": "bo@x.org", "subject": "Lunch", "body": "See you"}),
        ("deliver it to 12 Mill Lane in Bath", ["address"], "all", {"address": "12 Mill Lane"}),
        ("the harbour of Ostend on May 4th, 2021", ["place", "date"], ["place"],
         {"place": "Ostend", "date": "May 4th, 2021"}),
        ("load /tmp/a.csv of the 2019-2020 season", ["file_path", "season"], "all",
         {"file_path": "/tmp/a.csv", "season": "2019-2020"}),
        ("the scores of 'Iron Owl' on PC 98", ["game", "platform"], ["game"], {"game": "Iron Owl"}),
        ("text Bo that the boat is late", ["to", "message"], "all", {"to": "Bo", "message": "the boat is late"}),
        ("get me some of it", ["city"], "all", {}),
    ],
)  # fmt: skip
def test_words_go_to_the_text_they_fit(text: str, properties: list[str], required: Any, found: dict[str, str]) -> None:
    schema = dict.fromkeys(properties, TEXT)
    assert completed(schema, properties if required == "all" else required, text, {}) == found


def test_a_unit_that_numbers_have_is_the_results_only_if_it_is_the_only_one() -> None:
    schema = {"radius": {"type": "integer"}, "unit": TEXT}
    assert completed(schema, ["radius"], "a circle with a radius of 4 inches", {}) == {"radius": "4", "unit": "inches"}
    two = {"mass": {"type": "integer"}, "volume": {"type": "integer"}, "unit": TEXT}
    assert "unit" not in completed(two, ["mass", "volume"], "a mass of 4 kg and a volume of 3 liters", {})


def test_the_name_of_the_tool_is_no_argument_of_it() -> None:
    text = "use 'stock_price.get' for Acme"
    assert completed({"company": TEXT}, ["company"], text, {}, {}, "stock_price.get") == {"company": "Acme"}


def test_in_a_part_of_a_request_only_what_stands_out_counts() -> None:
    assert completed({"city": TEXT}, ["city"], "tell me about the weather", {}, strict=True) == {}
    assert completed({"city": TEXT}, ["city"], "and in Rome", {}, strict=True) == {"city": "Rome"}
