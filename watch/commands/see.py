"""``bluerill see IMAGE…``: what is in a picture: codes, text, colours. Nothing of it is done."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import cast

import msgspec

from ...kernel import eventloop
from ...kernel.errors import BluerillError, CallerError
from ...modalities.image.client import look
from ...modalities.image.files import read_picture
from ...modalities.image.messages import EVERYTHING, Hand, Seen, Want
from ..boot import PAGE, VOICE
from ..front import open_front
from .style import coloured, paint


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="IMAGE", help="pictures (PNG, JPEG, WebP, GIF, BMP)")
    parser.add_argument(
        "--only", action="append", choices=(*EVERYTHING, "hand"), metavar="WHAT",
        help="codes, text, palette, labels or hand; repeatable",
    )  # fmt: skip
    parser.add_argument("--hand", action="store_true", help="also a hand, and its pose (needs a model of yours)")
    parser.add_argument("--json", action="store_true", help="one JSON line a picture")


def run(args: argparse.Namespace) -> int:
    return eventloop.run(_see(args))


async def _see(args: argparse.Namespace) -> int:
    status = 0
    want = cast("tuple[Want, ...]", tuple(dict.fromkeys([*(args.only or EVERYTHING), *["hand"] * args.hand])))
    async with open_front(without=(*VOICE, *PAGE)) as front:
        for name in args.files:
            try:
                seen = await look(front, read_picture(Path(name)), want)
            except CallerError as error:
                print(f"bluerill see: {name}: {error}", file=sys.stderr)
                status = 2
                continue
            except BluerillError as error:
                print(f"bluerill see: {name}: {error}", file=sys.stderr)
                status = max(status, 1)
                continue
            if args.json:
                print(msgspec.json.encode(document(name, seen)).decode(), flush=True)
            else:
                print(render(name, seen, want), flush=True)
    return status


def document(name: str, seen: Seen) -> dict[str, object]:
    """A picture's contents for a program: every key is always there."""
    fields = ("size", "codes", "text", "palette", "labels", "description", "hand", "notes", "ms")
    return {"file": name, **{field: getattr(seen, field) for field in fields}}


def render(name: str, seen: Seen, want: tuple[Want, ...]) -> str:
    """A picture's contents for a person to read."""
    lines = [f"{paint(name, 'bold')}  {seen.size[0]} x {seen.size[1]}, {seen.ms:.0f} ms"]
    lines += [f"  {paint(code.format, 'blue')}  {_printable(code.text)}" for code in seen.codes]
    lines += [f"  {_printable(line.text)}" + paint(f"  {line.confidence:.0%}", "dim") for line in seen.text]
    if seen.description:
        lines.append(f"  {_printable(seen.description)}")
    if seen.labels:
        lines.append("  " + ", ".join(f"{_printable(each.label)} {each.confidence:.0%}" for each in seen.labels))
    if "hand" in want and not any(note.startswith("hand") for note in seen.notes):
        lines.append(_hand(seen.hand) if seen.hand is not None else paint("  no hand", "dim"))
    if seen.palette:
        lines.append("  " + "  ".join(f"{_swatch(c.hex)}{c.hex} {c.name} {c.share:.0%}" for c in seen.palette))
    if "codes" in want and not seen.codes and not any(note.startswith("codes") for note in seen.notes):
        lines.append(paint("  no code", "dim"))
    if "text" in want and not seen.text and not any(note.startswith("text") for note in seen.notes):
        lines.append(paint("  no text", "dim"))
    return "\n".join([*lines, *(paint(f"  {note}", "yellow") for note in seen.notes)])


def _hand(hand: Hand) -> str:
    pose = f"{hand.pose} {hand.pose_confidence:.0%}" if hand.pose else "no pose that is known"
    return f"  a hand{paint(f'  {hand.confidence:.0%}', 'dim')}: {pose}"


def _printable(text: str) -> str:
    """A stranger's text on one line, without what a terminal would obey."""
    shown = " ⏎ ".join(text.splitlines())
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in shown)


def _swatch(colour: str) -> str:
    if not coloured():
        return ""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"\x1b[48;2;{red};{green};{blue}m  \x1b[0m "
