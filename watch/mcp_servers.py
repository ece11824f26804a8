"""MCP servers of other people that the owner lists: each appears as a skill, once the owner has agreed to its tools.

In ``settings.toml`` beside the store::

    [mcp.servers.files]
    command = "npx"
    args = ["-y", "@modelcontextprotocol/server-filesystem", "/srv/papers"]

    [mcp.servers.tickets]
    url = "https://tickets.example.com/mcp"
    headers = { Authorization = "$TICKETS_TOKEN" }    # taken from the environment

A program runs with the owner's rights, in the process group and under the memory cap of the process that speaks to it:
it was the owner who named it. A server of the network is spoken to from a box with the network and nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ..kernel.box.spec import BoxSpec
from ..kernel.errors import ManifestError
from ..kernel.manifest import ServiceSpec

__all__ = ["CLASS", "servers"]

CLASS = "bluerill.skills.mcp_host:McpHost"
PREFIX = "mcp-"
IDLE_S = 120.0
_NAME = re.compile(r"[a-z][a-z0-9]{1,19}\Z")
_LOCAL = ("127.0.0.1", "localhost", "::1")


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table."""

    command: str = ""
    args: list[str] = []
    url: str = ""
    env: dict[str, str] = {}
    headers: dict[str, str] = {}
    cwd: str = ""
    memory: str = "256M"


def servers(table: Any, where: str) -> dict[str, ServiceSpec]:
    """Services by name for what stands under ``[mcp]``. Raises ManifestError in one line."""
    if not isinstance(table, dict) or set(table) - {"servers"} or not isinstance(table.get("servers", {}), dict):
        raise ManifestError(f"{where}: expected tables such as [mcp.servers.files], got {list(table)[:3]}")
    found: dict[str, ServiceSpec] = {}
    for name, given in table.get("servers", {}).items():
        at = f"{where} [mcp.servers.{name}]"
        if not _NAME.match(name):
            raise ManifestError(
                f"{at}: a server's name is one word of 2 to 20 small letters and digits, as it is spoken"
            )
        try:
            listed = msgspec.convert(given, Listed)
        except msgspec.ValidationError as error:
            raise ManifestError(f"{at}: {error}") from error
        _check(listed, at)
        listed = msgspec.structs.replace(listed, env=_filled(listed.env), headers=_filled(listed.headers))
        settings = {key: value for key, value in msgspec.to_builtins(listed).items() if value and key != "memory"}
        found[PREFIX + name] = ServiceSpec(
            class_=CLASS, isolation="child", memory=listed.memory, data=_four_times(listed.memory), start="demand",
            idle_s=IDLE_S, notifies=("skills",), settings={"name": name, **settings},
            box=BoxSpec(network=True) if listed.url else None,
        )  # fmt: skip
    return found


def _check(listed: Listed, at: str) -> None:
    if bool(listed.command) == bool(listed.url):
        raise ManifestError(f"{at}: expected either command or url")
    if listed.command and listed.headers:
        raise ManifestError(f"{at}: headers are for a url")
    if listed.url:
        parts = urlsplit(listed.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
            raise ManifestError(f"{at}: expected an https URL (or http on this machine), got {listed.url[:80]!r}")


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    """Values that name a variable of the environment, replaced by it where it is; else the server's process says so."""
    return {key: os.environ.get(each[1:], each) if each.startswith("$") else each for key, each in values.items()}


def _four_times(memory: str) -> int:
    """The soft wall: the runtimes of such programs reserve far more address space than they touch."""
    from ..kernel.manifest import parse_size

    return 4 * parse_size(memory)


def placed(services: dict[str, ServiceSpec], found: Mapping[str, ServiceSpec]) -> None:
    """Seat the servers, and let ``skills`` ask them."""
    skills = services.get("skills")
    if skills is None or not found:
        return
    names = tuple(name.removeprefix(PREFIX) for name in found)
    services["skills"] = msgspec.structs.replace(
        skills, asks=(*skills.asks, *found), settings={**skills.settings, "servers": names}
    )
    services.update(found)
