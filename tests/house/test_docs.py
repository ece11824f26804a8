"""Documentation that is true: links lead somewhere, generated pages are fresh, decisions are numbered."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bluerill.kernel.manifest import Manifest, format_size
from bluerill.skills.derive import actions_of
from bluerill.watch import cli
from bluerill.watch.boot import MANIFEST
from bluerill.watch.commands import pages
from house.house import ROOT, name

DOCS = ROOT / "docs"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(path for folder in ("docs", "tests", "examples") for path in (ROOT / folder).rglob("*.md")),
]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_MACHINE = re.compile(r"(?<![\w~.])/(home|work|root|Users|tmp|var|mnt)/\w")


def anchors(path: Path) -> set[str]:
    """The anchors a repository host makes of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", _FENCE.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    dead = []
    for target in _LINK.findall(_FENCE.sub("", path.read_text("utf-8"))):
        if target.startswith(("https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        anchored = not anchor or there.suffix != ".md" or (there.exists() and anchor in anchors(there))
        if not there.exists() or not there.is_relative_to(ROOT) or not anchored:
            dead.append(target)
    assert not dead, f"{name(path)}: {dead}"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_page_knows_a_machine(path: Path) -> None:
    found = [line for line in path.read_text("utf-8").splitlines() if _MACHINE.search(line)]
    assert not found, f"{name(path)}: expected paths relative to the project, got {found}"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_begins_with_its_title(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("<!--")]
    assert lines
    assert lines[0].startswith("# ")


def test_generated_pages_are_fresh() -> None:
    stale = [page for page, text in pages.pages().items() if (ROOT / page).read_text("utf-8") != text]
    assert not stale, f"{stale} is not what the code says; run 'make pages'"


def test_a_stale_page_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    monkeypatch.setattr(pages, "pages", lambda: {"docs/messages.md": "new", "docs/commands.md": "same"})
    (tmp_path / "docs" / "messages.md").write_text("old")
    (tmp_path / "docs" / "commands.md").write_text("same")
    assert pages.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "docs/messages.md" in told
    assert "commands.md" not in told
    assert pages.main([]) == 0
    assert pages.main(["--check"]) == 0


def test_generated_pages_do_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    text = pages.commands_page()
    monkeypatch.setenv("COLUMNS", "40")
    assert pages.commands_page() == text


def test_decisions_are_numbered_without_gaps_and_say_what_was_given_up() -> None:
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    assert decisions
    for number, path in enumerate(decisions, 1):
        text = path.read_text("utf-8")
        assert re.fullmatch(rf"{number:04}-[a-z0-9-]+\.md", path.name), f"expected {number:04}-…, got {path.name}"
        assert text.startswith(f"# {number}. ")
        for part in ("## Why", "## Alternatives", "## What we gave up"):
            assert part in text, f"{name(path)}: expected {part!r}"


def test_every_dependency_is_explained() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.split(r"[\[<>=~! ]", each)[0].lower() for each in wanted} - {"bluerill"}
    text = (DOCS / "dependencies.md").read_text("utf-8").lower()
    missing = sorted(each for each in names if f"| {each} |" not in text)
    assert not missing, f"docs/dependencies.md has no row for {missing}"


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    missing = [verb for verb in cli._COMMANDS if f"`bluerill {verb}" not in text]
    assert not missing


def test_the_screenshot_is_small() -> None:
    assert 10_000 < (DOCS / "watch.png").stat().st_size < 300_000


_LIMIT = re.compile(r"^\| .+? \| (?P<said>[^|]+?) \| `(?P<constant>[\w.]+)` \|$", re.MULTILINE)
_FACTORS = {"": 1, "s": 1, "characters": 1, "KiB": 1 << 10, "MiB": 1 << 20}
LIMITS = _LIMIT.findall((DOCS / "limits.md").read_text("utf-8"))


def test_the_page_of_limits_is_read_by_the_next_test() -> None:
    rows = [line for line in (DOCS / "limits.md").read_text("utf-8").splitlines() if line.endswith("` |")]
    assert len(LIMITS) == len(rows) > 30


@pytest.mark.parametrize(("said", "constant"), LIMITS)
def test_a_limit_is_what_the_page_says(said: str, constant: str) -> None:
    module, _, attribute = constant.rpartition(".")
    value = getattr(import_module(f"bluerill.{module}"), attribute)
    number, _, unit = said.partition(" ")
    assert float(number.replace(",", "")) * _FACTORS[unit] == value


def test_the_skill_of_the_readme_works() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    [code] = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    made: dict[str, Any] = {"__name__": "readme"}
    exec(code, made)
    dice = made["Dice"]()
    [action] = actions_of(made["Dice"]).values()
    assert action.info.name == "roll_dice"
    assert action.info.parameters[0].kind == "number"
    dice.device = SimpleNamespace(now=lambda: datetime(2026, 1, 1, microsecond=13, tzinfo=UTC))
    reply = asyncio.run(dice.roll_dice(sides=12))
    assert reply.result == {"rolled": 2}


def test_the_table_of_processes_is_the_manifest() -> None:
    """Every service of device.toml stands in the README and in the architecture, children with their cap."""
    services = Manifest.load(MANIFEST).services
    readme, map_ = (path.read_text("utf-8") for path in (ROOT / "README.md", DOCS / "architecture.md"))
    for service, spec in services.items():
        assert f"`{service}`" in map_
        if spec.isolation == "child":
            [row] = [
                line for line in readme.splitlines() if line.startswith("| ") and f"`{service}`" in line.split("|")[1]
            ]
            assert f"{spec.memory_bytes >> 20} MB" in row, f"{service} has {format_size(spec.memory_bytes)}"
        else:
            assert re.search(rf"\| core \|.*\b{service}\b", readme)


def test_every_message_of_the_map_exists() -> None:
    known = pages.load_messages()
    named = set(
        re.findall(
            r"`((?:voice|agent|skills|store|screen|web|egress|kernel)\.[a-z-]+)`",
            (DOCS / "architecture.md").read_text("utf-8"),
        )
    )
    assert named
    assert named <= set(known)
