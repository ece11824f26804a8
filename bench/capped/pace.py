"""How the time of a run is divided: pure, by what repetitions were seen to cost.

First every workload is measured without a cap, which tells its pace; then under the other caps that were asked for;
then its floor is looked for; what is left goes to repetitions near the floors. All take turns, so that a busy machine
has the caps that matter of every workload rather than every cap of some; near the floors each has the same time.
Where not everything fits, repetitions get shorter, down to three items, before any cell is left out; what is left out
all the same is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import NamedTuple

USUAL_UNTIL, CAPS_UNTIL, FLOORS_UNTIL = 0.36, 0.48, 0.64
"""Of the time of a run: when all caps should be done of what answers soon, of whole devices too, and all floors."""
LEAST_ITEMS = 3
SHORTEST_S = 0.02


class Cost(NamedTuple):
    """Seconds of a repetition: what it takes until the first item, and all its items."""

    fixed_s: float
    items_s: float

    def within(self, allowance_s: float) -> float:
        return self.fixed_s + min(self.items_s, allowance_s)


def allowance_of(costs: Iterable[tuple[Cost, int]], left_s: float) -> float:
    """Seconds for the items of a repetition so that so many repetitions of each fit: quick workloads keep all their
    items, slow ones share what is left evenly."""
    pairs = [(cost, count) for cost, count in costs if count]
    room = left_s - sum(cost.fixed_s * count for cost, count in pairs)
    owed = sum(count for _, count in pairs)
    for cost, count in sorted(pairs, key=lambda pair: pair[0].items_s):
        if cost.items_s * owed > room:
            return max(SHORTEST_S, room / owed)
        room -= cost.items_s * count
        owed -= count
    return inf


def least_items(count: int, scale: float) -> int:
    """Of ``count`` items, how many a repetition answers at least."""
    return max(min(LEAST_ITEMS, count), int(count * scale))
