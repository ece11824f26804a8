"""``bluerill replay FILE``: a recorded session once more, on the virtual clock, compared with what it came to then."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ...kernel.errors import CallerError
from ..recording.entries import Session, read
from .style import paint


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a recording (bluerill record)")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="NEW", help="record the replay: NEW can then be repeated to the letter"
    )
    parser.add_argument("--screens", type=Path, metavar="FOLDER", help="write the glass after each turn, as PNG")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    from ..recording.replay import messages, replay

    session = read(args.file)
    messages()
    if args.screens is not None:
        try:
            args.screens.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CallerError(f"{args.screens}: expected a folder that can be made, got: {error.strerror}") from error
    count = 0

    def keep(at: float, png: bytes) -> None:
        nonlocal count
        count += 1
        (args.screens / f"{count:03}-{at:.1f}s.png").write_bytes(png)

    if not args.json:
        print(paint(described(args.file, session), "dim"), file=sys.stderr, flush=True)
    began = time.monotonic()
    with silenced():  # what failed then fails again, and is compared
        done = replay(session, args.output, keep if args.screens is not None else None)
    took = time.monotonic() - began
    if args.json:
        row = {
            "file": str(args.file), "seconds": session.seconds, "took_s": round(took, 3), "equal": not done.divergence,
            "exact": done.exact, "parts": {p.name: {"recorded": p.recorded, "same": p.same} for p in done.parts},
            "divergence": done.divergence, "unanswered": done.unanswered[:100], "digest": done.digest,
        }  # fmt: skip
        print(msgspec.json.encode(row).decode())
        return 1 if done.divergence else 0
    for part in done.parts:
        mark = paint("differ", "red") if part.difference else paint("the same", "green")
        print(f"{part.name:<9} {part.same:>4} of {part.recorded:<4} {mark}")
        if part.difference:
            print(paint(f"            {part.difference}", "dim"))
    print(f"digest    {done.digest[:32]}  {paint(f'{session.seconds:.1f} s in {took:.1f} s', 'dim')}")
    for line in dict.fromkeys(done.unanswered):
        print(paint(f"not in the recording: {line}", "yellow"), file=sys.stderr)
    if done.divergence:
        print(f"bluerill replay: {args.file}: {done.divergence}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def silenced() -> Iterator[None]:
    """Nothing of the replayed services is logged meanwhile."""
    logger = logging.getLogger("bluerill")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def described(path: Path, session: Session) -> str:
    """What a recording is, in a line."""
    head = session.head
    parts = [f"{path}: {session.seconds:.1f} s of {head.made} ({head.zone or 'UTC'})"]
    parts.append(f"{len(session.of('in'))} messages in, {sum(len(rows) for rows in head.rows.values())} rows")
    if head.packages:
        parts.append(f"without {', '.join(head.packages)}, which a replay has not")
    if session.end is None:
        parts.append("cut off")
    elif session.end.why:
        parts.append(f"ended early: {session.end.why}")
    return "; ".join(parts)
