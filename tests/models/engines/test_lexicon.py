from pathlib import Path

import pocketsphinx
import pytest

from bluerill.kernel.errors import ServiceFault
from bluerill.models.engines.lexicon import Lexicon, guess

DICTIONARY = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"


def test_known_words_keep_all_their_pronunciations(tmp_path: Path) -> None:
    lexicon = Lexicon(DICTIONARY, ["the", "timer"])
    assert "DH AH" in lexicon.phones["the"]
    assert "DH IY" in lexicon.phones["the"]
    lexicon.write(tmp_path / "d")
    assert "the(2) " in (tmp_path / "d").read_text()


def test_unknown_words_are_put_together_or_spelled() -> None:
    lexicon = Lexicon(DICTIONARY, ["stopwatches", "nabucasting", "bluerill", "mp", "日本"])
    assert lexicon.phones["stopwatches"][0].startswith("S T AA P W AA CH")
    assert lexicon.guessed
    assert lexicon.phones["bluerill"]
    assert lexicon.unsayable == ["日本"]


@pytest.mark.parametrize(
    ("word", "phones"),
    [("plane", "P L EY N"), ("ship", "SH IH P"), ("tv", "T IY V IY"), ("city", "S IH T IY"), ("42", "")],
)
def test_letters_to_sounds(word: str, phones: str) -> None:
    assert guess(word) == phones


VOWELS = ["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"]
STOPS = ["B", "CH", "D", "G", "JH", "K", "P", "T"]
OTHERS = ["DH", "F", "HH", "L", "M", "N", "NG", "R", "S", "SH", "TH", "V", "W", "Y", "Z", "ZH"]
PHONES = {*VOWELS, *STOPS, *OTHERS}


@pytest.mark.parametrize("word", ["xylophonist", "quixotic", "thwackery", "gnarwhale", "eighty", "wrought", "queueing"])
def test_only_phones_of_the_model_are_guessed(word: str) -> None:
    assert set(guess(word).split()) <= PHONES


def test_british_pronunciations_are_added() -> None:
    assert "N AO TH" in Lexicon(DICTIONARY, ["north"]).phones["north"]
    assert all("R" in phones.split() for phones in Lexicon(DICTIONARY, ["red"]).phones["red"])


def test_a_missing_dictionary_is_the_installation_s_fault(tmp_path: Path) -> None:
    with pytest.raises(ServiceFault, match="cannot be read"):
        Lexicon(tmp_path / "absent", ["a"])
