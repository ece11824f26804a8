from __future__ import annotations

import pytest

from bluerill.models.encoder.pieces import MAX_PIECES, Pieces

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "play", "##ing", "##s", "mum", "'", "s", "a", "##b"]


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("playing", ["play", "##ing"]), ("plays", ["play", "##s"]), ("mum's", ["mum", "'", "s"]),
        ("ab", ["a", "##b"]), ("abc", ["[UNK]"]), ("☃", ["[UNK]"]), ("", []),
    ],
)  # fmt: skip
def test_a_word_is_split_into_its_longest_pieces(word: str, pieces: list[str]) -> None:
    assert [VOCABULARY[number] for number in Pieces(VOCABULARY).split(word)] == pieces


def test_each_word_is_found_by_its_first_piece() -> None:
    numbers, firsts = Pieces(VOCABULARY).encode(["playing", "mum's", ""])
    assert [VOCABULARY[n] for n in numbers] == ["[CLS]", "play", "##ing", "mum", "'", "s", "[UNK]", "[SEP]"]
    assert [VOCABULARY[numbers[at]] for at in firsts] == ["play", "mum", "[UNK]"]


def test_a_long_sentence_ends_at_a_whole_word() -> None:
    numbers, firsts = Pieces(VOCABULARY).encode(["playing"] * 500)
    assert len(numbers) <= MAX_PIECES
    assert len(firsts) == (len(numbers) - 2) // 2
