"""``src/bluerill`` gives the root its import name, by relative links alone."""

from __future__ import annotations

import os

import bluerill
from house.house import ROOMS, ROOT

SRC = ROOT / "src" / "bluerill"


def test_it_holds_one_relative_link_for_each_room_and_nothing_else() -> None:
    expected = {entry: f"../../{entry}" for entry in (*ROOMS, "__init__.py", "__main__.py", "py.typed")}
    found = {
        path.name: os.readlink(path) if path.is_symlink() else "not a link"
        for path in SRC.iterdir()
        if path.name != "__pycache__"
    }
    assert found == expected


def test_every_link_leads_into_the_root() -> None:
    for path in SRC.iterdir():
        if path.is_symlink():
            assert path.resolve() == ROOT / path.name


def test_the_tests_see_this_checkout() -> None:
    assert bluerill.__file__ is not None
    assert os.path.samefile(bluerill.__file__, ROOT / "__init__.py")


def test_every_room_is_checked_by_pyright() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert set(ROOMS) <= set(project["tool"]["pyright"]["include"])  # it follows no links, so it needs the real names
