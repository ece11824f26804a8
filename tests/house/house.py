"""What the house tests look at: the product's files, and programs run in a fresh interpreter.

Import as ``from house.house import …``.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("agent", "bench", "kernel", "modalities", "models", "skills", "watch")


@cache
def product() -> list[Path]:
    """Every Python file of the product."""
    files = [ROOT / "__init__.py", ROOT / "__main__.py"]
    for room in ROOMS:
        files += sorted((ROOT / room).rglob("*.py"))
    return files


def name(path: Path) -> str:
    """A file as people name it: relative to the root."""
    return str(path.relative_to(ROOT))


def module_name(path: Path) -> str:
    """``bluerill.kernel.loop`` of ``kernel/loop.py``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("bluerill", *(part for part in parts if part != "__init__")))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def fresh(program: str) -> str:
    """What a program prints in an interpreter that has imported nothing yet."""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
