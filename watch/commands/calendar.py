"""``bluerill calendar list|import|export``: the watch's calendar, and iCalendar files (RFC 5545) into it and out of it.

A file is read and written here, in the command's own process; the device only gets events, one by one. An event that
was imported before is known by its UID and replaced.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import msgspec

from ...kernel import eventloop
from ...kernel.errors import BluerillError, CallerError, ServiceFault
from ...skills.events import Event
from ...skills.localtime import device_zone
from ...skills.messages import Invoke, Invoked
from ...skills.recurrence import in_words, parse_rule
from ..boot import PAGE, VOICE
from ..control import Front
from ..front import open_front
from .style import coloured, table


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    every = verbs.add_parser("list", help="all events")
    every.add_argument("--json", action="store_true", help="one JSON document")
    bring = verbs.add_parser("import", help="take over the events of an iCalendar file")
    bring.add_argument("file", metavar="FILE.ics", help="the file, or - for standard input")
    bring.add_argument("--json", action="store_true", help="one JSON document")
    give = verbs.add_parser("export", help="write all events as an iCalendar file")
    give.add_argument("file", metavar="FILE.ics", help="the file, or - for standard output")
    give.add_argument("--force", action="store_true", help="write over a file that is there")
    give.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    if args.verb == "export" and args.file != "-" and Path(args.file).exists() and not args.force:
        raise CallerError(f"{args.file} is there already; --force writes over it")
    data = _read(args.file) if args.verb == "import" else b""
    return eventloop.run(_with_device(args, data))


def _read(name: str) -> bytes:
    from ...skills.ical import MAX_BYTES

    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with open(name, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CallerError(f"{name}: cannot be read: {error.strerror}") from error


async def _with_device(args: argparse.Namespace, data: bytes) -> int:
    if args.verb == "import":
        from ...skills.ical import read_calendar

        read = read_calendar(data, device_zone())  # before a device is asked for: a wrong file needs none
        async with open_front(without=(*PAGE, *VOICE)) as front:
            return await _import(front, args, read.events, read.problems)
    async with open_front(without=(*PAGE, *VOICE)) as front:
        events = [event async for event in _events(front)]
    return _export(args, events) if args.verb == "export" else _list(args, events)


async def _events(front: Front) -> AsyncIterator[Event]:
    """Every event of the device, page by page."""
    after = ""
    while True:
        asked = Invoke("export_events", {"after": after} if after else {})
        page = (await front.ask("skills", asked, Invoked)).result
        events = msgspec.convert(page["events"], list[Event])
        for event in events:
            yield event
        if not page["more"] or not events:
            return
        after = events[-1].id


async def _import(front: Front, args: argparse.Namespace, events: list[dict[str, str]], problems: list[str]) -> int:
    new = replaced = 0
    for number, event in enumerate(events, 1):
        if coloured(sys.stderr):
            print(f"\r\x1b[K{number} of {len(events)} events", end="", file=sys.stderr, flush=True)
        try:
            done = await front.ask("skills", Invoke("import_event", event), Invoked)
        except BluerillError as error:
            if isinstance(error, ServiceFault):
                raise
            problems.append(f"{event['title'][:40]}: {error}"[:200])
            continue
        new += bool(done.result["new"])
        replaced += not done.result["new"]
    if coloured(sys.stderr):
        print("\r\x1b[K", end="", file=sys.stderr)
    if args.json:
        print(msgspec.json.encode({"file": args.file, "new": new, "replaced": replaced, "problems": problems}).decode())
    else:
        print(f"{new} new events, {replaced} replaced")
    for problem in problems if not args.json else ():
        print(f"bluerill calendar: {problem}", file=sys.stderr)
    return 0 if new + replaced or not problems else 1


def _export(args: argparse.Namespace, events: list[Event]) -> int:
    from ...skills.ical import calendar_of

    zone = device_zone()
    data = calendar_of(events, zone, datetime.now(zone))
    if args.file == "-":
        sys.stdout.buffer.write(data)
        return 0
    try:
        Path(args.file).write_bytes(data)
    except OSError as error:
        raise CallerError(f"{args.file}: cannot be written: {error.strerror}") from error
    if args.json:
        print(msgspec.json.encode({"file": args.file, "events": len(events)}).decode())
    else:
        print(f"{len(events)} event{'' if len(events) == 1 else 's'} written to {args.file}")
    return 0


def _list(args: argparse.Namespace, events: list[Event]) -> int:
    if args.json:
        print(msgspec.json.encode(events).decode())
        return 0
    if not events:
        print("no events")
        return 0
    rows = [
        [
            event.start.replace("T", " "),
            event.name,
            in_words(parse_rule(event.repeat)) if event.repeat else "",
            event.place,
        ]
        for event in sorted(events, key=lambda each: each.start)
    ]
    print(table(rows, ["begins", "event", "repeats", "place"]))
    return 0
