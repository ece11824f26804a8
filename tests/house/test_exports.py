"""The public surface: what is promised exists, and what is registered can be loaded."""

from __future__ import annotations

import ast
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from bluerill.kernel.child import resolve
from bluerill.kernel.manifest import Manifest
from bluerill.kernel.service import Service
from bluerill.skills import contract
from bluerill.skills.contract import Skill
from bluerill.watch.boot import MANIFEST
from house.house import ROOT, module_name, name, product, tree

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def _exporting() -> list[Path]:
    return [
        path
        for path in product()
        if any(
            isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
            for node in tree(path).body
        )
    ]


@pytest.mark.parametrize("path", _exporting(), ids=name)
def test_everything_exported_exists(path: Path) -> None:
    if "models/train/" in name(path):
        pytest.importorskip("torch", reason="training needs the extra 'train'")
    module = import_module(module_name(path))
    missing = [export for export in module.__all__ if not hasattr(module, export)]
    assert not missing
    assert len(set(module.__all__)) == len(module.__all__)


def test_the_contract_exports_its_whole_surface() -> None:
    """What is public in the file and made there is in ``__all__``: a skill needs no other import."""
    made_here = {
        export
        for export, value in vars(contract).items()
        if not export.startswith("_") and getattr(value, "__module__", None) == contract.__name__
    }
    assert made_here - {"F", "ActionMark"} <= set(contract.__all__)


def test_the_contract_needs_nothing_but_the_wing_and_the_kernel() -> None:
    for node in ast.walk(tree(ROOT / "skills" / "contract.py")):
        if isinstance(node, ast.ImportFrom) and node.level:
            assert node.module in ("messages", "aside", "functions")


def _load(target: str) -> object:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


@pytest.mark.parametrize("target", PROJECT["scripts"].values())
def test_scripts_resolve(target: str) -> None:
    assert callable(_load(target))


@pytest.mark.parametrize(("entry", "target"), PROJECT["entry-points"]["bluerill.skills"].items())
def test_skill_entry_points_resolve(entry: str, target: str) -> None:
    skill = _load(target)
    assert isinstance(skill, type)
    assert issubclass(skill, Skill)
    assert skill.name == entry


@pytest.mark.parametrize("group", ["bluerill.engines", "bluerill.services"])
def test_other_entry_points_resolve(group: str) -> None:
    assert group in PROJECT["entry-points"], f"expected the group {group} to be there for others"
    for target in PROJECT["entry-points"][group].values():
        assert callable(_load(target))


@pytest.mark.parametrize(("service", "spec"), Manifest.load(MANIFEST).services.items())
def test_the_manifest_names_services(service: str, spec: object) -> None:
    found = resolve(getattr(spec, "class_"))  # noqa: B009
    assert isinstance(found, type)
    assert issubclass(found, Service)


def test_the_version_is_one() -> None:
    import bluerill

    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"## [{bluerill.__version__}]" in text, "expected the version in CHANGELOG.md"
