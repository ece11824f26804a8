from __future__ import annotations

from bluerill.models.decoder.stems import stem, word_list


def test_names_come_apart_into_words() -> None:
    assert word_list("getHTTPStatus_code.v2") == ["get", "http", "status", "code", "v", "2"]


def test_a_stem_is_the_word_without_its_ending() -> None:
    assert [stem(word) for word in ("cities", "playing", "boxes", "named", "cats", "is", "gas")] == [
        "cit", "play", "box", "nam", "cat", "is", "gas",
    ]  # fmt: skip
