"""``bluerill ask TEXT…``: one typed request through the whole device."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec

from ...agent.messages import Request, Saw, Turn
from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...modalities.image.client import look
from ...modalities.image.files import read_picture
from ..boot import PAGE, VOICE
from ..front import open_front
from .style import paint

MAX_TEXT = 4096
"""Characters of one request; nobody says more to a watch."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="what you would say; '-' reads lines from stdin")
    parser.add_argument("--image", type=Path, metavar="FILE", help='a picture that "this" means in the text')
    parser.add_argument("--json", action="store_true", help="one JSON document (one a line with '-')")


def run(args: argparse.Namespace) -> int:
    if args.text == ["-"]:
        return eventloop.run(_many(args.json))
    picture = read_picture(args.image) if args.image is not None else b""
    return eventloop.run(_one(clean(" ".join(args.text)), args.json, picture))


def clean(text: str) -> str:
    """A request fit to plan. Raises CallerError for what is empty, too long or not text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CallerError(f"expected UTF-8 text, got bytes that are not, at character {error.start}") from None
    if "\0" in text:
        raise CallerError("expected text, got a NUL character in it")
    if not text.strip():
        raise CallerError("expected a request such as 'set a timer for ten minutes', got nothing")
    if len(text) > MAX_TEXT:
        raise CallerError(f"expected at most {MAX_TEXT} characters, got {len(text)}")
    return text.strip()


async def _one(text: str, as_json: bool, picture: bytes) -> int:
    async with open_front(without=(*VOICE, *PAGE)) as front:
        if picture:
            await front.tell("session", Saw(await look(front, picture)))
        turn = await front.ask("session", Request(text), Turn, within=30.0)
        show(turn, as_json)
        if turn.outcome == "asked" and not as_json and sys.stdin.isatty():
            said = await asyncio.get_running_loop().run_in_executor(None, input, "yes or no? ")
            turn = await front.ask("session", Request(said or "no"), Turn, within=30.0)
            show(turn, as_json)
    return 0 if turn.outcome in ("done", "refused") else 1


async def _many(as_json: bool) -> int:
    status = 0
    async with open_front(without=(*VOICE, *PAGE)) as front:
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            if line.strip():
                turn = await front.ask("session", Request(clean(line)), Turn, within=30.0)
                show(turn, as_json)
                status = max(status, 0 if turn.outcome in ("done", "refused") else 1)
    return status


def document(turn: Turn) -> dict[str, Any]:
    """A turn as the command contract gives it."""
    calls = []
    for call in turn.calls:
        row: dict[str, Any] = {"name": call.name, "arguments": call.arguments}
        if call.error:
            row["error"] = call.error
        else:
            row["result"] = call.result
        calls.append(row)
    ms = turn.latency.get("total_ms", 0.0)
    found: dict[str, Any] = {
        "text": turn.text,
        "calls": calls,
        "reply": turn.reply,
        "planner": turn.planner,
        "confidence": round(turn.confidence, 3),
        "ms": round(ms, 3),
    }
    if turn.source != "text":
        found |= {"transcript": turn.transcript, "asr": turn.asr, "latency": turn.latency, "outcome": turn.outcome}
    return found


def show(turn: Turn, as_json: bool) -> None:
    """Print a turn for a person or a program."""
    if as_json:
        print(msgspec.json.encode(document(turn)).decode(), flush=True)
        return
    if turn.source != "text":
        print(paint(f"“{turn.transcript}”" if turn.transcript else "(not heard)", "bold"))
    for call in turn.calls:
        given = ", ".join(f"{name}={value}" for name, value in call.arguments.items())
        mark = paint("✗", "red") if call.error else paint("✓", "green")
        print(f"{mark} {paint(f'{call.name}({given})', 'dim')}")
    print(turn.reply, flush=True)
