"""The whole planner in the device: how long a plan takes over the bus, and what core and models hold together.

``python -m bluerill.bench.plan_device [--requests N] [--json]``. The headless device boots in a process of its own on
an empty state directory. It is asked for plans of nlu_eval_data's *dev* requests, one after the other: templates in the
core, and where they doubt the encoder in its capped child. Then a request over tools that are no skill's starts the
decoder. Times are those of the clock, from the question on the bus to its answer.

Memory is read from ``/proc`` after that. *Written* is what a process has to itself and cannot drop. *Mapped* are pages
of files (libraries, Python, weights): shared with whoever else maps them, dropped and read again where memory is short.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from .figures import percentile
from .plan import needed_data
from .planner_examples import public

__all__ = ["main", "measure"]

GOAL_MS, GOAL_MB = 150, 128


def measure(requests: Sequence[str]) -> dict[str, Any]:
    """All figures as data: ``ms`` (p50, p95, worst, n), ``by`` (answers of each tier), ``memory`` (bytes by process),
    ``together`` (their sum)."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "bluerill.bench.plan_device_child"],
            env=os.environ | {"BLUERILL_HOME": home},
            input=json.dumps(requests),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found: dict[str, Any] = json.loads(done.stdout)
    ms = sorted(found.pop("ms"))
    found["ms"] = {"p50": percentile(ms, 0.5), "p95": percentile(ms, 0.95), "worst": ms[-1], "n": len(ms)}
    found["together"] = {kind: sum(each[kind] for each in found["memory"].values()) for kind in ("written", "mapped")}
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where the data is not there."""
    parser = argparse.ArgumentParser(prog="bench.plan_device", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--requests", type=int, default=600, help="how many, evenly chosen (default 600)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args(arguments)
    folder = needed_data("plan-device")
    if folder is None:
        return 1
    texts = [" ".join(each.words) for each in public(folder, dev=True) if each.source.startswith("nlu_eval.")]
    texts = [text for text in texts if text]
    found = measure(texts[:: max(1, len(texts) // options.requests)])
    if options.json:
        print(json.dumps(found))
        return 0
    ms, held = found["ms"], {**found["memory"], "together": found["together"]}
    print(
        f"a plan over the device's bus: p50 {ms['p50']:.1f} ms, p95 {ms['p95']:.1f} ms, worst {ms['worst']:.1f} ms "
        f"(n={ms['n']}; goal {GOAL_MS} ms); answered by {', '.join(f'{name} {n}' for name, n in found['by'].items())}"
    )
    print(f"{'MB':10} {'written':>8} {'mapped':>8}")
    for name, kinds in held.items():
        print(f"{name:10} {kinds['written'] / 1e6:8.1f} {kinds['mapped'] / 1e6:8.1f}")
    print(f"written by core, encoder and decoder: {found['together']['written'] / 1e6:.1f} MB (goal {GOAL_MB})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
