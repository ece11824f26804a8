"""``bluerill face render FILE``: one picture of a face."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import msgspec

from .easel import device_at, drawing_arguments, moment_of, opened, renderer_of, settings_of, size_of
from .style import paint


def arguments(parser: argparse.ArgumentParser) -> None:
    drawing_arguments(parser)
    parser.add_argument("-o", "--out", metavar="PNG", default="", help="where to write (default: the face's name)")
    parser.add_argument(
        "--json", action="store_true", help="one JSON document: the file, what was not drawn, how long it took"
    )


def run(args: argparse.Namespace) -> int:
    face = opened(args.file)
    settings = settings_of(args)
    renderer = renderer_of(face, args, size_of(args.size), settings)
    device = device_at(moment_of(args.at, face), args, settings.overrides)
    begin = time.perf_counter()
    picture = renderer.draw(device, still=True)
    took = (time.perf_counter() - begin) * 1000
    out = Path(args.out or f"{Path(args.file).resolve().stem}.png")
    picture.save(out)
    notes = [str(note) for note in renderer.notes]
    if args.json:
        report = {
            "file": str(out), "size": list(picture.size), "at": device.moment.isoformat(), "ambient": args.ambient,
            "changes_every_s": renderer.period, "milliseconds": round(took, 1), "not_drawn": notes,
        }  # fmt: skip
        print(msgspec.json.encode(report).decode())
        return 0
    for note in notes:
        print(paint(f"not drawn: {note}", "yellow"), file=sys.stderr)
    when = f"{device.moment:%H:%M:%S}{' ambient' if args.ambient else ''}"
    print(f"{out}: {picture.width} x {picture.height} at {when}, {took:.0f} ms")
    return 0
