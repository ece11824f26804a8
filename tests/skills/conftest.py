"""Fixtures of the skills' tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluerill.skills.testing import Bench
from support.bench import World


@pytest.fixture
def bench() -> Bench:
    """A switchboard with a virtual clock at 2026-11-18 11:06:40 UTC."""
    return Bench()


@pytest.fixture
def world() -> Iterator[World]:
    """A watch in Paris, on Wednesday, 18 November 2026, 12:06:40. Its files lie in memory where that is possible:
    these tests are about what is written, tests/faults about whether it stays."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield World(Path(folder) / "watch")
