"""The ears with a recogniser that is scripted, so that only the ears are tested; and once with the real one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import BudgetExceeded, CallerError, PeerRestarted
from bluerill.kernel.service import Call, Service, handles
from bluerill.modalities.voice.ears import MAX_STREAMS, EarsService
from bluerill.modalities.voice.messages import (
    AudioChunk,
    CloseStream,
    Heard,
    HeardNothing,
    HeardPartial,
    OpenStream,
    Partial,
    PushToTalk,
    Speaking,
    SpeechStarted,
    StreamClosed,
    StreamOpened,
    TranscribeAbort,
    TranscribeChunk,
    TranscribePause,
    TranscribeReady,
    TranscribeStart,
    TranscribeStop,
    Transcript,
    Woken,
)
from bluerill.modalities.voice.recognizer import RecognizerService

Run = Callable[..., None]
Say = Callable[..., bytes]


class Scripted(Service):
    """A recogniser that hears "go on" in anything."""

    def __init__(self, ending: float = 0.0) -> None:
        self.pcm: dict[int, bytes] = {}
        self.aborted: list[int] = []
        self.ending = ending

    @handles(TranscribeStart)
    def begin(self, request: TranscribeStart, call: Call) -> TranscribeReady:
        self.pcm[request.utterance] = b""
        return TranscribeReady("scripted")

    @handles(TranscribeChunk)
    def more(self, request: TranscribeChunk, call: Call) -> Partial:
        self.pcm[request.utterance] += request.pcm
        return Partial(request.utterance, "go")

    @handles(TranscribePause)
    def pause(self, request: TranscribePause, call: Call) -> Partial:
        return Partial(request.utterance, "go on", self.ending)

    @handles(TranscribeStop)
    def end(self, request: TranscribeStop, call: Call) -> Transcript:
        return Transcript(request.utterance, "go on", "go on", 1.0, "scripted", 1.0, 1.0)

    @handles(TranscribeAbort)
    def forget(self, request: TranscribeAbort, call: Call) -> None:
        self.aborted.append(request.utterance)


async def listen(device: Any, mode: str = "always", ending: float = 0.0) -> tuple[Scripted, int]:
    asr = Scripted(ending)
    await device.add("asr", asr)
    await device.add("ears", EarsService())
    opened = await device.port().ask("ears", OpenStream("test", mode), StreamOpened)  # type: ignore[arg-type]
    return asr, opened.stream


async def play(device: Any, stream: int, pcm: bytes, seq: int = 0) -> int:
    for start in range(0, len(pcm), 1_024):
        await device.port().tell("ears", AudioChunk(stream, seq, pcm[start : start + 1_024]))
        seq += 1
        await device.settle()
    return seq


def test_one_turn_is_started_and_heard_once(run: Run, say: Say) -> None:
    async def test(device: Any) -> None:
        asr, stream = await listen(device)
        await play(device, stream, say("set a timer for ten minutes"))
        kinds = [type(body) for body in device.heard()]
        assert kinds == [SpeechStarted, HeardPartial, HeardPartial, Heard]
        heard = device.heard(Heard)[0]
        assert isinstance(heard, Heard)
        assert (heard.text, heard.stream, heard.utterance) == ("go on", stream, 1)
        assert heard.endpoint_ms == pytest.approx(704, abs=1)
        assert 1.5 < len(asr.pcm[1]) / 32_000 < 2.6  # speech and pre-roll, not the silence around

    run(test)


def test_a_finished_phrase_ends_sooner(run: Run, say: Say) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device, ending=1.0)
        await play(device, stream, say("stop"))
        heard = device.heard(Heard)[0]
        assert isinstance(heard, Heard)
        assert heard.endpoint_ms <= 256

    run(test)


def test_a_recogniser_that_dies_gives_one_fault_and_the_next_turn_works(run: Run, say: Say) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device)
        device.failures["asr", TranscribeChunk] = PeerRestarted("service 'asr' was restarted")
        seq = await play(device, stream, say("set a timer for ten minutes"))
        assert [type(b) for b in device.heard()] == [SpeechStarted, HeardNothing]
        nothing = device.heard(HeardNothing)[0]
        assert isinstance(nothing, HeardNothing)
        assert (nothing.reason, nothing.raw) == ("fault", "service 'asr' was restarted")
        device.told.clear()
        await play(device, stream, say("set a timer for ten minutes"), seq)
        assert [type(b) for b in device.heard(SpeechStarted, Heard, HeardNothing)] == [SpeechStarted, Heard]

    run(test)


@pytest.mark.parametrize("when", [TranscribeStart, TranscribePause, TranscribeStop])
def test_a_fault_at_any_moment_is_told_once(run: Run, say: Say, when: type) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device)
        device.failures["asr", when] = PeerRestarted("gone")
        await play(device, stream, say("what time is it"))
        assert [type(b) for b in device.heard(Heard, HeardNothing)] == [HeardNothing]

    run(test)


def test_barge_in_is_told_while_the_device_speaks(run: Run, say: Say) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device)
        await device.port().tell("ears", Speaking(True, "a long reply"))
        await play(device, stream, say("stop please stop now"))
        assert device.heard(SpeechStarted)

    run(test)


def test_lost_and_repeated_chunks_are_bridged(run: Run, say: Say) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device)
        pcm = say("set a timer for ten minutes")
        half = len(pcm) // 2048 * 1024
        seq = await play(device, stream, pcm[:half])
        await play(device, stream, pcm[:1024], 0)  # late: dropped
        await play(device, stream, pcm[half + 4096 :], seq + 4)
        assert len(device.heard(Heard)) == 1
        assert device.errors == []

    run(test)


def test_closing_a_stream_transcribes_what_was_being_said(run: Run, say: Say) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device)
        await play(device, stream, say("set a timer for ten minutes", after=0.0))
        assert device.heard(Heard) == []
        await device.port().ask("ears", CloseStream(stream), StreamClosed)
        assert len(device.heard(Heard)) == 1
        with pytest.raises(CallerError, match="no open stream"):
            await device.port().ask("ears", CloseStream(stream), StreamClosed)

    run(test)


def test_streams_belong_to_who_opened_them_and_are_few(run: Run) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device)
        with pytest.raises(CallerError, match="'stranger' has no open stream"):
            await device.port("stranger").ask("ears", CloseStream(stream), StreamClosed)
        for _ in range(MAX_STREAMS - 1):
            await device.port().ask("ears", OpenStream("test", "push"), StreamOpened)
        with pytest.raises(BudgetExceeded):
            await device.port().ask("ears", OpenStream("test", "push"), StreamOpened)

    run(test)


def test_a_chunk_is_bounded_and_whole(run: Run) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device)
        for pcm in (bytes(100_000), bytes(3)):
            await device.port().tell("ears", AudioChunk(stream, 0, pcm))
        assert len(device.errors) == 2

    run(test)


def test_push_to_talk_hears_only_while_held(run: Run, say: Say) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device, "push")
        pcm = say("set a timer for ten minutes", after=0.3)
        seq = await play(device, stream, pcm)
        assert device.heard() == []
        await device.port().tell("ears", PushToTalk(stream, True))
        seq = await play(device, stream, pcm, seq)
        await device.port().tell("ears", PushToTalk(stream, False))
        await device.settle()
        assert [type(b) for b in device.heard(Woken, SpeechStarted, Heard)] == [Woken, SpeechStarted, Heard]
        await play(device, stream, pcm, seq)
        assert len(device.heard(SpeechStarted)) == 1

    run(test)


def test_a_held_button_in_silence_is_heard_nothing(run: Run) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device, "push")
        await device.port().tell("ears", PushToTalk(stream, True))
        await play(device, stream, bytes(48_000))
        await device.port().tell("ears", PushToTalk(stream, False))
        await device.settle()
        nothing = device.heard(HeardNothing)
        assert [(type(b), b.reason) for b in nothing if isinstance(b, HeardNothing)] == [(HeardNothing, "silence")]

    run(test)


def test_speech_without_the_wake_word_is_ignored(run: Run, say: Say) -> None:
    async def test(device: Any) -> None:
        _, stream = await listen(device, "wake")
        await play(device, stream, say("set a timer for ten minutes"))
        assert device.heard() == []

    run(test)


@pytest.mark.audio
def test_with_the_real_recogniser(run: Run, say: Say, corpus: list[str], tmp_path: Path) -> None:
    async def test(device: Any) -> None:
        await device.add("planner", device.planner(corpus))
        await device.add("asr", RecognizerService(cache=str(tmp_path)))
        await device.add("ears", EarsService())
        await device.settle()
        opened = await device.port().ask("ears", OpenStream("test", "always"), StreamOpened)
        await play(device, opened.stream, say("set a timer for ten minutes"))
        assert [b.text for b in device.heard(Heard) if isinstance(b, Heard)] == ["set a timer for ten minutes"]

    run(test)
