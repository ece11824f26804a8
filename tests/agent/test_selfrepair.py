from __future__ import annotations

import pytest

from bluerill.agent.plan import Planner
from bluerill.agent.selfrepair import repaired
from bluerill.agent.values.words import tokenize
from support.small_catalogue import CATALOGUE, NOW

PLANNER = Planner(CATALOGUE)


def meant(text: str, *, understood: bool = False) -> list[str]:
    return list(repaired(text, tokenize(text), understood=understood))


def test_what_is_wrong_goes_with_the_word_that_says_so() -> None:
    assert "set a timer for ten minutes" in meant("set a timer for five no ten minutes")
    assert meant("what is the weather in Paris, I mean in Rome") == ["what is the weather in Rome"]
    assert "remind me to call mum at seven" in meant("remind me to call mum at six no at seven", understood=True)


@pytest.mark.parametrize(
    "text",
    ["text sam sorry i am late", "make a note that i mean what i say", "remind me to say no to anna", "no ten minutes"],
)
def test_words_of_a_message_are_no_corrections(text: str) -> None:
    assert meant(text, understood=True) == []


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("wake me at six sorry seven tomorrow", {"time": "2026-11-21T07:00"}),
        ("turn the volume to thirty no forty percent", {"level": 40}),
        ("remind me to call mum at six no at seven", {"text": "call mum", "when": "2026-11-20T19:00"}),
        ("make a note that i mean what i say", {"text": "i mean what i say"}),
        ("what is the weather in leeds or in york", None),
    ],
)
def test_a_sentence_that_corrects_itself_is_planned_as_it_was_meant(text: str, arguments: object) -> None:
    calls = PLANNER.plan(text, NOW).calls
    assert (calls[0].arguments if len(calls) == 1 else None) == arguments
