"""Whom to evict: the cheapest set that frees enough.

What a model is worth staying is GDSF's (Cherkasova, 1998): ``H = L + frequency * cost / size``, where cost is what
loading it again would take, the restoring of its paused jobs included, and L is the H of what was evicted last when
the model was last used, so that worth fades without a clock. GDSF evicts one at a time, the least H first; for a few
large things that picks the wrong ones (three small models where one would do), so the sum of ``H * size`` is
minimised over sets instead. That is a covering knapsack: solved exactly for up to EXACT candidates by branch and
bound, greedily for more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

EXACT = 16
"""Up to this many candidates the set found is the cheapest there is; a small device holds fewer models."""


class Candidate(NamedTuple):
    """Something that could leave memory: ``size`` bytes at ``cost`` (any unit, the same for all)."""

    size: int
    cost: float
    what: object


def cheapest(candidates: Sequence[Candidate], need: int) -> list[Candidate] | None:
    """The set of least cost whose sizes sum to ``need`` or more; None if all of them are not enough."""
    if need <= 0:
        return []
    usable = [each for each in candidates if each.size > 0]
    if sum(each.size for each in usable) < need:
        return None
    usable.sort(key=lambda each: (each.cost / each.size, -each.size))  # stable: ties in the order given
    found = _greedy(usable, need)
    return found if len(usable) > EXACT else _exact(usable, need, found)


def _greedy(usable: list[Candidate], need: int) -> list[Candidate]:
    """By cost per byte until it is enough; then whoever is not needed stays, the costliest first."""
    chosen: list[Candidate] = []
    size = 0
    for each in usable:
        if size >= need:
            break
        chosen.append(each)
        size += each.size
    for each in sorted(chosen, key=lambda c: -c.cost):
        if size - each.size >= need:
            chosen.remove(each)
            size -= each.size
    return chosen


def _exact(usable: list[Candidate], need: int, found: list[Candidate]) -> list[Candidate]:
    """Branch and bound. The bound: the rest by cost per byte, the last one in part (the relaxed knapsack)."""
    best, best_cost = found, sum(each.cost for each in found)
    count = len(usable)
    rest = [0] * (count + 1)
    for at in range(count - 1, -1, -1):
        rest[at] = rest[at + 1] + usable[at].size
    chosen: list[Candidate] = []

    def visit(at: int, need: int, cost: float) -> None:
        nonlocal best, best_cost
        if need <= 0:
            if cost < best_cost:
                best, best_cost = chosen.copy(), cost
            return
        if rest[at] < need:
            return
        bound, lacking = cost, need
        for each in usable[at:]:
            if each.size >= lacking:
                bound += each.cost * lacking / each.size
                break
            bound += each.cost
            lacking -= each.size
        if bound >= best_cost - 1e-12:
            return
        chosen.append(usable[at])
        visit(at + 1, need - usable[at].size, cost + usable[at].cost)
        chosen.pop()
        visit(at + 1, need, cost)

    visit(0, need, 0.0)
    return best
