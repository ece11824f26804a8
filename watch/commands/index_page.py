"""The index of the system skills (``skills/system/index.jsonl``), made from their classes like the generated pages.

Which files a skill's contract depends on is read from its source: those of its class and of what that inherits, and
every module of ``skills/`` from which the class bodies take a name outside of their methods' code (a type in an
annotation, a word list).
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from ...skills import loader
from ...skills.contract import Skill
from ...skills.derive import actions_of, summary_of
from ...skills.index import ALWAYS, FOLDER, line_of


def index_page() -> str:
    """The index, a line for each system skill in the order in which they are registered."""
    lines = []
    for entry in loader.system_entries():
        cls = loader.load(entry)
        lines.append(line_of(entry, cls, actions_of(cls), summary_of(cls), files_of(cls)).decode())
    return "\n".join(lines) + "\n"


def files_of(cls: type[Skill]) -> list[str]:
    """The files of ``skills/`` that the contract of a skill is read from, beside those that all are."""
    found: set[Path] = set()
    for each in cls.__mro__:
        if issubclass(each, Skill) and each is not Skill:
            path = Path(inspect.getfile(each)).resolve()
            found |= {path, *_used(path, each.__name__)}
    named = {path.relative_to(FOLDER.resolve()).as_posix() for path in found}
    return sorted(named - set(ALWAYS))


def _used(path: Path, name: str) -> set[Path]:
    """The modules from which the body of a class takes names."""
    tree = ast.parse(path.read_text("utf-8"))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    names = {node.id for part in _declared(body) for node in ast.walk(part) if isinstance(node, ast.Name)}
    found: set[Path] = set()
    for node in tree.body:
        if (
            isinstance(node, ast.ImportFrom)
            and node.level
            and names & {each.asname or each.name for each in node.names}
        ):
            file = path.parents[node.level - 1].joinpath(*(node.module or "").split(".")).with_suffix(".py")
            if file.is_file() and file.is_relative_to(FOLDER.resolve()):
                found.add(file)
    return found


def _declared(body: ast.ClassDef) -> Iterator[ast.AST]:
    """All of a class but the code of its methods."""
    yield from body.bases
    for node in body.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (node.args, *node.decorator_list)
        else:
            yield node
