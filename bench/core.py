"""Cold start and memory of the core: kernel, planner tier 1, skills and store, with no child process.

``python -m bluerill.bench.core [--json] [--starts N] [--requests N]``. A start is a fresh interpreter that boots the
headless device on an empty state directory and takes one typed command; the time runs from before the process is
spawned to the finished turn, as that process reports it. Memory is the resident set after the requests.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.core", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--starts", type=int, default=15, help="cold starts to time (default 15)")
    parser.add_argument("--requests", type=int, default=100, help="requests before memory is read (default 100)")
    args = parser.parse_args(argv)
    starts = sorted(_run(1)[0] for _ in range(args.starts + 1))[:-1]  # the slowest filled the page cache
    _, rss, p50, p95 = _run(args.requests)
    found = {
        "cold_start_ms_p50": round(statistics.median(starts) * 1000, 1),
        "cold_start_ms_p95": round(starts[int(len(starts) * 0.95)] * 1000, 1),
        "starts": len(starts),
        "requests": args.requests,
        "rss_mib": round(rss / (1 << 20), 1),
        "act_ms_p50": round(p50, 2),
        "act_ms_p95": round(p95, 2),
    }
    if args.json:
        import json

        print(json.dumps(found))
        return 0
    print(f"cold start to the first finished command: p50 {found['cold_start_ms_p50']} ms, ", end="")
    print(f"p95 {found['cold_start_ms_p95']} ms over {len(starts)} starts (goal 250 ms)")
    print(f"core resident after {args.requests} requests: {found['rss_mib']} MiB (goal 32)")
    print(f"typed request to finished turn: p50 {found['act_ms_p50']} ms, p95 {found['act_ms_p95']} ms")
    return 0


def _run(count: int) -> tuple[float, int, float, float]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as home:
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "bluerill.bench.core_child", str(count)],
            env=environment | {"BLUERILL_HOME": home},
            capture_output=True,
            text=True,
            check=True,
        )
        first, rss, p50, p95 = done.stdout.split()
        return float(first) - started, int(rss), float(p50), float(p95)


if __name__ == "__main__":
    raise SystemExit(main())
