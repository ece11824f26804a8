"""``bluerill infer MODEL TEXT…``: ask a model through the device's broker; its words appear as they come."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from ...kernel import eventloop
from ...kernel.errors import BluerillError, CallerError
from ...models.messages import (
    Cancelled,
    CancelStream,
    ChatMessage,
    Infer,
    InferChunk,
    InferOpened,
    InferStop,
    Next,
    Refused,
    Sampling,
)
from ..boot import MANIFEST
from ..control import Front
from ..front import open_front
from .ask import clean
from .style import paint

NEEDED = ("models", "control")
NEXT_S = 30.0
"""Deadline of each piece; the broker answers before it, if need be with nothing."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a card's name (see: bluerill models list), or a file")
    parser.add_argument("text", nargs="+", metavar="TEXT", help="what to say to it; '-' reads all of stdin")
    parser.add_argument("--raw", action="store_true", help="a plain prompt, not a chat message")
    parser.add_argument("--system", default="", metavar="TEXT", help="what the model is told before the chat")
    parser.add_argument(
        "--class", dest="klass", choices=["voice", "interactive", "background"], default="interactive", help="who waits"
    )
    parser.add_argument("--deadline", type=float, default=600.0, metavar="S", help="seconds it may take (default 600)")
    parser.add_argument("--max-tokens", type=int, default=256, metavar="N", help="at most so many (default 256)")
    parser.add_argument("--temperature", type=float, default=0.0, metavar="T", help="0: the likeliest (default)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the choice, with a temperature")
    parser.add_argument("--ram", default="", metavar="SIZE", help="memory of a device of its own, if none runs")
    parser.add_argument("--json", action="store_true", help="one JSON document at the end")


def run(args: argparse.Namespace) -> int:
    text = sys.stdin.read() if args.text == ["-"] else clean(" ".join(args.text))
    if not 0 < args.deadline <= 86_400:
        raise CallerError(f"--deadline: expected more than 0 and at most 86400 seconds, got {args.deadline:g}")
    if not 1 <= args.max_tokens <= 1_000_000:
        raise CallerError(f"--max-tokens: expected 1 to 1000000, got {args.max_tokens}")
    return eventloop.run(_infer(request(args, text), args))


def request(args: argparse.Namespace, text: str) -> Infer:
    """What is asked of the broker."""
    path = Path(args.model).expanduser()
    model = str(path.resolve()) if path.exists() else args.model
    chat = [ChatMessage("user", text)]
    if args.system:
        chat.insert(0, ChatMessage("system", args.system))
    return Infer(
        model,
        prompt=text if args.raw else "",
        messages=[] if args.raw else chat,
        max_tokens=args.max_tokens,
        sampling=Sampling(temperature=args.temperature, seed=args.seed),
        klass=args.klass,
        stream=True,
    )


async def _infer(asked: Infer, args: argparse.Namespace) -> int:
    began = time.monotonic()
    others = tuple(name for name in msgspec.toml.decode(MANIFEST.read_bytes())["services"] if name not in NEEDED)
    async with open_front(without=others, ram=args.ram) as front:
        opened = await front.ask("models", asked, InferOpened | Refused, within=args.deadline)  # type: ignore[arg-type]
        if isinstance(opened, Refused):
            return _refused(opened, args.json)
        first, text, stop = await _read(front, opened.stream, echo=not args.json)
    total = time.monotonic() - began
    if args.json:
        print(msgspec.json.encode(document(asked, text, stop, first - began, total)).decode())
        return 0
    rate = stop.usage.generated / stop.timings.decode_s if stop.timings.decode_s > 0 else 0.0
    print(
        paint(f"\n{stop.usage.prompt} + {stop.usage.generated} tokens, first after {first - began:.2f} s, "
              f"{rate:.1f} tokens/s, {stop.finish}", "dim"),
        file=sys.stderr,
    )  # fmt: skip
    return 0


async def _read(front: Front, stream: int, echo: bool) -> tuple[float, str, InferStop]:
    """A stream to its end: when its first word came, all of its text, its stop. Cancelled, it cancels the stream."""
    first, text = 0.0, ""
    try:
        while True:
            expected: Any = InferChunk | InferStop
            piece = await front.ask("models", Next(stream), expected, within=NEXT_S)
            if piece.text and not first:
                first = time.monotonic()
            text += piece.text
            if echo:
                print(piece.text, end="", flush=True)
            if isinstance(piece, InferStop):
                return first or time.monotonic(), text, piece
    except asyncio.CancelledError:
        try:
            await front.ask("models", CancelStream(stream), Cancelled, within=2.0)
        except BluerillError as error:
            print(f"\nbluerill infer: not cancelled: {error}", file=sys.stderr)
        raise


def document(asked: Infer, text: str, stop: InferStop, first_s: float, total_s: float) -> dict[str, Any]:
    """The answer as the command contract gives it."""
    return {
        "model": asked.model,
        "text": text,
        "finish": stop.finish,
        "class": asked.klass,
        "usage": msgspec.to_builtins(stop.usage),
        "timings": msgspec.to_builtins(stop.timings),
        "first_ms": round(first_s * 1000, 3),
        "ms": round(total_s * 1000, 3),
    }


def _refused(refused: Refused, as_json: bool) -> int:
    if as_json:
        print(msgspec.json.encode({"refused": refused.reason, "retry_after_s": refused.retry_after_s}).decode())
    else:
        again = f"; try again in {refused.retry_after_s:.1f} s" if refused.retry_after_s > 0 else ""
        print(f"bluerill infer: refused: {refused.reason}{again}", file=sys.stderr)
    return 1
