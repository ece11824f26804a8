"""Entry points are found without importlib.metadata, and as it would find them."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

from bluerill.skills import loader
from bluerill.skills.loader import EntryPoint, entry_points


def dist(folder: Path, name: str, text: str | None) -> None:
    (folder / name).mkdir(parents=True)
    if text is not None:
        (folder / name / "entry_points.txt").write_text(text)


def test_finds_the_group_in_every_kind_of_installation(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    dist(one, "Zebra_Skills-2.0.dist-info", "[bluerill.skills]\nstripes = zebra.skills:Stripes\n# no\n; no\nbad\n")
    dist(one, "old-1.0-py3.11.egg-info", "[other]\na = b:c\n[bluerill.skills]\nold=old:Old [extra]\n")
    dist(one, "none-1.dist-info", None)
    dist(two, "zebra.skills-1.0.dist-info", "[bluerill.skills]\nshadowed = zebra:No\n")
    dist(two, "bluerill-0.1.0.dist-info", "[bluerill.skills]\nclock = bluerill.skills.system.clock:Clock\n")
    found = entry_points([str(tmp_path / "not there"), str(one), str(two)])
    assert found == [
        EntryPoint("clock", "bluerill.skills.system.clock:Clock", "bluerill", "0.1.0"),
        EntryPoint("old", "old:Old [extra]", "old", "1.0"),
        EntryPoint("stripes", "zebra.skills:Stripes", "zebra-skills", "2.0"),
    ]
    assert loader.system_entries([str(two)]) == [found[0]]
    assert list(loader.third_party([str(one), str(two)])) == ["old", "zebra-skills"]


def test_who_calls_itself_bluerill_elsewhere_does_not_get_into_the_core() -> None:
    assert not loader.is_own(EntryPoint("x", "evil:X", "bluerill"))
    assert not loader.is_own(EntryPoint("x", "bluerill.skills.system.clock:Clock", "evil"))


def test_finds_what_importlib_metadata_finds_here() -> None:
    theirs = importlib.metadata.entry_points(group="console_scripts")
    ours = entry_points(group="console_scripts")
    assert {(each.name, each.value) for each in ours} == {(each.name, each.value) for each in theirs}


def test_broken_files_are_passed_over(tmp_path: Path) -> None:
    dist(tmp_path, "a-1.dist-info", "[bluerill.skills\nx = y:z\n")
    dist(tmp_path, "b-1.dist-info", "[bluerill.skills]\n\x00\xff = \n= x\nx\n")
    (tmp_path / "c-1.dist-info").write_text("a file")
    assert [each.package for each in entry_points([str(tmp_path)])] in ([], ["b", "b"], ["b"])


def test_the_core_stays_free_of_what_it_must_not_import() -> None:
    """The wing as the core imports it: no ssl, http, email, numpy, importlib.metadata."""
    code = (
        "from bluerill.kernel.lean import import_asyncio; import_asyncio(); import sys\n"
        "from support.bench import system_skills\n"
        "import bluerill.skills.host, bluerill.skills.store\n"
        "from bluerill.skills import loader\n"
        "from bluerill.skills.derive import actions_of\n"
        "for each in system_skills(): actions_of(loader.load(loader.parse_entry(each, 'bluerill')))\n"
        "loader.entry_points()\n"
        "heavy = ('ssl', 'http.client', 'email', 'numpy', 'importlib.metadata', 'urllib.request', 'hassil')\n"
        "sys.exit(' '.join(each for each in heavy if each in sys.modules and each not in before) or 0)\n"
    )
    start = "import sys; before = set(sys.modules)\n"
    script = start + code.replace("from support.bench import system_skills\n", SKILLS)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


SKILLS = f"""
import tomllib
def system_skills():
    table = tomllib.load(open({str(Path(__file__).parents[2] / "pyproject.toml")!r}, "rb"))
    return [f"{{k}}={{v}}" for k, v in table["project"]["entry-points"]["bluerill.skills"].items()]
"""
