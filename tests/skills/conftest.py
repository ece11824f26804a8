"""Fixtures of the skills' tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.bench import Bench, World


@pytest.fixture
def bench() -> Bench:
    """A switchboard with a virtual clock at 2026-11-18 11:06:40 UTC."""
    return Bench()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A watch in Paris, on Wednesday, 18 November 2026, 12:06:40."""
    return World(tmp_path / "watch")
