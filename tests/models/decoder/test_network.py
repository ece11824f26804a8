"""The shipped decoder: only calls of tools on offer with words of the request come out, whatever goes in."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed: pip install 'bluerill[llama]'")

from bluerill.agent.decoder.values import spelled_numbers
from bluerill.kernel.errors import CallerError
from bluerill.models.decoder.network import CONTEXT, Network, shipped
from bluerill.models.decoder.prompt import Parameter, Tool, plain

WEATHER = Tool(
    "Get.Weather", "Get the weather forecast of a city",
    [Parameter("City", "string", "the city"), Parameter("days", "integer", "number of days", [], False),
     Parameter("unit", "string", "", ["celsius", "fahrenheit"], False), Parameter("wind", "boolean", "", [], False)],
)  # fmt: skip
SUM = Tool("add_numbers", "Add two numbers", [Parameter("a", "number"), Parameter("b", "number")])
ODD = ['"', "\\", "{}", "[", "]}}", "\n", "\u202e", "😀", "'", "null", "\x00", "名前", "1e999", "3.5%", "twenty one"]


@pytest.fixture(scope="module", params=["llguidance", "gbnf"])
def network(request: pytest.FixtureRequest) -> Iterator[Network]:
    if request.param == "llguidance":
        pytest.importorskip("llguidance", reason="llguidance is not installed")
    made = Network(shipped(), engine=request.param)
    assert made.engine == request.param
    yield made
    made.close()


def fits(calls: list[tuple[str, dict[str, str]]], text: str) -> None:
    tools = {plain(tool.name): {plain(p.name): p for p in tool.parameters} for tool in (WEATHER, SUM)}
    for name, arguments in calls:
        assert name in tools
        assert list(arguments) == [key for key in tools[name] if key in arguments], "in the schema's order, each once"
        for key, said in arguments.items():
            parameter = tools[name][key]
            if parameter.kind == "boolean":
                assert said in ("true", "false")
            elif parameter.choices:
                assert said in parameter.choices
            else:
                assert said in plain(text)
                assert parameter.kind not in ("integer", "number") or any(c.isdigit() for c in said) or "twenty" in said


def test_a_plain_request_is_read(network: Network) -> None:
    answer = network.plan([WEATHER, SUM], "what is the weather in Oslo for 3 days", spelled_numbers)
    assert [name for name, _ in answer.calls] == ["get.weather"]
    assert answer.calls[0][1]["city"] == "oslo"
    assert 0.0 < answer.likely <= answer.sure <= 1.0
    assert network.engine == "gbnf" or answer.forced > 0, "what the grammar forces is not asked of the model"


def test_nothing_else_comes_out_whatever_goes_in(network: Network) -> None:
    random = Random(3)
    words = [
        "weather",
        "in",
        "oslo",
        "add",
        "3",
        "and",
        "4",
        "please",
        "book",
        "a",
        "celsius",
        "rm",
        "-rf",
        "city",
        "days",
    ]
    for _ in range(40):
        text = " ".join(random.choice(words + ODD) for _ in range(random.randint(1, 14)))
        fits(network.plan([WEATHER, SUM], text, spelled_numbers).calls, text)
    assert network.plan([SUM], "   ").calls == []


def test_the_tools_are_computed_once(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []
    decode = network._context.decode

    def counted(rows: object, all_outputs: bool = False) -> object:
        decoded.append(sum(len(row.tokens) for row in rows))  # type: ignore[attr-defined, misc]
        return decode(rows, all_outputs)  # type: ignore[arg-type]

    monkeypatch.setattr(network._context, "decode", counted)
    first = network.plan([SUM, WEATHER], "add 3 and 4")
    whole = decoded[0]
    decoded.clear()
    again = network.plan([SUM, WEATHER], "add 3 and 4")
    assert again == first
    assert decoded[0] < whole, "the second time only the request is read"


def test_tools_that_do_not_fit_are_refused_in_one_line(network: Network) -> None:
    large = Tool("large", "", [Parameter(f"parameter_{n}_of_many", "string", "words " * 9) for n in range(80)])
    with pytest.raises(CallerError, match=f"at most {CONTEXT - 240} fit"):
        network.plan([large], "hello")
    fits(network.plan([WEATHER], "weather in Rome").calls, "weather in Rome")
