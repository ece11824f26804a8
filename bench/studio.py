"""Skills made on request: how many of a hundred requests end in a skill that works, or in a truthful refusal.

``python -m bluerill.bench.studio [--wrong]``. Each line of ``studio_requests.txt`` says which sketch should serve it,
or that none does. Every made skill has passed its own checks (sentences beside all of Bluerill's, grants, arguments,
its story); what is counted here is whether it is the skill that was asked for. The requests were written by hand, by
who wrote the sketches: they show what the sketches cover, not what people ask.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

from ..skills.atelier import ALLOWED
from ..skills.drafting import Drafted, Undrafted
from ..watch.workshop.sketches.library import sketch
from ..watch.workshop.studio import made
from .catalogue import NOW, device_catalogue

REQUESTS = Path(__file__).with_name("studio_requests.txt")


def requests() -> list[tuple[str, str]]:
    """Sketch ("" for none) and words of each request."""
    lines = [line for line in REQUESTS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    pairs = [line.partition(" | ") for line in lines]
    return [("" if sketch_name == "-" else sketch_name, words) for sketch_name, _, words in pairs]


def judge(wanted: str, answer: Drafted | Undrafted) -> str:
    """``made`` (what was asked for), ``refused`` (rightly), ``missed`` (truthfully, but it could be made), or ``wrong``
    (a skill that does something else)."""
    if isinstance(answer, Undrafted):
        return "missed" if wanted else "refused"
    return "made" if answer.sketch == wanted else "wrong"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.studio", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--wrong", action="store_true", help="show what was missed or wrong")
    args = parser.parse_args()
    known = device_catalogue().actions
    counts: Counter[str] = Counter()
    seconds: list[float] = []
    beyond = repairs = 0
    for wanted, words in requests():
        began = time.perf_counter()
        answer = asyncio.run(made(words, "1.0.0", known, NOW, None))
        seconds.append(time.perf_counter() - began)
        verdict = judge(wanted, answer)
        counts[verdict] += 1
        if isinstance(answer, Drafted):
            repairs += answer.repairs
            beyond += not set(sketch(words, NOW).grants) <= ALLOWED
        if args.wrong and verdict in ("missed", "wrong"):
            told = answer.reply if isinstance(answer, Undrafted) else f"{answer.sketch}: {answer.examples}"
            print(f"{verdict}: {words}\n    {told}", file=sys.stderr)
    total = sum(counts.values())
    good = counts["made"] + counts["refused"] + counts["missed"]
    seconds.sort()
    print(f"requests            {total}")
    print(f"made as asked       {counts['made']}")
    print(f"refused, rightly    {counts['refused']}")
    print(f"refused, truthfully {counts['missed']} (could have been made)")
    print(f"another skill made  {counts['wrong']}")
    print(f"working or truthful {100 * good / total:.0f} %")
    print(f"beyond its grants   {beyond}")
    print(f"repairs             {repairs}")
    print(f"time                median {seconds[total // 2]:.2f} s, 95th {seconds[int(total * 0.95)]:.2f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
