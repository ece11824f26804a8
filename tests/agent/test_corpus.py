from __future__ import annotations

import re
from collections import Counter

from bluerill.agent.corpus import EXAMPLE_COUNT, MOST_TIMES, Sampler, kept_back
from bluerill.agent.plan import Planner
from support.small_catalogue import CATALOGUE, NOW

PLANNER = Planner(CATALOGUE)
SAMPLER = Sampler(PLANNER.templates)


def test_the_corpus_is_bounded_repeatable_and_plain() -> None:
    first = list(SAMPLER.corpus(3000))
    assert first == list(Sampler(PLANNER.templates).corpus(3000))
    assert 1000 < len(first) <= 3000 + EXAMPLE_COUNT * 400
    assert max(Counter(first).values()) <= MOST_TIMES + EXAMPLE_COUNT
    assert len(set(first)) > len(first) / 2
    assert all(re.fullmatch(r"[a-z']+( [a-z']+)*", sentence) for sentence in first)


def test_the_corpus_covers_values_and_actions() -> None:
    text = "\n".join(SAMPLER.corpus(6000))
    for words in (
        "fifteen minutes",
        "half past",
        "every weekday",
        "new york",
        "tomorrow",
        "what's",
        "percent",
        "volume",
    ):
        assert words in text, words
    for number in ("one", "seven", "nineteen", "thirty four", "fifty nine"):
        assert f" {number} " in text, number


def test_held_out_sentences_are_new_and_mean_what_they_say() -> None:
    corpus = set(SAMPLER.corpus(6000))
    held = SAMPLER.held_out(150, seed=3, now=NOW, corpus=6000)
    assert len(held) == 150
    assert not corpus & {each.text for each in held}
    assert all(kept_back(each.text) for each in held)
    assert held == SAMPLER.held_out(150, seed=3, now=NOW, corpus=6000)
    assert held != SAMPLER.held_out(150, seed=4, now=NOW, corpus=6000)
    right = 0
    for each in held:
        calls = PLANNER.plan(each.text, NOW).calls
        right += [(call.name, call.arguments) for call in calls] == [(each.call.name, each.call.arguments)]
    assert right >= 0.97 * len(held)


def test_an_eighth_is_kept_back_and_a_contraction_goes_with_its_long_form() -> None:
    corpus = set(SAMPLER.corpus(6000))
    assert 0.10 < sum(map(kept_back, corpus)) / len(corpus) < 0.15
    for text in corpus:
        if " what is " in f" {text} ":
            assert kept_back(text) == kept_back(f" {text} ".replace(" what is ", " what's ").strip())
