"""The screen's process stays small however many faces it has shown."""

from __future__ import annotations

import sys

import pytest

from bluerill.bench.faces_render import RESIDENT_BAR_MIB, after_all


@pytest.mark.process
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_all_faces_in_turn_take_no_more_than_one() -> None:
    found = after_all()
    assert found["faces"] >= 17
    # machines differ by a library or two; a cache without a bound costs ten times that
    assert found["most_mib"] <= RESIDENT_BAR_MIB + 2
