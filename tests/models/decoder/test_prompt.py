from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bluerill.models.decoder.prompt import Parameter, Tool, answer_text, plain, request_text, tool_of, tools_text

SCHEMA = {
    "type": "dict",
    "properties": {
        "City": {"type": "string", "description": "The city, with its state. For example Boston."},
        "unit": {"type": ["null", "string"], "enum": ["Celsius", "fahrenheit", 3]},
        "days": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        "odd": True,
    },
    "required": ["City"],
}


def test_a_schema_becomes_lines_that_fit_a_small_model() -> None:
    tool = tool_of("Get.Weather", "Gets the weather. And much more than anybody wants to read here.", SCHEMA)
    assert [(p.name, p.kind, p.required) for p in tool.parameters][:3] == [
        ("City", "string", True), ("unit", "string", False), ("days", "integer", False),
    ]  # fmt: skip
    assert tools_text([tool]).split("\n") == [
        "#get.weather gets the weather",
        "-city str the city, with its state",
        "-unit? celsius|fahrenheit",
        "-days? int",
        "-tags? a|b",
        "-odd? str",
    ]


def test_a_request_and_its_answer_are_one_line_each() -> None:
    assert request_text('Say "hi"\nnow') == "\n>say 'hi' now\n="
    assert answer_text([("Send", {"Text": 'a "b"'})]) == '[{"send":{"text":"a \'b\'"}}]'
    assert answer_text([]) == "[]"


@given(st.text(max_size=80))
def test_what_is_read_keeps_every_character_in_its_place(text: str) -> None:
    read = plain(text)
    assert len(read) == len(text)
    assert "\n" not in read
    assert '"' not in read
    assert plain(read) == read


def test_tools_without_anything_are_their_name() -> None:
    assert tools_text([Tool("ping", "", []), Tool("pong", "", [Parameter("x")])]) == "#ping\n#pong\n-x str"
