"""The contract's promise: what a skill could name in one version it can name in every later one of the same first
number. The surface of each version is kept in ``tests/golden/contract``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bluerill.kernel.errors import ManifestError
from bluerill.skills import contract, loader
from bluerill.skills.contract import CONTRACT, Skill
from support.surface import surface

KEPT = Path(__file__).parents[1] / "golden" / "contract"
NOW = surface(contract)


def lines(version: tuple[int, int]) -> list[str]:
    return (KEPT / "{}.{}.txt".format(*version)).read_text().splitlines()


def versions() -> list[tuple[int, int]]:
    found = [tuple(map(int, path.stem.split("."))) for path in KEPT.glob("*.txt")]
    return sorted((major, minor) for major, minor in found)


def parts(line: str) -> tuple[str, list[str]]:
    """``Device.get async (self, key, default?)`` → its name with how it is called, and its parameters."""
    found = re.fullmatch(r"(.*?)(?: ((?:async )?)\((.*)\))?", line)
    assert found
    return found[1] + (found[2] or ""), [each for each in (found[3] or "").split(", ") if each]


def missing(before: list[str], now: list[str]) -> list[str]:
    """What a skill written against ``before`` would miss: a name, a parameter, its place, or that it may be left out; a
    new parameter that must be given is one, too."""
    there = dict(map(parts, now))
    wrong = []
    for line in before:
        name, wanted = parts(line)
        if name not in there:
            wrong.append(line)
            continue
        has = there[name]
        more = [each for each in has if each not in wanted]
        if [each for each in has if each in wanted] != wanted or not all(
            each[-1] == "?" or each[0] == "*" for each in more
        ):
            wrong.append(f"{line} is now {name}({', '.join(has)})")
    return wrong


def test_the_surface_is_the_one_that_this_version_is_known_by() -> None:
    assert lines(CONTRACT) == NOW, (
        f"the contract changed: raise CONTRACT (what is added, the second number) and keep its surface in {KEPT}"
    )
    assert versions()[-1] == CONTRACT


@pytest.mark.parametrize("version", [each for each in versions() if each[0] == CONTRACT[0]])
def test_what_an_older_skill_can_name_is_there(version: tuple[int, int]) -> None:
    assert missing(lines(version), NOW) == []


@pytest.mark.parametrize(
    ("before", "now", "compatible"),
    [
        ("f (a)", "f (a, b?)", True),
        ("f (a)", "f (a, **more)", True),
        ("f (a)", "f (a, b)", False),
        ("f (a, b?)", "f (a)", False),
        ("f (a, b?)", "f (a, b)", False),
        ("f (a, b)", "f (b, a)", False),
        ("f (a)", "f async (a)", False),
        ("type A = str text", "type A = str place", False),
        ("Reply.card?", "Reply.card", False),
    ],
)
def test_what_breaks_a_skill_is_known(before: str, now: str, compatible: bool) -> None:
    assert (missing([before], [now]) == []) is compatible


@pytest.mark.parametrize("version", [(1, minor) for minor in range(CONTRACT[1] + 1)])
def test_every_version_of_before_is_still_loaded(version: tuple[int, int]) -> None:
    class Old(Skill):
        name = "old"
        contract = version

    assert loader._checked(Old, loader.EntryPoint("old", "old:Old", "old"), "skill 'old'") is Old


@pytest.mark.parametrize("version", [(CONTRACT[0], CONTRACT[1] + 1), (CONTRACT[0] + 1, 0), (CONTRACT[0] - 1, 9)])
def test_a_later_version_or_another_first_number_is_refused(version: tuple[int, int]) -> None:
    class Late(Skill):
        name = "late"
        contract = version

    with pytest.raises(ManifestError, match=r"needs version \d+\.\d+ of the skill contract, this device has"):
        loader._checked(Late, loader.EntryPoint("late", "late:Late", "late"), "skill 'late'")
