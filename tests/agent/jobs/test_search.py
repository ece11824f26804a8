from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluerill.agent.jobs.extract import telling
from bluerill.agent.jobs.search import Entry, WordIndex, joined, packed, tokens, unpacked

TEXTS = ["the car is on level three", "buy milk and eggs for the cake", "call mum about the cake", "the code is 4217"]


def index(*texts: str) -> WordIndex:
    return WordIndex([Entry("notes", str(at), text) for at, text in enumerate(texts)])


def test_a_rare_word_finds_its_text_and_a_common_one_counts_less() -> None:
    words = index(*TEXTS)
    assert set(words.scores("cakes")) == {1, 2}
    ranked = joined(words.scores("mum and the cake"))
    assert ranked[0][0] == 2
    assert words.scores("where is it") == {}
    assert index().scores("cake") == {}


def test_a_short_text_about_it_comes_before_a_long_one_that_mentions_it() -> None:
    words = index("milk " + "bread butter cheese " * 20, "milk")
    assert [at for at, _ in joined(words.scores("milk"))] == [1, 0]


def test_words_are_compared_without_case_or_plural() -> None:
    assert tokens("The CARS, the glass & my mum's bus!") == ["car", "glass", "mum'", "bus"]


def test_meaning_finds_what_words_do_not() -> None:
    words = WordIndex(
        [
            Entry("notes", "1", "the vehicle is upstairs", packed([1.0, 0.1]), "m"),
            Entry("notes", "2", "buy milk", packed([0.0, 1.0]), "m"),
            Entry("notes", "3", "old vector", packed([1.0, 0.0, 0.0]), "other"),
        ]
    )
    assert list(words.likenesses([2.0, 0.0], "m")) == [0]
    assert joined(words.scores("car"), words.likenesses([2.0, 0.0], "m"))[0][0] == 0


def test_ranks_are_joined_so_that_two_witnesses_beat_one() -> None:
    order = [at for at, _ in joined({0: 9.0, 1: 1.0}, {1: 0.9, 2: 0.8})]
    assert order[0] == 1


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=64))
def test_a_packed_vector_keeps_its_direction(vector: list[float]) -> None:
    norm = math.sqrt(sum(value * value for value in vector))
    back = unpacked(packed(vector))
    assert len(back) == len(vector)
    if norm < 1e-6:
        return
    there = math.sqrt(sum(value * value for value in back))
    assert sum(a * b for a, b in zip(vector, back, strict=True)) / norm / there > 0.99


def test_the_most_telling_texts_are_picked_and_none_twice() -> None:
    texts = [
        "the garden party is on saturday",
        "the garden party is on saturday",
        "order chairs for the garden party",
        "renew the passport",
        "the garden party starts at six",
    ]
    picked = telling(texts, 2)
    assert len(picked) == 2
    assert all("garden party" in text for text in picked)
    assert len(set(picked)) == 2


@pytest.mark.parametrize("texts", [[], [""], ["a"], ["the the", "the"]])
def test_picking_from_nothing_much_is_no_error(texts: list[str]) -> None:
    assert telling(texts, 3) in ([], texts[:1], texts)
