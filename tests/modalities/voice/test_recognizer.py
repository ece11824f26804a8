from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import (
    BluerillError,
    BudgetExceeded,
    CallerError,
    DeadlineExceeded,
    PeerRestarted,
    ServiceFault,
)
from bluerill.kernel.message import Lane
from bluerill.modalities.voice.messages import (
    Judge,
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
        assert (answer.text, answer.engine) == ("what time is it", "nano+pocketsphinx")

    run(test)


def test_silence_is_not_heard(run: Run, corpus: list[str], tmp_path: Path) -> None:
    async def test(device: Any) -> None:
        await add(device, corpus, tmp_path)
        answer = await hear(device, bytes(32_000))
        assert isinstance(answer, NotHeard)
        assert answer.score < 0.4

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
    with pytest.raises(CallerError, match="engine must be auto, nano, pocketsphinx, whisper-onnx, whisper"):
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
    assert choose([Guess("what time is it", 0.0, 0.4)], book).score < 0.4
    assert choose([Guess("what time is it", 0.0, 0.4)], book, [1.0]).score < 0.7
    assert choose([Guess("what time is it", 0.0, 0.6)], book, [1.0]).score == 1.0


def test_what_the_planner_understands_is_heard_though_no_known_sentence_covers_it() -> None:
    book = PhraseBook(["what time is it", "feed the cat"])
    guesses = [Guess("dim some lights", 0.0, 0.7), Guess("dim the lights", 5.0, 0.7)]
    assert choose(guesses, book).score < 0.4
    assert choose(guesses, book, [0.0, 0.0]).score < 0.4
    heard = choose(guesses, book, [0.0, 1.0])
    assert heard.text == "dim the lights"
    assert heard.score >= 0.4
    assert heard.ending > 0.0


def test_a_request_that_had_to_be_mended_is_not_enough_and_one_that_sounds_otherwise_neither() -> None:
    book = PhraseBook(["what time is it"])
    assert choose([Guess("whet is the weather", 0.0, 0.7)], book, [0.7]).score < 0.4
    far = [Guess("purple monkey", 0.0, 0.7), Guess("what is the weather", 40.0, 0.7)]
    assert choose(far, book, [0.0, 1.0]).score < 0.4


def test_the_planner_does_not_choose_the_number() -> None:
    book = PhraseBook(["set a timer for six minutes"])
    guesses = [Guess("timer for five men its", 0.0, 0.7), Guess("set a timer for nine minutes", 9.0, 0.7)]
    assert "nine" not in choose(guesses, book, [0.0, 1.0]).text


def test_more_readings_than_judgements_are_no_trouble() -> None:
    book = PhraseBook(["stop", "go home"])
    assert choose([Guess("stop", 0.0, 0.7), Guess("go home", 1.0, 0.7)], book, [1.0]).text == "stop"
    assert choose([Guess("stop", 0.0, 0.7)], book, []).score == 0.0


@pytest.mark.parametrize("trouble", [DeadlineExceeded("planner is busy"), PeerRestarted("planner restarted")])
def test_a_silent_planner_leaves_the_phrase_book(
    run: Run, corpus: list[str], tmp_path: Path, trouble: BluerillError
) -> None:
    async def test(device: Any) -> None:
        await add(device, corpus[:50], tmp_path)
        asr = device.services["asr"]
        asr.engine.finish = lambda: [Guess(corpus[0], 0.0, 0.7)]
        for failure in (trouble, None):
            if failure is not None:
                device.failures["planner", Judge] = failure
            answer = await hear(device, bytes(32_000))
            assert isinstance(answer, Transcript)
            assert answer.text == corpus[0]
            assert (answer.score < 0.6) == (failure is not None)

    run(test)


def test_an_open_vocabulary_needs_no_corpus(run: Run, tmp_path: Path) -> None:
    async def test(device: Any) -> None:
        await device.add("asr", RecognizerService(cache=str(tmp_path), vocabulary="none"))
        asr = device.services["asr"]
        assert asr.engine.open_vocabulary
        assert asr.book is None
        asr.engine.start = lambda: None
        asr.engine.feed = lambda pcm: None
        asr.engine.finish = lambda: [Guess("purple monkey", 0.0, 0.7)]
        answer = await hear(device, bytes(3_200))
        assert isinstance(answer, Transcript)
        assert answer.text == "purple monkey"

    run(test)


def test_an_unknown_vocabulary_is_refused() -> None:
    with pytest.raises(CallerError, match="vocabulary must be skills or none"):
        RecognizerService(vocabulary="french")


def test_what_was_heard_plainly_needs_the_planner_less() -> None:
    book = PhraseBook(["set a timer for six minutes", "add milk to my list"])
    mumbled, plain = (Guess("add washing powder to my list", 0.0, 1.0, clear) for clear in (0.0, 0.9))
    assert choose([mumbled], book, [0.8]).score < 0.5
    assert choose([plain], book, [0.8]).score > choose([mumbled], book, [0.8]).score + 0.2


def test_the_fit_of_the_reading_that_is_chosen_counts() -> None:
    book = PhraseBook(["lock the front door"])
    guesses = [Guess("log the rent", 0.0, 0.1), Guess("lock the front door", 6.0, 0.7)]
    assert choose(guesses, book, [0.0, 1.0]).score > 0.7


def test_someone_who_speaks_displaces_background_work_and_is_never_displaced_by_it(
    run: Run, say: Callable[..., bytes], corpus: list[str], tmp_path: Path
) -> None:
    async def test(device: Any) -> None:
        await add(device, corpus, tmp_path, review=str(tmp_path / "review.jsonl"))
        ears, clerk = device.port("ears"), device.port("clerk")
        background = {"lane": Lane.BACKGROUND}
        await clerk.ask("asr", TranscribeStart(900), TranscribeReady, **background)
        await clerk.ask("asr", TranscribeChunk(900, bytes(8_192)), Partial, **background)
        answer = await hear(device, say("what time is it", before=0.2, after=0.2))
        assert isinstance(answer, Transcript)
        with pytest.raises(BudgetExceeded, match="needed for someone who speaks"):
            await clerk.ask("asr", TranscribeChunk(900, bytes(8_192)), Partial, **background)
        await ears.ask("asr", TranscribeStart(2), TranscribeReady)
        with pytest.raises(BudgetExceeded, match="listens to someone who speaks"):
            await clerk.ask("asr", TranscribeStart(901), TranscribeReady, **background)
        await ears.ask("asr", TranscribeStop(2), NotHeard)
        await clerk.ask("asr", TranscribeStart(901), TranscribeReady, **background)
        chunk = TranscribeChunk(901, say("the old philosopher wandered", before=0.1, after=0.1))
        await clerk.ask("asr", chunk, Partial, **background)
        await clerk.ask("asr", TranscribeStop(901), NotHeard, **background)
        assert not (tmp_path / "review.jsonl").exists()  # a recording is not the owner's request

    run(test)


def test_ears_that_died_in_mid_speech_do_not_keep_the_recogniser_from_others_for_ever(
    run: Run, corpus: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluerill.modalities.voice.recognizer.MAX_UTTERANCE_S", 0.0)

    async def test(device: Any) -> None:
        await add(device, corpus[:50], tmp_path)
        await device.port("ears").ask("asr", TranscribeStart(1), TranscribeReady)
        await device.port("clerk").ask("asr", TranscribeStart(9), TranscribeReady, lane=Lane.BACKGROUND)

    run(test)
