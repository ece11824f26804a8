"""The job ``transcribe``: a recording of any length, written down piece by piece between its silences."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from .acts import Claim, Claimed, Head, Headed, Hear, Piece
from .job import Job, Outcome, Step, Steps

SHOWN = 600
"""Characters of the transcript on the card."""


class Transcribe(Job, frozen=True):
    """Write down a recording."""

    kind: ClassVar[str] = "transcribe"
    summary: ClassVar[str] = "write down a long recording"
    unit: ClassVar[str] = "s"
    paths: ClassVar[tuple[str, ...]] = ("file", "output")
    helps: ClassVar[dict[str, str]] = {
        "file": "the recording (WAV, FLAC, OGG); the newest of the recordings folder if not given",
        "output": "text file, or JSON lines if it ends in .jsonl (default: beside the recording)",
        "model": "a speech model's card (default: the device's own recogniser, which knows the skills' words)",
        "language": "what is spoken, for models that know several",
    }

    file: str = ""
    output: str = ""
    model: str = ""
    language: str = ""

    @property
    def title(self) -> str:
        return f"Write down {PurePath(self.file).name}" if self.file else "Write down the newest recording"

    def steps(self) -> Steps:
        claimed: Claimed = yield Step(Claim(self.file, self.output, sound=True))
        at, written, words, pieces, lost = 0.0, 0, 0, 0, 0
        engine = ""
        while at < claimed.seconds:
            hear = Hear(claimed.input, claimed.stamp, at, claimed.output, written, self.model, self.language)
            piece: Piece = yield Step(hear, at, claimed.seconds)
            at, written = max(piece.next_s, at + 0.1), piece.written
            words += piece.words
            pieces += piece.speech
            lost += piece.speech and not piece.understood
            engine = piece.engine or engine
        head: Headed = yield Step(Head(claimed.output, SHOWN), claimed.seconds, claimed.seconds)
        name = PurePath(claimed.input).name
        value = {
            "file": claimed.input, "output": claimed.output, "audio_s": claimed.seconds, "pieces": pieces,
            "not_heard": lost, "words": words, "engine": engine, "text": head.text,
        }  # fmt: skip
        if not pieces:
            return Outcome(f"Nobody speaks in {name}.", value=value)
        unsure = f"; {lost} of {pieces} pieces were not understood" if lost else ""
        said = f"The recording {name} is written down: {words} words{unsure}."
        return Outcome(said, head.text.splitlines()[:12], value)
