"""``bluerill trace -o FILE``: the trace ring of the running device as Perfetto JSON."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ...agent.messages import Request, Turn
from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...kernel.monitor import GetTrace, TraceFile
from ..boot import PAGE, VOICE
from ..front import open_front


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="where to write; '-' is stdout")
    parser.add_argument("--ask", metavar="TEXT", help="take this request through the device first, then write")


def run(args: argparse.Namespace) -> int:
    answer, data = eventloop.run(_trace(args.ask or ""))
    if args.output == "-":
        sys.stdout.buffer.write(data)
        return 0
    try:
        Path(args.output).write_bytes(data)
    except OSError as error:
        raise CallerError(f"{args.output}: cannot be written: {error.strerror}") from error
    print(
        f"{args.output}: {answer.events} events, {answer.dropped} older ones dropped; open it at ui.perfetto.dev",
        file=sys.stderr,
    )
    return 0


async def _trace(text: str) -> tuple[TraceFile, bytes]:
    async with open_front(without=(*VOICE, *PAGE)) as front:
        if text:
            await front.ask("session", Request(text), Turn, within=30.0)
        answer, data = await front.borrow("kernel", GetTrace(), TraceFile)
        return answer, data or b""
