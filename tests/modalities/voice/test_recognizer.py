from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.modalities.voice.messages import (
    NotHeard,
    Partial,
    TranscribeAbort,
    TranscribeChunk,
    TranscribePause,
    TranscribeReady,
    TranscribeStart,
    TranscribeStop,
    Transcript,
)
from bluerill.modalities.voice.phrases import PhraseBook
from bluerill.modalities.voice.recognizer import RecognizerService, choose
from bluerill.models.engines.engine import Guess

Run = Callable[..., None]
pytestmark = pytest.mark.audio


async def hear(device: Any, pcm: bytes, utterance: int = 1) -> Any:
    port = device.port("ears")
    await port.ask("asr", TranscribeStart(utterance), TranscribeReady)
    for start in range(0, len(pcm), 8_192):
        await port.ask("asr", TranscribeChunk(utterance, pcm[start : start + 8_192]), Partial)
    return (await port.ask_any("asr", TranscribeStop(utterance)))[0]


async def add(device: Any, sentences: list[str], cache: Path, **settings: Any) -> Any:
    planner = device.planner(sentences)
    await device.add("planner", planner)
    await device.add("asr", RecognizerService(cache=str(cache), **settings))
    await device.settle()
    return planner


def test_speech_becomes_a_transcript(run: Run, say: Callable[..., bytes], corpus: list[str], tmp_path: Path) -> None:
    async def test(device: Any) -> None:
        await add(device, corpus, tmp_path)
        answer = await hear(device, say("what time is it", before=0.2, after=0.2))
        assert isinstance(answer, Transcript)
        assert (answer.text, answer.engine) == ("what time is it", "pocketsphinx")

    run(test)


def test_silence_is_not_heard(run: Run, corpus: list[str], tmp_path: Path) -> None:
    async def test(device: Any) -> None:
        await add(device, corpus, tmp_path)
        answer = await hear(device, bytes(32_000))
        assert isinstance(answer, NotHeard)
        assert answer.score < 0.75

    run(test)


def test_other_speech_is_not_heard_and_kept_for_review(
    run: Run, say: Callable[..., bytes], corpus: list[str], tmp_path: Path
) -> None:
    async def test(device: Any) -> None:
        await add(device, corpus, tmp_path, review=str(tmp_path / "review.jsonl"))
        answer = await hear(device, say("the old philosopher wandered among curious ruins", before=0.1, after=0.1))
        assert isinstance(answer, NotHeard)
        assert answer.reason == "vocabulary"
        assert answer.raw in (tmp_path / "review.jsonl").read_text()

    run(test)


def test_a_pause_tells_how_finished_the_words_are_and_the_stop_is_then_known(
    run: Run, say: Callable[..., bytes], corpus: list[str], tmp_path: Path
) -> None:
    async def test(device: Any) -> None:
        await add(device, corpus, tmp_path)
        asr = device.services["asr"]
        assert isinstance(asr, RecognizerService)
        port = device.port("ears")
        await port.ask("asr", TranscribeStart(1), TranscribeReady)
        await port.ask("asr", TranscribeChunk(1, say("stop", before=0.2, after=0.1)), Partial)
        assert (await port.ask("asr", TranscribePause(1), Partial)) == Partial(1, "stop", 1.0)
        decoded = []
        asr.engine.finish = lambda: decoded.append(1) or []  # type: ignore[method-assign, func-returns-value]
        answer = await port.ask("asr", TranscribeStop(1), Transcript)
        assert (answer.text, decoded) == ("stop", [])

    run(test)


def test_without_a_corpus_it_says_why(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bluerill.modalities.voice.recognizer.READY_WITHIN_S", 0.01)

    async def test(device: Any) -> None:
        await add(device, [], tmp_path)
        with pytest.raises(ServiceFault, match="no language model yet: no sentences yet"):
            await device.port().ask("asr", TranscribeStart(1), TranscribeReady)

    run(test)


def test_a_changed_corpus_is_learned_when_the_planner_says_so(run: Run, tmp_path: Path) -> None:
    async def test(device: Any) -> None:
        planner = await add(device, ["stop", "go home"], tmp_path)
        asr = device.services["asr"]
        assert isinstance(asr, RecognizerService)
        await device.port("ears").ask("asr", TranscribeStart(1), TranscribeReady)
        planner.sentences, planner.fingerprint = ["stop", "feed the cat"], "two"
        await asr.notified(1)
        await device.settle()
        assert asr.book is not None
        assert asr.book.match("feed the cat").score == 0.0  # not during an utterance
        await device.port("ears").tell("asr", TranscribeAbort(1))
        await device.settle()
        assert asr.book.match("feed the cat").score == 1.0

    run(test)


def test_an_utterance_must_be_begun_and_be_bounded(run: Run, corpus: list[str], tmp_path: Path) -> None:
    async def test(device: Any) -> None:
        await add(device, corpus[:50], tmp_path)
        port = device.port("ears")
        with pytest.raises(CallerError, match="begin it again"):
            await port.ask("asr", TranscribeStop(7), Transcript)
        await port.ask("asr", TranscribeStart(1), TranscribeReady)
        with pytest.raises(CallerError, match="at most 30 s"):
            await port.ask("asr", TranscribeChunk(1, bytes(31 * 32_000)), Partial)

    run(test)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(CallerError, match="engine must be auto, pocketsphinx, whisper"):
        RecognizerService(engine="parrot")


def test_a_phrase_wins_over_a_slightly_likelier_jumble() -> None:
    book = PhraseBook(["set a timer for six minutes", "what time is it"])
    guesses = [Guess("what set timer nine", 0.0, 0.7), Guess("set a timer for nine minutes", 8.0, 0.7)]
    assert choose(guesses, book).text == "set a timer for nine minutes"
    assert choose([], book).score == 0.0


def test_a_phrase_with_another_number_does_not_win_by_being_a_phrase() -> None:
    book = PhraseBook(["set a timer for six minutes", "set a timer for ten minutes"])
    guesses = [Guess("set a five minutes", 0.0, 0.7), Guess("set a timer for nine minutes", 15.0, 0.7)]
    assert "nine" not in choose(guesses, book).text


def test_among_phrases_the_sounds_decide() -> None:
    book = PhraseBook(["set a timer for six minutes"])
    guesses = [Guess("set a timer for nine minutes", 0.0, 0.7), Guess("set a timer for five minutes", 3.0, 0.7)]
    assert choose(guesses, book).text == "set a timer for nine minutes"


def test_a_repair_does_not_reach_for_a_far_less_likely_number() -> None:
    book = PhraseBook(["set a six minute timer", "what time is it"])
    guesses = [Guess("set six minute timer", 0.0, 0.7), Guess("set a five minute", 80.0, 0.7)]
    assert choose(guesses, book).text == "set a six minute timer"


def test_a_phrase_that_does_not_fit_the_sounds_is_doubted() -> None:
    book = PhraseBook(["what time is it"])
    assert choose([Guess("what time is it", 0.0, 0.4)], book).score < 0.75
    assert choose([Guess("what time is it", 0.0, 0.6)], book).score == 1.0
