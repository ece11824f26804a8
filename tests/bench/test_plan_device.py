"""What is measured of the planner in the device is there, and of the right processes."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

from bluerill.bench.plan_device import measure
from bluerill.bench.plan_device_child import memory_of


def test_a_process_has_written_and_mapped_memory_until_it_is_gone() -> None:
    held = memory_of(os.getpid())
    assert held["written"] > 1 << 20
    assert held["mapped"] > 1 << 20
    with pytest.raises(OSError, match="smaps_rollup"):
        memory_of(1 << 22)


@pytest.mark.process
def test_plans_go_over_the_bus_of_a_device_of_its_own() -> None:
    found = measure(["what time is it", "set a timer for ten minutes"])
    assert found["ms"]["n"] == found["by"]["templates"] == 2
    assert 0 < found["ms"]["p50"] <= found["ms"]["p95"] <= found["ms"]["worst"]
    wanted = {"core"} | ({"encoder"} if find_spec("onnxruntime") else set())
    assert wanted <= set(found["memory"]) <= {"core", "encoder", "decoder"}
    assert found["together"]["written"] == sum(each["written"] for each in found["memory"].values())
