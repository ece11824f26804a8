"""Recorded traffic: what a package asked and was answered is replayed to the letter, and a change of it is seen."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.watch.cli import main
from bluerill.watch.workshop import blueprint
from bluerill.watch.workshop.package import Package
from bluerill.watch.workshop.traffic import FILE, replay


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    made = blueprint.write("owls", tmp_path)
    yield made
    for name in [each for each in sys.modules if each.startswith("owls_skill")]:
        del sys.modules[name]


def again(folder: Path) -> list[str]:
    for name in [each for each in sys.modules if each.startswith("owls_skill")]:
        del sys.modules[name]
    return asyncio.run(replay(Package(folder)))


def test_a_recording_is_replayed_and_a_change_is_seen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skills", "test", str(folder), "--record", "--no-tools"]) == 0
    told = capsys.readouterr().out
    assert "messages in" in told
    assert "what it asks of the device, and answers, is what was recorded" in told
    first = (folder / FILE).read_text()
    assert '"wire":"store.put"' in first
    assert again(folder) == []
    code = folder / "owls_skill" / "__init__.py"
    plain = code.read_text()
    code.write_text(plain.replace('put("total", total)', 'put("sum", total)'))
    (line,) = again(folder)
    assert line.startswith("it asks store store.put")
    assert "when it was recorded" in line
    code.write_text(plain.replace("That makes", "You have"))
    (line,) = again(folder)
    assert "count_owls: expected" in line
    code.write_text(plain)
    assert again(folder) == []
    (folder / FILE).unlink()
    assert main(["skills", "test", str(folder), "--record", "--no-tools"]) == 0
    assert (folder / FILE).read_text() == first, "the same package is recorded to the letter"


def test_a_damaged_recording_is_one_line(folder: Path) -> None:
    (folder / FILE).write_text('{"from": 1}\n')
    with pytest.raises(CallerError, match="record it anew"):
        again(folder)
