"""Which label a sentence has, by the words and pairs of words in it alone: a second reader beside the network.

Source: A. Joulin and others, "Bag of Tricks for Efficient Text Classification" (EACL 2017): n-grams are hashed into a
table of vectors, whose mean a linear layer reads. It knows nothing of what words mean, and so it errs elsewhere than
the network does; their log probabilities together are better than either (H.-T. Cheng and others, "Wide & Deep
Learning", 2016). A sentence costs some fifty rows of the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from ..arrays import made_of

__all__ = ["FILE", "Ngrams", "grams"]

FILE: Final = "ngrams.npz"
MAX_BYTES: Final = 16 << 20
_PIECE: Final = 4
"""Letters of the pieces of words that count too: endings, and words misspelt."""

Array = npt.NDArray[np.float32]


def grams(words: Sequence[str], buckets: int) -> list[int]:
    """The rows of a sentence: its words, neighbours, words two apart, and pieces of four letters."""
    said = ["<s>", *words, "</s>"]
    found = [f"1{word}" for word in said]
    found += [f"2{one} {other}" for one, other in pairwise(said)]
    found += [f"3{one} {other}" for one, other in zip(said, said[2:], strict=False)]
    for word in words:
        bound = f"<{word}>"
        found += [f"4{bound[at : at + _PIECE]}" for at in range(len(bound) - _PIECE + 1)]
    return [crc32(gram.encode()) % buckets for gram in found]


class Ngrams:
    """Arrays: ``table`` (buckets, width) of int8 with one ``scale``, ``weight`` (labels, width), ``bias`` (labels)."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._table = np.asarray(arrays["table"], np.int8)
        self._weight = np.asarray(arrays["weight"], np.float32) * np.float32(arrays["scale"])
        self._bias = np.asarray(arrays["bias"], np.float32)
        if self._table.ndim != 2 or self._weight.shape != (len(self._bias), self._table.shape[1]):
            raise ValueError(f"table {self._table.shape}, weight {self._weight.shape}, bias {self._bias.shape}")

    @classmethod
    def load(cls, path: Path) -> Ngrams:
        """Raises CallerError for a file that is none."""
        return made_of(path, cls, "n-grams", MAX_BYTES)

    @property
    def labels(self) -> int:
        return len(self._bias)

    def logs(self, words: Sequence[str]) -> Array:
        """Log probabilities, (labels)."""
        rows = self._table[grams(words, len(self._table))]
        scores: Array = self._weight @ rows.mean(axis=0, dtype=np.float32) + self._bias
        scores -= scores.max()
        scores -= np.log(np.exp(scores).sum())
        return scores
