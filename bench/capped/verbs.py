"""``bluerill bench compare``, ``submit-check`` and ``report``: what is done with results."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from ...kernel.errors import CallerError
from .compare import Difference, compare
from .journal import read_rows
from .options import size_text
from .report import write_report
from .rows import schema
from .submit import problems

Painter = Callable[..., str]
Tabler = Callable[[list[list[str]], list[str]], str]
"""How the command line colours a text and lays out a table."""


def register(verbs: Any) -> None:
    """Add the verbs below ``bluerill bench``."""
    both = verbs.add_parser("compare", help="two runs: ratios with intervals, and what is only noise")
    both.add_argument("a", type=Path, metavar="A", help="a folder of results, or its results.jsonl")
    both.add_argument("b", type=Path, metavar="B", help="the one to compare with it")
    both.add_argument("--json", action="store_true", help="one JSON document")
    both.set_defaults(do=_compare)
    check = verbs.add_parser("submit-check", help="whether results are whole, by the published schema")
    check.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="a folder of results")
    check.add_argument("--schema", action="store_true", help="print the JSON Schema of a row instead")
    check.add_argument("--json", action="store_true", help="one JSON document")
    check.set_defaults(do=_check)
    again = verbs.add_parser("report", help="draw the report and the plots of results anew")
    again.add_argument("folder", type=Path, metavar="DIR", help="a folder of results")
    again.set_defaults(do=_report)


def _compare(args: argparse.Namespace, paint: Painter, table: Tabler) -> int:
    found = compare(read_rows(args.a), read_rows(args.b))
    if not found:
        raise CallerError(f"{args.a} and {args.b} have no workload under the same cap in common")
    if args.json:
        print(msgspec.json.encode(found).decode())
        return 0
    print(
        table(
            [_line(each) for each in found],
            ["workload", "cap", "time B / A", "95 %", "", "survived", "peak", "quality"],
        )
    )
    apart = [each for each in found if each.verdict not in ("noise", "unsure") or each.quality_apart]
    print(paint(_closing(found, apart), "bold"))
    if unsure := sum(each.verdict == "unsure" for each in found):
        print(f"{unsure} cells have one repetition on a side and differ as two starts may: measure with --repeat 5")
    return 0


def _line(each: Difference) -> list[str]:
    name = each.workload if each.scenario == "single" else f"{each.workload} {each.scenario}"
    ratio = "" if each.ratio is None else f"{each.ratio:.3f}"
    interval = "" if each.low is None else f"{each.low:.3f} to {each.high:.3f}"
    a, b = each.quality
    quality = "" if a is None or b is None else f"{a:.4g} → {b:.4g}{' (differs)' if each.quality_apart else ''}"
    return [
        name, size_text(each.cap), ratio, interval, each.verdict, " → ".join(each.survived),
        "" if each.peak_ratio is None else f"{each.peak_ratio:.2f}", quality,
    ]  # fmt: skip


def _closing(found: list[Difference], apart: list[Difference]) -> str:
    if not apart:
        return f"No difference between A and B in any of {len(found)} cells is more than noise."
    names = ", ".join(f"{each.workload} at {size_text(each.cap)}" for each in apart[:6])
    more = f" and {len(apart) - 6} more" if len(apart) > 6 else ""
    return f"{len(apart)} of {len(found)} cells differ by more than noise: {names}{more}."


def _check(args: argparse.Namespace, paint: Painter, table: Tabler) -> int:
    if args.schema:
        print(msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode())
        return 0
    if args.folder is None:
        raise CallerError("expected DIR, a folder of results, or --schema")
    found = problems(args.folder)
    if args.json:
        print(msgspec.json.encode({"ok": not found, "problems": found}).decode())
    elif not found:
        print(f"{paint('ok', 'green')}  {args.folder}: {len(read_rows(args.folder))} rows")
    for problem in found if not args.json else ():
        print(problem)
    return 1 if found else 0


def _report(args: argparse.Namespace, paint: Painter, table: Tabler) -> int:
    rows = read_rows(args.folder)
    if not rows:
        raise CallerError(f"{args.folder}: there are no rows to draw")
    folder = args.folder if args.folder.is_dir() else args.folder.parent
    for path in write_report(rows, folder):
        print(path)
    return 0
