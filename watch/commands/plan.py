"""``bluerill plan``: what would be done, without doing it. One line in, one line out, in order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from ...agent.foreign import actions_from_tools
from ...agent.messages import Plan, Planned, PlanTools
from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...kernel.files import read_bounded
from ..boot import PAGE, VOICE
from ..control import Front
from ..front import open_front
from .ask import clean
from .style import paint

MAX_LINE = 1 << 20
TIERS = ("auto", "templates", "encoder", "decoder")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="the request")
    parser.add_argument("--batch", metavar="FILE", help="JSON lines of {id, text, tools?}; '-' is stdin")
    parser.add_argument(
        "--tools",
        metavar="FILE",
        help="plan over the tools of this JSON file (as OpenAI or MCP list them) instead of the skills",
    )
    parser.add_argument(
        "--planner",
        default="auto",
        metavar="TIER",
        help="auto, templates, encoder, decoder, or remote:URL of an OpenAI-compatible server",
    )
    parser.add_argument("--now", default="", metavar="ISO8601", help="the device's local time (default: now)")
    parser.add_argument("--json", action="store_true", help="JSON lines")


def run(args: argparse.Namespace) -> int:
    if bool(args.text) == bool(args.batch):
        raise CallerError("expected either TEXT or --batch FILE")
    if args.now:
        _check_now(args.now)
    tools = _read_tools(args.tools) if args.tools else None
    if args.planner not in TIERS and not args.planner.startswith("remote:"):
        raise CallerError(f"expected --planner {', '.join(TIERS)} or remote:URL, got {args.planner!r}")
    if args.planner.startswith("remote:"):
        from .chat_plan import run_chat

        return run_chat(args, tools)
    return eventloop.run(_plan(args, tools))


def _check_now(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise CallerError(f"--now: expected ISO 8601 such as 2026-11-20T07:00, got {text!r}") from None


def _read_tools(path: str) -> list[dict[str, Any]]:
    """The tools of a file: a list of them, an object that has one (``tools``, as MCP answers), or a single tool.

    Raises CallerError for a file that holds none, or one that is not well formed.
    """
    try:
        read: Any = msgspec.json.decode(read_bounded(Path(path), MAX_LINE, f"--tools {path}"))
    except msgspec.DecodeError as error:
        raise CallerError(f"--tools {path}: expected a JSON list of tools: {error}") from error
    tools: Any = read
    if isinstance(read, dict):
        tools = read["tools"] if "tools" in read else [read] if {"name", "function"} & read.keys() else read
    if not isinstance(tools, list):
        raise CallerError(f"--tools {path}: expected a JSON list of tools, got {_kind(read)}")
    if not tools:
        raise CallerError(f"--tools {path}: expected at least one tool, the list is empty")
    try:
        actions_from_tools(tools)
    except CallerError as error:
        raise CallerError(f"--tools {path}: {error}") from error
    return tools


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object of {', '.join(map(repr, list(value)[:4])) or 'nothing'}"
    return f"{value!r:.40}"


class Entry(msgspec.Struct):
    """One line of a batch."""

    id: msgspec.Raw = msgspec.Raw(b"null")
    text: str = ""
    tools: list[dict[str, Any]] | None = None


def entries(args: argparse.Namespace, stream: IO[bytes]) -> Iterator[Entry]:
    """The requests of a run. Raises CallerError naming the line that is wrong."""
    if args.text:
        yield Entry(text=" ".join(args.text))
        return
    decoder = msgspec.json.Decoder(Entry)
    for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE + 1), b""), 1):
        if len(line) > MAX_LINE:
            raise CallerError(f"{args.batch}:{number}: expected at most {MAX_LINE} bytes a line")
        if not line.strip():
            continue
        try:
            yield decoder.decode(line)
        except (msgspec.DecodeError, ValueError) as error:
            raise CallerError(f"{args.batch}:{number}: expected {{id, text}}: {error}") from error


def open_batch(args: argparse.Namespace) -> Any:
    """The batch's byte stream as a context manager (an empty one for TEXT)."""
    if not args.batch or args.batch == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(args.batch).open("rb")
    except OSError as error:
        raise CallerError(f"--batch {args.batch}: cannot be read: {error.strerror}") from error


async def _plan(args: argparse.Namespace, tools: list[dict[str, Any]] | None) -> int:
    with open_batch(args) as stream:
        async with open_front(without=(*VOICE, *PAGE)) as front:
            for entry in entries(args, stream):
                offered = entry.tools if entry.tools is not None else tools
                planned = await _one(front, entry.text, args.now, args.planner, offered, batch=bool(args.batch))
                show(entry, planned, args.json or bool(args.batch))
    return 0


async def _one(
    front: Front, text: str, now: str, tier: Any, tools: list[dict[str, Any]] | None, *, batch: bool
) -> Planned:
    """One plan; what is wrong with one line of a batch is that line's reply, as it must not end the others."""
    if tools is not None and tier == "templates":
        raise CallerError("--tools: nobody wrote templates for these tools; use --planner auto, encoder or decoder")
    if tools is None and tier == "decoder":
        raise CallerError("--planner decoder reads --tools only; for the skills use auto, templates or encoder")
    try:
        text = clean(text)
        if tools is None:
            return await front.ask("planner", Plan(text, now, tier=tier), Planned, within=30.0)
        return await front.ask("planner", PlanTools(text, tools, now, tier), Planned, within=60.0)
    except CallerError as error:
        if not batch:
            raise
        return Planned([], "templates", 1.0, 0.0, str(error))


def show(entry: Entry, planned: Planned, as_json: bool) -> None:
    """Print one plan."""
    if not as_json:
        for call in planned.calls:
            given = ", ".join(f"{name}={value}" for name, value in call.arguments.items())
            print(
                f"{paint(call.name, 'bold')}({given})"
                + (paint("  revises the last call", "dim") if call.revises else "")
            )
        if not planned.calls:
            print(planned.reply or "(nothing to do)")
        if planned.why:
            print(paint(f"  by {planned.planner}: {planned.why}", "dim"))
        return
    calls = []
    for call in planned.calls:
        row: dict[str, Any] = {"name": call.name, "arguments": call.arguments}
        if call.spans:
            row["spans"] = call.spans
        calls.append(row)
    line: dict[str, Any] = {"id": entry.id}
    line |= {"calls": calls, "planner": planned.planner, "confidence": planned.confidence, "ms": planned.ms}
    if planned.lacks:
        line["lacks"] = planned.lacks
    if planned.why:
        line["why"] = planned.why
    if not calls and planned.reply:
        line["reply"] = planned.reply
    print(msgspec.json.encode(line).decode(), flush=True)
