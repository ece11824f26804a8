from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluerill.bench.capped.wire import Answer
from bluerill.bench.capped.work import edits, mark
from support.capped import prepared

WORDS = st.lists(st.sampled_from(["set", "a", "timer", "for"]), max_size=6)


@given(WORDS, WORDS)
def test_edits_are_a_distance(one: list[str], other: list[str]) -> None:
    assert edits(one, one) == 0
    assert edits(one, other) == edits(other, one)
    assert abs(len(one) - len(other)) <= edits(one, other) <= max(len(one), len(other))


def test_edits_count_words() -> None:
    assert edits(["set", "a", "timer"], ["set", "the", "timer", "now"]) == 2


def test_only_what_was_answered_is_marked(tmp_path: Path) -> None:
    work = prepared(tmp_path, "Honest")
    answers = [Answer(0, 1, "0"), Answer(1, 1, "wrong"), Answer(2, 1, "2", ok=False)]
    found = mark(work, answers)
    assert found is not None
    assert (found.value, found.n, found.better) == (0.3333, 3, "higher")
    assert mark(work, []) is None


def test_words_wrong_are_counted_over_all_recordings(tmp_path: Path) -> None:
    work = prepared(tmp_path, "Honest")._replace(metric="wer", expected=["set a timer", "stop"])
    found = mark(work, [Answer(0, 1, "set timer"), Answer(1, 1, "stop")])
    assert found is not None
    assert (found.value, found.n, found.better) == (0.25, 4, "lower")


def test_perplexity_is_over_tokens_not_texts(tmp_path: Path) -> None:
    work = prepared(tmp_path, "Honest")._replace(metric="perplexity")
    marks = {0: {"nll": 10.0, "scored": 10.0}, 1: {"nll": 60.0, "scored": 20.0}}
    found = mark(work, [Answer(item, 1, "", extra=extra) for item, extra in marks.items()])
    assert found is not None
    assert found.n == 30
    assert found.value == pytest.approx(2.71828 ** (70 / 30), rel=1e-3)
