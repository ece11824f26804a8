"""``bluerill bench``: the run as a person sees it."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from ...kernel.errors import CallerError
from ..sweeps.command import register as register_sweep
from .cell import open_host
from .measure import summary
from .options import (
    BUNDLED,
    DEFAULT_CAPS,
    MECHANISMS,
    OTHERS,
    SCENARIOS,
    SUITES,
    Options,
    caps_of,
    chosen,
    size_text,
    variants_of,
)
from .report import write_report
from .rows import Row
from .run import Finished, Run
from .scope import enter_scope
from .summary import cell, duration, figures, floor_of, grid, sentence, staged
from .verbs import Painter, Tabler, register

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of a run, and the verbs below it."""
    _options(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    register(verbs)
    register_sweep(verbs, _options, options_of)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ram", default=DEFAULT_CAPS, metavar="SIZES", help=f"caps, with commas (default {DEFAULT_CAPS})"
    )
    parser.add_argument(
        "--workloads",
        default="",
        metavar="NAMES",
        help=f"of {', '.join(BUNDLED)} (default all, none with --models); and of {', '.join(OTHERS)}",
    )
    parser.add_argument("--models", default="", metavar="MODELS", help="files, folders or names of cards, with commas")
    parser.add_argument(
        "--scenario",
        default="",
        metavar="NAMES",
        help=f"of {', '.join(SCENARIOS)}; the first five by MLPerf LoadGen, the last three workloads of their own",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help="load the models in several ways: ctx, batch, ubatch, kv_type, threads or mmap, with commas",
    )
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="repetitions of every cell (default 1)")
    parser.add_argument("--near", type=int, default=10, metavar="N", help="repetitions near the floor (default 10)")
    parser.add_argument("--seed", type=int, default=7, help="of the inputs (default 7)")
    parser.add_argument(
        "--seconds", type=float, default=0.8, metavar="S", help="how long a repetition asks (default 0.8)"
    )
    parser.add_argument(
        "--load-seconds", type=float, default=2.0, metavar="S", help="how long LoadGen asks at least (default 2)"
    )
    parser.add_argument("--minutes", type=float, default=2.8, metavar="M", help="for a run (default %(default)s)")
    parser.add_argument("--out", type=Path, default=None, metavar="DIR", help="default bench-results/DATE")
    parser.add_argument(
        "--mechanism", choices=MECHANISMS, default="auto", help="what enforces caps (default the strongest)"
    )
    parser.add_argument("--quick", action="store_true", help="few inputs and repetitions, three caps: under a minute")
    parser.add_argument("--resume", action="store_true", help="go on with the rows that are in --out already")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def options_of(args: argparse.Namespace) -> Options:
    """Checked options. Raises CallerError."""
    models = tuple(part.strip() for part in args.models.split(",") if part.strip())
    workloads = chosen(args.workloads, (*BUNDLED, *OTHERS), "--workloads")
    scenarios = chosen(args.scenario, SCENARIOS, "--scenario")
    suites = [name for scenario in scenarios for name in SUITES.get(scenario, ())]
    workloads = tuple(dict.fromkeys((*workloads, *suites))) or (() if models else BUNDLED)
    scenarios = tuple(each for each in scenarios if each not in SUITES)
    for name, least in (("repeat", 1), ("near", 0), ("seconds", 0.01), ("minutes", 0.05)):
        if getattr(args, name) < least:
            raise CallerError(f"--{name}: expected {least} or more, got {getattr(args, name)}")
    quick = args.quick
    if args.set and not models:
        raise CallerError("--set goes with --models")
    if args.resume and args.out is None:
        raise CallerError("--resume goes with --out DIR, the folder of the run that was stopped")
    caps = caps_of("48M,128M,none" if quick and args.ram == DEFAULT_CAPS else args.ram)
    out = args.out or Path("bench-results") / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    return Options(
        caps, workloads, models, scenarios, args.repeat,
        min(args.near, 2) if quick else args.near, args.seed, args.seconds / (2 if quick else 1), args.load_seconds,
        min(args.minutes, 0.8) if quick else args.minutes, out.expanduser(), args.mechanism, quick, args.resume,
        variants_of(args.set),
    )  # fmt: skip


def run(args: argparse.Namespace, paint: Painter, table: Tabler) -> int:
    """Measure, write, tell; or what a verb does with results. Returns the exit status."""
    if args.verb:
        status: int = args.do(args, paint, table)
        return status
    options = options_of(args)
    if options.mechanism == "auto":
        host = open_host()
        enter_scope(host, sys.argv[1:])
        host.close()
    screen = Screen(args.json)
    began = time.monotonic()
    try:
        done = Run(options, screen.progress, screen.row).go()
        write_report(done.rows, options.out)
    except KeyboardInterrupt:
        screen.close()
        print(f"stopped; the rows so far are in {options.out}", file=sys.stderr)
        raise
    screen.close()
    if args.json:
        print(document(done, options).decode())
    else:
        tell(done, options, time.monotonic() - began, paint, table)
    return 0


