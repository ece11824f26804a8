"""``bluerill hear FILE…``: speech to text only; nothing is planned, nothing is done."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...kernel.message import Body
from ...modalities.voice.audio import Recording
from ...modalities.voice.listener import Begin, Drop, End, Listener, More
from ...modalities.voice.messages import (
    NotHeard,
    Partial,
    TranscribeChunk,
    TranscribeReady,
    TranscribeStart,
    TranscribeStop,
    Transcript,
)
from ..control import Front
from ..front import open_front
from .style import paint

PIECE = 32_000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="recordings (WAV, FLAC, OGG; any rate, mono or stereo)"
    )
    parser.add_argument(
        "--engine", default="auto", help="auto, nano, pocketsphinx, whisper-onnx or whisper (default auto)"
    )
    parser.add_argument(
        "--model", default="", help="a card's name, a checkpoint's path, or the folder of a converted one"
    )
    parser.add_argument(
        "--grammar", choices=["skills", "none"], default="skills", help="what may be said (default skills)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON line a file")


def run(args: argparse.Namespace) -> int:
    return eventloop.run(_hear(args))


async def _hear(args: argparse.Namespace) -> int:
    status = 0
    asr: dict[str, Any] = {"engine": args.engine, "model": args.model, "vocabulary": args.grammar}
    memory = asr_memory(args)
    ram = "4G" if args.engine == "whisper" else ""  # not a watch's budget: the comparison is asked for
    without = ("screen", "web", "ears", "mouth")
    async with open_front(without=without, ram=ram, asr=asr, memory={"asr": memory} if memory else {}) as front:
        for name in args.files:
            path = Path(name)
            try:
                row = await transcribe(front, path)
            except CallerError as error:
                print(f"bluerill hear: {error}", file=sys.stderr)
                status = 2
                continue
            if args.json:
                print(msgspec.json.encode(row).decode(), flush=True)
            else:
                text = row["text"] or paint(f"(not heard: {row['raw'] or 'no speech'})", "yellow")
                print(f"{paint(str(path), 'bold')}: {text}", flush=True)
    return status


def asr_memory(args: argparse.Namespace) -> str:
    """The cap of a recogniser that carries more than the device's own sentences ('': the wiring's)."""
    if args.engine == "whisper":
        return "2G"
    return "288M" if args.grammar == "none" else ""


async def transcribe(front: Front, path: Path) -> dict[str, Any]:
    """One file, turn of speech by turn of speech. Raises CallerError for what is no recording."""
    started = time.perf_counter()
    said: list[Body] = []
    utterance = int.from_bytes(os.urandom(4)) | 1 << 40  # never one of the ears' own
    engine = ""

    async def turn(act: object) -> None:
        nonlocal utterance, engine
        if isinstance(act, Begin):
            utterance += 1
            engine = (await front.ask("asr", TranscribeStart(utterance), TranscribeReady, 60.0)).engine
        if isinstance(act, Begin | More):
            for at in range(0, len(act.pcm), PIECE):
                await front.ask("asr", TranscribeChunk(utterance, act.pcm[at : at + PIECE]), Partial, 60.0)
        if isinstance(act, End | Drop):
            said.append(await front.ask("asr", TranscribeStop(utterance), Body, 60.0))

    listener = Listener("always")
    with Recording(path) as recording:
        seconds = recording.seconds
        for block in recording.blocks():
            for act in listener.feed(block):
                await turn(act)
    for act in listener.finish():
        await turn(act)
    heard = [part for part in said if isinstance(part, Transcript)]
    raw = " ".join(part.raw for part in said if isinstance(part, Transcript | NotHeard))
    return {
        "file": str(path),
        "text": " ".join(part.text for part in heard),
        "raw": raw,
        "engine": engine or "none",
        "audio_s": round(seconds, 3),
        "ms": round((time.perf_counter() - started) * 1000, 1),
    }
