from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluerill.bench.capped.options import caps_of
from bluerill.bench.capped.sweep import NEAR, NOTHING, STEP, Survey
from bluerill.kernel.limits import MIB

CAPS = caps_of("32M,48M,64M,96M,128M,256M,1G,none")


def survey(floor: int, near: int = 3, halvings: int = 10, caps: tuple[int | None, ...] = CAPS) -> Survey:
    """A whole survey of a workload that lives from ``floor`` on."""
    found = Survey(caps, 1, near, halvings)
    for _ in range(500):
        step = found.next()
        if step is None:
            return found
        found.told(step.cap, step.cap is None or step.cap >= floor)
    pytest.fail("a survey does not end")


@given(st.integers(NOTHING + 1, 1024 * MIB))
def test_the_floor_is_found_to_a_mebibyte(floor: int) -> None:
    found = survey(floor)
    assert found.floor() is not None
    assert floor <= (found.floor() or 0) <= floor + 2 * STEP


@given(st.integers(NOTHING + 1, 1024 * MIB), st.integers(1, 12))
def test_caps_near_the_floor_are_repeated_and_no_others(floor: int, near: int) -> None:
    found = survey(floor, near)
    lived = found.floor() or 0
    assert found.survival(lived)[1] == near
    for cap in found.caps():
        close = cap is not None and abs(cap - lived) <= max(STEP, NEAR * lived)
        assert found.survival(cap)[1] == (near if close else 1)


def test_a_refusal_is_not_asked_for_again() -> None:
    found = Survey((64 * MIB, 32 * MIB), 1, 10, halvings=0)
    while (step := found.next()) is not None:
        assert step.cap is not None
        alive = step.cap > 40 * MIB
        found.told(step.cap, alive, certain=not alive)
    assert found.survival(32 * MIB) == (0, 1)
    assert found.survival(64 * MIB) == (10, 10)


def test_what_never_lives_is_not_looked_for() -> None:
    found = Survey(CAPS, 2, 10)
    steps = 0
    while (step := found.next()) is not None:
        found.told(step.cap, False)
        steps += 1
    assert steps == 2 * len(CAPS)
    assert found.floor() is None


def test_caps_near_what_it_takes_come_first() -> None:
    found = Survey(CAPS, 1, 0, halvings=0)
    order = []
    while (step := found.next()) is not None:
        order.append(step.cap)
        found.told(step.cap, True, peak=60 * MIB)
    assert order[:4] == [None, 64 * MIB, 48 * MIB, 96 * MIB]
    assert order[-1] == 1024 * MIB
    assert sorted(order, key=str) == sorted(CAPS, key=str)
