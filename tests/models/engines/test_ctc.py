from math import log

import numpy as np
import numpy.typing as npt

from bluerill.models.engines.ctc import Weights, greedy, read
from bluerill.models.engines.wordmodel import WordModel

ALPHABET = "_ 'abcdefghijklmnopqrstuvwxyz"
CORPUS = ["set a timer", "set an alarm", "stop the timer", "call anna"]


def spoken(text: str, sure: float = 0.9, doubts: dict[int, str] | None = None) -> npt.NDArray[np.float32]:
    """Frames that spell a text: each letter once, nothing between; ``doubts`` makes another letter likelier there."""
    rows = []
    for place, letter in enumerate(text):
        row = np.full(len(ALPHABET), (1 - sure) / len(ALPHABET))
        other = (doubts or {}).get(place)
        if other:
            row[ALPHABET.index(other)] += 0.55 * sure
            row[ALPHABET.index(letter)] += 0.45 * sure
        else:
            row[ALPHABET.index(letter)] += sure
        nothing = np.full(len(ALPHABET), 1e-5)
        nothing[0] = 1.0
        rows += [row, nothing]
    letters = np.array(rows)
    return np.asarray(np.log(letters / letters.sum(axis=1, keepdims=True)), np.float32)


def test_letters_alone_are_read_as_they_are() -> None:
    letters = spoken("call anna")
    assert greedy(letters, ALPHABET)[0] == "call anna"
    assert read(letters, ALPHABET)[0].text == "call anna"


def test_what_is_read_has_the_probability_of_all_its_alignments() -> None:
    half = [log(0.5), -99.0, -99.0, log(0.5), *[-99.0] * 25]
    letters = np.array([half, half], np.float32)
    best = {reading.text: reading.sound for reading in read(letters, ALPHABET)}
    assert abs(best["a"] - log(0.75)) < 1e-4  # a_, _a, aa
    assert abs(best[""] - log(0.25)) < 1e-4


def test_words_that_are_known_correct_letters_in_doubt() -> None:
    letters = spoken("set a timer", doubts={7: "u"})  # "tumer" is likelier by its sound
    assert greedy(letters, ALPHABET)[0] == "set a tumer"
    readings = read(letters, ALPHABET, WordModel(CORPUS))
    assert readings[0].text == "set a timer"
    assert readings[0].known


def test_a_clear_word_is_heard_though_no_sentence_has_it() -> None:
    readings = read(spoken("call zorbax", sure=0.999), ALPHABET, WordModel(CORPUS))
    assert readings[0].text == "call zorbax"
    assert not readings[0].known


def test_a_word_of_a_new_skill_is_preferred_once_its_sentences_are_there() -> None:
    letters = spoken("start the quill", doubts={11: "c"})  # "cuill"
    assert read(letters, ALPHABET, WordModel([*CORPUS, "start the quill"]))[0].text == "start the quill"


def test_the_number_of_readings_is_bounded_by_the_beam() -> None:
    letters = np.full((40, len(ALPHABET)), -log(len(ALPHABET)), np.float32)
    assert len(read(letters, ALPHABET, WordModel(CORPUS), Weights(beam=7))) <= 7
