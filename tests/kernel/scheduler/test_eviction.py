"""The cheapest set is found: compared with trying all sets."""

from __future__ import annotations

import time
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bluerill.kernel.scheduler.eviction import EXACT, Candidate, cheapest

candidates = st.lists(st.tuples(st.integers(0, 40), st.floats(0, 100)), max_size=9)


def brute(given: list[Candidate], need: int) -> float | None:
    costs = [
        sum(each.cost for each in chosen)
        for count in range(len(given) + 1)
        for chosen in combinations(given, count)
        if sum(each.size for each in chosen) >= need
    ]
    return min(costs, default=None)


@given(rows=candidates, need=st.integers(-5, 200))
def test_no_set_is_cheaper(rows: list[tuple[int, float]], need: int) -> None:
    given = [Candidate(size, cost, number) for number, (size, cost) in enumerate(rows)]
    found = cheapest(given, need)
    best = brute(given, need)
    if best is None:
        assert found is None
        return
    assert found is not None
    assert sum(each.size for each in found) >= need
    assert abs(sum(each.cost for each in found) - best) < 1e-6
    assert len({each.what for each in found}) == len(found)


def test_one_large_where_greedy_takes_three_small() -> None:
    small = [Candidate(40, 3.0, name) for name in "abc"]
    large = Candidate(100, 8.0, "large")
    assert cheapest([*small, large], 100) == [large]
    assert cheapest([*small, large._replace(cost=10.0)], 100) == small


def test_more_than_the_exact_number_still_frees_enough_and_keeps_whom_it_need_not_evict() -> None:
    given = [Candidate(10 + n % 7, 1.0 + n % 5, n) for n in range(EXACT * 4)]
    found = cheapest(given, 200)
    assert found is not None
    size = sum(each.size for each in found)
    assert size >= 200
    assert all(size - each.size < 200 for each in found)


def test_the_exact_search_does_not_explode() -> None:
    """Equal costs per byte are the worst case for the bound."""
    given = [Candidate(97 + n, float(97 + n), n) for n in range(EXACT)]
    start = time.perf_counter()
    assert cheapest(given, 801) is not None
    assert time.perf_counter() - start < 5.0  # a guard against 2^16 sets, no measurement
