"""Wheels as a package's author would upload them, written without building anything."""

from __future__ import annotations

import base64
import hashlib
import textwrap
from pathlib import Path
from zipfile import ZipFile

HEAD = """
from __future__ import annotations
import os
from datetime import timedelta
from typing import Any
from bluerill.skills.contract import Card, Duration, Glance, Refusal, Reply, Skill, Text, action
"""


def wheel(into: Path, name: str, code: str, skills: dict[str, str], version: str = "1.0", requires: str = "") -> Path:
    """A wheel of one module, ``NAME_skill``; ``skills`` are its entry points, name to class."""
    module = f"{name.replace('-', '_')}_skill"
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    entries = "".join(f"{skill} = {module}:{cls}\n" for skill, cls in skills.items())
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    needs = "".join(f"Requires-Dist: {each}\n" for each in ("bluerill", requires) if each)
    files = {
        f"{module}.py": HEAD + textwrap.dedent(code),
        f"{info}/METADATA": about + needs,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[bluerill.skills]\n{entries}" if skills else "",
    }
    record = "".join(f"{path},{_digest(text)},{len(text.encode())}\n" for path, text in files.items())
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(file, text)
    return path


def _digest(text: str) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