def tell(done: Finished, options: Options, seconds: float, paint: Painter, table: Tabler) -> None:
    """The table and the sentence."""
    heads, lines = grid(done.rows, options.caps)
    print(table(lines, heads))
    for row in staged(done.rows):
        print(parts_line(row))
    for row in done.rows:
        if row.loadgen is not None:
            print(loadgen_line(row))
        elif row.scenario != "single":
            print(stress_line(row))
    for name, why in done.lacking:
        print(f"not measured: {name}: {why}")
    print(f"caps: {done.mechanism}; {done.proof}")
    print(f"{len(done.rows)} rows in {seconds:.0f} s, seed {options.seed}: {options.out}/")
    for line in shortfall(done):
        print(line)
    print(paint(sentence(done.rows), "bold"))


def shortfall(done: Finished) -> list[str]:
    """What the time did not suffice for, by name."""
    lines = []
    if done.left_out:
        caps: dict[str, list[str]] = {}
        for name, cap in done.left_out:
            caps.setdefault(name, []).append(size_text(cap))
        cells = "; ".join(f"{name} at {', '.join(sizes)}" for name, sizes in caps.items())
        lines.append(f"{len(done.left_out)} cells left out for want of time (--minutes gives it more): {cells}")
    if done.unrepeated:
        lines.append(f"floors with fewer repetitions than asked for, for want of time: {', '.join(done.unrepeated)}")
    return lines


def loadgen_line(row: Row) -> str:
    """A scenario in a line: LoadGen's verdict, and both pairs of eyes on the percentiles."""
    said = row.loadgen
    assert said is not None
    rate = f", {row.latency.per_s:.4g}/s" if row.latency.per_s else ""
    if said.goodput_per_s is not None:
        rate += f", right and in time {said.goodput_per_s:.4g}/s of {said.asked_per_s or 0:.4g}"
    late = f"; its own lateness, p50 {duration(said.late_ms['p50'])}, is in both" if said.late_ms else ""
    tokens = "".join(
        f"; {name} LoadGen {_times(theirs)}, ours {_times(ours)}"
        for name, theirs, ours in (
            ("ttft", said.theirs_ttft_ms, said.ours_ttft_ms),
            ("tpot", said.theirs_tpot_ms, said.ours_tpot_ms),
        )
        if theirs
    )
    return (
        f"{row.workload} {size_text(row.cap.bytes)} {said.scenario}: {'VALID' if said.valid else 'INVALID'}, "
        f"{said.queries} queries{rate}; LoadGen {_times(said.theirs_ms)}; ours {_times(said.ours_ms)} "
        f"(apart {said.agreement:.2%}){late}{tokens}"
    )


def _times(times: Mapping[str, float]) -> str:
    return ", ".join(f"{at} {duration(ms)}" for at, ms in times.items())


def parts_line(row: Row) -> str:
    """What the stages of an item took, or each kind of items, in a line."""
    parts = ", ".join(f"{name} {duration(times['p50_ms'])}" for name, times in row.parts.items())
    return f"{row.workload} {size_text(row.cap.bytes)}, medians: {parts}"


def stress_line(row: Row) -> str:
    """A shrinking cap or a device with kills inside, in a line."""
    return (
        f"{row.workload} {row.scenario}, {size_text(row.cap.bytes)}: {row.outcome}, {summary(row.quality)}; {row.error}"
    )


def document(done: Finished, options: Options) -> bytes:
    """What ``--json`` prints."""
    return msgspec.json.encode(
        {
            "out": str(options.out),
            "mechanism": done.mechanism,
            "proof": done.proof,
            "lacking": dict(done.lacking),
            "complete": not shortfall(done),
            "left_out": [[name, cap] for name, cap in done.left_out],
            "unrepeated": done.unrepeated,
            "floors": {name: floor_of(by_cap) for name, by_cap in figures(done.rows).items()},
            "sentence": sentence(done.rows),
            "rows": done.rows,
        }
    )


class Screen:
    """Progress on stderr: one line drawn over on a terminal, a line for each row elsewhere."""

    def __init__(self, silent: bool) -> None:
        self._live = sys.stderr.isatty()
        self._silent = silent and not self._live
        self._drawn = False

    def progress(self, name: str, share: float, left_s: float) -> None:
        if not self._live:
            return
        width = shutil.get_terminal_size().columns
        minutes, seconds = divmod(round(left_s), 60)
        full = round(24 * share)
        line = f"{name:16s} {'━' * full}{'─' * (24 - full)} {share:4.0%}  at most {minutes}:{seconds:02} left"
        print(f"\r\x1b[K{line[: width - 1]}", end="", file=sys.stderr, flush=True)
        self._drawn = True

    def row(self, row: Row) -> None:
        if self._live or self._silent:
            return
        found = figures([row], row.scenario)[row.workload][row.cap.bytes]
        why = f" ({row.error})" if row.outcome == "failed" else ""
        print(f"{row.workload} {size_text(row.cap.bytes)} #{row.rep}: {cell(found)}{why}", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._drawn = False
