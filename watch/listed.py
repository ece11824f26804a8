"""What the owner lists in ``settings.toml`` that other programs do: MCP servers and LangChain tools, a skill each.

Here is what both kinds of tables have in common: their form, the names, values from the environment, and how their
processes are seated. A skill's name is its table's, and is spoken, so it is one word; both kinds share the names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from ..kernel.errors import ManifestError
from ..kernel.manifest import ServiceSpec, parse_size

__all__ = ["IDLE_S", "filled", "four_times", "listed", "placed"]

T = TypeVar("T", bound=msgspec.Struct)
IDLE_S = 120.0
_NAME = re.compile(r"[a-z][a-z0-9]{1,19}\Z")


def listed(
    table: Any, where: str, path: str, form: type[T], make: Callable[[str, T, str], ServiceSpec]
) -> dict[str, ServiceSpec]:
    """Services by skill for the tables ``[path.NAME]`` (``path`` is such as ``mcp.servers``), each checked against
    ``form``. Raises ManifestError in one line."""
    kind, _, inner = path.partition(".")
    if not isinstance(table, dict) or set(table) - {inner} or not isinstance(table.get(inner, {}), dict):
        raise ManifestError(f"{where}: expected tables such as [{path}.files], got {list(table)[:3]}")
    found: dict[str, ServiceSpec] = {}
    for name, given in table.get(inner, {}).items():
        at = f"{where} [{path}.{name}]"
        if not _NAME.match(name):
            raise ManifestError(f"{at}: a name here is one word of 2 to 20 small letters and digits, as it is spoken")
        try:
            found[name] = make(name, msgspec.convert(given, form), at)
        except msgspec.ValidationError as error:
            raise ManifestError(f"{at}: {error}") from error
    return {f"{kind}:{name}": spec for name, spec in found.items()}


def filled(values: Mapping[str, str]) -> dict[str, str]:
    """Values that name a variable of the environment, replaced by it where it is; else the process says so."""
    return {key: os.environ.get(each[1:], each) if each.startswith("$") else each for key, each in values.items()}


def four_times(memory: str) -> int:
    """The soft wall: such programs reserve far more address space than they touch."""
    return 4 * parse_size(memory)


def placed(services: dict[str, ServiceSpec], found: Mapping[str, ServiceSpec]) -> None:
    """Seat them (``mcp:files`` as ``mcp-files``), and let ``skills`` ask them. Raises ManifestError for a name that is
    used twice."""
    skills = services.get("skills")
    if skills is None or not found:
        return
    seats = {package.replace(":", "-"): spec for package, spec in found.items()}
    before = tuple(skills.settings.get("servers", ()))
    words = [package.partition(":")[2] for package in (*before, *found)]
    twice = next((word for word in words if words.count(word) > 1), "")
    if twice:
        raise ManifestError(f"settings.toml: {twice!r} names both an MCP server and LangChain tools; rename one")
    services["skills"] = msgspec.structs.replace(
        skills, asks=(*skills.asks, *seats), settings={**skills.settings, "servers": (*before, *found)}
    )
    services.update(seats)
