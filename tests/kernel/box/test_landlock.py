"""What a ruleset handles, for each version of the interface."""

from __future__ import annotations

import sys

import pytest

from bluerill.kernel.box import landlock


@pytest.mark.parametrize(
    ("abi", "files", "ports", "scopes"),
    [(1, 13, 0, 0), (2, 14, 0, 0), (3, 15, 0, 0), (4, 15, 3, 0), (5, 16, 3, 0), (6, 16, 3, 3), (9, 16, 3, 3)],
)  # fmt: skip
def test_a_kernel_is_asked_for_what_it_knows(abi: int, files: int, ports: int, scopes: int) -> None:
    assert landlock.rights(abi, network=False) == ((1 << files) - 1, ports, scopes)
    assert landlock.rights(abi, network=True).ports == 0


@pytest.mark.skipif(sys.platform == "linux", reason="for systems without Landlock")
def test_elsewhere_there_is_none() -> None:
    assert landlock.version() == 0
