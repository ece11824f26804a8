"""``bluerill models tune``: teach the planner further ways of asking, from the owner's own examples."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from ...agent.messages import Tune, Tuned
from ...agent.values.words import words
from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...kernel.files import read_bounded
from ...models.encoder.example import Example
from ..boot import PAGE, VOICE
from ..front import open_front

__all__ = ["examples", "register"]

MAX_FILE = 1 << 20


class Line(msgspec.Struct):
    """One line: what is said, and the action it means ('' or null: none of them)."""

    text: str
    action: str | None = None


def register(verbs: Any) -> None:
    tune = verbs.add_parser("tune", help="teach the planner your own ways of asking, from examples; takes seconds")
    tune.add_argument("--examples", metavar="FILE", help='JSON lines of {"text", "action"}; action "" is to be refused')
    tune.add_argument("--undo", action="store_true", help="take the last tuning back")
    tune.add_argument("--json", action="store_true", help="one JSON document")
    tune.set_defaults(do=_tune)


def examples(path: Path) -> Iterator[Example]:
    """The examples of a file. Raises CallerError naming the line that is wrong."""
    raw = read_bounded(path, MAX_FILE, f"--examples {path}")
    for number, line in enumerate(raw.splitlines(), 1):
        if not line.strip():
            continue
        try:
            read = msgspec.json.decode(line, type=Line)
        except msgspec.DecodeError as error:
            raise CallerError(f"{path}:{number}: expected {{text, action}}: {error}") from error
        said = words(read.text)
        if not said:
            raise CallerError(f"{path}:{number}: expected words in 'text', got {read.text[:40]!r}")
        yield Example(said, read.action or "")


def _tune(args: argparse.Namespace) -> int:
    if bool(args.examples) == args.undo:
        raise CallerError("expected either --examples FILE or --undo")
    asked = Tune(undo=True) if args.undo else Tune(list(examples(Path(args.examples))))
    if not args.undo and not asked.examples:
        raise CallerError(f"--examples {args.examples}: expected at least one line, got none")
    began = time.monotonic()
    tuned = eventloop.run(_ask(asked))
    seconds = round(time.monotonic() - began, 2)
    if args.json:
        line = {"examples": tuned.examples, "right": tuned.right, "of": tuned.of, "seconds": seconds}
        print(msgspec.json.encode(line).decode())
        return 0
    if args.undo:
        print("Taken back." if tuned.examples else "Taken back; nothing of your own is left.")
    for name, count in sorted(tuned.examples.items()):
        print(f"  {name or '(refused)'}: {count} example{'s' if count != 1 else ''}")
    if tuned.of:
        held = f"{tuned.of} examples that were held back" if tuned.of != 1 else "1 example that was held back"
        print(f"{tuned.right} of {held} understood without having been seen; {seconds} s")
    return 0


async def _ask(asked: Tune) -> Tuned:
    async with open_front(without=(*VOICE, *PAGE)) as front:
        return await front.ask("planner", asked, Tuned, within=90.0)
