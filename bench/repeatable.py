"""Whether the benchmark gives the same twice: two runs of the same options, one after the other, compared.

    python -m bluerill.bench.repeatable OUT [--repeat 5] [--workloads NAMES] [--ram SIZES]

OUT gets the folders ``one`` and ``two``. For every cell the ratio of the medians stands with the interval that
``bluerill bench compare`` gives. Two runs agree where it holds 1; with intervals of 95 % one cell of twenty may not.
The seed is the same and recorded, and so are the answers: qualities must be equal, not alike.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .capped.command import arguments, options_of
from .capped.compare import Difference, compare
from .capped.options import size_text
from .capped.rows import Row
from .capped.run import Run

WORKLOADS = "planner,gesture-strokes,face,codes,sandbox,kernel-ask"
EXPECTED = 0.9
"""Of the cells, those that must agree; two in twenty may be chance."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.repeatable", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--workloads", default=WORKLOADS)
    parser.add_argument("--ram", default="64M,none")
    args = parser.parse_args(argv)
    one, two = _run(args, args.out / "one"), _run(args, args.out / "two")
    found = compare(one, two)
    for each in found:
        print(
            f"{each.workload:18} {size_text(each.cap):>5}  {each.ratio or 0:.3f}  "
            f"({each.low or 0:.3f} to {each.high or 0:.3f})  {each.verdict}"
            f"{'  qualities differ' if _differs(each) else ''}"
        )
    agree = sum(each.verdict == "noise" for each in found)
    differ = [each.workload for each in found if _differs(each)]
    print(f"{agree} of {len(found)} cells agree; qualities differ in {len(differ)}; seed {one[0].seed} in both")
    return 0 if agree >= EXPECTED * len(found) and not differ else 1


def _run(args: argparse.Namespace, out: Path) -> list[Row]:
    parser = argparse.ArgumentParser()
    arguments(parser)
    words = ["--workloads", args.workloads, "--ram", args.ram, "--repeat", str(args.repeat), "--near", "0"]
    options = options_of(parser.parse_args([*words, "--minutes", "30", "--out", str(out)]))
    rows = Run(options, lambda *_: None, lambda _: None).go().rows
    return [row for row in rows if not row.near]


def _differs(each: Difference) -> bool:
    return each.quality[0] != each.quality[1]


if __name__ == "__main__":
    raise SystemExit(main())
