"""``bluerill gesture FILE…``: what gestures are in a recording; and the owner's own: taught, listed, forgotten."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import msgspec

from ...kernel import eventloop
from ...kernel.errors import BluerillError, CallerError
from ...modalities.gesture.messages import (
    MAX_SAMPLES,
    Forget,
    GestureEvent,
    GestureInfo,
    Gestures,
    GetGestures,
    Recognise,
    Recognised,
    Recorded,
    Taught,
    Teach,
)
from ...modalities.image.client import look
from ...modalities.image.files import read_picture
from ..boot import PAGE, VOICE
from ..control import Front
from ..front import open_front
from .style import paint

WITHIN_S = 30.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE",
        help="motion as CSV (t, ax … gz), a stroke as JSON or $1 XML, a hand's landmarks as JSON lines or CSV,"
        " or a picture of a hand (with a landmark model of yours)",
    )  # fmt: skip
    parser.add_argument("--teach", metavar="NAME", help="the files are examples (one to five) of a gesture of your own")
    parser.add_argument(
        "--means", action="append", default=[], metavar="WHAT", help="with --teach: what it does; see docs/gestures.md"
    )
    parser.add_argument("--forget", metavar="NAME", help="forget a gesture of your own")
    parser.add_argument("--list", action="store_true", help="every gesture, and what it means")
    parser.add_argument("--json", action="store_true", help="one JSON line a file")


def run(args: argparse.Namespace) -> int:
    if sum([bool(args.teach), bool(args.forget), args.list]) > 1 or (args.means and not args.teach):
        raise CallerError("expected one of --teach NAME (with --means WHAT), --forget NAME and --list")
    if not args.files and not args.forget and not args.list:
        raise CallerError("expected recordings, or --list, or --forget NAME")
    return eventloop.run(_gesture(args))


async def _gesture(args: argparse.Namespace) -> int:
    async with open_front(without=(*VOICE, *PAGE)) as front:
        if args.list:
            return await _list(front, args.json)
        if args.forget:
            await front.ask("gesture", Forget(args.forget), Taught, WITHIN_S)
            return 0
        if args.teach:
            return await _teach(front, args)
        status = 0
        for number, path in enumerate(args.files):
            try:
                kind, events, ms = await recognise(front, path, number)
            except CallerError as error:
                print(f"bluerill gesture: {path}: {error}", file=sys.stderr)
                status = 2
                continue
            except BluerillError as error:
                print(f"bluerill gesture: {path}: {error}", file=sys.stderr)
                status = max(status, 1)
                continue
            if args.json:
                row = {"file": str(path), "kind": kind, "events": msgspec.to_builtins(events), "ms": round(ms, 1)}
                print(msgspec.json.encode(row).decode(), flush=True)
            else:
                print(render(str(path), kind, events, ms), flush=True)
        return status


async def recognise(front: Front, path: Path, number: int) -> tuple[str, list[GestureEvent], float]:
    """What a file is, the gestures in it, and milliseconds. Raises CallerError for what is no recording."""
    from ...modalities.gesture import recordings

    began = time.perf_counter()
    kind = recordings.open_recording(path).kind
    events: list[GestureEvent] = []
    if kind == "picture":
        events = await _posed(front, path)
    elif kind == "stroke":
        data = recordings.stroke_points(path).astype("<f4").tobytes()
        events = (await front.ask("gesture", Recognise(number, "stroke", data, True), Recognised, WITHIN_S)).events
    else:
        what: Recorded = "pose" if kind == "pose" else "motion"
        for rows in recordings.hand_frames(path) if kind == "pose" else recordings.motion_rows(path):
            piece = Recognise(number, what, rows.astype("<f4").tobytes())
            events += (await front.ask("gesture", piece, Recognised, WITHIN_S)).events
        await front.ask("gesture", Recognise(number, what, b"", True), Recognised, WITHIN_S)
    return kind, events, (time.perf_counter() - began) * 1000


async def _posed(front: Front, path: Path) -> list[GestureEvent]:
    """The pose of the hand in a picture. Raises CallerError if no model of the owner's could look for one."""
    seen = await look(front, read_picture(path), ("hand",))
    if seen.notes:
        raise CallerError(seen.notes[0])
    if seen.hand is None or not seen.hand.pose:
        return []
    return [GestureEvent(seen.hand.pose, 0.0, seen.hand.pose_confidence)]


async def _teach(front: Front, args: argparse.Namespace) -> int:
    from ...modalities.gesture import recordings

    if not args.files:
        raise CallerError("expected one to five recordings of the gesture to teach")
    for path in args.files:
        kind = recordings.open_recording(path).kind
        if kind in ("pose", "picture"):
            raise CallerError(f"{path}: poses of the hand are known already; a stroke or a movement can be taught")
        if kind == "stroke":
            data = recordings.stroke_points(path).astype("<f4").tobytes()
        else:
            rows = [row for piece in recordings.motion_rows(path) for row in piece]
            if len(rows) > MAX_SAMPLES:
                raise CallerError(f"{path}: an example has at most {MAX_SAMPLES} samples, got {len(rows)}")
            data = b"".join(row.astype("<f4").tobytes() for row in rows)
        taught = await front.ask("gesture", Teach(args.teach, kind, data, args.means), Taught, WITHIN_S)  # type: ignore[arg-type]
        line = f"{taught.name}: {taught.examples} example{'s' if taught.examples > 1 else ''}"
        like = f"; it is hard to tell from {taught.like}" if taught.like else ""
        print(msgspec.json.encode(taught).decode() if args.json else line + like, flush=True)
    return 0


async def _list(front: Front, as_json: bool) -> int:
    known = (await front.ask("gesture", GetGestures(), Gestures, WITHIN_S)).gestures
    for info in known:
        print(msgspec.json.encode(info).decode() if as_json else _info(info), flush=True)
    return 0


def _info(info: GestureInfo) -> str:
    own = f"  yours, {info.examples} example{'s' if info.examples > 1 else ''}" if info.examples else ""
    return f"{info.name:<20} {', '.join(info.means) or paint('–', 'dim')}{paint(own, 'dim')}"


def render(name: str, kind: str, events: list[GestureEvent], ms: float) -> str:
    """A recording's gestures for a person to read."""
    lines = [f"{paint(name, 'bold')}  {kind}, {ms:.0f} ms"]
    lines += [f"  {event.t_s:8.2f} s  {event.gesture}  {paint(f'{event.confidence:.0%}', 'dim')}" for event in events]
    return "\n".join(lines if events else [*lines, paint("  no gesture", "dim")])
