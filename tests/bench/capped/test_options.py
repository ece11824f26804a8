from __future__ import annotations

import pytest

from bluerill.bench.capped.options import BUNDLED, caps_of, chosen, size_text
from bluerill.kernel.errors import CallerError
from bluerill.kernel.limits import MIB


def test_caps_are_taken_from_the_largest_down_and_once() -> None:
    assert caps_of("32M, none,1G,64M,32M") == (None, 1024 * MIB, 64 * MIB, 32 * MIB)


@pytest.mark.parametrize("text", ["5M", "64M,5M", "0M"])
def test_a_cap_without_room_for_python_is_refused(text: str) -> None:
    with pytest.raises(CallerError, match="expected 8M or more"):
        caps_of(text)


@pytest.mark.parametrize("text", ["", ",", "much"])
def test_what_is_no_cap_is_refused(text: str) -> None:
    with pytest.raises(CallerError, match="expected"):
        caps_of(text)


def test_an_unknown_workload_is_named_with_those_there_are() -> None:
    assert chosen("face, planner,face", BUNDLED, "--workloads") == ("face", "planner")
    with pytest.raises(CallerError, match=r"planner.*got 'chess'"):
        chosen("chess", BUNDLED, "--workloads")


def test_sizes_are_written_as_they_are_read() -> None:
    assert [size_text(cap) for cap in (None, 48 * MIB, 1536 * MIB)] == ["none", "48M", "1.5G"]
