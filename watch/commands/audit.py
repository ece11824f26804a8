"""``bluerill audit``: what changed something on this device, who asked for it, and what came of it."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from ...kernel.errors import CallerError
from ...skills.audit import DECISIONS, FILE, Entry, decoded, older, read
from ..boot import state_directory
from .style import paint

LOOK_EVERY_S = 0.3
_SPAN = re.compile(r"(\d+)([smhd])\Z")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_OUTCOMES = ("done", "asked", "refused", "failed", "undone")
_COLOUR = {"done": "green", "undone": "green", "asked": "yellow", "refused": "yellow", "failed": "red"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--skill", default="", metavar="NAME", help="only calls of this skill")
    parser.add_argument("--outcome", choices=_OUTCOMES, help="only calls that ended so")
    parser.add_argument("--label", choices=("user", "local", "untrusted"), help="only calls that such words led to")
    parser.add_argument("--confirmed", action="store_true", help="only calls that the owner was asked about and wanted")
    parser.add_argument("--since", default="", metavar="WHEN", help="a span such as 30m or 7d, or an ISO date or time")
    parser.add_argument("-n", type=int, default=50, metavar="N", help="at most the last N (default 50; 0: all)")
    parser.add_argument("--follow", action="store_true", help="go on with what comes, until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="one JSON document a line")


def run(args: argparse.Namespace) -> int:
    if args.n < 0:
        raise CallerError(f"-n: expected 0 or more, got {args.n}")
    since = _since(args.since)
    folder = state_directory()
    end = _end(folder / FILE)  # before it is read, so that --follow may repeat a line but never miss one
    entries = list(_wanted(read(folder), args, since))
    for entry in entries[-args.n :] if args.n else entries:
        _print(entry, args.json)
    if args.follow:
        for entry in _wanted(follow(folder / FILE, end), args, since):
            _print(entry, args.json)
    elif not entries and not args.json:
        print("nothing that fits was written down", file=sys.stderr)
    return 0


def _since(text: str) -> float:
    """The moment that ``--since`` means, in Unix seconds; 0.0 for none. Raises CallerError."""
    if not text:
        return 0.0
    span = _SPAN.match(text)
    if span:
        return time.time() - timedelta(**{_UNITS[span[2]]: int(span[1])}).total_seconds()
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise CallerError(f"--since: expected a span such as 30m or 7d, or an ISO date, got {text[:40]!r}") from None


def _wanted(entries: Iterable[Entry], args: argparse.Namespace, since: float) -> Iterator[Entry]:
    for each in entries:
        if (
            each.at >= since
            and args.skill in ("", each.skill)
            and args.outcome in (None, each.outcome)
            and (args.label is None or args.label in each.labels)
            and (each.confirmed or not args.confirmed)
        ):
            yield each


def _end(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def follow(path: Path, at: int) -> Iterator[Entry]:
    """Entries as they come, from the byte ``at`` of the file on; one that was moved away is read to its end first."""
    while True:
        if _end(path) < at:  # it was moved: what it got since is there
            yield from decoded(_from(older(path), at)[0])
            at = 0
        data, at = _from(path, at)
        yield from decoded(data)
        time.sleep(LOOK_EVERY_S)


def _from(path: Path, at: int) -> tuple[bytes, int]:
    """The whole lines of a file from a byte on, and where the next one begins."""
    try:
        with path.open("rb") as file:
            file.seek(at)
            data = file.read()
    except OSError:
        return b"", at
    whole = data[: data.rfind(b"\n") + 1]
    return whole, at + len(whole)


def _print(entry: Entry, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(entry).decode(), flush=True)
        return
    when = datetime.fromtimestamp(entry.at).strftime("%Y-%m-%d %H:%M:%S")
    given = ", ".join(f"{name}={_clean(value)}" for name, value in entry.arguments.items())
    outcome = paint("asked you" if entry.outcome == "asked" else entry.outcome, _COLOUR[entry.outcome])
    yes = " with your yes" if entry.confirmed else ""
    decided = entry.action in DECISIONS
    what = paint(_clean(entry.action), "bold") + (
        f" {_clean(entry.skill or entry.package)}" if decided else f"({given})"
    )
    owner = f"{entry.skill} of {entry.package}" if entry.skill else entry.package
    print(f"{when}  {outcome}{yes}  {what}", flush=True)
    words = " and ".join(entry.labels) or "unlabelled"
    print(paint(f"    {_clean(owner)}; by {_clean(entry.by)}, {words} words; grants {_list(entry.grants)}", "dim"))
    if entry.why:
        print(f"    {_clean(entry.why)}")
    if entry.lost:
        print(paint(f"    {entry.lost} entries before this one could not be written", "red"))


def _list(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _clean(text: str) -> str:
    """One line, and nothing in it that moves the cursor."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
