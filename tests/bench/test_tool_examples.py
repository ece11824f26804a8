from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from bluerill.agent.values.words import words
from bluerill.bench import bfcl
from bluerill.bench.plan import data_folder
from bluerill.bench.planner_examples import measured_texts
from bluerill.bench.tool_examples import Pack, Packs, foreign_texts, packs
from bluerill.models.decoder.prompt import plain


@pytest.fixture(scope="module")
def data() -> Path:
    folder = data_folder()
    if folder is None:
        pytest.skip("the public data is not there (BLUERILL_DATA)")
    return folder


@pytest.fixture(scope="module")
def drawn(data: Path) -> list[Pack]:
    return list(packs(Packs(data, 5, walks=600), 150))


def test_nothing_that_is_measured_with_is_trained_on(data: Path, drawn: list[Pack]) -> None:
    measured = measured_texts(data) | foreign_texts(data)
    assert len(foreign_texts(data)) > 1000
    asked = {" ".join(words(ask.text)) for pack in drawn for ask in pack.asks}
    assert len(asked) > 400
    assert not asked & measured


def test_every_argument_is_words_of_its_request_or_of_the_schema(drawn: list[Pack]) -> None:
    for pack in drawn:
        tools = {tool.name: {p.name: p for p in tool.parameters} for tool in pack.tools}
        assert len(tools) == len(pack.tools)
        for ask in pack.asks:
            for name, arguments in ask.calls:
                assert list(arguments) == [p for p in tools[name] if p in arguments], "in the schema's order"
                for key, said in arguments.items():
                    choices = [plain(each) for each in tools[name][key].choices]
                    flag = tools[name][key].kind == "boolean" and said in ("true", "false")
                    assert plain(said) in plain(ask.text) or plain(said) in choices or flag, (ask.text, key, said)


def test_there_is_something_of_everything_in_them(drawn: list[Pack]) -> None:
    asks = [ask for pack in drawn for ask in pack.asks]
    assert any(len(ask.calls) > 1 for ask in asks)
    assert 0.08 < sum(not ask.calls for ask in asks) / len(asks) < 0.35
    assert {len(pack.tools) for pack in drawn} == {1, 2, 3, 4}


def test_a_seed_gives_the_same_packs(data: Path) -> None:
    made = Packs(data, 7, walks=50)
    assert isinstance(made.random, Random)
    again = Packs(data, 7, walks=50)
    assert [made.draw() for _ in range(5)] == [again.draw() for _ in range(5)]


def test_calls_are_marked_as_bfcl_does(data: Path) -> None:
    case = bfcl.cases(data, "simple_python")[0]
    good = {"base": 10, "height": 5}
    assert bfcl.right([("calculate_triangle_area", good)], case)
    assert bfcl.right([("calculate_triangle_area", {**good, "unit": "Units"})], case)
    assert not bfcl.right([("calculate_triangle_area", {"base": 10})], case)
    assert not bfcl.right([("calculate_triangle_area", {**good, "colour": "red"})], case)
    assert not bfcl.right([], case)
    refused = bfcl.cases(data, "irrelevance")[0]
    assert bfcl.right([], refused)
    assert not bfcl.right([("x", {})], refused)
