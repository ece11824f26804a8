"""``bluerill bench sweep``: the sweep as a person sees it."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from ...kernel.errors import CallerError
from ..capped.options import Options
from ..capped.prepare import check
from ..capped.report import write_report
from ..capped.summary import grid, sentence
from ..capped.verbs import Painter, Tabler
from .places import place_of
from .plan import keep_plan, plan_of, seeds_of
from .sweep import Step, Swept, check_rows, sweep

__all__ = ["register"]


def register(verbs: Any, options: Any, checked: Any) -> None:
    """Add the verb. ``options`` adds those of a run to a parser, ``checked`` makes Options of them."""
    parser = verbs.add_parser(
        "sweep",
        help="many configurations on many devices, here or on a Ray cluster; goes on where it was cut off",
        description="A run for every workload, model, way to load it and seed, each by itself; the results of all are "
        "one set. The same command again goes on where it was cut off.",
    )
    options(parser)
    parser.add_argument(
        "--seeds", default="", metavar="SEEDS", help="several seeds, with commas (default that of --seed)"
    )
    parser.add_argument(
        "--on", default="local", metavar="PLACE",
        help="local (default), ray (a cluster on this machine), auto, or ray://HOST:PORT (extra 'scale')",
    )  # fmt: skip
    parser.add_argument(
        "--devices", choices=("any", "each"), default="any",
        help="any: a unit runs on whichever node is free; each: all of them on every node, to compare the nodes",
    )  # fmt: skip
    parser.set_defaults(do=lambda args, paint, table: _run(args, checked(args), paint, table), minutes=1.0)


def _run(args: argparse.Namespace, options: Options, paint: Painter, table: Tabler) -> int:
    if args.resume:
        raise CallerError("a sweep goes on by itself: give the same options and --out again, without --resume")
    out = (args.out or Path("bench-results") / datetime.now().strftime("sweep-%Y-%m-%d-%H%M%S")).expanduser()
    seeds = seeds_of(args.seeds, options.seed)
    if args.on == "local":
        for model in options.models:
            check(model)
    place = place_of(args.on)
    screen = _Screen()
    try:
        devices = place.devices() if args.devices == "each" else [""]
        plan = plan_of(args, options, seeds, devices)
        keep_plan(out, plan)
        screen.begin(len(plan.units), out)
        found = sweep(plan, place, out, options.minutes * 60, screen.step)
    except KeyboardInterrupt:
        screen.close()
        print(f"stopped; the same command with --out {out} goes on from here", file=sys.stderr)
        raise
    finally:
        place.close()
    screen.close()
    check_rows(found.rows, found.failed)
    write_report(found.rows, out)
    if args.json:
        print(msgspec.json.encode({"out": str(out), "failed": dict(found.failed), "sentence": sentence(found.rows),
                                   "rows": found.rows}).decode())  # fmt: skip
    else:
        _tell(found, options, out, paint, table)
    return 1 if found.failed else 0


def _tell(found: Swept, options: Options, out: Path, paint: Painter, table: Tabler) -> None:
    heads, lines = grid(found.rows, options.caps)
    print(table(lines, heads))
    for name, why in found.failed:
        print(f"not measured: {name}: {why}")
    print(f"{len(found.rows)} rows: {out}/")
    print(paint(sentence(found.rows), "bold"))


class _Screen:
    """Progress on stderr: one line drawn over on a terminal, a line for each unit elsewhere."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def begin(self, units: int, out: Path) -> None:
        print(f"{units} runs, results in {out}", file=sys.stderr)
        self._began = time.monotonic()

    def step(self, step: Step) -> None:
        minutes, seconds = divmod(round(step.left_s), 60)
        where = f" on {step.unit.device}" if step.unit.device else ""
        said = f"{step.done}/{step.of}  {step.unit.name}{where}{': ' + step.error if step.error else ''}"
        line = f"{said}  about {minutes}:{seconds:02} left" if step.left_s else said
        if self._live and not step.error:
            print(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._live:
            print(file=sys.stderr)
