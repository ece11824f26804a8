"""``bluerill bench compare A B``: by how much B differs from A, and whether that is more than chance.

For each workload, scenario and cap that both have: the ratio of their medians, B to A, with a 95 % interval by the
bootstrap (Efron 1979), 2,000 draws. Whole repetitions are drawn first and then items within them, because the items of
one process share its fate. A difference whose interval holds 1 is noise. With one repetition on a side only the items
vary, and the interval knows nothing of the difference between two starts: what would be faster or slower is *unsure*.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from random import Random
from typing import Literal

import msgspec

from ..figures import wilson
from .rows import Row

DRAWS = 2000
MOST = 200
"""Items of a repetition that are drawn from, thinned evenly: the median of more is no better for this."""
Verdict = Literal["noise", "unsure", "faster", "slower", "lives", "dies"]


class Difference(msgspec.Struct, frozen=True):
    """One cell of both runs. Ratios of the median time of an item, B / A; ``thin`` if a side has one repetition only.
    ``quality_apart`` if the 95 % intervals of the qualities do not meet."""

    workload: str
    scenario: str
    cap: int | None
    verdict: Verdict
    ratio: float | None
    low: float | None
    high: float | None
    survived: tuple[str, str]
    thin: bool
    quality: tuple[float | None, float | None]
    quality_apart: bool
    peak_ratio: float | None


def compare(one: Iterable[Row], other: Iterable[Row], seed: int = 7) -> list[Difference]:
    """Every cell that both runs have, in the order of the first."""
    first, second = _cells(one), _cells(other)
    random = Random(seed)
    return [_difference(key, first[key], second[key], random) for key in first if key in second]


Key = tuple[str, str, int | None]


def _cells(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault((row.workload, row.scenario, row.cap.bytes), []).append(row)
    return found


def _difference(key: Key, one: Sequence[Row], other: Sequence[Row], random: Random) -> Difference:
    survived = tuple(f"{sum(row.survived for row in rows)}/{len(rows)}" for rows in (one, other))
    a, b = _times(one), _times(other)
    qualities = [_quality(rows) for rows in (one, other)]
    values = (None if qualities[0] is None else qualities[0][0], None if qualities[1] is None else qualities[1][0])
    apart = qualities[0] is not None and qualities[1] is not None and _apart(qualities[0], qualities[1])
    workload, scenario, cap = key
    peaks = [_peak(rows) for rows in (one, other)]
    peak = round(peaks[1] / peaks[0], 3) if peaks[0] and peaks[1] else None
    if not a or not b:
        verdict: Verdict = "noise" if bool(a) == bool(b) else "lives" if b else "dies"
        return Difference(
            workload, scenario, cap, verdict, None, None, None, (survived[0], survived[1]), False, values, apart, peak
        )
    ratio = _median_of(b) / _median_of(a)
    draws = sorted(_draw(b, random) / _draw(a, random) for _ in range(DRAWS))
    low, high = draws[int(0.025 * DRAWS)], draws[int(0.975 * DRAWS) - 1]
    thin = min(len(a), len(b)) < 2
    told: Verdict = "noise" if low <= 1.0 <= high else "unsure" if thin else "faster" if high < 1.0 else "slower"
    return Difference(
        workload, scenario, cap, told, round(ratio, 4), round(low, 4), round(high, 4), (survived[0], survived[1]),
        thin, values, apart, peak,
    )  # fmt: skip


def _times(rows: Sequence[Row]) -> list[list[int]]:
    """The items of each repetition that survived, its first left out."""
    found = []
    for row in rows:
        items = row.samples_ns[1:] or row.samples_ns
        if row.survived and items:
            found.append(items[:: max(1, len(items) // MOST)])
    return found


def _median_of(reps: Sequence[Sequence[int]]) -> float:
    return statistics.median(statistics.median(items) for items in reps)


def _draw(reps: Sequence[Sequence[int]], random: Random) -> float:
    chosen = random.choices(reps, k=len(reps)) if len(reps) > 1 else reps
    return statistics.median(statistics.median(random.choices(items, k=len(items))) for items in chosen)


def _quality(rows: Sequence[Row]) -> tuple[float, float, float] | None:
    """The value with its interval, of the repetition with the most marks."""
    marks = [row.quality for row in rows if row.quality is not None]
    if not marks:
        return None
    best = max(marks, key=lambda quality: quality.n)
    if best.low is not None and best.high is not None:
        return best.value, best.low, best.high
    if best.metric == "word error rate":
        return best.value, *wilson(round(min(1.0, best.value) * best.n), best.n)
    return best.value, best.value, best.value


def _apart(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return one[2] < other[1] - 1e-9 or other[2] < one[1] - 1e-9


def _peak(rows: Sequence[Row]) -> float | None:
    peaks = [row.memory.peak for row in rows if row.survived and row.memory.peak]
    return statistics.median(peaks) if peaks else None
