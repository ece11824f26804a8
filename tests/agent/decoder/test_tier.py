from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bluerill.agent.decoder import tier
from bluerill.agent.foreign import actions_from_tools
from bluerill.agent.messages import Planned
from bluerill.kernel.errors import CallerError

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
TOOLS: list[dict[str, Any]] = [
    {
        "name": "Get.Weather",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"City": {"type": "string"}, "days": {"type": "integer", "maximum": 10}},
            "required": ["City"],
        },
    },
    {"name": "ping", "description": "Says pong"},
]
ACTIONS = {action.name: action for action in actions_from_tools(TOOLS)}
OFFERED = tier.tools_of(list(ACTIONS.values()))


def plan(text: str, written: tier.Written | None, **more: Any) -> Planned:
    return tier.planned(text, ACTIONS, OFFERED[0], 0.9, written, 0.8, NOW, **more)


def test_the_likeliest_tools_are_shown_and_unlikely_ones_never() -> None:
    scores = [0.2, 0.95]
    assert [tool.name for tool in tier.likely(OFFERED, scores, 0.5)] == ["ping"]
    assert [tool.name for tool in tier.likely(OFFERED, [0.9, 0.2], 0.1)] == ["Get.Weather"]
    assert tier.likely(OFFERED, scores, 0.99) == []
    refused = tier.refused(scores)
    assert (refused.calls, refused.confidence) == ([], 0.05)


def test_what_was_written_in_lower_case_gets_its_names_and_words_back() -> None:
    planned = plan("Weather in New York for 3 days", [("get.weather", {"city": "new york", "days": "3"})])
    assert planned.calls[0].name == "Get.Weather"
    assert planned.calls[0].arguments == {"City": "New York", "days": 3}
    assert planned.calls[0].spans == {"City": "New York", "days": "3"}
    assert (planned.planner, planned.confidence) == (tier.TIER, 0.9)
    assert "the decoder and rules found the words (0.80)" in planned.why


def test_what_was_left_out_is_found_by_rules_unless_they_are_not_wanted() -> None:
    text = "Weather in Oslo for 3 days"
    assert plan(text, [("get.weather", {})]).calls[0].arguments == {"City": "Oslo", "days": 3}
    alone = plan(text, [("get.weather", {})], complete=False)
    assert (alone.calls, alone.lacks, alone.reply) == ([], "Get.Weather", "Please tell me the City too.")


def test_what_was_not_on_offer_or_does_not_fit_does_not_come_out() -> None:
    assert plan("hello", [("rm", {"path": "/"})]).calls == []
    assert plan("in Oslo for 30 days", [("get.weather", {"days": "30", "shell": "x"})]).calls[0].arguments == {
        "City": "Oslo"
    }


def test_without_a_decoder_the_likeliest_tool_is_filled_by_rules() -> None:
    planned = plan("Weather in Oslo", None)
    assert (planned.planner, planned.calls[0].arguments) == (tier.RULES, {"City": "Oslo"})


def test_several_calls_stay_several_and_the_same_twice_is_once() -> None:
    written = [("get.weather", {"city": "oslo"}), ("get.weather", {"city": "rome"}), ("get.weather", {"city": "oslo"})]
    assert [call.arguments["City"] for call in plan("Oslo and Rome", written).calls] == ["Oslo", "Rome"]


@pytest.mark.parametrize(
    "tools", [[{"name": "a"}, {"name": "a"}], [{"description": "x"}], ["x"], [{"name": "a"}] * 200]
)
def test_tools_that_are_none_are_refused_in_one_line(tools: list[Any]) -> None:
    with pytest.raises(CallerError, match="tool") as refused:
        actions_from_tools(tools)
    assert "\n" not in str(refused.value)


def test_tools_as_mcp_lists_them_will_do() -> None:
    schema = {"type": "object", "properties": {"q": {"type": "string"}}}
    assert actions_from_tools([{"name": "find", "inputSchema": schema}])[0].schema == schema


ROUTE: dict[str, Any] = {
    "name": "plan_route",
    "description": "Plan a route",
    "parameters": {
        "properties": {
            "ends": {
                "type": "object",
                "properties": {"origin": {"type": "string"}, "destination": {"type": "string"}},
                "required": ["origin", "destination"],
            },
            "car": {"type": "object", "properties": {"seats": {"type": "integer"}}},
        },
        "required": ["ends"],
    },
}


def test_an_object_is_filled_with_what_is_said_for_its_properties() -> None:
    action = actions_from_tools([ROUTE])[0]
    call, missing = tier.made(action, "from Oslo to Bergen", {}, NOW)
    assert call is not None
    assert (call.arguments, missing) == ({"ends": {"origin": "Oslo", "destination": "Bergen"}}, [])
    call, missing = tier.made(action, "from Oslo to Bergen in a car with 4 seats", {}, NOW)
    assert call is not None
    assert call.arguments["car"] == {"seats": 4}
    assert tier.made(action, "plan a route", {}, NOW) == (None, ["ends"])


def test_objects_without_end_are_not_followed() -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    schema["properties"]["again"] = schema
    tool = {"name": "x", "parameters": {"properties": {"o": schema}, "required": ["o"]}}
    assert tier.made(actions_from_tools([tool])[0], "hello", {}, NOW) == (None, ["o"])


def test_what_a_clause_lacks_is_taken_from_what_was_said_around_it() -> None:
    around = "Book a taxi in Oslo and tell me the weather there"
    assert plan("tell me the weather there", None, context=around).calls[0].arguments == {"City": "Oslo"}
