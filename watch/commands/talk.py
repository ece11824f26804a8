"""``bluerill talk FILE… | --mic``: speech through the whole device, as if it were said to the watch."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from ...agent.messages import Say, Settle, Settled, Turn
from ...kernel import eventloop
from ...kernel.errors import BudgetExceeded, CallerError
from ...kernel.message import Body
from ...modalities.voice.messages import (
    AudioChunk,
    CloseStream,
    HeardPartial,
    OpenStream,
    StreamClosed,
    StreamOpened,
    Woken,
)
from ..boot import PAGE
from ..control import Front
from ..front import open_front
from .ask import show
from .style import coloured, paint

CHUNK = 512 * 2
CLOSE_TRIES = 600
FLUSH_S = 0.8
"""Silence after a file, so that its last words are ended by hearing silence and not by the file's end."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="recordings (WAV, FLAC, OGG; any rate, mono or stereo)"
    )
    parser.add_argument("--mic", action="store_true", help="listen to the microphone until Ctrl-C")
    parser.add_argument("--wake", action="store_true", help="with --mic: wait for the wake word before each request")
    parser.add_argument("--json", action="store_true", help="one JSON line a turn")


def run(args: argparse.Namespace) -> int:
    if bool(args.files) == args.mic:
        raise CallerError("expected either FILE… or --mic")
    if args.wake and not args.mic:
        raise CallerError("--wake goes with --mic")
    if args.mic:
        from ...modalities.voice.microphone import microphone_problem

        problem = microphone_problem()
        if problem:
            raise CallerError(problem)
        return eventloop.run(_microphone(args.json, "wake" if args.wake else "always"))
    return eventloop.run(_files([Path(name) for name in args.files], args.json))


class Listener:
    """Collects turns, and shows what is being heard."""

    def __init__(self, as_json: bool) -> None:
        self.turns: list[Turn] = []
        self._json = as_json
        self._live = coloured(sys.stderr) and not as_json

    def __call__(self, body: Body) -> None:
        if isinstance(body, Turn) and body.source == "voice":
            self._clear()
            self.turns.append(body)
            show(body, self._json)
        elif isinstance(body, HeardPartial) and self._live:
            self._clear()
            print(paint(f"… {body.text}", "dim"), end="", file=sys.stderr, flush=True)
        elif isinstance(body, Woken) and self._live:
            self._clear()
            print(paint("listening", "green"), end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


async def _files(paths: list[Path], as_json: bool) -> int:
    from ...modalities.voice.audio import Recording

    status = 0
    async with open_front(without=PAGE) as front:
        for path in paths:
            listener = Listener(as_json)
            front.listen(listener)
            try:
                with Recording(path) as recording:
                    await feed(front, f"file {path.name}"[:60], recording.blocks())
            except CallerError as error:
                print(f"bluerill talk: {error}", file=sys.stderr)
                status = 2
                continue
            finally:
                front.unlisten(listener)
            if not listener.turns:
                print(f"bluerill talk: {path}: no speech in it", file=sys.stderr)
                status = max(status, 1)
            elif any(turn.outcome in ("failed", "fault") for turn in listener.turns):
                status = max(status, 1)
    return status


async def feed(front: Front, source: str, blocks: Iterator[bytes]) -> None:
    """A whole recording through ``ears``, then wait until its turns are finished."""
    stream = (await front.ask("ears", OpenStream(source, "always"), StreamOpened, within=30.0)).stream
    sent = 0
    rest = b""
    try:
        for block in (*blocks, bytes(int(FLUSH_S * 32000))):
            rest += block
            while len(rest) >= CHUNK:
                await front.tell("ears", AudioChunk(stream, sent, rest[:CHUNK]))
                rest, sent = rest[CHUNK:], sent + 1
    finally:
        await _close(front, stream)
    await front.ask("session", Settle(), Settled, within=60.0)


async def _close(front: Front, stream: int) -> None:
    """End a stream. Ears that still have samples to take may have no place for one more message: then in a moment."""
    for _ in range(CLOSE_TRIES):
        try:
            await front.ask("ears", CloseStream(stream), StreamClosed, within=60.0)
            return
        except BudgetExceeded:
            await asyncio.sleep(0.1)
    raise BudgetExceeded("the ears are too busy to end the recording; try again later")


async def _microphone(as_json: bool, mode: str) -> int:
    from ...modalities.voice.microphone import Microphone

    async with open_front(without=PAGE) as front:
        front.listen(Listener(as_json))
        speaker = Speaker(front)
        front.listen(speaker)
        microphone = Microphone()
        opened = await front.ask(
            "ears", OpenStream("microphone", "wake" if mode == "wake" else "always"), StreamOpened, 30.0
        )
        print(paint("say something; Ctrl-C ends", "dim"), file=sys.stderr, flush=True)
        frames: AsyncIterator[bytes] = microphone.frames()
        sent = 0
        try:
            async for frame in frames:
                await front.tell("ears", AudioChunk(opened.stream, sent, frame))
                sent += 1
        except asyncio.CancelledError:
            pass
        finally:
            await front.ask("ears", CloseStream(opened.stream), StreamClosed, 30.0)
    return 0


class Speaker:
    """Speaks replies on the native loudspeaker, where espeak-ng and a device are there; silent otherwise."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, body: Body) -> None:
        if isinstance(body, Say) and body.text:
            task = asyncio.get_running_loop().create_task(self._say(body.text))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _say(self, text: str) -> None:
        from ...kernel.errors import BluerillError
        from ...modalities.voice.messages import RATE, Speech, Synthesize

        with contextlib.suppress(BluerillError, OSError, ImportError):  # a watch without a voice still shows its reply
            import sounddevice

            _, pcm = await self._front.borrow("mouth", Synthesize(text), Speech, 10.0)
            if pcm:
                with sounddevice.RawOutputStream(samplerate=RATE, channels=1, dtype="int16") as stream:
                    await asyncio.get_running_loop().run_in_executor(None, stream.write, pcm)
