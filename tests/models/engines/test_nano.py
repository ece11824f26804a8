"""The shipped model hears what espeak-ng says in a voice that it was not trained with."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("espeakng_loader", reason="espeak-ng is not installed")

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.models.engines.espeak import EspeakEngine
from bluerill.models.engines.nano import NanoEngine, pieces

CORPUS = [
    "set a timer for ten minutes", "set a timer for five minutes", "cancel the timer", "what time is it",
    "what's the weather in london", "turn the volume down", "wake me up at seven thirty", "add milk to my list",
]  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> NanoEngine:
    made = NanoEngine()
    made.learn(CORPUS, "test")
    return made


def heard(engine: NanoEngine, sound: Any) -> list[str]:
    engine.start()
    engine.feed(sound.astype(np.int16).tobytes())
    return [guess.text for guess in engine.finish()]


@pytest.mark.audio
@pytest.mark.parametrize("text", ["set a timer for ten minutes", "what time is it", "turn the volume down"])
def test_a_rendered_command_is_heard(engine: NanoEngine, text: str) -> None:
    assert heard(engine, EspeakEngine("en-us", 150).say(text))[0] == text


@pytest.mark.audio
def test_a_value_that_no_sentence_has_is_heard(engine: NanoEngine) -> None:
    assert (
        heard(engine, EspeakEngine("en-us", 150).say("set a timer for seven minutes"))[0]
        == "set a timer for seven minutes"
    )


@pytest.mark.audio
def test_the_unusual_word_of_a_new_skill_is_heard_once_its_sentences_are_learned() -> None:
    engine = NanoEngine()
    engine.learn([*CORPUS, "start the kombucha", "stop the kombucha"], "more")
    assert "start the kombucha" in heard(engine, EspeakEngine("en-us", 145).say("start the kombucha"))[:3]


def test_silence_is_nothing(engine: NanoEngine) -> None:
    assert heard(engine, np.zeros(16_000)) == []
    assert heard(engine, np.zeros(100)) == []


def test_partial_text_comes_while_it_is_said(engine: NanoEngine) -> None:
    sound = EspeakEngine("en-us", 150).say("set a timer for ten minutes").tobytes()
    engine.start()
    engine.feed(sound[: len(sound) // 2])
    assert engine.partial().startswith("set")


def test_a_long_utterance_is_cut_where_it_is_quiet() -> None:
    wave = np.ones(400_000, np.float32)
    wave[100_000:101_000] = 0
    cut = pieces(wave, 160_000)
    assert sum(map(len, cut)) == 400_000
    assert max(map(len, cut)) <= 160_000
    assert 100_000 <= len(cut[0]) <= 101_000


def test_before_a_corpus_nothing_can_be_begun() -> None:
    engine = NanoEngine()
    with pytest.raises(ServiceFault, match="no language model yet"):
        engine.start()
    with pytest.raises(CallerError, match="got none"):
        engine.learn([], "empty")


def test_an_utterance_has_a_longest_length(engine: NanoEngine) -> None:
    engine.start()
    with pytest.raises(CallerError, match="at most 30 s"):
        engine.feed(bytes(31 * 32_000))


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match=r"model\.json"):
        NanoEngine(tmp_path)


@pytest.mark.audio
def test_without_words_in_mind_it_spells_what_it_hears() -> None:
    engine = NanoEngine(words=False)
    assert heard(engine, EspeakEngine("en-us", 150).say("set a timer for ten minutes"))[0].startswith("set a timer")
