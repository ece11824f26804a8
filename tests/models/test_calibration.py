from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.kernel.scheduler.calibration import RUNS
from bluerill.models.calibration import MAX_BYTES, MAX_WAYS, Calibration, way
from bluerill.models.estimate import Estimate, Part
from bluerill.models.messages import LoadOptions

GUESS = Estimate((Part("weights", "mapped", 0, 1000), Part("kv", "attention", 400)))
WAY = way("cafe", "llama", LoadOptions(ctx=512))


def test_before_any_run_the_estimate_counts() -> None:
    assert Calibration().reserve(WAY, GUESS) == (400, 1000, False)


def test_then_the_largest_of_the_last_peaks_with_a_margin() -> None:
    known = Calibration()
    for anon in (100, 300, 200):
        known.measured(WAY, anon, 50)
    assert known.reserve(WAY, GUESS) == (315, 53, True)
    for _ in range(RUNS):
        known.measured(WAY, 100, 50)
    assert known.reserve(WAY, GUESS) == (105, 53, True)


def test_another_way_to_load_is_measured_for_itself() -> None:
    known = Calibration()
    known.measured(WAY, 100, 50)
    for other in (
        LoadOptions(ctx=1024),
        LoadOptions(ctx=512, kv_type="q8_0"),
        LoadOptions(ctx=512, ubatch=64),
        LoadOptions(ctx=512, threads=1),
        LoadOptions(ctx=512, settings={"repack": "on"}),
    ):
        assert not known.reserve(way("cafe", "llama", other), GUESS).measured


def test_killed_it_gets_a_quarter_more_until_a_run_ends_well() -> None:
    known = Calibration()
    known.killed(WAY, 400)
    assert known.reserve(WAY, GUESS).anon == 500
    known.killed(WAY, 500)
    assert known.reserve(WAY, GUESS).anon == 625
    known.measured(WAY, 520, 10)
    assert known.reserve(WAY, GUESS) == (546, 11, True)
    known.killed(WAY, 546)
    assert known.reserve(WAY, GUESS).anon == 683


def test_growth_ends() -> None:
    known = Calibration()
    for _ in range(50):
        known.killed(WAY, 100)
    assert known.reserve(WAY, GUESS).anon == 400


def test_the_ways_used_longest_ago_are_forgotten() -> None:
    known = Calibration()
    for ctx in range(1, MAX_WAYS + 3):
        known.measured(way("m", "llama", LoadOptions(ctx=ctx)), ctx, 0)
    assert len(known) == MAX_WAYS
    assert not known.reserve(way("m", "llama", LoadOptions(ctx=2)), GUESS).measured
    assert known.reserve(way("m", "llama", LoadOptions(ctx=3)), GUESS).measured
    assert len(known.to_json()) < MAX_BYTES
    known.forget("m")
    assert len(known) == 0


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 1 << 40), st.integers(0, 1 << 40), st.booleans())))
def test_json_round_trip(runs: list[tuple[int, int, int, bool]]) -> None:
    known = Calibration()
    for ctx, anon, file, well in runs:
        each = way("m", "llama", LoadOptions(ctx=ctx))
        if well:
            known.measured(each, anon, file)
            assert known.reserve(each, GUESS).anon >= anon
        else:
            known.killed(each, anon)
            assert known.reserve(each, GUESS).anon >= anon
    again = Calibration.from_json(known.to_json())
    assert again.to_json() == known.to_json()
    for ctx in range(1, 41):
        each = way("m", "llama", LoadOptions(ctx=ctx))
        assert again.reserve(each, GUESS) == known.reserve(each, GUESS)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"a": {"anon": [1]}}', b'{"a": {"anon": [-1], "file": [1]}}', b" " * (MAX_BYTES + 1)]
)
def test_damaged_calibrations_are_said(data: bytes) -> None:
    with pytest.raises(ServiceFault, match="calibrations"):
        Calibration.from_json(data)


def test_an_absurd_peak_is_refused() -> None:
    with pytest.raises(CallerError, match="a peak is from 0"):
        Calibration().measured(WAY, -1, 0)
