"""What every test gets: a home of its own, children that can import the tests' services, no real entry points."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """BLUERILL_HOME in a short temporary directory (socket paths are limited to about 100 bytes)."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("BLUERILL_HOME", str(home))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    return home


@pytest.fixture(scope="session")
def data() -> Path:
    """Public data sets (BLUERILL_DATA, default ../shared/data); tests that need them are skipped without."""
    import os

    root = Path(os.environ.get("BLUERILL_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not root.is_dir():
        pytest.skip(f"public data is not at {root}; set BLUERILL_DATA")
    return root
