from __future__ import annotations

import pytest

from bluerill.agent.values.words import MAX_TOKENS, quote, tokenize, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What's the time?", ["what", "is", "the", "time"]),
        ("Set a ten-minute timer.", ["set", "a", "ten", "minute", "timer"]),
        ("10min 7pm 20% 3rd", ["10", "min", "7", "pm", "20", "percent", "3rd"]),
        ("at 7:30 p.m.", ["at", "7:30", "pm"]),
        ("$20 & £5", ["$", "20", "and", "£", "5"]),
        ("5-3 and -3 but t-shirt", ["5", "-", "3", "and", "-", "3", "but", "t", "shirt"]),
        ("2,500 or 3.5", ["2500", "or", "3.5"]),
        ("2015/08/12 13.5.2015", ["2015-08-12", "13/5/2015"]),
        ("I’d like Mum's keys", ["i", "would", "like", "mum's", "keys"]),
        ("½ cup", ["1/2", "cup"]),
        ("", []),
        ("?!…", []),
    ],
)
def test_normal_form(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_free_text_is_quoted_as_it_was_said() -> None:
    text = "add Mum's T-shirt, please"
    tokens = tokenize(text)
    assert quote(text, tokens, 1, 4) == "Mum's T-shirt"
    assert tokens[-1].pause


def test_tokens_are_bounded() -> None:
    assert len(tokenize("a " * 100_000)) == MAX_TOKENS + 1
