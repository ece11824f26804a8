"""The index of the system skills: it says what their classes say, is not believed when it is old, and saves imports."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from bluerill.skills import index, loader
from bluerill.skills.catalogue import fingerprint
from bluerill.skills.derive import actions_of
from bluerill.skills.index import FILE, Indexed, digest, read_index
from bluerill.skills.roster import Roster
from bluerill.watch.commands.index_page import files_of
from house.house import fresh
from support.bench import system_skills

ENTRIES = [loader.parse_entry(each, loader.OWN) for each in system_skills()]


def roster(known: dict[str, Indexed]) -> Roster:
    device: Any = None
    held = Roster("core", logging.getLogger("test"), lambda _info: device, (), known)
    for entry in ENTRIES:
        held.load(entry)
    return held


def test_the_index_says_what_the_classes_say() -> None:
    known = read_index(ENTRIES)
    assert set(known) == {each.name for each in ENTRIES}, "run 'make pages'"
    indexed, derived = roster(known).catalogue(), roster({}).catalogue()
    assert indexed == derived
    assert indexed.fingerprint == fingerprint(derived.actions, derived.skills)
    for entry in ENTRIES:
        assert known[entry.name].made() == actions_of(loader.load(entry))


def test_a_line_whose_files_changed_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = FILE.read_bytes()
    other = tmp_path / "index.jsonl"
    clock = next(each for each in ENTRIES if each.name == "clock")
    other.write_bytes(b"{half a line\n" + whole)
    assert set(read_index([clock], other)) == {"clock"}
    changed = digest(read_index([clock])["clock"].files, {"system/clock.py": 1})
    assert changed != digest(read_index([clock])["clock"].files, {"system/clock.py": 2})
    elsewhere = loader.parse_entry("clock=bluerill.skills.system.clock:Other", loader.OWN)
    assert read_index([elsewhere]) == {}
    assert read_index([clock], tmp_path / "none.jsonl") == {}
    monkeypatch.setattr(index, "FOLDER", tmp_path)
    assert read_index([clock]) == {}


def test_a_contract_depends_on_the_files_it_takes_types_from() -> None:
    files = {each.name: files_of(loader.load(each)) for each in ENTRIES}
    assert files["clock"] == ["system/clock.py"]
    assert files["home"] == ["house/provider.py", "system/home.py"]
    assert "system/stopwatch.py" in files["timers"]


def test_a_skill_is_imported_when_it_is_used() -> None:
    program = (
        "import sys, logging\n"
        "from bluerill.skills import loader\n"
        "from bluerill.skills.index import read_index\n"
        "from bluerill.skills.roster import Roster\n"
        f"entries = [loader.parse_entry(each, 'bluerill') for each in {system_skills()!r}]\n"
        "held = Roster('core', logging.getLogger(), lambda _: None, (), read_index(entries))\n"
        "for each in entries: held.load(each)\n"
        "home = 'bluerill.skills.system.home'\n"
        "before = home in sys.modules, 'bluerill.skills.derive' in sys.modules\n"
        "held.skills['home'].skill\n"
        "print(len(held.skills), *before, home in sys.modules)"
    )
    assert fresh(program).split() == [str(len(ENTRIES)), "False", "False", "True"]
