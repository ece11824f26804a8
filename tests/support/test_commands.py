import pytest

from support.commands import expand, understand


def test_every_sentence_is_understood_and_the_draw_repeats() -> None:
    sentences = expand(800, 4)
    assert sentences == expand(800, 4)
    assert len(set(sentences)) == 800
    assert [sentence for sentence in sentences if not understand(sentence)] == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("set a timer for ten minutes", "start timer for ten minutes", True),
        ("set a timer for ten minutes", "set a timer for twenty minutes", False),
        ("turn the volume up", "turn the volume down", False),
        ("lock the front door", "unlock the front door", False),
        ("what time is it", "what's the time", True),
    ],
)
def test_the_same_call_in_other_words(one: str, other: str, same: bool) -> None:
    assert (understand(one) == understand(other)) is same


def test_nonsense_is_no_call() -> None:
    assert understand("purple monkey dishwasher") == []
