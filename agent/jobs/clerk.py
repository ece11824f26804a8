"""The clerk: what jobs do with files and sound, in a capped process of its own that is gone when nothing is to do.

What comes from a file is never trusted and never large: lines have a bound, a recording is read a window at a time, and
an input that changed under a job is noticed. Outputs are appended to by position, so that a chunk that was done twice
because the device died between file and store is in the file once.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from ...kernel.errors import BluerillError, BudgetExceeded, CallerError, ServiceFault
from ...kernel.message import Body
from ...kernel.service import Call, Service, handles
from ...modalities.voice.audio import Recording
from ...modalities.voice.messages import (
    RATE,
    NotHeard,
    Partial,
    TranscribeAbort,
    TranscribeChunk,
    TranscribeReady,
    TranscribeStart,
    TranscribeStop,
    Transcript,
)
from ...modalities.voice.pieces import WINDOW_S, first_piece
from ...modalities.voice.vad import VoiceDetector
from ...models import messages as models
from .messages import (
    AppendLine,
    ChooseModel,
    ClaimFiles,
    FilesClaimed,
    HeadRead,
    HearPiece,
    LineAppended,
    LineRead,
    ModelChosen,
    PieceHeard,
    ReadHead,
    ReadLine,
)
from .outputs import append, claim_output, head, stamp_of
from .purposes import choose

MAX_LINE = 64 * 1024
MAX_HOURS = 12.0
ASK_BYTES = 8_192
"""Samples given to the recogniser at once: a quarter of a second, after which somebody who speaks comes first."""
ASR_WITHIN_S = 30.0
MODEL_WITHIN_S = 170.0
SOUNDS = (".wav", ".flac", ".ogg", ".oga", ".opus")


class ClerkService(Service):
    """``recordings`` is the folder in which the newest recording is looked for, ``asr`` and ``models`` who recognises;
    ``nice`` lowers the priority of its process."""

    def __init__(self, recordings: str = "", asr: str = "asr", models: str = "models", nice: int = 0) -> None:
        self._recordings = Path(recordings).expanduser() if recordings else None
        self._asr, self._models = asr, models
        if nice:
            os.nice(nice)

    @handles(ClaimFiles)
    def claim(self, request: ClaimFiles, call: Call) -> FilesClaimed:
        source = _file(request.input) if request.input else self._newest()
        stamp, size, seconds = stamp_of(source), source.stat().st_size, 0.0
        if request.sound:
            with Recording(source, longest_s=MAX_HOURS * 3600) as recording:
                seconds = recording.seconds
        output = Path(request.output) if request.output else source.with_name(source.name + ".txt")
        if output.resolve() == source.resolve():
            raise CallerError(f"{output}: expected an output that is not the input")
        claim_output(output)
        return FilesClaimed(str(source), str(output), size, round(seconds, 3), stamp)

    def _newest(self) -> Path:
        folder = self._recordings
        try:
            found = [each for each in folder.iterdir() if each.suffix.lower() in SOUNDS] if folder else []
        except OSError:
            found = []
        if not found:
            raise CallerError(f"there is no recording in {folder or 'any folder'}")
        return max(found, key=lambda each: each.stat().st_mtime)

    @handles(ReadLine)
    def read_line(self, request: ReadLine, call: Call) -> LineRead:
        source = self._same(request.input, request.stamp)
        with source.open("rb") as file:
            file.seek(request.at)
            line = file.readline(MAX_LINE + 1)
        if len(line) > MAX_LINE:
            raise CallerError(f"{source}: the line at byte {request.at} is longer than {MAX_LINE} bytes")
        return LineRead(line.decode("utf-8", "replace").rstrip("\r\n"), request.at + len(line))

    @handles(AppendLine)
    def append_line(self, request: AppendLine, call: Call) -> LineAppended:
        return LineAppended(append(Path(request.output), request.written, request.line))

    @handles(ReadHead)
    def read_head(self, request: ReadHead, call: Call) -> HeadRead:
        return HeadRead(head(Path(request.output), request.most))

    @handles(ChooseModel)
    def choose_model(self, request: ChooseModel, call: Call) -> ModelChosen:
        return ModelChosen(choose(request.purpose, request.model))

    @handles(HearPiece)
    async def hear(self, request: HearPiece, call: Call) -> PieceHeard:
        """Raises BudgetExceeded when the recogniser is needed by somebody who speaks."""
        source = self._same(request.input, request.stamp)
        with Recording(source, longest_s=MAX_HOURS * 3600) as recording:
            pcm = recording.part(request.start_s, WINDOW_S)
            last = request.start_s + WINDOW_S >= recording.seconds
            end_s = recording.seconds
        piece = first_piece([probability for _, probability in VoiceDetector().feed(pcm)], len(pcm) / 2 / RATE, last)
        next_s = end_s if last and piece.next_s >= len(pcm) / 2 / RATE else request.start_s + piece.next_s
        if piece.stop_s <= piece.start_s:
            return PieceHeard(round(next_s, 3), request.written)
        sound = pcm[int(piece.start_s * RATE) * 2 : int(piece.stop_s * RATE) * 2]
        if request.model:
            text, raw, engine = await self._by_model(sound, request.model, request.language)
        else:
            text, raw, engine = await self._by_asr(sound)
        if not text and not raw:
            return PieceHeard(round(next_s, 3), request.written, engine=engine)
        begin, stop = request.start_s + piece.start_s, request.start_s + piece.stop_s
        line = transcript_line(begin, stop, text, raw, request.output.endswith(".jsonl"))
        written = append(Path(request.output), request.written, line)
        return PieceHeard(round(next_s, 3), written, text, True, engine)

    async def _by_asr(self, pcm: bytes) -> tuple[str, str, str]:
        """Text, raw words and engine of the device's own recogniser, which hears one utterance at a time."""
        number = int.from_bytes(os.urandom(5)) | 1 << 41  # never one of the ears' own
        ready = await self.port.ask(self._asr, TranscribeStart(number), TranscribeReady, within=ASR_WITHIN_S)
        try:
            for at in range(0, len(pcm), ASK_BYTES):
                chunk = TranscribeChunk(number, pcm[at : at + ASK_BYTES])
                await self.port.ask(self._asr, chunk, Partial, within=ASR_WITHIN_S)
            answer = await self.port.ask(self._asr, TranscribeStop(number), Body, within=ASR_WITHIN_S)
        except BaseException:
            with contextlib.suppress(BluerillError):
                await self.port.tell(self._asr, TranscribeAbort(number), wait=False)
            raise
        if isinstance(answer, Transcript):
            return answer.text, answer.raw, ready.engine
        if isinstance(answer, NotHeard):
            return "", answer.raw, ready.engine
        raise ServiceFault(f"{self._asr!r} answered a recording with {answer.wire!r}")

    async def _by_model(self, pcm: bytes, model: str, language: str) -> tuple[str, str, str]:
        """The same of a model that transcribes, by way of the broker."""
        tensor = models.Tensor("samples", "int16", [len(pcm) // 2], 0, len(pcm))
        inline = len(pcm) <= models.INLINE
        body = models.Infer(
            model, "transcribe", tensors=[tensor], data=pcm if inline else b"", language=language, klass="background"
        )
        lease = None if inline else self.port.offer(pcm)
        answer = await self.port.ask(self._models, body, Body, within=MODEL_WITHIN_S, lease=lease)
        if isinstance(answer, models.Refused):
            if answer.retry_after_s > 0:
                raise BudgetExceeded(f"model {model!r} cannot be used now: {answer.reason}")
            raise CallerError(f"model {model!r}: {answer.reason}")
        if not isinstance(answer, models.Inference):
            raise ServiceFault(f"{self._models!r} answered a recording with {answer.wire!r}")
        text = " ".join(answer.text.split())
        return text, text, model

    def _same(self, name: str, stamp: str) -> Path:
        """The input. Raises CallerError if it is not what it was when the job began."""
        source = _file(name)
        if stamp_of(source) != stamp:
            raise CallerError(f"{source}: it changed after the job began; add the job again")
        return source


def _file(name: str) -> Path:
    path = Path(name)
    if not path.is_absolute():
        raise CallerError(f"{name[:200]}: expected a whole path")
    if not path.is_file():
        raise CallerError(f"{path}: expected a file, found {'a folder' if path.is_dir() else 'nothing'}")
    return path


def transcript_line(start_s: float, stop_s: float, text: str, raw: str, as_json: bool) -> str:
    """A piece as a line of the output: for people with its time, for programs as JSON."""
    if as_json:
        row = {"start_s": round(start_s, 2), "stop_s": round(stop_s, 2), "text": text, "raw": raw}
        return msgspec.json.encode(row).decode()
    minutes, seconds = divmod(int(start_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}  {text or '(not understood)'}"
