"""docs/first-skill.md is true: its package is written out, found by its entry point, loaded and run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from bluerill.skills import loader

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "first-skill.md").read_text("utf-8")
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)\n```", PAGE, re.DOTALL))
RUN = re.findall(r"<!-- run -->\n```python\n(.*?)\n```", PAGE, re.DOTALL)


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_example_is_the_page(name: str) -> None:
    assert (ROOT / "examples" / "tea" / name).read_text("utf-8") == FILES[name] + "\n"


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    site = tmp_path / "site"
    for name, text in FILES.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text + "\n")
    registered = re.findall(r'^(\w+) = "(tea_skill:\w+)"$', FILES["pyproject.toml"], re.MULTILINE)
    info = site / "tea_skill-1.0.0.dist-info"
    info.mkdir()
    lines = "".join(f"{name} = {value}\n" for name, value in registered)
    (info / "entry_points.txt").write_text(f"[console_scripts]\nx = y:z\n\n[bluerill.skills]\n{lines}")

    (entry,) = loader.entry_points([str(site)])
    assert (entry.name, entry.value, entry.package, entry.version) == ("tea", "tea_skill:Tea", "tea-skill", "1.0.0")
    assert loader.third_party([str(site)]) == {"tea-skill": [entry]}
    monkeypatch.syspath_prepend(str(site))
    sys.modules.pop("tea_skill", None)
    assert len(RUN) == 1
    exec(compile(RUN[0], "docs/first-skill.md", "exec"), {"STATE": str(tmp_path / "state"), "__name__": "page"})
    sys.modules.pop("tea_skill", None)
