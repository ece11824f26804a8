"""What every file of the product keeps to."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from house.house import ROOT, name, product, tree

LONGEST = 400
FILES = product()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_is_short_enough_to_be_read(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= LONGEST, f"{name(path)} has {lines} lines, at most {LONGEST}: it holds more than one noun"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_module_says_what_it_is(path: Path) -> None:
    text = ast.get_docstring(tree(path))
    assert text, f"{name(path)}: expected a module docstring"
    assert len(text) >= 20, f"{name(path)}: its docstring says too little: {text!r}"


def test_nothing_swallows_every_error() -> None:
    broad = [
        f"{name(path)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        and not _answered(node)
    ]
    assert not broad, f"expected the errors that are meant, got all of them in {broad}"


def _answered(node: ast.ExceptHandler) -> bool:
    """A handler of every error is allowed where foreign code runs and the error is passed on by name."""
    return (
        node.type is not None
        and node.name is not None
        and any(isinstance(inner, ast.Name) and inner.id == node.name for inner in ast.walk(node))
    )


def test_nothing_prints_but_commands_and_benchmarks() -> None:
    mouths = (ROOT / "watch" / "commands", ROOT / "watch" / "cli.py", ROOT / "bench")
    prints = [
        f"{name(path)}:{node.lineno}"
        for path in FILES
        if not any(path.is_relative_to(mouth) for mouth in mouths)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not prints, f"expected self.port.log, got print in {prints}"


def test_nothing_is_left_to_be_done() -> None:
    mark = re.compile(r"#.*\b(" + "|".join(("TODO", "FIXME", "HACK")) + r")\b")
    left = [
        f"{name(path)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if mark.search(line)
    ]
    assert not left


def test_nothing_of_the_product_sleeps_on_the_real_clock() -> None:
    """Services wait on their port's clock, so that they run under virtual time; only the real hosts may block."""
    allowed = ("bench", "kernel/host", "kernel/service_port.py", "watch/commands")
    sleeps = [
        f"{name(path)}:{node.lineno}"
        for path in FILES
        if not name(path).startswith(allowed)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "sleep"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("time", "asyncio")
        and not (isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)  # yields, and waits for nothing
    ]
    assert not sleeps, sleeps
