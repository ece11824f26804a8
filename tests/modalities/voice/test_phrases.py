import time

import pytest

from bluerill.bench.commands import expand
from bluerill.modalities.voice.phrases import PhraseBook

CORPUS = """set a timer for six minutes
set a timer for ten minutes
set a timer for twenty five minutes
set a pizza timer for six minutes
cancel the timer
pause the timer
stop
stop the timer
what time is it
what time is it in london
turn the volume up
turn the volume down
set an alarm for six thirty on monday
remind me to call mom at six thirty
what's the weather in london
what's the weather in paris
what's the weather in berlin
what's the weather in rome
what's the weather in tokyo
what's the weather in dublin
what's the weather in vienna""".splitlines()


@pytest.fixture(scope="module")
def book() -> PhraseBook:
    return PhraseBook(CORPUS)


def test_a_known_sentence_fits_wholly(book: PhraseBook) -> None:
    assert book.match("what time is it") == ("what time is it", 1.0, 0.5, False)


def test_other_numbers_and_days_than_the_samples_fit_too(book: PhraseBook) -> None:
    for text in (
        "set a timer for seven minutes",
        "set a timer for forty two minutes",
        "set an alarm for nine fifty on friday",
    ):
        assert book.match(text)[:2] == (text, 1.0)


def test_forced_words_do_not_fit(book: PhraseBook) -> None:
    for text in ("six what turn monday", "london timer the it", "timer", "what"):
        assert book.match(text).score < 0.75, text


def test_a_carrier_word_is_repaired_and_the_number_kept(book: PhraseBook) -> None:
    match = book.match("set timer for seven minutes")
    assert match.text == "set a timer for seven minutes"
    assert match.score == pytest.approx(0.92, abs=0.03)
    assert match.repaired


def test_fifty_two_numbers_survive_any_repair(book: PhraseBook) -> None:
    for number in ("one", "nine", "fifteen", "fifty", "fifty one", "ninety nine"):
        assert number in book.match(f"set the timer for {number} minutes").text.split("for")[1]


def test_values_are_never_exchanged(book: PhraseBook) -> None:
    """Paris must not become London, up not down, pause not cancel, minutes not dropped."""
    for text in ("what's a weather in paris", "turn volume up", "pause a timer", "what time is it in"):
        repaired = book.match(text).text
        for word in ("paris", "up", "pause"):
            assert (word in text.split()) == (word in repaired.split())
        assert "london" not in repaired


def test_between_two_equally_close_phrases_none_is_chosen(book: PhraseBook) -> None:
    assert book.match("turn the volume").text == "turn the volume"


def test_ending_tells_stop_from_an_unfinished_sentence(book: PhraseBook) -> None:
    assert book.match("stop").ending == 1.0
    assert book.match("set a timer for").ending == 0.0
    assert 0.0 < book.match("what time is it").ending < 1.0
    assert book.match("turn the volume down").ending == 1.0


def test_a_stitched_text_counts_less_the_shorter_it_is(book: PhraseBook) -> None:
    """Every word triple is known, the sentence is not: a long one may well be meant, a short one was hardly said."""
    short, long = "cancel the timer", "set a pizza timer for twenty five minutes"
    assert book.match(short).score == book.match(long).score == 1.0
    stitched = PhraseBook(
        ["go to the big red house", "walk to the big blue car on the hill", "come to the big red house"]
    )
    assert stitched.match("walk to the big red house").score == pytest.approx(1 - 1.2 / 6)
    assert PhraseBook(["what is six plus two", "is it six"]).match("what is six").score < 0.75


def test_the_beginning_of_a_sentence_is_told_from_a_jumble(book: PhraseBook) -> None:
    assert book.unfinished("set a timer for")
    assert book.unfinished("set")
    assert not book.unfinished("timer set a")
    assert not book.unfinished("")


def test_empty_and_endless_texts(book: PhraseBook) -> None:
    assert book.match("").score == 0.0
    assert book.match("what " * 500).score < 0.5


def test_no_sentences_know_nothing() -> None:
    assert PhraseBook([]).match("stop").score == 0.0


def test_it_is_fast_enough_for_a_large_corpus() -> None:
    book = PhraseBook(expand(6_000, 3))
    texts = ["set an timer on ten minutes", "put milk on a shopping list", "what is weather like in new york monday"]
    began = time.perf_counter()
    for text in texts:
        book.match(text)
    assert (time.perf_counter() - began) / len(texts) < 0.1
