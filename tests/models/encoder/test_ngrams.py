"""The reader of n-grams: its rows, its arrays, and what it does to the network's opinion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.encoder.ngrams import Ngrams, grams

BUCKETS = 1 << 12


def arrays(**other: Any) -> dict[str, Any]:
    """Whatever has the word "loud" in it is the first of two labels."""
    table = np.zeros((BUCKETS, 2), np.int8)
    table[grams(["loud"], BUCKETS)[1], 0] = 100
    weight = np.array([[1.0, 0.0], [0.0, 1.0]], np.float16)
    return {"table": table, "scale": np.float32(0.5), "weight": weight, "bias": np.zeros(2, np.float32), **other}


def test_a_sentence_is_its_words_pairs_and_pieces() -> None:
    assert len(grams(["loud"], BUCKETS)) == 3 + 2 + 1 + 3  # words, neighbours, two apart, pieces of "<loud>"
    assert grams(["a", "b"], BUCKETS) != grams(["b", "a"], BUCKETS)
    assert max(grams(["it", "is", "loud"], BUCKETS)) < BUCKETS
    assert grams([], BUCKETS)


def test_its_opinion_is_log_probabilities() -> None:
    ngrams = Ngrams(arrays())
    logs = ngrams.logs(["very", "loud"])
    assert np.exp(logs).sum() == pytest.approx(1.0, abs=1e-5)
    assert logs[0] > logs[1]
    assert ngrams.logs(["quiet"])[0] == pytest.approx(np.log(0.5), abs=1e-5)


def test_a_file_that_is_none_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "ngrams.npz"
    np.savez(path, allow_pickle=False, **arrays())
    assert Ngrams.load(path).labels == 2
    np.savez(path, allow_pickle=False, **arrays(bias=np.zeros(3, np.float32)))
    with pytest.raises(CallerError, match="expected n-grams"):
        Ngrams.load(path)
    path.write_bytes(b"no archive")
    with pytest.raises(CallerError, match="expected n-grams"):
        Ngrams.load(path)
