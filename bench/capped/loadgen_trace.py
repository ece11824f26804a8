"""LoadGen's own record of every sample, read from the trace it writes: when it wanted to ask, when it asked, when it
was told of the end.

LoadGen counts a latency from the moment a sample was *scheduled*: in Server that is the draw of its arrivals, kept or
not, so that a tester who comes late for want of a processor pays for it; in the other scenarios the moment before it
calls. Whoever counts from the call he receives counts something shorter. To compare like with like our percentiles are
taken from LoadGen's scheduled moment to our own reading of the clock at the completion.

Its trace tells times since its log was opened, of the clock ``CLOCK_REALTIME`` (``std::chrono::high_resolution_clock``
of libstdc++). The distance to our reading of that clock is the smallest that any sample had between its call, by the
trace, and the first line of our function: no call arrives before it is made.

The trace is not whole JSON (keys are quoted twice), so it is read line by line.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

TRACE = "mlperf_log_trace.json"
_SAMPLE = re.compile(
    r'^\{"name":"Sample".*?"ph":"b".*?"ts":([\d.]+),"args":\{"sample_seq":(\d+),"query_seq":(\d+),'
    r'.*?"issue_start_ns":(\d+),"complete_ns":(\d+)'
)


class Sample(NamedTuple):
    """One sample as LoadGen saw it, in ns: scheduled since its log was opened, asked and completed since then."""

    scheduled: int
    query: int
    asked: int
    completed: int


def read_trace(folder: Path) -> list[Sample]:
    """The samples in the order in which they were asked; the file is compressed. Empty without a trace."""
    path = folder / TRACE
    if not path.is_file():
        return []
    found = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            at = _SAMPLE.match(line)
            if at is not None:
                found[int(at[2])] = Sample(round(float(at[1]) * 1000), int(at[3]), int(at[4]), int(at[5]))
    with path.open("rb") as whole, gzip.open(path.with_suffix(".json.gz"), "wb", 1) as small:
        shutil.copyfileobj(whole, small)
    path.unlink()
    return [found[number] for number in sorted(found)]


def origin(samples: Sequence[Sample], asked: Sequence[int]) -> int:
    """When LoadGen's log was opened, by our clock (ns): see the module. ``asked`` is ours, in the same order."""
    return min(
        (ours - theirs.scheduled - theirs.asked for theirs, ours in zip(samples, asked, strict=False)), default=0
    )
