"""The ears: streams of sound in, turns of speech out.

``ears`` runs a :class:`~.listener.Listener` for each open stream, asks ``asr`` for the words and tells ``session`` what
was heard. Samples are looked at the moment they come (a handler that never suspends), so that barge-in is told at
once; the recogniser is talked to beside that, by one worker a stream, because decoding may take longer than a chunk.

Whatever happens, a turn that was told as started ends in exactly one ``Heard`` or ``HeardNothing``. If the recogniser
dies or refuses in the middle, that one is ``HeardNothing(reason="fault")`` with the error's line, and the rest of the
turn is let go; the next turn starts with the new recogniser.

Bounded: streams (:data:`MAX_STREAMS`), samples waiting for the recogniser (a turn is at most ``longest_s``, and
:data:`MAX_TURNS` may wait), bytes of a chunk.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import ClassVar, Literal

from ...kernel.errors import BluerillError, BudgetExceeded, CallerError
from ...kernel.message import Body, Lane
from ...kernel.service import Call, Service, Task, handles
from .endpoint import AdaptiveStop, Endpointer, MuteRule, MuteWhileSpeaking, RaiseWhileSpeaking, SteadyStart
from .listener import Act, Begin, Drop, End, Listener, More, Pause, Resume, Woke
from .messages import (
    AudioChunk,
    CloseStream,
    Heard,
    HeardNothing,
    HeardPartial,
    NotHeard,
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

__all__ = ["EarsService"]

MAX_STREAMS = 8
MAX_TURNS = 3
"""Turns of one stream that may wait for the recogniser; beyond, the newest is given up."""
MAX_CHUNK_BYTES = 64_000
"""Two seconds of sound in one chunk."""
ASK_BYTES = 8_192
"""Samples sent to the recogniser at once: a quarter of a second."""
ASR_DEADLINE_S = 8.0


class _Turn:
    """One turn on its way to the recogniser."""

    __slots__ = ("aborted", "end", "pause", "pcm", "quiet", "tail", "utterance")

    def __init__(self, utterance: int, pcm: bytes) -> None:
        self.utterance = utterance
        self.pcm = bytearray(pcm)
        self.pause = False  # a decode ahead is wanted
        self.quiet = False  # since the pause only silence came; it is kept in tail
        self.tail = bytearray()
        self.end: End | None = None
        self.aborted: Drop | None = None


class _Stream:
    """What the service keeps of one stream."""

    def __init__(self, number: int, owner: str, listener: Listener) -> None:
        self.number, self.owner, self.listener = number, owner, listener
        self.expected = 0
        self.gaps = 0
        self.news: deque[Body] = deque(maxlen=64)
        self.turns: deque[_Turn] = deque()
        self.hearing: _Turn | None = None  # the turn whose samples still come
        self.wake_up = asyncio.Event()
        self.idle = asyncio.Event()
        self.idle.set()
        self.worker: Task | None = None


class EarsService(Service):
    """Hears. Settings: ``wake_word`` (a bundled model), ``mute`` ("raise" or "mute" while the device speaks),
    ``threshold`` of speech, ``longest_s`` of a turn, ``follow_up_s`` without wake word (0 = never), the silences
    ``closed_s``, ``complete_s``, ``open_s`` of :class:`~.endpoint.AdaptiveStop`, and the addresses ``asr`` and
    ``session``."""

    concurrency: ClassVar[int] = MAX_STREAMS

    def __init__(
        self,
        wake_word: str = "okay_nabu",
        mute: Literal["raise", "mute"] = "raise",
        threshold: float = 0.5,
        longest_s: float = 15.0,
        follow_up_s: float = 4.0,
        closed_s: float = 0.2,
        complete_s: float = 0.34,
        open_s: float = 0.7,
        asr: str = "asr",
        session: str = "session",
    ) -> None:
        self.wake_word, self.mute, self.threshold = wake_word, mute, threshold
        self.longest_s, self.follow_up_s = longest_s, follow_up_s
        self.stop_rule = AdaptiveStop(closed_s, complete_s, open_s)
        self.asr, self.session = asr, session
        self._streams: dict[int, _Stream] = {}
        self._next_stream = self._next_utterance = 1
        self._asr_lock = asyncio.Lock()  # the recogniser hears one utterance at a time

    # streams

    @handles(OpenStream)
    def open_stream(self, request: OpenStream, call: Call) -> StreamOpened:
        """Raises BudgetExceeded when all streams are taken, CallerError for an unknown wake word."""
        if len(self._streams) >= MAX_STREAMS:
            raise BudgetExceeded(f"ears hear at most {MAX_STREAMS} streams at once; close one first")
        rule: MuteRule = MuteWhileSpeaking() if self.mute == "mute" else RaiseWhileSpeaking()
        endpointer = Endpointer(SteadyStart(self.threshold), self.stop_rule, rule, longest_s=self.longest_s)
        listener = Listener(request.mode, self.wake_word, endpointer, self.follow_up_s)
        stream = _Stream(self._next_stream, call.sender, listener)
        self._next_stream += 1
        self._streams[stream.number] = stream
        stream.worker = self.port.spawn(self._work(stream), f"ears-stream-{stream.number}")
        self.port.log.info(
            "event=stream-open stream=%d source=%s mode=%s", stream.number, request.source[:40], request.mode
        )
        return StreamOpened(stream.number)

    def _stream(self, number: int, call: Call) -> _Stream:
        stream = self._streams.get(number)
        if stream is None or stream.owner != call.sender:
            raise CallerError(f"service {call.sender!r} has no open stream {number}; open one first")
        return stream

    @handles(AudioChunk)
    def audio_chunk(self, chunk: AudioChunk, call: Call) -> None:
        """Take samples. A lost chunk is counted and bridged; one that comes twice or late is dropped."""
        stream = self._stream(chunk.stream, call)
        if len(chunk.pcm) > MAX_CHUNK_BYTES or len(chunk.pcm) % 2:
            raise CallerError(
                f"a chunk is at most {MAX_CHUNK_BYTES} bytes of 16-bit samples, got {len(chunk.pcm)} bytes"
            )
        if chunk.seq < stream.expected:
            return
        if chunk.seq > stream.expected:
            stream.gaps += 1
            self.port.log.warning(
                "event=audio-gap stream=%d expected=%d got=%d", stream.number, stream.expected, chunk.seq
            )
            stream.listener.gap()
        stream.expected = chunk.seq + 1
        self._take(stream, stream.listener.feed(chunk.pcm))

    @handles(PushToTalk)
    def push_to_talk(self, button: PushToTalk, call: Call) -> None:
        stream = self._stream(button.stream, call)
        self._take(stream, stream.listener.push(button.down))

    @handles(Speaking)
    def speaking(self, state: Speaking, call: Call) -> None:
        for stream in self._streams.values():
            stream.listener.device_speaks(state.active)

    @handles(CloseStream)
    async def close_stream(self, request: CloseStream, call: Call) -> StreamClosed:
        """What was being said is transcribed first."""
        stream = self._stream(request.stream, call)
        self._take(stream, stream.listener.finish())
        try:
            await stream.idle.wait()
        finally:
            self._streams.pop(stream.number, None)
            if stream.worker is not None:
                stream.worker.cancel()
        return StreamClosed(stream.number)

    # acts

    def _take(self, stream: _Stream, acts: list[Act]) -> None:
        """Carry out what the listener decided, without waiting for anyone."""
        for act in acts:
            turn = stream.hearing
            if isinstance(act, Woke):
                stream.news.append(Woken(stream.number, act.by))
            elif isinstance(act, Begin):
                self._begin(stream, act)
            elif isinstance(act, Drop) and not act.began:
                stream.news.append(self._nothing(stream.number, 0, act.reason, act.audio_s))
            elif turn is not None:
                if isinstance(act, More):
                    (turn.tail if turn.quiet else turn.pcm).extend(act.pcm)
                elif isinstance(act, Pause):
                    turn.pause = turn.quiet = True
                elif isinstance(act, Resume):
                    turn.pause = turn.quiet = False
                    turn.pcm += turn.tail
                    turn.tail.clear()
                elif isinstance(act, End):
                    turn.end, stream.hearing = act, None
                elif isinstance(act, Drop):
                    turn.aborted, stream.hearing = act, None
        if acts:
            stream.idle.clear()
            stream.wake_up.set()

    def _begin(self, stream: _Stream, act: Begin) -> None:
        utterance = self._next_utterance
        self._next_utterance += 1
        stream.news.append(SpeechStarted(stream.number, utterance))
        if len(stream.turns) >= MAX_TURNS:
            stream.news.append(self._nothing(stream.number, utterance, "aborted", 0.0))
            stream.hearing = None
            return
        stream.hearing = _Turn(utterance, act.pcm)
        stream.turns.append(stream.hearing)

    @staticmethod
    def _nothing(
        stream: int, utterance: int, reason: Literal["silence", "noise", "aborted"], audio_s: float
    ) -> HeardNothing:
        return HeardNothing(stream, utterance, "", reason, audio_s=round(audio_s, 3))

    # the worker

    async def _work(self, stream: _Stream) -> None:
        """Tell the news and take the turns of one stream to the recogniser, in order, until the stream closes."""
        while True:
            await stream.wake_up.wait()
            stream.wake_up.clear()
            await self._tell_news(stream)
            while stream.turns:
                turn = stream.turns[0]
                try:
                    answer = await self._transcribe(stream, turn)
                except BluerillError as error:
                    self.port.log.warning("event=asr-failed utterance=%d error=%s", turn.utterance, error)
                    if stream.hearing is turn:
                        stream.hearing = None
                        stream.listener.abandon()
                    answer = HeardNothing(stream.number, turn.utterance, str(error), "fault")
                stream.turns.popleft()
                await self._tell(answer)
                await self._tell_news(stream)
            if not stream.wake_up.is_set():
                stream.idle.set()

    async def _tell_news(self, stream: _Stream) -> None:
        while stream.news:
            news = stream.news.popleft()
            await self._tell(news, Lane.CONTROL if isinstance(news, SpeechStarted | Woken) else None)

    async def _tell(self, body: Body, lane: Lane | None = None) -> None:
        """Tell the session. If it cannot be told, the turn is lost but the ears go on."""
        try:
            await self.port.tell(self.session, body, lane=lane)
        except BluerillError as error:
            self.port.log.warning("event=untold message=%s error=%s", body.wire, error)

    async def _transcribe(self, stream: _Stream, turn: _Turn) -> Body:
        """One turn, from its first samples to its words."""
        async with self._asr_lock:
            number = turn.utterance
            await self.port.ask(self.asr, TranscribeStart(number), TranscribeReady, within=ASR_DEADLINE_S)
            said = ""
            while True:
                if turn.aborted is not None:
                    await self.port.tell(self.asr, TranscribeAbort(number))
                    return self._nothing(stream.number, number, turn.aborted.reason, turn.aborted.audio_s)
                if len(turn.pcm) >= ASK_BYTES or (turn.pcm and (turn.pause or turn.end)):
                    chunk = TranscribeChunk(number, bytes(turn.pcm[:ASK_BYTES]))
                    del turn.pcm[:ASK_BYTES]
                    partial = await self.port.ask(self.asr, chunk, Partial, within=ASR_DEADLINE_S)
                elif turn.end is not None:
                    return await self._final(stream, turn, turn.end)
                elif turn.pause:
                    turn.pause = False
                    partial = await self.port.ask(self.asr, TranscribePause(number), Partial, within=ASR_DEADLINE_S)
                    stream.listener.hint(partial.ending)
                else:
                    await stream.wake_up.wait()
                    stream.wake_up.clear()
                    await self._tell_news(stream)
                    continue
                if partial.text and partial.text != said:
                    said = partial.text
                    await self._tell(HeardPartial(stream.number, number, said))

    async def _final(self, stream: _Stream, turn: _Turn, end: End) -> Body:
        asked = self.port.now()
        answer = await self.port.ask(self.asr, TranscribeStop(turn.utterance), Body, within=ASR_DEADLINE_S)
        waited_ms = round((self.port.now() - asked) * 1000, 1)
        endpoint_ms = round(end.endpoint_s * 1000, 1)
        if isinstance(answer, Transcript):
            return Heard(
                stream.number, turn.utterance, answer.text, answer.raw, answer.score, answer.engine,
                round(end.audio_s, 3), endpoint_ms, waited_ms,
            )  # fmt: skip
        if isinstance(answer, NotHeard):
            reason = "too-long" if end.too_long else answer.reason
            return HeardNothing(
                stream.number, turn.utterance, answer.raw, reason, answer.engine, answer.score,
                round(end.audio_s, 3), endpoint_ms, waited_ms,
            )  # fmt: skip
        raise CallerError(f"{self.asr!r} answered TranscribeStop with {answer.wire!r}, expected Transcript or NotHeard")
