"""``docs/skill-reference.md``: the plugin surface as a page, made of the contract itself (see ``pages.py``)."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

from ...skills import contract, register
from ...skills.derive import KINDS

__all__ = ["reference_page"]

_GRANTED = re.compile(r"\s*((?:\[[\w:@A-Z]*\]\s*)+)$")
_GRANTS = ("store", "speaker", "screen", "sensors", "network:HOST", "network:@option", "call:ACTION", "jobs")


def reference_page(warning: str) -> str:
    """The page's text. ``warning`` says that it is generated."""
    tree = ast.parse(inspect.getsource(contract))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    functions["wait"] = _parsed(contract.wait)
    major, minor = contract.CONTRACT
    lines = [
        "# Skill reference", "", warning, "",
        f"All that a skill imports is `bluerill.skills.contract`, version {major}.{minor} (`Skill.contract` is what a",
        "skill asks for at most). [first-skill.md](first-skill.md) shows it in use.", "",
        "## The skill", "", *_docstring(classes["Skill"]), "", "| attribute | default | meaning |", "|---|---|---|",
        *_attributes(classes["Skill"]), "", *_methods(classes["Skill"]),
        "## Actions", "", *_signature(functions["action"]), "", *_docstring(functions["action"]), "",
        "### wait", "", *_signature(functions["wait"]), "", *_docstring(functions["wait"]), "",
    ]  # fmt: skip
    for name in ("Say", "Reply", "Refusal"):
        lines += [f"### {name}", "", *_fields(classes[name]), *_docstring(classes[name]), ""]
    lines += [
        "## Types of arguments",
        "",
        *_docstring(classes["Slot"]),
        "",
        "| type | kind | in Python |",
        "|---|---|---|",
    ]
    lines += [*_types(tree), "", f"Kinds: {', '.join(f'`{kind}`' for kind in sorted(KINDS))}.", ""]
    lines += ["## The device", "", *_docstring(classes["Device"]), "", *_methods(classes["Device"], granted=True)]
    lines += ["## Grants", "", "| grant | what the owner agrees to |", "|---|---|"]
    lines += [f"| `{grant}` | {register.in_words([grant])[0]} |" for grant in _GRANTS]
    lines += ["", "`jobs` is for Bluerill's own skills only. What is not granted is refused with a `CapabilityError`."]
    return "\n".join(lines) + "\n"


def _parsed(function: Callable[..., Any]) -> ast.FunctionDef:
    """What the contract only passes on."""
    (node,) = ast.parse(inspect.getsource(function)).body
    assert isinstance(node, ast.FunctionDef)
    return node


def _docstring(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    text = (ast.get_docstring(node) or "").replace("``", "`")
    return re.sub(r":\w+:`([^`]*)`", r"`\1`", text).split("\n")


def _attributes(node: ast.ClassDef) -> Iterator[str]:
    for at, each in enumerate(node.body):
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.value is not None:
            after = node.body[at + 1] if at + 1 < len(node.body) else None
            told = ""
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                told = " ".join(str(after.value.value).split()).replace("``", "`").replace("|", "\\|")
            yield f"| `{each.target.id}` | `{ast.unparse(each.value)}` | {told or _MEANING[each.target.id]} |"


_MEANING = {
    "name": "what it is called: lower case letters, digits, `-` and `_`; also the name of its entry point",
    "version": "its own version",
    "contract": "the version of the contract it was written for",
    "grants": "what it may use (below)",
    "rules": "hassil expansion rules its sentences use as `<name>`",
    "simulated": "its provider is a simulation, and every reply of it says so",
}


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    kind = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    given = ast.unparse(node.args).removeprefix("self, ").removeprefix("self")
    result = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    return ["```python", f"{kind}def {node.name}({given}){result}", "```"]


def _methods(node: ast.ClassDef, *, granted: bool = False) -> Iterator[str]:
    for each in node.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            text = "\n".join(_docstring(each))
            grants = _GRANTED.search(text) if granted else None
            names = re.findall(r"\[([^\]]+)\]", grants[1]) if grants is not None else []
            yield f"### {node.name}.{each.name}"
            yield ""
            yield from _signature(each)
            yield ""
            yield _GRANTED.sub("", text) if granted else text
            if granted:
                yield ""
                yield f"Grant: {', '.join(f'`{name}`' for name in names) or 'none'}."
            yield ""


def _fields(node: ast.ClassDef) -> list[str]:
    fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
    if not fields:
        return []
    return ["```python", f"{node.name}({', '.join(ast.unparse(each) for each in fields)})", "```", ""]


def _types(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = ast.unparse(node.value)
            found = re.fullmatch(r"Annotated\[(\w+), Slot\('([\w-]+)'\)\]", text)
            if found:
                yield f"| `{node.targets[0].id}` | `{found[2]}` | `{found[1]}` |"
