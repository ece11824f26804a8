from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from bluerill.agent.decoder import spans
from bluerill.agent.decoder.spans import Span


@pytest.mark.parametrize(
    ("find", "text", "words"),
    [
        (spans.quotations, "call it 'Big Fish' and \"Small Fry\", it's ok", ["Big Fish", "Small Fry"]),
        (spans.quotations, "'Get me the news of today'", []),
        (spans.names, "Fly me to San Jose or St. Gallen with Dr. Ada's dog", ["San Jose", "St. Gallen", "Dr. Ada"]),
        (spans.names, "Show the Isle of Wight. Tell Bob.", ["Isle of Wight", "Bob"]),
        (spans.names, "Is it far from Aachen to the U.S. border", ["Aachen", "U.S."]),
        (spans.names, "Weather", []),
        (spans.dates, "from 3 May 2021 to June 2nd, 2022, or tomorrow", ["3 May 2021", "June 2nd, 2022", "tomorrow"]),
        (spans.dates, "on 2024-01-31 and next Friday", ["2024-01-31", "next Friday"]),
        (spans.clocks, "at 7:30 pm, 18:05 or noon", ["7:30 pm", "18:05", "noon"]),
        (spans.codes, "order AB-123 of box #7", ["AB-123", "#7"]),
        (spans.expressions, "plot y = 4x^2 - 3x + 7 please", ["y = 4x^2 - 3x + 7"]),
        (spans.expressions, "the years 2019-2020", []),
        (spans.number_spans, "a force of 3.5 n at 2 m/s^2, forty two times", ["3.5", "2", "forty two"]),
        (spans.bracketed, "of [1, 2] and [[3], [4]]", ["[1, 2]", "[[3], [4]]"]),
        (spans.number_lists, "the mean of 4, 5 and 6", ["4, 5 and 6"]),
        (spans.number_lists, "the 2nd and 3rd rows", ["2nd and 3rd"]),
        (spans.ranges, "from x = 1 to x = 4", ["1, 4"]),
        (spans.series, "a cake with red plums, honey and nuts for two", ["red plums, honey and nuts"]),
    ],
)  # fmt: skip
def test_what_stands_out_is_found(find: Callable[[str], Sequence[Span]], text: str, words: list[str]) -> None:
    assert [span.words for span in find(text)] == words


def test_a_span_says_where_its_words_stand() -> None:
    text = "Ask Ana about 'the plan' on 3 May 2021, 12 boxes"
    for find in (spans.quotations, spans.names, spans.dates, spans.number_spans):
        for span in find(text):
            assert text[span.start : span.end] == span.words


def test_what_follows_a_preposition_ends_at_the_next() -> None:
    found = [(word, span.words) for word, span in spans.phrases("a tool for the left hand in blue (soft)")]
    assert found == [("for", "left hand"), ("in", "blue")]


def test_only_what_a_recogniser_writes_is_spoken() -> None:
    assert spans.is_spoken("play some jazz")
    assert not spans.is_spoken("Play some jazz")
    assert not spans.is_spoken("play 'jazz'")
