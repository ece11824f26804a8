"""What the voice wing says and understands. Audio is 16 kHz mono, signed 16-bit little-endian PCM."""

from __future__ import annotations

from typing import Literal

from ...kernel.message import Body, message

RATE = 16_000
"""Samples a second everywhere inside the device."""


@message("voice.open-stream")
class OpenStream(Body, frozen=True):
    """Ask ``ears`` to listen to a new source. → StreamOpened"""

    source: str
    mode: Literal["wake", "push", "always"] = "wake"


@message("voice.stream-opened")
class StreamOpened(Body, frozen=True):
    """The number of the new stream, for whatever is said of it later."""

    stream: int


@message("voice.audio-chunk")
class AudioChunk(Body, frozen=True):
    """Tell ``ears`` the next samples of a stream; ``seq`` counts chunks from 0 so that a gap is seen."""

    stream: int
    seq: int
    pcm: bytes


@message("voice.close-stream")
class CloseStream(Body, frozen=True):
    """Ask ``ears`` to end a stream; what was being said is transcribed first. → StreamClosed"""

    stream: int


@message("voice.stream-closed")
class StreamClosed(Body, frozen=True):
    """The stream has ended, and its last turn has been handed on."""

    stream: int


@message("voice.push-to-talk")
class PushToTalk(Body, frozen=True):
    """Tell ``ears`` that the talk button went down or up."""

    stream: int
    down: bool


@message("voice.speaking")
class Speaking(Body, frozen=True):
    """Tell ``ears`` that the device itself speaks (or no longer does), so that it does not hear itself."""

    active: bool
    text: str = ""


# ears → asr


@message("voice.transcribe-start")
class TranscribeStart(Body, frozen=True):
    """Ask the recogniser to begin an utterance. → TranscribeReady"""

    utterance: int


@message("voice.transcribe-ready")
class TranscribeReady(Body, frozen=True):
    """The recogniser takes samples now; ``engine`` names what will decode them."""

    engine: str


@message("voice.transcribe-chunk")
class TranscribeChunk(Body, frozen=True):
    """Ask the recogniser to take more samples. → Partial"""

    utterance: int
    pcm: bytes


@message("voice.partial")
class Partial(Body, frozen=True):
    """What the recogniser believes so far ('' where the engine cannot stream). ``ending`` is how surely the turn
    could end here: 0.0 when it is not a known phrase yet (or unknown), 1.0 when no known phrase goes on from here."""

    utterance: int
    text: str
    ending: float = 0.0


@message("voice.transcribe-pause")
class TranscribePause(Body, frozen=True):
    """Ask the recogniser to decode what it has as if the turn ended here; more may follow. If nothing but silence
    follows, the answer to TranscribeStop is then already known. → Partial"""

    utterance: int


@message("voice.transcribe-stop")
class TranscribeStop(Body, frozen=True):
    """Ask the recogniser for the final text. → Transcript | NotHeard"""

    utterance: int


@message("voice.transcribe-abort")
class TranscribeAbort(Body, frozen=True):
    """Tell the recogniser to forget an utterance."""

    utterance: int


@message("voice.transcript")
class Transcript(Body, frozen=True):
    """The words of an utterance. ``raw`` is what the engine decoded before the closest-phrase step."""

    utterance: int
    text: str
    raw: str
    score: float
    engine: str
    audio_s: float
    asr_ms: float


@message("voice.not-heard")
class NotHeard(Body, frozen=True):
    """Speech that is not one of the device's phrases, or no speech at all. ``raw`` is kept in the review log."""

    utterance: int
    raw: str
    score: float
    engine: str
    reason: Literal["vocabulary", "silence", "noise", "too-long", "aborted"]
    audio_s: float
    asr_ms: float


@message("voice.use-model")
class UseModel(Body, frozen=True):
    """Ask ``asr`` to hear by a model of the broker from now on; '' is its own engine. → ModelUsed"""

    model: str


@message("voice.get-model")
class GetModel(Body, frozen=True):
    """Ask ``asr`` which model it hears by. → ModelUsed"""


@message("voice.model-used")
class ModelUsed(Body, frozen=True):
    """The card's name, '' where the recogniser hears by its own engine."""

    model: str


# asr → planner


@message("voice.get-corpus")
class GetCorpus(Body, frozen=True):
    """Ask the planner for the sentences the device can be told. → Corpus"""


@message("voice.corpus")
class Corpus(Body, frozen=True):
    """``fingerprint`` changes whenever a skill is loaded or unloaded. The sentences come as a lease: UTF-8 text,
    one lower-case sentence a line, numbers in words; slots are already expanded with sample values."""

    fingerprint: str
    sentences: int


@message("voice.judge")
class Judge(Body, frozen=True):
    """Ask the planner which of several readings of one utterance are requests; nothing is done. → Judged"""

    texts: list[str]


@message("voice.judged")
class Judged(Body, frozen=True):
    """For each text, in order, how completely it was understood: 0.0 where it is no request, 1.0 where every word was
    used and none had to be mended. Shorter than what was asked where there was more than can be judged."""

    sure: list[float]


# ears → session


@message("voice.speech-started")
class SpeechStarted(Body, frozen=True):
    """Someone began to speak; whatever the device is saying should stop now (barge-in)."""

    stream: int
    utterance: int


@message("voice.heard-partial")
class HeardPartial(Body, frozen=True):
    """Tell who listens what the words of a turn seem to be so far."""

    stream: int
    utterance: int
    text: str


@message("voice.heard")
class Heard(Body, frozen=True):
    """A whole turn of speech. ``endpoint_ms`` is from the last speech sample to the decision that it ended."""

    stream: int
    utterance: int
    text: str
    raw: str
    score: float
    engine: str
    audio_s: float
    endpoint_ms: float
    asr_ms: float


@message("voice.heard-nothing")
class HeardNothing(Body, frozen=True):
    """A turn that gave no words; ``reason`` as in NotHeard, or ``fault`` with the error's text in ``raw``."""

    stream: int
    utterance: int
    raw: str
    reason: Literal["vocabulary", "silence", "noise", "too-long", "aborted", "fault"]
    engine: str = ""
    score: float = 0.0
    audio_s: float = 0.0
    endpoint_ms: float = 0.0
    asr_ms: float = 0.0


@message("voice.woken")
class Woken(Body, frozen=True):
    """The wake word was heard (or the button pressed); the watch should look awake."""

    stream: int
    by: str


# anyone → mouth


@message("voice.synthesize")
class Synthesize(Body, frozen=True):
    """Ask ``mouth`` for spoken audio. → Speech (PCM as a lease)"""

    text: str


@message("voice.speech")
class Speech(Body, frozen=True):
    """Samples (16 kHz mono s16le) travel as the lease beside this body."""

    engine: str
    seconds: float
