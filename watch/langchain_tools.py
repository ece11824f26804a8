"""LangChain tools that the owner lists: each table appears as a skill, once the owner has agreed to its tools.

In ``settings.toml`` beside the store::

    [langchain.tools.arxiv]
    tools = "langchain_community.tools:ArxivQueryRun"    # or an entry point of the group bluerill.tools, or a list
    network = true
    env = { PAPERS_KEY = "$PAPERS_KEY" }                  # taken from the environment

What is named is imported in a boxed process of its own, which reads code and writes nothing; ``network``, ``reads``,
``writes`` and ``programs`` open the box, and each of them is something that the owner is asked about.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..kernel.box.spec import BoxSpec
from ..kernel.errors import ManifestError
from ..kernel.manifest import ServiceSpec
from .listed import IDLE_S, filled, four_times, listed

__all__ = ["CLASS", "tools"]

CLASS = "bluerill.skills.langchain_host:LangchainHost"


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table."""

    tools: str | list[str]
    arguments: dict[str, Any] = {}
    """What a class or a function that is named is called with."""
    env: dict[str, str] = {}
    network: bool = False
    reads: list[str] = []
    writes: list[str] = []
    programs: list[str] = []
    memory: str = "256M"


def tools(table: Any, where: str) -> dict[str, ServiceSpec]:
    """Services by package (``langchain:NAME``) for what stands under ``[langchain]``. Raises ManifestError in one
    line."""
    return listed(table, where, "langchain.tools", Listed, _made)


def _made(name: str, given: Listed, at: str) -> ServiceSpec:
    named = [given.tools] if isinstance(given.tools, str) else given.tools
    if not named or not all(named):
        raise ManifestError(f'{at}: expected tools = "module:object" or a list of such, got {given.tools!r:.60}')
    box = BoxSpec(tuple(given.reads), tuple(given.writes), given.network, tuple(given.programs))
    opened = [
        word
        for word, opens in (
            ("internet", box.network), ("files", box.reads or box.writes), ("programs", box.programs),
        )
        if opens
    ]  # fmt: skip
    settings: dict[str, Any] = {
        "name": name, "tools": named, "arguments": given.arguments, "env": filled(given.env), "opened": opened,
    }  # fmt: skip
    return ServiceSpec(
        class_=CLASS, isolation="child", memory=given.memory, data=four_times(given.memory), start="demand",
        idle_s=IDLE_S, notifies=("skills",), settings={key: value for key, value in settings.items() if value},
        box=box,
    )  # fmt: skip
