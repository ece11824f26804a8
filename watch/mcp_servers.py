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

from typing import Any
from urllib.parse import urlsplit

import msgspec

from ..kernel.box.spec import BoxSpec
from ..kernel.errors import ManifestError
from ..kernel.manifest import ServiceSpec
from .listed import IDLE_S, filled, four_times, listed

__all__ = ["CLASS", "servers"]

CLASS = "bluerill.skills.mcp_host:McpHost"
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
    """Services by package (``mcp:NAME``) for what stands under ``[mcp]``. Raises ManifestError in one line."""
    return listed(table, where, "mcp.servers", Listed, _made)


def _made(name: str, given: Listed, at: str) -> ServiceSpec:
    _check(given, at)
    given = msgspec.structs.replace(given, env=filled(given.env), headers=filled(given.headers))
    settings = {key: value for key, value in msgspec.to_builtins(given).items() if value and key != "memory"}
    return ServiceSpec(
        class_=CLASS, isolation="child", memory=given.memory, data=four_times(given.memory), start="demand",
        idle_s=IDLE_S, notifies=("skills",), settings={"name": name, **settings},
        box=BoxSpec(network=True) if given.url else None,
    )  # fmt: skip


def _check(given: Listed, at: str) -> None:
    if bool(given.command) == bool(given.url):
        raise ManifestError(f"{at}: expected either command or url")
    if given.command and given.headers:
        raise ManifestError(f"{at}: headers are for a url")
    if given.url:
        parts = urlsplit(given.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
            raise ManifestError(f"{at}: expected an https URL (or http on this machine), got {given.url[:80]!r}")
