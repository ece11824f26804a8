"""Finding and loading skills: the entry points of the group ``bluerill.skills``.

``importlib.metadata`` would answer, but it costs about 25 ms and 7 MB (it imports email, zipfile and csv and parses
every distribution). What is needed is small: in each folder of ``sys.path``, the ``entry_points.txt`` of each
``*.dist-info`` or ``*.egg-info``, of which the first one of a distribution counts. Editable installs have one too.
See https://packaging.python.org/en/latest/specifications/entry-points/.

Reading entry points imports nothing. Only the host that runs a skill imports its module: the core those of Bluerill
itself, a child process those of one third-party package.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import msgspec

from ..kernel.errors import ManifestError
from .contract import CONTRACT, Skill

GROUP = "bluerill.skills"
OWN = "bluerill"
_VALUE = re.compile(r"([\w.]+)\s*(?::\s*([\w.]+)\s*)?(\[.*\])?\Z")
_SKILL_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}\Z")
_MAX_FILE = 256 * 1024
_FROM = "__entry__"
"""On a class that was made of functions: the entry point's value that it was made from."""


class EntryPoint(msgspec.Struct, frozen=True):
    """One registered skill: what to import, and which distribution registered it."""

    name: str
    value: str
    package: str
    version: str = ""


def entry_points(path: Iterable[str] | None = None, group: str = GROUP) -> list[EntryPoint]:
    """All entry points of the group, Bluerill's own first, then by package, in the order they are registered."""
    found: list[EntryPoint] = []
    seen: set[str] = set()
    for folder in sys.path if path is None else path:
        try:
            with os.scandir(folder or ".") as entries:
                names = sorted(entry.name for entry in entries if entry.name.endswith((".dist-info", ".egg-info")))
        except OSError:
            continue  # a zip file, or a folder that is not there
        for name in names:
            package, version = _distribution(name)
            if package in seen:
                continue
            seen.add(package)
            text = _read(os.path.join(folder or ".", name, "entry_points.txt"))
            if group in text:
                found += [EntryPoint(key, value, package, version) for key, value in _section(text, group)]
    return sorted(found, key=lambda each: (each.package != OWN, each.package))


def parse_entry(text: str, package: str, version: str = "") -> EntryPoint:
    """An entry point written ``name=module:Class``."""
    name, _, value = text.partition("=")
    return EntryPoint(name.strip(), value.strip(), package, version)


def system_entries(path: Iterable[str] | None = None) -> list[EntryPoint]:
    """The skills that come with Bluerill: registered by it, and lying in it."""
    return [each for each in entry_points(path) if is_own(each)]


def is_own(entry: EntryPoint) -> bool:
    """Whether a skill is part of Bluerill itself, and so may run in the core."""
    return entry.package == OWN and entry.value.startswith("bluerill.skills.system.")


def third_party(path: Iterable[str] | None = None) -> dict[str, list[EntryPoint]]:
    """Other packages' skills, by package. What becomes of them the owner decides (``register.py``)."""
    packages: dict[str, list[EntryPoint]] = {}
    for each in entry_points(path):
        if not is_own(each):
            packages.setdefault(each.package, []).append(each)
    return packages


def _distribution(folder: str) -> tuple[str, str]:
    """``Tea_Skill-1.2.dist-info`` → ("tea-skill", "1.2")."""
    stem = folder.rpartition(".")[0]
    name, _, version = stem.partition("-")
    return re.sub(r"[-_.]+", "-", name).lower(), version.partition("-py")[0]


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(_MAX_FILE).decode("utf-8", "replace")
    except OSError:
        return ""


def _section(text: str, group: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    current = ""
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            current = line[1:-1].strip()
        elif current == group and line and line[0] not in "#;":
            name, equals, value = line.partition("=")
            if equals:
                found.append((name.strip(), value.strip()))
    return found


def load(entry: EntryPoint) -> type[Skill]:
    """Import a skill's class. Raises ManifestError in one line: what was expected, what was found, whose it is."""
    where = f"skill {entry.name!r} of package {entry.package!r}"
    matched = _VALUE.match(entry.value)
    if not matched:
        raise ManifestError(f"{where}: expected an entry point 'module:Class' or 'module', got {entry.value!r}")
    found: object = _imported(matched[1], where)
    for part in matched[2].split(".") if matched[2] else ():
        try:
            found = getattr(found, part)
        except AttributeError:
            raise ManifestError(f"{where}: module {matched[1]!r} has no {matched[2]!r}") from None
    if isinstance(found, ModuleType | list | tuple) and not is_own(entry):
        made = _of_functions(found, entry.name)
        setattr(made, _FROM, entry.value)
        return _checked(made, entry, where)
    if not isinstance(found, type) or not issubclass(found, Skill):
        kind = f"class {found.__name__}" if isinstance(found, type) else type(found).__name__
        raise ManifestError(f"{where}: expected a subclass of bluerill.skills.contract.Skill, got {kind}")
    return _checked(found, entry, where)


def _of_functions(found: ModuleType | list[Any] | tuple[Any, ...], name: str) -> type[Skill]:
    from .functions import of, of_module

    return of_module(found, name) if isinstance(found, ModuleType) else of(name, found, {})


def entry_of(skill: type[Skill] | ModuleType) -> str:
    """``name=module:Class`` for what is there already, as in a test. Raises ManifestError if no name leads to it."""
    if isinstance(skill, ModuleType):
        return f"{getattr(skill, 'name', skill.__name__.rpartition('.')[2].removesuffix('_skill'))}={skill.__name__}"
    held = vars(skill).get(_FROM, "")
    if held:
        return f"{skill.name}={held}"
    there = vars(sys.modules[skill.__module__])
    if there.get(skill.__qualname__.partition(".")[0]) is None:  # made by Skill.of, and called as its author likes
        held = next((key for key, value in there.items() if value is skill), "")
        if not held:
            raise ManifestError(f"skill {skill.name!r}: module {skill.__module__!r} has no name for it; give it one")
        return f"{skill.name}={skill.__module__}:{held}"
    return f"{skill.name}={skill.__module__}:{skill.__qualname__}"


def _imported(name: str, where: str) -> object:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise ManifestError(f"{where} cannot be imported: {_one_line(error)}") from error


def _one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def _checked(cls: type[Skill], entry: EntryPoint, where: str) -> type[Skill]:
    if not _SKILL_NAME.match(cls.name):
        raise ManifestError(
            f"{where}: {cls.__name__}.name must be lower case letters, digits, '-' or '_', got {cls.name!r}"
        )
    if cls.name != entry.name:
        raise ManifestError(f"{where}: its class calls itself {cls.name!r}, its entry point {entry.name!r}")
    major, minor = cls.contract
    if (major, minor) > CONTRACT or major < CONTRACT[0]:
        wants, has = f"{major}.{minor}", f"{CONTRACT[0]}.{CONTRACT[1]}"
        raise ManifestError(f"{where} needs version {wants} of the skill contract, this device has {has}")
    grants: object = cls.grants
    if not isinstance(grants, tuple | list) or not all(isinstance(each, str) for each in grants):
        raise ManifestError(f"{where}: {cls.__name__}.grants must be a tuple of texts, got {cls.grants!r}")
    return cls
