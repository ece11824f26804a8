"""The tests of llama.cpp and of the decoder on it, apart from the voice detector's ggml (``llama/conftest.py``)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from house.house import ROOT
from support.model_engines import needs

pytestmark = [pytest.mark.process, needs("llama_cpp", "gguf")]
HERE = Path(__file__).parent
FILES = sorted([*(HERE / "llama").glob("test_*.py"), *(HERE.parent / "decoder").glob("test_*.py")])


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_llama(file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider", str(file)],
        cwd=ROOT,
        env=os.environ | {"BLUERILL_APART": "1"},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
