from __future__ import annotations

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.decoder.grammar import MOST_TOOLS, gbnf, lark, numbers_said
from bluerill.models.decoder.prompt import Parameter, Tool

WEATHER = Tool(
    "get_weather", "",
    [Parameter("city"), Parameter("unit", "string", "", ["celsius", "Kelvin"], False), Parameter("days", "integer"),
     Parameter("wind", "boolean")],
)  # fmt: skip
PING = Tool("ping", "", [])


def test_numbers_are_those_that_were_said() -> None:
    assert numbers_said("from 1,000 to 2.5, 8% or -3, and 1/2.") == ["1,000", "2.5", "8%", "-3", "1/2"]
    assert numbers_said("two of 3", lambda _: ["two"]) == ["3", "two"]


def test_only_tools_on_offer_and_values_that_can_be_are_in_the_grammar() -> None:
    text = lark([WEATHER, PING], "How warm is Paris in 3 days?")
    assert r'"{\"get_weather\":{"' in text
    assert '("celsius" | "kelvin")' in text
    assert '("true" | "false")' in text
    assert 'NUMBER: "3"' in text
    assert '%regex {"substring_words": "how warm is paris in 3 days?"}' in text
    assert "days" not in lark([WEATHER], "how warm is it").replace("how warm", ""), "no number was said"


def test_llamas_grammar_says_the_same() -> None:
    text = gbnf([WEATHER], "Paris in 3")
    assert 'w0 ::= "paris" w1?' in text
    assert "words ::= w0 | w2 | w4" in text
    assert 'number ::= "3"' in text


def test_too_few_and_too_many_tools_are_refused() -> None:
    for tools in ([], [PING] * (MOST_TOOLS + 1)):
        with pytest.raises(CallerError, match="expected 1 to 16 tools"):
            lark(tools, "hello")


def test_candidates_are_the_only_words_a_text_may_be() -> None:
    for write in (lark, gbnf):
        text = write([WEATHER], "Paris in 3", None, lambda p: ["Paris", "Rome"] if p.name == "city" else [])
        assert '("paris")' in text
        assert "rome" not in text


def matcher(text: str) -> object:
    guide = pytest.importorskip("llguidance", reason="llguidance is not installed")
    assert guide.LLMatcher.validate_grammar(text) == ""
    return None


def test_llguidance_reads_it_whatever_is_said() -> None:
    for said in ("hello", "  ", 'a "b" \\ c', "日本 1e999 \u202e", "x" * 400, "%regex /a/ | {}"):
        matcher(lark([WEATHER, PING], said))
