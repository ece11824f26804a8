"""The floors of the house: who may import whom, and what the core never loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.house import ROOT, fresh, module_name, name, product, tree

HEAVY = (
    "numpy", "PIL", "ssl", "http.client", "email", "pydantic", "langchain_core", "pocketsphinx", "websockets",
    "soundfile", "yaml", "zipfile", "hashlib",
)  # fmt: skip
"""What a core of 32 MB has no room for."""

CORE = (
    "kernel.loop", "kernel.monitor", "kernel.host.linux", "models.broker", "models.catalogue", "agent.planner",
    "agent.session", "agent.jobs.service", "skills.host", "skills.store", "watch.boot", "watch.cli", "watch.control",
    "watch.commands.ask",
)  # fmt: skip


def test_import_linter_keeps_its_contracts() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    assert linter.is_file(), f"expected import-linter at {linter}: pip install -e '.[dev]'"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout.partition("Broken contracts")[2] or done.stdout + done.stderr


def imports(path: Path) -> Iterator[str]:
    """The absolute names of all modules a file imports, also inside functions."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            yield ".".join([*above, *([node.module] if node.module else [])])


KERNEL = [path for path in product() if path.is_relative_to(ROOT / "kernel")]


@pytest.mark.parametrize("path", KERNEL, ids=name)
def test_the_kernel_imports_the_standard_library_and_msgspec_only(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"msgspec"}
    foreign = [m for m in imports(path) if m.split(".")[0] not in allowed and not m.startswith("bluerill.kernel")]
    assert not foreign, f"{name(path)} imports {foreign}"


def test_product_code_imports_its_own_code_relatively() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in product()
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] == "bluerill")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "bluerill" for alias in node.names))
    ]
    assert not found, f"expected 'from ..wing import', got 'bluerill' by name in {found}"


def _skills() -> list[str]:
    return [f"skills.system.{path.stem}" for path in sorted((ROOT / "skills" / "system").glob("[a-z]*.py"))]


def test_importing_the_core_loads_nothing_heavy() -> None:
    program = (
        "import sys; from bluerill.kernel.lean import import_asyncio; import_asyncio()\n"
        "from importlib import import_module\n"
        f"for name in {[*CORE, *_skills()]!r}: import_module('bluerill.' + name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert fresh(program).strip() == "[]"


@pytest.mark.process
def test_a_whole_request_loads_nothing_heavy_into_the_core() -> None:
    program = (
        "import sys; from bluerill.watch.cli import main; assert main(['ask', 'set a timer for ten minutes']) == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert fresh(program).strip().splitlines()[-1] == "[]"


def test_services_are_wired_in_the_manifest_and_nowhere_else() -> None:
    """Between rooms of different wings only messages, the skill contract and pure helpers are imported."""
    classes = {
        path: [n.name for n in tree(path).body if isinstance(n, ast.ClassDef) and n.name.endswith("Service")]
        for path in product()
    }
    services = {module_name(path): set(found) for path, found in classes.items() if found}
    wrong = []
    for path in product():
        room = path.relative_to(ROOT).parts[0]
        if room in ("watch", "bench"):
            continue
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ImportFrom) or not node.level:
                continue
            package = module_name(path).split(".")[: -node.level] if path.name != "__init__.py" else []
            module = ".".join([*package, node.module or ""])
            taken = services.get(module, set()) & {alias.name for alias in node.names}
            if taken and module.split(".")[1] not in (room, "kernel"):
                wrong.append(f"{name(path)} imports {sorted(taken)} of {module}")
    assert not wrong
