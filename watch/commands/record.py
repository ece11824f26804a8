"""``bluerill record FILE``: the session of the running watch on file, until Ctrl-C (or for so long)."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import msgspec

from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...kernel.manifest import format_size, parse_size
from ...kernel.places import state_directory
from ..control import Front, SocketFront
from ..recording.messages import MOST_BYTES, GetRecording, Record, Recording, StopRecording
from .style import coloured, paint

LOOK_S = 1.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file; JSON lines, private to you")
    parser.add_argument("--for", dest="seconds", type=float, default=0.0, metavar="S", help="end after S seconds")
    parser.add_argument(
        "--most", default=format_size(MOST_BYTES), metavar="SIZE", help="end at this size (default 64M)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document at the end")


def run(args: argparse.Namespace) -> int:
    if not 0 <= args.seconds <= 86_400 * 7:
        raise CallerError(f"--for: expected 0 (until Ctrl-C) to {86_400 * 7} seconds, got {args.seconds:g}")
    return eventloop.run(_record(args))


async def _record(args: argparse.Namespace) -> int:
    front = await SocketFront.connect(str(state_directory() / "device.sock"))
    try:
        await front.ask("control", Record(str(args.file.absolute()), parse_size(args.most)), Recording, 30.0)
        print(paint(f"recording to {args.file}; Ctrl-C ends it", "dim"), file=sys.stderr, flush=True)
        told = await _watched(front, args.seconds)
    finally:
        await front.close()
    if args.json:
        print(msgspec.json.encode(told).decode())
    else:
        print(summary(told))
    return 0 if told.ended == "stopped" else 1


async def _watched(front: Front, seconds: float) -> Recording:
    """Until the owner, the time or the recording itself ends it."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    if seconds:
        loop.call_later(seconds, ended.set)
    while not ended.is_set():
        told = await front.ask("control", GetRecording(), Recording)
        if told.ended:
            break
        if coloured() and sys.stderr.isatty():
            print(f"\r{counted(told)} ", end="", file=sys.stderr, flush=True)
        try:
            await asyncio.wait_for(ended.wait(), LOOK_S)
        except TimeoutError:
            continue
    if coloured() and sys.stderr.isatty():
        print(file=sys.stderr)
    return await front.ask("control", StopRecording(), Recording)


def counted(told: Recording) -> str:
    """How far a recording is, for a person."""
    plural = "" if told.turns == 1 else "s"
    return f"{told.seconds:.0f} s, {told.turns} turn{plural}, {told.taken} messages in, {format_size(told.bytes)}"


def summary(told: Recording) -> str:
    """A recording that has ended."""
    why = "" if told.ended == "stopped" else f"; ended early: {told.ended}"
    return f"{told.path}: {counted(told)}{why}"
