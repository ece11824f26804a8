"""Documentation that is true: links lead somewhere, generated pages are fresh, decisions are numbered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bluerill.watch import cli
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
        if (
            not there.exists()
            or not there.is_relative_to(ROOT)
            or (anchor and there.suffix == ".md" and anchor not in anchors(there))
        ):
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
    stale = [page for page, text in pages.pages().items() if (DOCS / page).read_text("utf-8") != text]
    assert not stale, f"docs/{stale} is not what the code says; run 'make pages'"


def test_a_stale_page_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    monkeypatch.setattr(pages, "pages", lambda: {"messages.md": "new", "commands.md": "same"})
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
