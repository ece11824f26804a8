from pathlib import Path

import pocketsphinx
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.engines.ngram import CLASSES, build_arpa


def probability(path: Path, newest_first: list[str]) -> float:
    log = pocketsphinx.LogMath()
    value: float = log.exp(pocketsphinx.NGramModel(pocketsphinx.Config(), log, str(path)).prob(newest_first))
    return value


def test_words_are_those_of_the_sentences_and_of_their_classes(tmp_path: Path) -> None:
    words = build_arpa(["wait six minutes"], tmp_path / "lm")
    assert words == sorted({"wait", "minutes", *CLASSES["<units>"]})


def test_a_number_that_never_occurred_is_expected_where_others_are(tmp_path: Path) -> None:
    build_arpa(["wait six minutes", "wait six minutes please", "go home"], tmp_path / "lm")
    likely, unlikely = (probability(tmp_path / "lm", [word, "seven", "wait"]) for word in ("minutes", "home"))
    assert likely > 3 * unlikely


def test_the_model_is_a_distribution(tmp_path: Path) -> None:
    words = build_arpa(["a b c", "a b d", "b c", "d a six"], tmp_path / "lm")
    for history in (["b", "a"], ["a", "d"], ["c", "b"]):
        total = sum(probability(tmp_path / "lm", [word, *history]) for word in [*words, "</s>"])
        assert total == pytest.approx(1.0, abs=0.05)


def test_no_sentence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="at least one sentence"):
        build_arpa(["", "  "], tmp_path / "lm")
