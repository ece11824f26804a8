from math import exp

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.engines.ngram import BEGIN, END, build_arpa
from bluerill.models.engines.wordmodel import WordModel

CORPUS = ["wait six minutes", "wait six minutes please", "go home"]


def test_probabilities_after_a_history_sum_to_one() -> None:
    model = WordModel(CORPUS)
    words = ["wait", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "minutes", "please", "go",
             "home", END]  # fmt: skip
    for before in (("", BEGIN), (BEGIN, "wait"), ("wait", "<units>"), ("go", "home"), ("never", "seen")):
        assert sum(exp(model.log_p(before, word)) for word in words) == pytest.approx(1.0, abs=2e-3)


def test_it_says_what_the_file_for_other_decoders_says(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "lm"
    build_arpa(CORPUS, path)
    lines = [line.split() for line in path.read_text().splitlines() if line.endswith("wait six minutes")]
    assert WordModel(CORPUS).log_p(("wait", "<units>"), "minutes") == pytest.approx(
        float(lines[0][0]) * 2.302585, abs=1e-3
    )


def test_the_look_ahead_is_the_best_word_that_can_come() -> None:
    model = WordModel(CORPUS)
    m = model.root.after["m"]
    assert m.best == m.after["i"].best
    assert not m.word
    assert model.root.best >= m.best


def test_an_empty_corpus_is_refused() -> None:
    with pytest.raises(CallerError, match="at least one sentence"):
        WordModel(["", "  "])
